package policy_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"menshen/policy"
	"menshen/policy/policytest"
)

// TestMayAgreesWithDecide: what opens is among the ways that open, and what no way opens, Decide
// opens for no evidence. A way that opens does so when its means is presented.
func TestMayAgreesWithDecide(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 48))
	seen := map[bool]int{}
	for range 100_000 {
		a := policytest.DrawAttempt(r)
		if a.Person == nil {
			continue
		}
		switch a.Means {
		case policy.ByCard, policy.ByPIN, policy.ByPass, policy.ByFace, policy.ByCardFace:
		default:
			continue // leaving and rescue, which are no way of a person's own
		}
		if a.Site.WithCard != (a.Means == policy.ByCardFace) && a.Face != nil {
			continue // the door takes faces in one way only
		}
		ways := policy.May(a)
		could, why := policy.MayEnter(ways)
		d := policy.Decide(a)
		if d.Grant && !could {
			t.Fatalf("Decide opens by %s (%s), May does not: %+v\n%+v", a.Means, d.Reason, why, a)
		}
		seen[could]++
		for _, w := range ways {
			b := a
			b.Means, b.CredentialID, b.Face = w.Means, w.CredentialID, nil
			if w.Means == policy.ByFace || w.Means == policy.ByCardFace {
				b.Face = &policy.Face{Score: 1, RunnerUp: -1, Live: 1, Frames: 9}
			}
			if b.Site.TwoPersons > 0 {
				b.Site.First = policy.First{Person: policy.PersonID{99}, At: later(b.At, b.Clock.Floor)}
			}
			if again := policy.Decide(b); again.Grant != w.Decision.Grant || again.Reason != w.Decision.Reason {
				t.Fatalf("%s: Decide says %v %s, May %v %s", w.Means, again.Grant, again.Reason, w.Decision.Grant,
					w.Decision.Reason)
			}
		}
	}
	if seen[true] < 1000 || seen[false] < 1000 {
		t.Errorf("could %d times, could not %d times", seen[true], seen[false])
	}
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// TestNextEntry: the next moment that the hours and the lease allow, by the minute.
func TestNextEntry(t *testing.T) {
	monday := time.Date(2026, 11, 30, 20, 10, 30, 0, time.UTC)
	day := policy.Access{Group: "day", Hours: hours(t, "mon-fri 07:00-18:00")}
	a := policy.Attempt{At: monday, Clock: policy.Clock{Trusted: true}, Door: "front",
		Site: policy.Site{Durable: true, Access: []policy.Access{day}},
		Person: &policy.Person{ID: policy.PersonID{1}, Groups: []string{"day"},
			Credentials: []policy.Credential{{ID: "card", Kind: policy.CardKind}}}}
	if may, d := policy.MayEnter(policy.May(a)); may || d.Reason != policy.ReasonHours {
		t.Errorf("%v %+v", may, d)
	}
	if got, want := policy.NextEntry(a), time.Date(2026, 12, 1, 7, 0, 0, 0, time.UTC); !got.Equal(want) {
		t.Errorf("next at %v, want %v", got, want)
	}
	a.Person.Credentials[0].From = time.Date(2026, 12, 1, 9, 30, 30, 0, time.UTC)
	if got, want := policy.NextEntry(a), time.Date(2026, 12, 1, 9, 31, 0, 0, time.UTC); !got.Equal(want) {
		t.Errorf("next at %v, want %v, when the card begins", got, want)
	}
	a.Person.Credentials[0].From = time.Time{}
	a.Person.Until = time.Date(2026, 12, 1, 7, 0, 0, 0, time.UTC)
	if got := policy.NextEntry(a); !got.IsZero() {
		t.Errorf("next at %v, after the lease", got)
	}
}

// TestNextEntryIsTheFirst: no earlier minute opens the door.
func TestNextEntryIsTheFirst(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 48))
	found, none := 0, 0
	for found < 10 || none < 2 {
		a := policytest.DrawAttempt(r)
		a.Clock, a.LastEntry = policy.Clock{Trusted: true}, time.Time{}
		a.Site.KeypadLockout, a.Site.FaceLockout = 0, 0
		if may, _ := policy.MayEnter(policy.May(a)); may || a.Person == nil {
			continue
		}
		got := policy.NextEntry(a)
		last := got
		if !got.IsZero() {
			found++
		} else if none++; none > 2 {
			continue // a week of minutes takes its time
		} else {
			last = a.At.Add(7*24*time.Hour + time.Minute)
		}
		b := a
		for b.At = a.At.Add(time.Minute); b.At.Before(last); b.At = b.At.Add(time.Minute) {
			if may, _ := policy.MayEnter(policy.May(b)); may {
				t.Fatalf("opens at %v, next at %v: %+v", b.At, got, a)
			}
		}
		if b.At = got; !got.IsZero() {
			if may, d := policy.MayEnter(policy.May(b)); !may {
				t.Fatalf("next at %v, and then it is %s", got, d.Reason)
			}
		}
	}
}

func hours(t *testing.T, spans ...string) (s policy.Schedule) {
	t.Helper()
	for _, text := range spans {
		var p policy.Span
		if err := p.UnmarshalText([]byte(text)); err != nil {
			t.Fatal(err)
		}
		s = append(s, p)
	}
	return s
}
