// Package policytest draws attempts for the tests of whatever takes them.
package policytest

import (
	"math"
	"math/rand/v2"
	"time"

	"menshen/policy"
)

// DrawAttempt draws an attempt in which most things are in order: so about one in ten opens, and
// each rule is what refuses in turn.
func DrawAttempt(r *rand.Rand) policy.Attempt {
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
				CardRequired: rarely(), OnCard: rarely()}}
		a.Carried = a.Person.Face.OnCard && !rarely()
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
