package policy_test

import (
	"slices"
	"testing"
	"time"

	"menshen/internal/attack"
	"menshen/policy"
	"menshen/policy/policytest"
)

// TestAttackPolicy draws attempts of every kind and holds each decision against mayOpen, which
// states the rules again and in another way: who opens where the rules say no, or is shut out
// where they say yes, is a fault.
func TestAttackPolicy(t *testing.T) {
	c := attack.Run(t, "policy: attempts against a second statement of the rules", 20, func(c *attack.Campaign) {
		for range 1000 {
			a := policytest.DrawAttempt(c.Rand)
			d := policy.Decide(a)
			want := mayOpen(a)
			switch {
			case d.Grant && !want:
				t.Fatalf("opened against the rules: %+v\n%+v", d, describe(a))
			case !d.Grant && want:
				t.Fatalf("shut out against the rules (%s): %+v", d.Reason, describe(a))
			case d.Grant:
				c.Count("granted")
			default:
				c.Count("denied")
			}
		}
	})
	if c.Counted("granted") == 0 || c.Counted("denied") == 0 {
		t.Error("the attempts do not reach both answers")
	}
}

// describe is an attempt with what it points at.
func describe(a policy.Attempt) []any {
	all := []any{a}
	if a.Person != nil {
		all = append(all, *a.Person)
	}
	if a.Face != nil {
		all = append(all, *a.Face)
	}
	return all
}

// mayOpen states who may open, from the law and the glossary, not from
// package policy's list of questions.
func mayOpen(a policy.Attempt) bool {
	now := a.At
	if a.Clock.Floor.After(now) {
		now = a.Clock.Floor
	}
	switch a.Means {
	case policy.ByFire, policy.ByREX, policy.ByStaff, policy.ByConsole:
		return true
	}
	emergency := a.Site.Fire || a.Site.Evacuation
	if a.Site.Lockdown && !emergency {
		return false
	}
	kind := map[policy.Means]policy.CredentialKind{policy.ByCard: policy.CardKind, policy.ByCardFace: policy.CardKind,
		policy.ByPIN: policy.PINKind, policy.ByPass: policy.PassKind}[a.Means]
	face := a.Means == policy.ByFace || a.Means == policy.ByCardFace
	if kind == "" && !face || a.Person == nil {
		return false
	}
	p := a.Person
	if kind != "" {
		i := slices.IndexFunc(p.Credentials, func(k policy.Credential) bool { return k.ID == a.CredentialID })
		if i < 0 || !good(p.Credentials[i], kind, a, now) {
			return false
		}
	}
	if a.Means == policy.ByPIN && a.Site.KeypadLockout > 0 {
		return false
	}
	if face && !faceMayOpen(a, now) {
		return false
	}
	within := func(from, until time.Time) bool { return !now.Before(from) && (until.IsZero() || now.Before(until)) }
	if p.Blocked || !within(p.From, p.Until) || a.Site.Interlock || !inHours(a.Site.Access, p.Groups, now) {
		return false
	}
	if since := now.Sub(a.LastEntry); a.Site.Passback > 0 && !a.LastEntry.IsZero() && since >= 0 &&
		since < a.Site.Passback {
		return false
	}
	if a.Means == policy.ByCard && !cardAlone(a, now) {
		return false
	}
	if w := a.Site.TwoPersons; w > 0 {
		first, asWhom := a.Site.First, p.ID
		if a.Host != (policy.PersonID{}) { // a visitor is their host's second self
			asWhom = a.Host
		}
		if since := now.Sub(first.At); first.Person.IsZero() || first.Person == asWhom || since < 0 || since > w {
			return false
		}
	}
	return true
}

// cardAlone is whether the card alone lets its owner in: where faces are taken after the card, not
// if they have a PIN and ever chose a face; of the others with a face, only if that cannot be used,
// was refused within the last minute, or is to lie on a card and not on this one.
func cardAlone(a policy.Attempt, now time.Time) bool {
	p, s := a.Person, a.Site
	if !s.WithCard || p.Face.State == policy.FaceNever || p.Face.State == policy.FaceRefused {
		return true
	}
	hasPIN := s.Keypad && slices.ContainsFunc(p.Credentials, func(k policy.Credential) bool {
		return k.Kind == policy.PINKind && !k.Duress && k.Uses == 0 && !k.Revoked && !now.Before(k.From) &&
			(k.Until.IsZero() || now.Before(k.Until)) &&
			(k.Door == "" || k.Door == a.Door)
	})
	if hasPIN || p.Face.State != policy.FaceEnrolled {
		return !hasPIN
	}
	ago := now.Sub(s.Missed.At)
	missed := s.Missed.Person == p.ID && ago >= 0 && ago < time.Minute
	return p.Face.OnCard && !a.Carried || s.FacesOff != "" || !s.Durable || s.FaceLockout > 0 || missed
}

// inHours is whether one of the person's groups may come in at this hour of the day, in UTC.
func inHours(access []policy.Access, groups []string, now time.Time) bool {
	minute := now.Hour()*60 + now.Minute()
	for _, x := range access {
		if x.Group == "" || slices.Contains(groups, x.Group) {
			if span := x.Hours[0]; span.From <= minute && minute < span.To {
				return true
			}
		}
	}
	return len(access) == 0
}

// good is whether the credential presented may be used for the means now.
func good(k policy.Credential, kind policy.CredentialKind, a policy.Attempt, now time.Time) bool {
	switch {
	case k.Kind != kind, k.Revoked, k.Door != "" && k.Door != a.Door:
		return false
	case now.Before(k.From), !k.Until.IsZero() && !now.Before(k.Until), k.Uses > 0 && k.Used >= k.Uses:
		return false
	case kind == policy.PassKind && (!a.Clock.Trusted || k.Uses > 0 && !a.Site.Durable):
		return false
	}
	return true
}

// faceMayOpen is whether the face is good evidence, of a person who wants it looked at.
func faceMayOpen(a policy.Attempt, now time.Time) bool {
	f, p := a.Face, a.Person
	if a.Site.FacesOff != "" || !a.Site.Durable || a.Site.FaceLockout > 0 || f == nil || f.Quality != "" {
		return false
	}
	if !(f.Frames > 0 && f.Frames >= f.FramesMin && f.Live >= f.LiveMin && f.Score >= f.Threshold &&
		f.Score-f.RunnerUp >= f.Margin) {
		return false
	}
	c := p.Face
	if c.State != policy.FaceEnrolled || c.Notice == [32]byte{} || c.Minor && c.Guardian == "" ||
		c.CardRequired && a.Means == policy.ByFace {
		return false
	}
	return slices.ContainsFunc(p.Credentials, func(k policy.Credential) bool { // another way in, today and at this door
		return (k.Kind == policy.CardKind || k.Kind == policy.PINKind) && !k.Duress && k.Uses == 0 && !k.Revoked &&
			!now.Before(k.From) && (k.Until.IsZero() || now.Before(k.Until)) && (k.Door == "" || k.Door == a.Door) &&
			!slices.Contains(a.Site.Down, k.Kind)
	})
}
