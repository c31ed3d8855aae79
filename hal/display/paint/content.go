package paint

import (
	"unicode"
	"unicode/utf8"

	"menshen/hal/scene"
	"menshen/internal/i18n"
)

// content is what is shown of a scene, before it has places.
type content struct {
	tone  tone
	signs []sign
	title string
	body  []string // paragraphs
	// Of a ring around the sign: how much of it is full, in thousandths; -1: there is none. A
	// countdown's is emptied by the clock.
	ring      int
	countdown bool
	done, of  int    // taps, as dots; zero: none
	foot      string // whom to call
	bell      bool   // a bell stands before the foot
	dense     bool   // Chinese: many strokes in a letter
}

// of gives the content of a scene.
func (p *Painter) of(s scene.Scene, lang i18n.Language) content {
	c := content{tone: toneOf(s.Kind), signs: p.signs(s), title: sentence(lang.Say(s.Title())), ring: -1,
		dense: lang.Code() == "zh"}
	if line := lang.Say(s.Line()); line != "" {
		c.body = append(c.body, sentence(line))
	}
	switch {
	case p.site.Contact == "":
	case s.Kind == scene.Broken, s.Kind == scene.Nobody, s.Kind == scene.SetUp,
		s.Kind == scene.Refused && s.Next == scene.AskStaff:
		c.body = append(c.body, p.site.Contact)
	case s.Kind == scene.Ready, s.Kind == scene.Lockdown, s.Kind == scene.Alarm:
		c.foot, c.bell = p.site.Contact, s.Ways.Has(scene.ByBell)
	}
	switch s.Kind {
	case scene.Enrolling, scene.WalkingUp: // pictures of a face
		if s.Wanted > 0 {
			c.ring = 1000 * min(s.Done, s.Wanted) / s.Wanted
		}
	case scene.Notice:
	default: // taps
		c.done, c.of = s.Done, min(s.Wanted, mostDots)
	}
	if s.Within > 0 {
		c.ring, c.countdown = 1000, true
	}
	return c
}

// sentence begins with a capital: advices and acts are in lower case, for elsewhere they follow a
// colon.
func sentence(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

// mostDots are shown of the taps of a gesture.
const mostDots = 10

func toneOf(k scene.Kind) tone {
	switch k {
	case scene.Opened, scene.Exit, scene.Free, scene.Stored, scene.Grown, scene.Carried, scene.Erased,
		scene.Coming:
		return good
	case scene.Refused, scene.Lockdown, scene.Broken, scene.NotErased, scene.Nobody, scene.Closing:
		return stop
	case scene.Alarm, scene.Fire, scene.Evacuation:
		return danger
	}
	return calm
}

// signs gives the pictograms of a scene, the most important one first. A face is the last of what
// opens the door.
func (p *Painter) signs(s scene.Scene) []sign {
	switch s.Kind {
	case scene.Ready:
		return p.ways(s.Ways)
	case scene.Acting:
		return []sign{actSigns[s.Act%scene.Act(len(actSigns))]}
	case scene.Looking, scene.Standing, scene.Enrolling, scene.WalkingUp:
		if s.Advice != scene.Fine && s.Advice.Valid() {
			return []sign{adviceSigns[s.Advice]}
		}
		if s.Kind == scene.WalkingUp {
			return []sign{signCloser}
		}
		return []sign{p.look()}
	case scene.Refused, scene.Waiting:
		all := []sign{kindSigns[s.Kind]}
		switch next := p.next(s.Next); {
		case next != noSign && s.Kind == scene.Waiting:
			return []sign{next}
		case next != noSign:
			all = append(all, next)
		}
		return all
	case scene.Consent, scene.Asking, scene.Writing:
		return []sign{signCard}
	}
	if k := int(s.Kind); k < len(kindSigns) && kindSigns[k] != noSign {
		return []sign{kindSigns[k]}
	}
	return []sign{signWrench}
}

func (p *Painter) ways(w scene.Ways) (all []sign) {
	for _, way := range []struct {
		has  scene.Ways
		sign sign
	}{
		{scene.ByCard, signCard}, {scene.ByCode, signKeypad}, {scene.ByPass, signPass}, {scene.ByFace, p.look()},
	} {
		if w.Has(way.has) {
			all = append(all, way.sign)
		}
	}
	if w.Has(scene.Resting) && !w.Has(scene.ByFace) {
		all = append(all, signFaceRests)
	}
	if len(all) == 0 {
		all = append(all, signLock)
	}
	return all
}

// look is a face with an arrow to where the camera is.
func (p *Painter) look() sign {
	switch p.site.Camera {
	case Below:
		return signLookDown
	case Left:
		return signLookLeft
	case Right:
		return signLookRight
	}
	return signLookUp
}

func (p *Painter) next(n scene.Next) sign {
	switch n {
	case scene.TapCard, scene.TapAgain:
		return signCard
	case scene.LookAgain:
		return p.look()
	case scene.TryLater:
		return signWait
	case scene.OtherHour:
		return signClock
	case scene.AskStaff:
		return signBell
	case scene.CloseOther:
		return signOtherDoor
	}
	return noSign
}

var actSigns = [...]sign{scene.NoAct: signStill, scene.CloseEyes: signCloseEyes,
	scene.TurnLeft: signTurnLeft, scene.TurnRight: signTurnRight}

var adviceSigns = [...]sign{
	scene.Fine: signStored, scene.ComeCloser: signCloser, scene.StepBack: signBack, scene.TooDark: signDark,
	scene.TooBright: signBright, scene.HoldStill: signStill, scene.LookStraight: signStraight,
	scene.Uncover: signUncover, scene.OneAtATime: signOne,
}

// kindSigns are those of kinds that have the same one always.
var kindSigns = [...]sign{
	scene.Waiting: signWait, scene.Code: signKeypad, scene.Second: signTwo, scene.Opened: signOpen,
	scene.Refused: signNoEntry, scene.Exit: signExit, scene.Free: signOpen, scene.Closing: signClose,
	scene.Alarm: signAlarm, scene.Fire: signFire, scene.Evacuation: signRun, scene.Lockdown: signLock,
	scene.Broken: signWrench, scene.SetUp: signWrench, scene.Staff: signStaff, scene.Notice: signPage,
	scene.SteppingOut: signAway, scene.Stored: signStored, scene.NotStored: signNotStored,
	scene.Grown: signStored, scene.Erased: signErased, scene.NotErased: signErasing, scene.Called: signBell,
	scene.Coming: signComing, scene.Nobody: signBellOff, scene.Carried: signStored,
}
