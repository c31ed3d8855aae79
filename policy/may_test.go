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
	a.Person.Until = time.Date(2026, 12, 1, 7, 0, 0, 0, time.UTC)
	if got := policy.NextEntry(a); !got.IsZero() {
		t.Errorf("next at %v, after the lease", got)
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
