package unit

import (
	"menshen/policy"
	"menshen/recognizer/eye"
)

// Off is what keeps faces from working: a broken rule of the law, or a state of this unit; one of
// the two. The zero value: they work.
type Off struct {
	Rule  policy.RuleID
	State OffState
}

// OffState is what switches faces off besides rules of the law, in English words.
type OffState string

const (
	OffByConfig  OffState = "switched off in the configuration"
	OffCamera    OffState = "the camera has a fault"
	OffLocked    OffState = "locked until the passphrase is typed"
	OffAiming    OffState = "the camera is being aimed"
	OffFiles     OffState = "the face models or their calibration cannot be used"
	OffUnheard   OffState = "no other door of the site answers"
	OffUncounted OffState = "the rules are being checked" // for a moment after the start
)

// Is reports whether faces are off.
func (o Off) Is() bool { return o != Off{} }

// recoverable reports whether it is left to the eye to recover from.
func (o Off) recoverable() bool { return o.State == OffCamera }

// String is the rule's id, or the state; empty: faces work.
func (o Off) String() string {
	if o.Rule != "" {
		return string(o.Rule)
	}
	return string(o.State)
}

// facesOff says why faces do not work now. It runs on the loop.
func (u *Unit) facesOff() Off {
	switch {
	case !u.cfg.Faces.Enabled:
		return Off{State: OffByConfig}
	case u.faces.unusable != nil:
		return Off{State: OffFiles}
	case u.eye == nil:
		return Off{State: OffByConfig}
	}
	switch broken, counted := u.brokenRule(); {
	case !counted:
		return Off{State: OffUncounted}
	case broken != "":
		return Off{Rule: broken}
	case u.unheard():
		return Off{State: OffUnheard}
	case u.vault.FacesLocked():
		return Off{State: OffLocked}
	case u.faces.aiming:
		return Off{State: OffAiming}
	}
	switch s := u.eye.Status(); {
	case s.State == eye.Waiting, s.Camera != eye.CameraOK && s.Camera != eye.CameraOff:
		return Off{State: OffCamera}
	}
	return Off{}
}

// brokenRule asks the law, which first hears how the door is at this moment.
func (u *Unit) brokenRule() (policy.RuleID, bool) {
	u.publish()
	return u.law.Broken()
}

// publish tells the law how the door is at this moment. Of a seat there is nothing to tell.
func (u *Unit) publish() {
	if u.cfg.Seat() {
		return
	}
	input := func(role string) bool {
		_, wired := u.hw.Inputs[role]
		return wired && u.faults["input "+role] == ""
	}
	card, pin := u.readerTakes(policy.CardKind), u.readerTakes(policy.PINKind)
	u.law.Publish(policy.DoorFacts{
		Name: u.cfg.Unit.Name, Place: policy.Place(u.cfg.Unit.Location), Faces: u.cfg.Faces.Enabled,
		CardReader: card, Keypad: pin, StaffedRelease: input("staff"), Withdraw: card || pin,
		REX: input("rex"), FireInput: input("fire"), SafeState: u.cfg.Relay.Pin != "",
	}, u.brokenKinds())
}
