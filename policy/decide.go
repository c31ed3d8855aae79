package policy

import (
	"fmt"
	"slices"
	"time"
)

// DefaultRelease is how long a grant unlocks the door where nothing is configured.
const DefaultRelease = 5 * time.Second

// Decide answers one attempt. The questions are asked in the order below; the first that fails
// gives the reason, and only an attempt that fails none is granted.
//
//  0. Leaving and rescue (R-SAFE): fire, request to exit, staffed release and an operator's
//     command always open.
//  1. The door: a means that this version knows; the vault open; no lockdown, unless fire or
//     evacuation has opened the door anyway; no lockout of the keypad.
//  2. The credential (card, PIN, pass, card with face): known, not revoked, for this door, a
//     trusted clock for a pass, valid already, not expired, not used up; for a card, that it is
//     an AES card where the person needs one; and for a pass, that its use can be recorded
//     before the door opens.
//  3. Faces at this door: on (no broken rule, no fault), the audit log answers, no lockout.
//  4. The face: one was seen, well enough, in enough frames, alive, like an enrolled person,
//     and not like another.
//  5. The right to look: the person consented to a notice (R-CONSENT), or their guardian did
//     (R-MINOR).
//  6. The person: not blocked, lease begun, lease not over.
//  7. The face as a choice: another working way in (R-ALT), and the card with it where another
//     person looks alike.
//  8. The hour and the moment: the person's hours, anti-passback, interlock.
//  9. The second factor (factors.go): after a card at a door that takes faces after it, the
//     face or the PIN.
//  10. The second person, where two are needed.
//
// Who passes 1 to 5 is answered for each output beside the door too (output.go).
//
// A person who fails 3, 4 or 5 with a face alone is not named in the Decision: the unit had no
// right to recognise them. Steps 3, 4, 5 and 7 are not asked of a card, a PIN or a pass, and step 9
// only of people who chose a face (R-EQUAL).
func Decide(a Attempt) Decision {
	a.At = a.Clock.now(a.At)
	d := Decision{At: a.At, Door: a.Door, Means: a.Means, CredentialID: a.CredentialID}
	if a.Means != ByFace {
		d.name(a.Person)
	}
	d.Duress = underDuress(a)
	if reason, ok := alwaysOpen[a.Means]; ok {
		d.Trace = append(d.Trace, Check{Rule: string(RuleSafe), Pass: true, Detail: string(a.Means) + " always opens"})
		return d.grant(a, reason)
	}
	if !d.pass(a, identify) {
		return d
	}
	d.name(a.Person)
	if d.pass(a, authorize) {
		d = d.grant(a, opens[a.Means])
	}
	d.answerOutputs(a)
	return d
}

// alwaysOpen are the means of leaving and rescue (R-SAFE).
var alwaysOpen = map[Means]Reason{ByFire: ReasonFire, ByREX: ReasonREX, ByStaff: ReasonStaff, ByConsole: ReasonConsole}

// opens says which grant each of the other means leads to.
var opens = map[Means]Reason{ByCard: ReasonCard, ByPIN: ReasonPIN, ByPass: ReasonPass, ByFace: ReasonFace,
	ByCardFace: ReasonCardFace}

// question is one line of the deny order: of whom it is asked, what it is called in the trace, why
// it refuses, and how it is answered.
type question struct {
	appliesTo func(Means) bool
	name      string
	reason    Reason
	answer    func(Attempt) (pass bool, detail string)
}

// The sets of means that a question applies to.
func byAnyMeans(Means) bool     { return true }
func byCredential(m Means) bool { return m != ByFace }
func byAnyCard(m Means) bool    { return m == ByCard || m == ByCardFace }
func byCardOnly(m Means) bool   { return m == ByCard }
func byPIN(m Means) bool        { return m == ByPIN }
func byPass(m Means) bool       { return m == ByPass }
func byFace(m Means) bool       { return m == ByFace || m == ByCardFace }
func byFaceOnly(m Means) bool   { return m == ByFace }

// identify is steps 1 to 5 of the deny order: it ends with a person, recognised by right.
var identify = slices.Concat([]question{
	{byAnyMeans, "means known", ReasonMeans, meansKnown},
	{byAnyMeans, "no lockdown", ReasonLockdown, noLockdown},
	{byAnyMeans, "vault open", ReasonNoVault, func(a Attempt) (bool, string) { return !a.Site.NoVault, "" }},
}, credentialWorks, faceIsTheirs)

// credentialWorks is the rest of step 1 and step 2.
var credentialWorks = []question{
	{byPIN, "keypad not resting", ReasonKeypadLockout, func(a Attempt) (bool, string) {
		return lockoutOver(a.Site.KeypadLockout)
	}},

	{byCredential, "key known", ReasonUnknown, credentialKnown},
	{byCredential, "key not revoked", ReasonRevoked, notRevoked},
	{byCredential, "key for this door", ReasonWrongDoor, forThisDoor},
	{byCredential, "clock can date it", ReasonNoClock, clockCanDate},
	{byCredential, "key begun", ReasonNotYetValid, hasBegun},
	{byCredential, "key not over", ReasonExpired, notExpired},
	{byCredential, "key not used up", ReasonUsedUp, notUsedUp},
	{byAnyCard, "card good enough", ReasonNotAES, goodEnough},
	{byPass, "use can be counted", ReasonNotCounted, useCanBeCounted},
}

// faceIsTheirs is steps 3 to 5.
var faceIsTheirs = []question{
	{byFace, "faces on", ReasonFacesOff, facesOn},
	{byFace, "log durable", ReasonNotDurable, logDurable},
	{byFace, "faces not resting", ReasonFaceLockout, func(a Attempt) (bool, string) {
		return lockoutOver(a.Site.FaceLockout)
	}},

	{byFace, "face seen", ReasonNoFace, faceSeen},
	{byFace, "picture good", ReasonQuality, pictureGood},
	{byFace, "frames agree", ReasonFrames, framesAgree},
	{byFace, "alive", ReasonNotLive, alive},
	{byFace, "face known", ReasonNoMatch, faceKnown},
	{byFace, "like nobody else", ReasonAmbiguous, unlikeOthers},

	{byFace, string(RuleConsent), ReasonNoConsent, consented},
	{byFace, string(RuleMinor), ReasonNoGuardian, guardianConsented},
}

// authorize is steps 6 to 10 of the deny order: the person is known.
var authorize = slices.Concat(personMay, momentIsRight, personConfirmed)

// personMay is steps 6 and 7.
var personMay = []question{
	{byAnyMeans, "not blocked", ReasonBlocked, notBlocked},
	{byAnyMeans, "lease begun", ReasonLeaseAhead, leaseBegun},
	{byAnyMeans, "lease not over", ReasonLeaseOver, leaseNotOver},

	{byFace, string(RuleAlt), ReasonNoOtherWay, hasOtherWay},
	{byFaceOnly, "face alone allowed", ReasonCardRequired, faceAloneAllowed},
}

// momentIsRight is step 8.
var momentIsRight = []question{
	{byAnyMeans, "in their hours", ReasonHours, inTheirHours},
	{byAnyMeans, "not in just now", ReasonPassback, notInJustNow},
	{byAnyMeans, "other door closed", ReasonInterlock, otherDoorClosed},
}

// personConfirmed is steps 9 and 10.
var personConfirmed = []question{
	{byCardOnly, "no face to show", ReasonFaceRequired, faceNotShown},
	{byCardOnly, "card is enough", ReasonPINRequired, cardEnough},

	{byAnyMeans, "two persons", ReasonSecond, twoPersons},
}

// asked reports whether the question is put to the attempt. That of AES cards is only where a site
// has the rule, so that the traces of others stay as they are.
func (q question) asked(a Attempt) bool {
	return q.appliesTo(a.Means) && (q.reason != ReasonNotAES || len(a.Site.AESCards) > 0)
}

// pass asks the questions in order, writes each into the trace, and stops at the first that fails.
func (d *Decision) pass(a Attempt, order []question) bool {
	for _, q := range order {
		if !q.asked(a) {
			continue
		}
		ok, detail := q.answer(a)
		d.Trace = append(d.Trace, Check{Rule: q.name, Pass: ok, Detail: detail})
		if !ok {
			d.Reason = q.reason
			return false
		}
	}
	return true
}

// name writes down who it is.
func (d *Decision) name(p *Person) {
	if p != nil {
		d.Person = p.ID
	}
}

// grant opens, longer for a person who needs more time.
func (d Decision) grant(a Attempt, why Reason) Decision {
	d.Grant, d.Reason = true, why
	d.Release = a.Site.Release
	if d.Release <= 0 {
		d.Release = DefaultRelease
	}
	if a.Person != nil && a.Person.LongOpen {
		d.Release = max(d.Release, a.Site.LongOpen)
	}
	return d
}

// now is the time a decision uses: never before the floor.
func (c Clock) now(at time.Time) time.Time {
	if at.Before(c.Floor) {
		return c.Floor
	}
	return at
}

// stamp is a time in a trace, in the zone of the attempt; with a clock that
// cannot be trusted it says so.
func stamp(a Attempt, what string, t time.Time) string {
	if t.IsZero() {
		return "no limit"
	}
	s := fmt.Sprintf("%s %s", what, t.In(a.At.Location()).Format("2006-01-02 15:04"))
	if !a.Clock.Trusted {
		s += byUntrusted.String()
	}
	return s
}
