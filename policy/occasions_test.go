package policy

import (
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// enrolledOn is a person whose face was taken on these occasions, 40 days apart, the last 40 days
// before noon; they agreed to all there is.
func enrolledOn(hows ...TakenBy) Person {
	p := *good(ByFace).Person
	p.Face.Again = noon.Add(AgainFor)
	p.Face.Learns = Learning{At: noon.AddDate(-1, 0, 0), Notice: p.Face.Notice}
	for i, how := range hows {
		p.Occasions = append(p.Occasions, Occasion{At: noon.AddDate(0, 0, 40*(i-len(hows))), How: how})
	}
	return p
}

func TestRConsentOccasionsNeedTheirOwn(t *testing.T) {
	for _, tc := range []struct {
		name string
		how  TakenBy
		f    func(*Person)
		want error
	}{
		{"at the desk", TakenAtDesk, func(p *Person) { p.Face.Again, p.Face.Learns = time.Time{}, Learning{} }, nil},
		{"no face", TakenAtDesk, func(p *Person) { p.Face.State = FaceConsented }, ErrNotEnrolled},
		{"withdrawn", TakenLearnt, func(p *Person) { *p = Withdraw(*p, noon) }, ErrNotEnrolled},
		{"no other way in", TakenAtDesk, func(p *Person) { p.Credentials = nil }, ErrNoOtherWay},
		{"a child without a guardian", TakenAtDesk, func(p *Person) { p.Face.Minor = true }, ErrNoConsent},
		{"in a way of a later version", "mail", func(*Person) {}, ErrAnotherWay},

		{"at the door", TakenAtDoor, func(p *Person) { p.Face.Learns = Learning{} }, nil},
		{"at the door, never asked", TakenAtDoor, func(p *Person) { p.Face.Again = time.Time{} }, ErrNotInvited},
		{"at the door, too late", TakenAtDoor, func(p *Person) { p.Face.Again = noon }, ErrNotInvited},
		{"at the door, a child", TakenAtDoor, func(p *Person) { p.Face.Minor, p.Face.Guardian = true, "mother" },
			ErrChildAtDoor},
		{"at the door, twice a day", TakenAtDoor, func(p *Person) {
			p.Occasions[0].At = noon.Add(-19 * time.Hour)
		}, ErrTooSoon},

		{"learnt", TakenLearnt, func(p *Person) { p.Face.Again = time.Time{} }, nil},
		{"learnt without a consent", TakenLearnt, func(p *Person) { p.Face.Learns = Learning{} }, ErrNotLearning},
		{"learnt by an earlier notice", TakenLearnt, func(p *Person) { p.Face.Notice[0]++ }, ErrNotLearning},
		{"learnt of a child, by the child", TakenLearnt, func(p *Person) {
			p.Face.Minor, p.Face.Guardian = true, "mother"
		}, ErrNotLearning},
		{"learnt of a child", TakenLearnt, func(p *Person) {
			p.Face.Minor, p.Face.Guardian, p.Face.Learns.Guardian = true, "mother", "mother"
		}, nil},
		{"learnt twice a week", TakenLearnt, func(p *Person) {
			p.Occasions[0].At = noon.AddDate(0, 0, -6)
		}, ErrTooSoon},
		{"learnt before the clock was set back", TakenLearnt, func(p *Person) {
			p.Occasions[0].At = noon.AddDate(1, 0, 0)
		}, ErrTooSoon},
	} {
		p := enrolledOn(TakenAtDesk)
		tc.f(&p)
		if got, out, err := AddOccasion(p, Occasion{noon, tc.how}); !errors.Is(err, tc.want) || len(out) > 0 ||
			err == nil && len(got.Occasions) != 2 || err != nil && len(got.Occasions) != len(p.Occasions) {
			t.Errorf("%s: %v, want %v; %v goes out of %v", tc.name, err, tc.want, out, got.Occasions)
		}
	}
}

// The oldest goes out; a learnt one only ever for a learnt one, and at most once a month.
func TestOldestOccasionGoesOut(t *testing.T) {
	const desk, visit = TakenAtDesk, TakenLearnt
	for _, tc := range []struct {
		had  []TakenBy
		how  TakenBy
		want []int
		err  error
	}{
		{[]TakenBy{desk, desk, desk, desk}, visit, nil, nil},
		{[]TakenBy{desk, desk, visit, visit, visit}, desk, []int{0}, nil},
		{[]TakenBy{desk, desk, visit, visit, visit}, visit, []int{2}, nil},
		{[]TakenBy{desk, desk, desk, desk, desk}, visit, nil, ErrNoRoom},
		{[]TakenBy{desk, desk, desk, desk, desk, desk}, desk, []int{0, 1}, nil}, // of an earlier version
	} {
		p := enrolledOn(tc.had...)
		got, out, err := AddOccasion(p, Occasion{noon, tc.how})
		if !slices.Equal(out, tc.want) || !errors.Is(err, tc.err) || len(got.Occasions) > MaxOccasions {
			t.Errorf("%s after %v: %v goes out, want %v; %v; %v", tc.how, tc.had, out, tc.want, err, got.Occasions)
		}
	}
	p := enrolledOn(desk, visit, visit, visit, visit)
	p.Occasions[4].At = noon.AddDate(0, 0, -29)
	if _, _, err := AddOccasion(p, Occasion{noon, visit}); !errors.Is(err, ErrTooSoon) {
		t.Errorf("a learnt one was replaced twice a month: %v", err)
	}
}

// Whatever is added and withdrawn, in whatever order: at most five are stored, one of them not
// learnt; what was learnt is learnt by consent, and gone with it; and out names what went.
func TestRConsentOccasionsInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := enrolledOn(TakenAtDesk)
		at := noon
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			at = at.Add(rapid.SampledFrom([]time.Duration{time.Hour, 24 * time.Hour, 8 * 24 * time.Hour,
				40 * 24 * time.Hour}).Draw(t, "later"))
			y := Yes{At: at, Notice: p.Face.Notice, OwnAct: true, OwnRequest: true}
			was, out, err := p, []int(nil), error(nil)
			acts := []string{"desk", "door", "visit", "visit", "stop", "learn", "invite"}
			switch rapid.SampledFrom(acts).Draw(t, "act") {
			case "stop":
				if p, out = StopLearning(p); p.HasLearnt() {
					t.Fatal("something learnt is left")
				}
			case "learn":
				p, err = LearnFromVisits(p, y)
			case "invite":
				p, err = InviteAgain(p, y)
			case "desk":
				p, out, err = AddOccasion(p, Occasion{at, TakenAtDesk})
			case "door":
				p, out, err = AddOccasion(p, Occasion{at, TakenAtDoor})
			case "visit":
				p, out, err = AddOccasion(p, Occasion{at, TakenLearnt})
			}
			if n := p.ofOwnWill(); n < 1 || len(p.Occasions) > MaxOccasions {
				t.Fatalf("%d occasions, %d of them not learnt", len(p.Occasions), n)
			}
			if p.HasLearnt() && p.Face.Learns.At.IsZero() {
				t.Fatal("something is learnt without a consent")
			}
			added := 0
			if n := len(p.Occasions); err == nil && p.Occasions[n-1].At.Equal(at) {
				added = 1
			}
			if len(was.Occasions)-len(out)+added != len(p.Occasions) {
				t.Fatalf("%v went out, and of %v there are %v", out, was.Occasions, p.Occasions)
			}
		}
	})
}

func TestRMinorIsNotAskedAtTheDoor(t *testing.T) {
	p := enrolledOn(TakenAtDesk)
	p.Face.Again = time.Time{}
	y := Yes{At: noon, Notice: p.Face.Notice, OwnAct: true}
	got, err := InviteAgain(p, y)
	if err != nil || !got.Face.Again.Equal(noon.Add(AgainFor)) {
		t.Errorf("a grown person: %v, until %s", err, got.Face.Again)
	}
	if got = DoNotAskAgain(got); !got.Face.Again.IsZero() {
		t.Errorf("asked until %s, after they ended it", got.Face.Again)
	}
	p.Face.Minor, p.Face.Guardian, y.Guardian, y.GuardianName = true, "mother", "mother", "Li Na"
	if got, err := InviteAgain(p, y); !errors.Is(err, ErrChildAtDoor) || !got.Face.Again.IsZero() {
		t.Errorf("a child: %v, until %s", err, got.Face.Again)
	}
}

func TestRConsentLearningIsSeparateAndOwn(t *testing.T) {
	good := Yes{At: noon, Notice: enrolledOn().Face.Notice, OwnAct: true, OwnRequest: true}
	for _, tc := range []struct {
		name string
		f    func(*Person, *Yes)
		want error
	}{
		{"all there", func(*Person, *Yes) {}, nil},
		{"no face", func(p *Person, _ *Yes) { p.Face.State = FaceConsented }, ErrNotEnrolled},
		{"another notice than that of the face", func(_ *Person, y *Yes) { y.Notice[0]++ }, ErrOldNotice},
		{"not their own act", func(_ *Person, y *Yes) { y.OwnAct = false }, ErrNotVoluntary},
		{"asked by staff", func(_ *Person, y *Yes) { y.OwnRequest = false }, ErrSaidNo},
		{"a child alone", func(p *Person, _ *Yes) { p.Face.Minor = true }, ErrNeedsGuardian},
		{"a child's mother", func(p *Person, y *Yes) {
			p.Face.Minor, y.Guardian, y.GuardianName = true, "mother", "Li Na"
		}, nil},
	} {
		p, y := enrolledOn(TakenAtDesk), good
		p.Face.Learns = Learning{}
		tc.f(&p, &y)
		got, err := LearnFromVisits(p, y)
		if !errors.Is(err, tc.want) || (err == nil) == got.Face.Learns.At.IsZero() {
			t.Errorf("%s: %v, want %v; %+v", tc.name, err, tc.want, got.Face.Learns)
		}
	}
	p := tenant()
	if p, err := Consent(p, yes()); err != nil || p.Face.Learns != (Learning{}) || !p.Face.Again.IsZero() {
		t.Errorf("consent to face entry gave more: %+v, %v", p.Face, err)
	}
}

// A visit is learnt from only if everything about it is certain.
func TestCertainVisit(t *testing.T) {
	sure := CardVisit{
		Decision: Decision{Grant: true, Means: ByCardFace},
		Face:     Face{Score: .7, RunnerUp: -1, Threshold: .4, Live: .9, LiveMin: .5, Frames: 3, FramesMin: 3},
		Own:      .65, Among: .54, Other: .2, Margin: .05, Alone: true, Quiet: true,
	}
	if !sure.Certain() {
		t.Fatal("a certain visit is not certain")
	}
	for name, f := range map[string]func(*CardVisit){
		"refused":                  func(v *CardVisit) { v.Decision.Grant = false },
		"by the face alone":        func(v *CardVisit) { v.Decision.Means = ByFace },
		"by the card alone":        func(v *CardVisit) { v.Decision.Means = ByCard },
		"under duress":             func(v *CardVisit) { v.Decision.Duress = true },
		"two faces in view":        func(v *CardVisit) { v.Alone = false },
		"the door was held":        func(v *CardVisit) { v.Quiet = false },
		"below a face alone":       func(v *CardVisit) { v.Own = .53 },
		"not of a number":          func(v *CardVisit) { v.Own = math.NaN() },
		"like another":             func(v *CardVisit) { v.Other = .61 },
		"hardly lively":            func(v *CardVisit) { v.Face.Live = .74 },
		"in too few frames":        func(v *CardVisit) { v.Face.Frames = 2 },
		"without a usable picture": func(v *CardVisit) { v.Face.Quality = "come closer" },
	} {
		v := sure
		f(&v)
		if v.Certain() {
			t.Errorf("%s: taken as certain", name)
		}
	}
}
