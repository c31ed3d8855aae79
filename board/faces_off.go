package board

import (
	"menshen/policy"
	"menshen/recognizer/eye"
)

// off is what keeps faces from working: a broken rule of the law, or a state of this unit; one of the two. The zero value: they work.
type off struct {
	rule  policy.RuleID
	state offState
}

// offState is what switches faces off besides rules of the law, in English words.
type offState string

const (
	offByConfig  offState = "switched off in the configuration"
	offCamera    offState = "the camera has a fault"
	offLocked    offState = "locked until the passphrase is typed"
	offAiming    offState = "the camera is being aimed"
	offFiles     offState = "the face models or their calibration cannot be used"
	offUncounted offState = "the rules are being checked" // for a moment after the start
)

func (o off) is() bool { return o != off{} }

// recoverable reports whether it is left to the eye to recover from.
func (o off) recoverable() bool { return o.state == offCamera }

// String is the rule's id, or the state; empty: faces work.
func (o off) String() string {
	if o.rule != "" {
		return string(o.rule)
	}
	return string(o.state)
}

// facesOff says why faces do not work now. It runs on the loop.
func (u *Unit) facesOff() off {
	switch {
	case !u.cfg.Faces.Enabled:
		return off{state: offByConfig}
	case u.faces.unusable != nil:
		return off{state: offFiles}
	case u.eye == nil:
		return off{state: offByConfig}
	}
	switch broken, counted := u.brokenRule(); {
	case !counted:
		return off{state: offUncounted}
	case broken != "":
		return off{rule: broken}
	case u.vault.FacesLocked():
		return off{state: offLocked}
	case u.faces.aiming:
		return off{state: offAiming}
	}
	switch s := u.eye.Status(); {
	case s.State == eye.Waiting, s.Camera != eye.CameraOK && s.Camera != eye.CameraOff:
		return off{state: offCamera}
	}
	return off{}
}
