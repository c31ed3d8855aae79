package check

import (
	"context"
	"errors"

	"menshen/internal/i18n"
	"menshen/recognizer/eye"
)

const (
	provedBy  = 3    // pairs in a row that show what is asked for
	leastLit  = 0.03 // of the picture becomes brighter by the emitter
	leastGain = 12.0 // and a face at arm's length by so many grey levels
	// A lit telephone is as bright as this for a camera that sees visible light: such a one takes a
	// screen for a head.
	brightScreen = 90.0
)

// infraredStep checks by the picture alone that the second camera sees infrared and that the
// emitter is its light: a device's name is no proof of either.
func infraredStep(there bool) Step {
	s := Step{
		ID: "infrared", Hands: true,
		Title: i18n.M("check.infrared-step", "The infrared camera"),
		Do: i18n.M("check.infrared-do", "Its light goes on and off. You stand before it, and then hold a telephone "+
			"before it. No picture is kept."),
		Expect: i18n.M("check.infrared-expect", "The light makes your face brighter, at the place where the camera "+
			"has it; a lit screen stays dark."),
		run: func(ctx context.Context, r *run) error {
			head, err := r.infrared(ctx, "stand", i18n.M("check.infrared-stand",
				"Stand before the camera, an arm's length away, and look at it."),
				func(f InfraredFacts) bool { return f.Face && f.Lit-f.Dark >= leastGain && f.Changed >= leastLit })
			if err != nil {
				return err
			}
			r.measured("changed", i18n.M("check.infrared-changed", "Of the picture brighter by the emitter"),
				100*head.Changed, "%")
			r.measured("lit", i18n.M("check.infrared-lit", "Face with the emitter"), head.Lit, "")
			r.measured("dark", i18n.M("check.infrared-dark", "Face without"), head.Dark, "")
			if err := r.must(ctx, "telephone there", i18n.M("check.infrared-phone",
				"Hold a telephone with a white picture, as bright as it can be, a hand's length before the infrared "+
					"camera, so that it fills the middle, a little tilted. Is it there?"),
				problem(i18n.M("check.infrared-no-phone", "It was not tried with a lit screen."),
					i18n.M("check.infrared-again", "Repeat the step."))); err != nil {
				return err
			}
			phone, err := r.infrared(ctx, "phone", i18n.M("check.infrared-hold", "Hold it there."),
				func(f InfraredFacts) bool { return f.Middle < brightScreen && f.Middle < head.Lit })
			if err != nil {
				return err
			}
			r.measured("screen", i18n.M("check.infrared-screen", "Lit screen"), phone.Middle, "")
			return nil
		},
	}
	if !there {
		s.absent = notConfigured("[infrared]")
	}
	return s
}

// infrared gives a task and watches the camera until what it shows is good some times in a row.
func (r *run) infrared(ctx context.Context, id string, task i18n.Message, good func(InfraredFacts) bool) (
	last InfraredFacts, err error) {
	r.Do(Task{id, task, r.Patience})
	ctx, cancel := context.WithTimeoutCause(ctx, r.Patience, errInTime)
	defer cancel()
	row := 0
	err = r.door.Infrared(ctx, func(f InfraredFacts) bool {
		if last = f; !good(f) {
			row = 0
		} else {
			row++
		}
		return row >= provedBy
	})
	switch {
	case err == nil:
		return last, nil
	case !errors.Is(context.Cause(ctx), errInTime) && ctx.Err() != nil:
		return last, ctx.Err()
	}
	return last, infraredProblem(last, err, id)
}

// errInTime is the cause when a task was not done in time.
var errInTime = errors.New("not in time")

// infraredProblem says what the last pair showed, or why there is none.
func infraredProblem(f InfraredFacts, err error, id string) *Problem {
	wiring := i18n.M("check.infrared-wiring",
		"Check [infrared] source and emitter, the emitter's wire, supply and pin; keep sunlight away.")
	switch {
	case f == InfraredFacts{}:
		return problem(i18n.M("check.infrared-nothing", "The infrared camera does not work: %v", err), wiring)
	case f.State != "ok" && f.State != "unlit":
		return problem(i18n.M("check.infrared-fault", "The infrared camera does not work: %v: %s", i18n.Word(f.State),
			f.Detail), wiring)
	case f.Changed < leastLit:
		return problem(i18n.M("check.infrared-unlit", "The emitter changes nothing in the picture."), wiring)
	case id == "phone":
		return problem(i18n.M("check.infrared-visible", "A lit screen is bright in its picture (%.0f): it sees "+
			"visible light, or the screen throws the emitter's light back.", f.Middle),
			i18n.M("check.infrared-filter", "Tilt the telephone and repeat the step. If it stays bright, the camera "+
				"is not an infrared one, or lacks its filter: another one is needed."))
	case !f.Face:
		return problem(i18n.M("check.infrared-no-face", "Your face is not at the same place in both pictures."),
			i18n.M("check.infrared-view", "Type 'aim' at the console: it tells [infrared] view. Both cameras must "+
				"look the same way."))
	}
	return problem(i18n.M("check.infrared-weak", "The emitter makes your face too little brighter: %.0f with it, "+
		"%.0f without.", f.Lit, f.Dark),
		i18n.M("check.infrared-stronger", "Bring the emitter nearer, or use a stronger one; keep sunlight away."))
}

// InfraredOf gives what a picture of the infrared camera tells, and what the eye tells of it.
func InfraredOf(p *eye.Picture, s eye.Status) InfraredFacts {
	sum, n := 0, 0
	for y := p.Height / 3; y < 2*p.Height/3; y++ {
		for _, v := range p.Grey[y*p.Width+p.Width/3 : y*p.Width+2*p.Width/3] {
			sum, n = sum+int(v), n+1
		}
	}
	light, middle := p.Light, float64(sum)/float64(max(n, 1))
	return InfraredFacts{State: string(s.Infrared), Detail: s.Unlit, Changed: float64(light.Changed),
		Face: light.Face > 0, Lit: float64(light.Lit), Dark: float64(light.Dark), Middle: middle}
}
