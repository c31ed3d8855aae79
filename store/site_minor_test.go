package store

import (
	"errors"
	"testing"

	"menshen/policy"
	"menshen/store/audit"
)

// TestRMinorAtAllDoors: who is entered as a child at one door is a child at each, so that no door
// takes a face without a guardian's consent; one that took it before it heard of that destroys it.
func TestRMinorAtAllDoors(t *testing.T) {
	s := newSite(t, 2)
	defer s.close()
	a, b := s.doors[0], s.doors[1]
	li, wang := s.add(a, s.numbers[0]), s.add(a, s.numbers[1])
	s.settle()
	s.enrol(b, wang)
	for _, id := range []policy.PersonID{li, wang} {
		s.must(a.ChangePerson("op", id, audit.PersonCorrected, func(p *policy.Person) error {
			p.Face.Minor = true
			return nil
		}))
	}
	s.settle()
	s.agree()
	notice, err := b.PutNotice("op", "notice", "en")
	s.must(err)
	if err := b.consent(li, notice); !errors.Is(err, policy.ErrNeedsGuardian) {
		t.Errorf("the other door takes a child's own yes: %v", err)
	}
	if p := must(b.Person(wang)); p.HasFace() || !p.Face.Minor {
		t.Errorf("the other door keeps a child's face without a guardian's yes: %+v", p.Face)
	}
}
