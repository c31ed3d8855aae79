package policy_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"menshen/internal/attack"
	"menshen/policy"
)

// TestAttackPolicy draws attempts of every kind and holds each decision against mayOpen, which
// states the rules again and in another way: who opens where the rules say no, or is shut out
// where they say yes, is a fault.
func TestAttackPolicy(t *testing.T) {
	c := attack.Run(t, "policy: attempts against a second statement of the rules", 20, func(c *attack.Campaign) {
		for range 1000 {
			a := drawAttempt(c.Rand)
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
// if they have a PIN and ever chose a face; of the others with a face, only if that cannot be used
// or was refused within the last minute.
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
	return s.FacesOff != "" || !s.Durable || s.FaceLockout > 0 || s.Missed.Person == p.ID && ago >= 0 &&
		ago < time.Minute
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

// drawAttempt draws an attempt in which most things are in order: so about one in ten opens, and
// each rule is what refuses in turn.
func drawAttempt(r *rand.Rand) policy.Attempt {
	noon := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	rarely := func() bool { return r.IntN(25) == 0 }
	around := func() time.Time { // a time near noon, the very moment among them
		return noon.Add(time.Duration(r.IntN(5)-2) * time.Hour)
	}
	limit := func() time.Time {
		if !rarely() {
			return time.Time{}
		}
		return around()
	}
	lockout := func() time.Duration {
		if !rarely() {
			return 0
		}
		return time.Duration(r.IntN(5)-2) * time.Hour
	}
	pick := func(of ...float64) float64 { return of[r.IntN(len(of))] }
	figure := func(good float64) float64 {
		if rarely() {
			return pick(0, -1, good, math.NaN(), math.Inf(1), math.Inf(-1), good+1e-12, good-1e-12)
		}
		return good
	}
	key := func(id string, kind policy.CredentialKind) policy.Credential {
		k := policy.Credential{ID: id, Kind: kind, Revoked: rarely(), From: limit(), Until: limit(),
			Duress: kind == policy.PINKind && rarely()}
		if rarely() {
			k.Door = []string{"front", "back"}[r.IntN(2)]
		}
		if rarely() {
			k.Uses, k.Used = r.IntN(3), r.IntN(4)
		}
		return k
	}
	a := policy.Attempt{
		At: noon, Door: "front", CredentialID: "none",
		Means: []policy.Means{policy.ByCard, policy.ByPIN, policy.ByPass, policy.ByFace, policy.ByCardFace,
			policy.ByREX, policy.ByFire,
			policy.ByStaff, policy.ByConsole, "magic"}[min(r.IntN(60)/10+r.IntN(10)/9*5, 9)],
		Clock: policy.Clock{Trusted: !rarely(), Floor: limit()},
		Site: policy.Site{Durable: !rarely(), Lockdown: rarely(), Evacuation: rarely(), Fire: rarely(),
			FaceLockout: lockout(), KeypadLockout: lockout(),
			Interlock: rarely(), LongOpen: time.Minute},
		LastEntry: limit(),
	}
	if rarely() {
		a.Site.FacesOff = "R-PIA"
	}
	if rarely() {
		a.Site.Down = []policy.CredentialKind{[]policy.CredentialKind{policy.CardKind, policy.PINKind}[r.IntN(2)]}
	}
	if rarely() {
		a.Site.Passback = time.Duration(r.IntN(3)) * time.Hour
	}
	if rarely() {
		a.Site.TwoPersons = time.Duration(r.IntN(3)) * time.Hour
		a.Site.First = policy.First{Person: policy.PersonID{byte(r.IntN(3))}, At: around()}
	}
	if r.IntN(8) == 0 {
		a.Site.WithCard, a.Site.Keypad = true, r.IntN(2) == 0
		a.Site.Missed = policy.First{Person: policy.PersonID{byte(r.IntN(2))},
			At: noon.Add(-time.Duration(r.IntN(5)-1) * 30 * time.Second)}
	}
	if a.Means == policy.ByPass {
		a.Host = policy.PersonID{byte(r.IntN(3))}
	}
	for _, group := range []string{"", "cleaners", "tenants"} {
		if rarely() {
			span := [][2]int{{10, 14}, {12, 14}, {10, 12}, {13, 14}}[r.IntN(4)]
			hours := policy.Schedule{{Days: policy.Always[0].Days, From: 60 * span[0], To: 60 * span[1]}}
			a.Site.Access = append(a.Site.Access, policy.Access{Group: group, Hours: hours})
		}
	}
	if !rarely() {
		a.Person = &policy.Person{Groups: [][]string{{"tenants"}, {"tenants", "cleaners"}, nil}[r.IntN(3)],
			ID: policy.PersonID{1}, From: limit(), Until: limit(), Blocked: rarely(), LongOpen: rarely(),
			Credentials: []policy.Credential{key("card", policy.CardKind), key("pin", policy.PINKind),
				key("pass", policy.PassKind)},
			Face: policy.FaceConsent{State: policy.FaceEnrolled, Notice: [32]byte{1}, Minor: rarely(),
				CardRequired: rarely()}}
		if rarely() {
			a.Person.Face.State = []policy.FaceState{policy.FaceNever, policy.FaceRefused, policy.FaceConsented,
				policy.FaceWithdrawn}[r.IntN(4)]
		}
		if rarely() {
			a.Person.Face.Notice = [32]byte{}
		}
		if rarely() {
			a.Person.Face.Guardian = "mother"
		}
		if rarely() {
			a.Person.Credentials = nil
		}
		a.CredentialID = map[policy.Means]string{policy.ByCard: "card", policy.ByCardFace: "card",
			policy.ByPIN: "pin", policy.ByPass: "pass"}[a.Means]
		if rarely() {
			a.CredentialID = []string{"card", "pin", "pass", ""}[r.IntN(4)]
		}
	}
	if a.Means == policy.ByFace || a.Means == policy.ByCardFace || rarely() {
		a.Face = &policy.Face{Score: figure(.7), RunnerUp: figure(.1), Threshold: figure(.5), Margin: figure(.05),
			Live: figure(.9), LiveMin: figure(.5),
			Frames: 5, FramesMin: 3}
		if rarely() {
			a.Face.Frames, a.Face.FramesMin = r.IntN(3)-1, r.IntN(3)-1
		}
		if rarely() {
			a.Face.Quality = "come closer"
		}
		if rarely() {
			a.Face = nil
		}
	}
	return a
}
