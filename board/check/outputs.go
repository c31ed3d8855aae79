package check

import (
	"context"

	"menshen/board/config"
	"menshen/internal/i18n"
)

// outputStep checks that an output beside the door goes on and off as told.
func outputStep(o config.Output) Step {
	return Step{
		ID: "output " + o.Name, Hands: true,
		Title: i18n.M("check.output-title", "The output %s", o.Name),
		Do: i18n.M("check.output-switched", "It is switched once, for five seconds. Look at what it is wired to, "+
			"and that nobody is in its way."),
		Expect: i18n.M("check.output-works", "What it is wired to does what it should, and the relay rests again."),
		run: func(ctx context.Context, r *run) error {
			set := r.door.Outputs[o.Name]
			defer set(false) // however the step ends; a failure shows below
			for _, on := range []bool{true, false} {
				if err := set(on); err != nil {
					return problem(i18n.M("check.output-not-switched", "It cannot be switched: %v", err),
						i18n.M("check.check-output-pin",
							"Check its pin in the configuration, and that there is no alarm."))
				}
				if err := r.pause(ctx, r.Patience/12); err != nil { // five seconds
					return err
				}
			}
			return r.must(ctx, "did it switch",
				i18n.M("check.did-output-switch",
					"Did the output %s do what it should, once, and does it rest now?", o.Name),
				problem(i18n.M("check.output-did-not-switch", "The output %s did not do what it was told.", o.Name),
					i18n.M("check.output-remedy",
						"On at rest: change active (high, low) or fail_safe, or wire the other contact of the relay "+
							"(NO, NC). Nothing: listen whether the relay clicks, and check its wires and supply.")))
		},
	}
}
