package unit

import (
	"context"
	"time"

	"menshen/hal/scene"
	"menshen/policy"
	"menshen/recognizer/fusion"
	"menshen/store"
)

// What the tests look at besides, and do to a unit that they drive.

const (
	CodeGone     = codeGone
	PassDigits   = passDigits
	StrangeShown = strangeShown
)

// Refusals say what is told of each reason.
func Refusals() map[policy.Reason]scene.Scene { return refusals }

// Heard are those who were told aloud how a face is taken back.
func (u *Unit) Heard() int { return len(u.front.heard) }

// Due is how many erasures are due.
func (u *Unit) Due() int { return len(u.due.of) }

// EndFace ends a face as its owner may at the door.
func (u *Unit) EndFace(id policy.PersonID, why string, since time.Time) {
	u.endFace(id, erasure{asked: why, since: since})
}

// Erased says what came of its erasure.
func (u *Unit) Erased(id policy.PersonID, err error) { u.noteErased(id, u.due.of[id], err) }

// Durable says what came of a record.
func (u *Unit) Durable(err error) { u.noteDurable(err) }

// Steady is the clock that is never set.
func (u *Unit) Steady() time.Duration { return u.steady() }

// FaceLockout is how long the lockout of faces still lasts.
func (u *Unit) FaceLockout() time.Duration { return u.attempt(policy.ByFace, u.now()).Site.FaceLockout }

// LateRecord decides on a pass, and again as if its record came too late.
func (u *Unit) LateRecord(kept store.VisitorPass) (granted, anew policy.Decision, err error) {
	a := u.attempt(policy.ByPass, u.now())
	u.presentPass(&a, kept)
	u.fill(&a)
	granted = policy.Decide(a)
	if _, err := u.vault.RecordDecision(context.Background(), granted); err != nil {
		return granted, anew, err
	}
	return granted, u.decideUnrecorded(context.Background(), a, granted, store.ErrSlow), nil
}

// Challenge has the visit ask for an act, forgets what lamp and buzzer were to say, and
// gives what they say from now on.
func (u *Unit) Challenge() (said <-chan policy.Signal) {
	u.faces.conf.Challenge = fusion.Always
	u.faces.visit.Configure(u.faces.conf)
	for len(u.signals.next) > 0 {
		<-u.signals.next
	}
	return u.signals.next
}

// Asks is what the visit asks for, and SignalFor how lamp and buzzer do.
func (u *Unit) Asks() scene.Act             { return u.faces.asks }
func SignalFor(act scene.Act) policy.Signal { return signalFor[act] }

// VisitFace is what the visit holds of a face.
func (u *Unit) VisitFace() policy.Face { return u.faces.visit.Tick(u.now()).Face }

// VisitGoes reports whether anything is known of a visit at the readers.
func (u *Unit) VisitGoes() bool { return u.hand != handVisit{} }

// Entered is how many entrances are kept.
func (u *Unit) Entered() int { return len(u.site.entered) }

// TwoPersons sets the rule.
func (u *Unit) TwoPersons(within time.Duration) { u.rules.site.TwoPersons = within }

// WithCard sets whether faces are taken after the card, by the configuration as it is now.
func (u *Unit) WithCard(on bool) {
	u.cfg.Faces.WithCard = on
	u.rules.site = Rules(u.cfg)
}

// TakesCards reports whether a reader of cards works.
func (u *Unit) TakesCards() bool { return u.readerTakes(policy.CardKind) }

// Free reports whether free passage is on.
func (u *Unit) Free() bool { return u.door.Free }

// Send hands an event to the loop that runs.
func (u *Unit) Send(e any) { u.events <- e }

// Spoil sets why no face can be known.
func (u *Unit) Spoil(why error) { u.faces.unusable = why }

// SceneOf is what the door tells of a decision.
func (u *Unit) SceneOf(a policy.Attempt, d policy.Decision) scene.Scene { return u.sceneOf(a, d) }
