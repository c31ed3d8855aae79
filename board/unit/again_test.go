package unit_test

import (
	"testing"
	"time"

	"menshen/board/boardtest"
	"menshen/board/config"
	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
)

// grower is a door with a person of card and face 1, who agreed to all that may be added to it.
func grower(t *testing.T, withCard bool) (*bench, policy.PersonID) {
	t.Helper()
	b := newBench(t, func(c *config.Config) { c.Faces.WithCard, c.Faces.Learn = withCard, withCard })
	id := b.Enrolled(1)
	b.Later(8 * 24 * time.Hour)
	b.CountAll()
	b.agree(id, policy.InviteAgain)
	return b, id
}

// agree records that a person agrees to more, without the desk.
func (b *bench) agree(id policy.PersonID, to func(policy.Person, policy.Yes) (policy.Person, error)) {
	b.Helper()
	err := b.Vault.ChangePerson(store.Door, id, audit.LearningAgreed, func(p *policy.Person) (err error) {
		*p, err = to(*p, policy.Yes{At: b.Clock.Now(), Notice: p.Face.Notice, OwnAct: true, OwnRequest: true})
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
}

// looks shows a face n to the eye for a while, beside others in the picture.
func (b *bench) looks(n uint64, d time.Duration, others int) {
	b.Helper()
	for ; d > 0; d -= 250 * time.Millisecond {
		o := boardtest.Look(n)
		o.At, o.Faces = b.Clock.Now(), 1+others
		b.Driver.See(&o)
		b.Later(250 * time.Millisecond)
	}
	b.Driver.AddOccasions()
}

// passesThrough opens and closes the door.
func (b *bench) passesThrough(open time.Duration) {
	b.Helper()
	b.Input("contact", true)
	b.Later(open)
	b.Input("contact", false)
	b.Later(10 * time.Second)
	b.Driver.AddOccasions()
}

// wantOccasions checks by what the face was taken, and that one person with a face is known.
func (b *bench) wantOccasions(when string, id policy.PersonID, want ...policy.TakenBy) {
	b.Helper()
	p, err := b.Vault.Person(id)
	if err != nil {
		b.Fatal(err)
	}
	same := len(p.Occasions) == len(want)
	for i := range want {
		same = same && p.Occasions[i].How == want[i]
	}
	if !same || b.State().Faces.People != 1 {
		b.Errorf("%s: occasions %v, want %v; %d people with a face", when, p.Occasions, want, b.State().Faces.People)
	}
}

// TestRConsentAskedAgainAtTheDoor: by consent the door asks a person to look once more after their
// card, which opened it before; once a day, until three occasions are stored.
func TestRConsentAskedAgainAtTheDoor(t *testing.T) {
	b, id := grower(t, false)
	const desk, door = policy.TakenAtDesk, policy.TakenAtDoor
	for _, day := range []struct {
		when string
		want []policy.TakenBy
	}{
		{"the first day", []policy.TakenBy{desk, door}},
		{"the second day", []policy.TakenBy{desk, door, door}},
		{"the third day, when it is enough", []policy.TakenBy{desk, door, door}},
	} {
		b.Tap(1)
		if e := b.Last(); !e.Grant || e.Means != policy.ByCard {
			t.Fatalf("%s: the card did not open: %+v", day.when, e)
		}
		b.Later(2 * time.Second)
		b.looks(1, 3*time.Second, 0)
		b.wantOccasions(day.when, id, day.want...)
		b.Tap(1) // once more on the same day
		b.Later(2 * time.Second)
		b.looks(1, 3*time.Second, 0)
		b.wantOccasions(day.when+", again", id, day.want...)
		b.Later(24 * time.Hour)
		b.CountAll()
	}
	if p, _ := b.Vault.Person(id); !p.Face.Again.IsZero() {
		t.Error("the door goes on asking")
	}
	if n := b.Count(audit.OccasionRefused); n != 0 {
		t.Errorf("%d refusals on record", n)
	}
}

// TestRConsentNobodyElseIsAddedAtTheDoor: another face after the owner's card is refused and on
// record; so is one beside another, and nobody at all leaves nothing.
func TestRConsentNobodyElseIsAddedAtTheDoor(t *testing.T) {
	for name, tc := range map[string]struct {
		face    uint64
		others  int
		refused int
	}{"another face": {2, 0, 1}, "two faces": {1, 1, 1}, "nobody": {0, 0, 0}} {
		b, id := grower(t, false)
		b.Tap(1)
		b.Later(2 * time.Second)
		if tc.face > 0 {
			b.looks(tc.face, 3*time.Second, tc.others)
		}
		b.Later(10 * time.Second)
		b.Driver.AddOccasions()
		b.wantOccasions(name, id, policy.TakenAtDesk)
		if n := b.Count(audit.OccasionRefused); n != tc.refused {
			t.Errorf("%s: %d refusals on record, want %d", name, n, tc.refused)
		}
		if !b.Driver.Taken() {
			t.Errorf("%s: the door still waits for a face", name)
		}
	}
}

// TestRConsentLearnsFromCertainVisitsOnly: by a consent of its own, from card and face before a
// quiet door, once a week.
func TestRConsentLearnsFromCertainVisitsOnly(t *testing.T) {
	const desk, visit = policy.TakenAtDesk, policy.TakenLearnt
	comes := func(b *bench, others int) {
		b.Tap(1)
		b.looks(1, time.Second, others)
		if e := b.Last(); !e.Grant || e.Means != policy.ByCardFace {
			t.Fatalf("card and face did not open: %+v", e)
		}
	}
	for name, tc := range map[string]struct {
		to    func(policy.Person, policy.Yes) (policy.Person, error)
		visit func(b *bench)
		want  []policy.TakenBy
	}{
		"certain": {policy.LearnFromVisits, func(b *bench) { comes(b, 0); b.passesThrough(time.Second) },
			[]policy.TakenBy{desk, visit}},
		"where the site does not learn": {policy.LearnFromVisits, func(b *bench) {
			b.Config.Faces.Learn = false
			comes(b, 0)
			b.passesThrough(time.Second)
		}, []policy.TakenBy{desk}},
		"without the consent": {func(p policy.Person, _ policy.Yes) (policy.Person, error) { return p, nil },
			func(b *bench) { comes(b, 0); b.passesThrough(time.Second) }, []policy.TakenBy{desk}},
		"twice a week": {policy.LearnFromVisits, func(b *bench) {
			for range 2 {
				comes(b, 0)
				b.passesThrough(time.Second)
				b.Later(24 * time.Hour)
				b.CountAll()
			}
		}, []policy.TakenBy{desk, visit}},
		"with another in view": {policy.LearnFromVisits, func(b *bench) { comes(b, 1); b.passesThrough(time.Second) },
			[]policy.TakenBy{desk}},
		"a door held open": {policy.LearnFromVisits, func(b *bench) { comes(b, 0); b.passesThrough(time.Hour) },
			[]policy.TakenBy{desk}},
		"an open door": {policy.LearnFromVisits, func(b *bench) {
			b.Input("rex", true)
			b.Input("contact", true)
			comes(b, 0)
			b.Input("contact", false)
			b.passesThrough(time.Second)
		}, []policy.TakenBy{desk}},
		"withdrawn before the door closed": {policy.LearnFromVisits, func(b *bench) {
			comes(b, 0)
			p, _, err := b.Vault.FindCredential(policy.CardKind, boardtest.CardOf(1).Credential())
			if err == nil {
				_, err = b.Vault.StopLearning(store.Door, p.ID, "withdrawn")
			}
			if err != nil {
				t.Fatal(err)
			}
			b.passesThrough(time.Second)
		}, []policy.TakenBy{desk}},
	} {
		b, id := grower(t, true)
		b.agree(id, func(p policy.Person, _ policy.Yes) (policy.Person, error) {
			p.Face.Again = time.Time{}
			return p, nil
		})
		b.agree(id, tc.to)
		tc.visit(b)
		b.wantOccasions(name, id, tc.want...)
	}
}
