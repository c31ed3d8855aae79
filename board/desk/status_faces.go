package desk

import (
	"math"

	"menshen/board/unit"
	"menshen/hal/scene"
	"menshen/internal/i18n"
	"menshen/recognizer/eye"
)

// remedies say what to do where faces are off for another reason than a rule.
var remedies = map[unit.OffState]i18n.Message{
	unit.OffByConfig: i18n.M("desk.switch-faces-on",
		"set [faces] enabled = true in the configuration, and name a camera"),
	unit.OffCamera: i18n.M("desk.see-camera", "see the camera's line: cap, cable, light"),
	unit.OffLocked: i18n.M("desk.unlock-faces", "type 'unlock' and the passphrase of the faces"),
	unit.OffAiming: i18n.M("desk.end-aiming", "a key at the console that shows the picture ends it"),
	unit.OffUnheard: i18n.M("desk.carry-site", "carry records between this door and another: "+
		"see 'site', and whether the network or the stick still comes here"),
	unit.OffFiles: i18n.M("desk.check-models",
		"run 'menshen config check', put right what it names, then start the door again ('systemctl restart menshen')"),
	unit.OffUncounted: i18n.M("desk.wait-for-count", "wait a moment; if it stays so, see the fault of the rules"),
}

// whyOff says why faces are off, and what to do; both empty: faces work.
func (d *Desk) whyOff(off unit.Off, lang i18n.Language) (why, fix string) {
	if r, known := remedies[off.State]; known {
		return lang.Say(i18n.Word(string(off.State))), lang.Say(r)
	}
	if why, fix = d.law.Why(off.Rule, lang); why != "" {
		return lang.Say(i18n.M("desk.rule-and-why", "%v: %s", off, why)), fix
	}
	return off.String(), ""
}

// facesOff is the error that faces are off, with the reason and the remedy.
func (d *Desk) facesOff(off unit.Off, lang i18n.Language) error {
	why, remedy := d.whyOff(off, lang)
	return i18n.Problem(i18n.E("desk.faces-off", "faces are off: %s", why), i18n.Verbatim(remedy))
}

// faceFacts are the parts of face entry that have a state of their own.
func (d *Desk) faceFacts(s unit.State, lang i18n.Language) (out []Fact) {
	f := s.Faces
	if s.Eye == nil || f.Unusable {
		return nil
	}
	if there := atTheDoor(s, lang); there != "" {
		out = append(out, Fact{Name: "at the door", State: there})
	}
	templates := Fact{Name: "templates", State: lang.Say(i18n.M("desk.templates-in-memory", "%d in memory", f.Rows))}
	switch {
	case f.Rows == 0:
	case f.Locked:
		templates.State += lang.Say(i18n.M("desk.out-of-swap", ", out of reach of swap"))
	default:
		templates.Fault = lang.Say(i18n.M("desk.templates-swappable",
			"swap could take them: give the service LimitMEMLOCK=infinity, or switch swap off"))
	}
	if f.Failures > 0 {
		tries := Fact{Name: "tries", State: lang.Say(i18n.M("desk.faces-denied",
			"%d faces denied in a row", f.Failures))}
		if f.Lockout > 0 {
			tries.State += lang.Say(i18n.M("desk.faces-locked-out",
				"; faces are locked out until %s, cards still open", d.clockTime(s.At.Add(f.Lockout))))
		}
		out = append(out, tries)
	}
	return append(out, templates, d.thresholdFact(f, lang))
}

// thresholdFact is the score that a face must reach at this door, where it was measured, and
// whether it keeps what was asked for.
func (d *Desk) thresholdFact(f unit.FaceState, lang i18n.Language) Fact {
	c, at := d.cfg.Faces, f.At
	threshold := Fact{Name: "threshold", State: lang.Say(i18n.M("desk.threshold",
		"score %.3f, one stranger in %.0f attempts (%v)",
		at.Threshold, math.Floor(at.OneIn+1e-6), i18n.Word(string(at.Basis))))}
	if f.Measured != "" {
		threshold.State += lang.Say(i18n.M("desk.measured-on-site",
			", measured with the site's own pictures of %s", f.Measured))
	}
	switch {
	case at.Kept():
	case c.WithCard:
		threshold.Fault = lang.Say(i18n.M("desk.threshold-unreachable",
			"one in %.0f was asked for, more than anything measured can promise: ask for less ([faces] "+
				"stranger_in), or measure on the site ('menshen eval')", f.Asked))
	default:
		threshold.Fault = lang.Say(i18n.M("desk.threshold-needs-card",
			"one stranger in %.0f was asked for, which %d people do not allow: let faces open after the card "+
				"([faces] with_card), or measure on the site ('menshen eval')", f.Asked, f.People))
	}
	return threshold
}

// atTheDoor says who stands at the door, and what they are asked to do; empty: no person.
func atTheDoor(s unit.State, lang i18n.Language) string {
	switch there, told := s.Faces.There, s.Scene; {
	case there == unit.Taken:
		return lang.Say(i18n.M("desk.enrolling", "a face is being enrolled: %v", told.Advice.Message()))
	case s.Aiming:
		return lang.Say(i18n.M("desk.aiming", "the camera is being aimed"))
	case there == unit.Present && told.Act != scene.NoAct:
		return lang.Say(i18n.M("desk.person-told", "a person: %v", told.Act.Message()))
	case there == unit.Present && told.Advice != scene.Fine:
		return lang.Say(i18n.M("desk.person-told", "a person: %v", told.Advice.Message()))
	case there == unit.Present && told.Kind == scene.Looking:
		return lang.Say(i18n.M("desk.person-told", "a person: %v", scene.LookStraight.Message()))
	case there == unit.Present:
		return lang.Say(i18n.M("desk.person-there", "a person"))
	}
	return ""
}

func cameraFact(s *eye.Status, lang i18n.Language) Fact {
	if s == nil {
		return Fact{Name: "camera", State: lang.Say(i18n.M("desk.none", "none"))}
	}
	f := Fact{Name: "camera", State: lang.Say(i18n.M("desk.camera-figures",
		"%v, %v, %.0f frames/s, process %d with %d MiB",
		i18n.Word(string(s.Camera)), i18n.Word(s.Mode.String()), s.FPS, s.PID, s.RSS>>20))}
	if s.Infrared != "" {
		f.State += lang.Say(i18n.M("desk.infrared-camera", "; infrared camera %v", i18n.Word(string(s.Infrared))))
	}
	if s.Engine != "" {
		f.State += lang.Say(i18n.M("desk.camera-engine", "; networks by %v", i18n.Verbatim(s.Engine)))
	}
	switch {
	case s.State == eye.Waiting && s.LastError != nil:
		f.Fault = s.LastError.Error()
	case s.Camera != eye.CameraOK && s.Camera != eye.CameraOff:
		f.Fault = s.Detail
	case s.Infrared != "" && s.Infrared != eye.CameraOK && s.Infrared != eye.CameraOff:
		f.Fault = lang.Say(i18n.M("desk.infrared-fault", "infrared camera %v: %s; faces are asked to act",
			i18n.Word(string(s.Infrared)), s.Unlit))
	}
	return f
}
