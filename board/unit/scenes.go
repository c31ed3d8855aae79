package unit

import (
	"time"

	"menshen/hal/scene"
	"menshen/policy"
)

// scene is what the door tells now. It follows from the unit's state alone: what concerns
// everybody's safety first, then the last event for its time, then who is led through something,
// then the door.
func (u *Unit) scene(now time.Time) scene.Scene {
	f := &u.front
	switch {
	case u.door.Fire:
		return scene.Scene{Kind: scene.Fire}
	case u.door.Evacuation:
		return scene.Scene{Kind: scene.Evacuation}
	case u.steady() < f.until && !u.over(f.last):
		return f.last
	case u.faces.taking != nil:
		return u.faces.taking.scene()
	case f.guide.leads(u.steady()):
		return f.guide.scene
	case f.bell.rung():
		return f.bell.scene()
	}
	return u.sceneOfDoor(now)
}

// over reports whether the scene of an event is over before its time: who was let in is in.
func (u *Unit) over(s scene.Scene) bool {
	return (s.Kind == scene.Opened || s.Kind == scene.Exit) && !u.door.Unlocked && u.door.OpenedAt.IsZero()
}

// sceneOfDoor is what the door tells while nobody is answered or led.
func (u *Unit) sceneOfDoor(now time.Time) scene.Scene {
	ways := u.ways()
	act, advice := u.faces.visit.Prompt(now)
	switch card := u.faces.card; {
	case u.door.State == policy.Held, u.door.State == policy.Forced:
		return scene.Scene{Kind: scene.Alarm}
	case u.door.PreAlarmed:
		return scene.Scene{Kind: scene.Closing}
	case u.faces.aiming, u.checking != nil:
		return scene.Scene{Kind: scene.Staff}
	case u.door.Free:
		return scene.Scene{Kind: scene.Free}
	case u.storeless, u.faults["relay"] != "", ways&^scene.ByBell == 0:
		return scene.Scene{Kind: scene.Broken, Ways: ways & scene.ByBell}
	case u.site.lockdown():
		return scene.Scene{Kind: scene.Lockdown, Ways: ways & scene.ByBell}
	case act != scene.NoAct:
		return u.toCardOwner(scene.Scene{Kind: scene.Acting, Act: act})
	case card != nil:
		return u.toCardOwner(scene.Scene{Kind: scene.Looking, Advice: advice})
	}
	return scene.Scene{Kind: scene.Ready, Ways: ways, Advice: either(ways.Has(scene.ByFace), advice, scene.Fine)}
}

// toCardOwner tells it to the person whose card waits for their face, with how a face is taken back
// where they tap for that; or to whoever is there.
func (u *Unit) toCardOwner(s scene.Scene) scene.Scene {
	if card := u.faces.card; card != nil {
		s = card.manner.scene(s)
		if taps, of := u.back.Progress(); taps > 1 {
			s.MayWithdraw, s.Done, s.Wanted = true, taps, of
		}
	}
	return s
}

// ways are what opens the door from outside now.
func (u *Unit) ways() (w scene.Ways) {
	add := func(way scene.Ways, is bool) {
		if is {
			w |= way
		}
	}
	add(scene.ByCard, u.readerTakes(policy.CardKind))
	add(scene.ByCode, u.readerTakes(policy.PINKind))
	off := u.facesOff()
	shown := u.passes.reads && off.State != OffCamera
	add(scene.ByPass, u.cfg.Passes.Enabled && (shown || u.readerTakes(policy.PassKind)))
	if _, wired := u.hw.Inputs["bell"]; wired {
		add(scene.ByBell, u.faults["input bell"] == "")
	}
	chosen := u.faces.index.Len() > 0 || u.cfg.Faces.OnCard
	if u.eye == nil || !u.cfg.Faces.Enabled || !chosen || off.State == OffUncounted {
		return w // nobody here chose a face
	}
	rest := off.Is() || u.slow || u.tries.faces.Lockout(u.steady()) > 0
	add(either(rest, scene.Resting, scene.ByFace), true)
	add(scene.CardFirst, u.cfg.Faces.WithCard)
	return w
}

// answer tells the answer to an attempt: by lamp and buzzer where it is no, since the door's own
// steps do it where it is yes, and as a scene.
func (u *Unit) answer(a policy.Attempt, d policy.Decision) {
	s := u.sceneOf(a, d)
	switch {
	case d.Grant:
		u.show(s, max(d.Release, 3*time.Second))
	case d.Moves(): // an output alone: lamp and buzzer say yes, and the scene is again that of the door
		u.signals.say(d.Signal())
		u.front.until = 0
	case s.Kind == scene.Second:
		u.signals.say(d.Signal())
		u.show(s, u.rules.site.TwoPersons)
	default:
		u.tell(d.Signal(), s)
		u.keypad.patient = s.Kind == scene.Code && s.Unhurried
	}
}

// sceneOf is what the door tells of a decision. Who was recognised is spoken with in their own
// language; whoever holds a card that is not good is not, and learns nothing of its owner by that.
func (u *Unit) sceneOf(a policy.Attempt, d policy.Decision) scene.Scene {
	var s scene.Scene
	switch {
	case d.Grant && (d.Means == policy.ByREX || d.Means == policy.ByFire):
		s = scene.Scene{Kind: scene.Exit, Hushed: true} // who goes out knows, and nobody outside needs to
	case d.Grant && d.Means == policy.ByStaff && !u.front.bell.rung():
		s = scene.Scene{Kind: scene.Exit}
	case d.Grant:
		s = scene.Scene{Kind: scene.Opened}
	case guessable[d.Means] && d.Reason == policy.ReasonHours:
		s = refusal(policy.ReasonUnknown)
	default:
		s = refusal(d.Reason)
	}
	switch s.Kind {
	case scene.Refused:
		s.Ways = u.ways()
	case scene.Lockdown, scene.Broken:
		s.Ways = u.ways() & scene.ByBell
	}
	own := d.Grant || ofPerson[d.Reason] && !guessable[d.Means] || d.Means == policy.ByCardFace
	if a.Person != nil && d.Person == a.Person.ID && own {
		s = MannerOf(*a.Person).scene(s)
	}
	return s
}

// refusal is what is told of a refusal: what to do next, and nothing of the person.
func refusal(why policy.Reason) scene.Scene {
	if s, ok := refusals[why]; ok {
		return s
	}
	return scene.Scene{Kind: scene.Refused, Next: scene.AskStaff}
}

// next is a refusal after which one can do something.
func next(n scene.Next) scene.Scene { return scene.Scene{Kind: scene.Refused, Next: n} }

// refusals say for each reason of a refusal what is told. All that is about a person or their
// credential says the same.
var refusals = map[policy.Reason]scene.Scene{
	policy.ReasonLockdown: {Kind: scene.Lockdown}, policy.ReasonNoVault: {Kind: scene.Broken},
	policy.ReasonMeans: next(scene.AskStaff),

	policy.ReasonUnknown: next(scene.AskStaff), policy.ReasonRevoked: next(scene.AskStaff),
	policy.ReasonWrongDoor: next(scene.AskStaff), policy.ReasonNoClock: next(scene.AskStaff),
	policy.ReasonNotYetValid: next(scene.AskStaff), policy.ReasonExpired: next(scene.AskStaff),
	policy.ReasonUsedUp: next(scene.AskStaff), policy.ReasonNotAES: next(scene.AskStaff),
	policy.ReasonNotCounted:    next(scene.AskStaff),
	policy.ReasonKeypadLockout: next(scene.TryLater),

	policy.ReasonFacesOff: next(scene.TapCard), policy.ReasonNotDurable: next(scene.TapCard),
	policy.ReasonFaceLockout: next(scene.TapCard), policy.ReasonNotLive: next(scene.TapCard),
	policy.ReasonNoMatch: next(scene.TapCard), policy.ReasonAmbiguous: next(scene.TapCard),
	policy.ReasonNoConsent: next(scene.TapCard), policy.ReasonNoGuardian: next(scene.TapCard),
	policy.ReasonNoOtherWay: next(scene.TapCard), policy.ReasonCardRequired: next(scene.TapCard),
	policy.ReasonNoFace: next(scene.LookAgain), policy.ReasonQuality: next(scene.LookAgain),
	policy.ReasonFrames: next(scene.LookAgain),

	policy.ReasonBlocked: next(scene.AskStaff), policy.ReasonLeaseAhead: next(scene.AskStaff),
	policy.ReasonLeaseOver: next(scene.AskStaff), policy.ReasonHours: next(scene.OtherHour),
	policy.ReasonPassback: next(scene.AskStaff),

	policy.ReasonFaceRequired: {Kind: scene.Looking}, policy.ReasonPINRequired: {Kind: scene.Code},
	policy.ReasonInterlock: {Kind: scene.Waiting, Next: scene.CloseOther},
	policy.ReasonSecond:    {Kind: scene.Second},
	policy.ReasonEmergency: {Kind: scene.Fire}, // of an output, beside a door that is open
}

// guessable are the means that a stranger can try out at the keypad. A refusal tells them nothing:
// not by its words, nor by a language, whether a code is anybody's that opens at another hour.
var guessable = map[policy.Means]bool{policy.ByPIN: true, policy.ByPass: true}

// ofPerson are the refusals of a person whose credential or face is good. Of the others it is not
// known that they who stand there are the person on record.
var ofPerson = map[policy.Reason]bool{
	policy.ReasonBlocked: true, policy.ReasonLeaseAhead: true, policy.ReasonLeaseOver: true,
	policy.ReasonHours: true, policy.ReasonPassback: true, policy.ReasonPINRequired: true,
	policy.ReasonInterlock: true, policy.ReasonSecond: true, policy.ReasonNoOtherWay: true,
	policy.ReasonCardRequired: true,
}
