package check

import (
	"context"

	"menshen/internal/i18n"
)

var signalNames = map[string]i18n.Message{
	"green":  i18n.M("check.green-lamp", "green lamp"),
	"red":    i18n.M("check.red-lamp", "red lamp"),
	"buzzer": i18n.M("check.buzzer", "buzzer"),
	"camera": i18n.M("check.camera-lamp", "camera lamp"),

	"alarm":     i18n.M("check.alarm-contact", "contact for the alarm panel"),
	"duress":    i18n.M("check.duress-contact", "contact for the call for help"),
	"interlock": i18n.M("check.interlock-contact", "contact for the other door"),
}

// signalStep checks that a lamp or the buzzer goes on and off as told, and no other does.
func signalStep(role string) Step {
	name, known := signalNames[role]
	if !known {
		name = i18n.Verbatim(role)
	}
	return Step{
		ID: "signal " + role, Hands: true,
		Title:  i18n.M("check.signal-title", "The %v", name),
		Do:     i18n.M("check.blinks-three-times", "It goes on and off three times, slowly."),
		Expect: i18n.M("check.blinks-alone", "It alone goes on and off, and ends off."),
		run: func(ctx context.Context, r *run) error {
			if r.door.Hush != nil {
				defer r.door.Hush()()
			}
			out := r.door.Signals[role]
			defer out.Set(false)     // however the step ends; a failure shows below
			beat := r.Patience / 100 // 0.6 s
			for range 3 {
				for _, on := range []bool{true, false} {
					if err := out.Set(on); err != nil {
						return problem(i18n.M("check.signal-not-switched", "It cannot be switched: %v", err),
							i18n.M("check.check-signals-pin", "Check its pin in the configuration."))
					}
					if err := r.pause(ctx, beat); err != nil {
						return err
					}
				}
			}
			return r.must(ctx, "did it blink",
				i18n.M("check.did-signal-blink",
					"Did the %v go on and off three times, alone, and is it off now?", name),
				problem(i18n.M("check.signal-did-not-blink", "The %v did not go on and off as it was told.", name),
					i18n.M("check.signal-remedy",
						"Always on: change active (high, low). Another one went on: exchange the pins. Nothing: "+
							"check its wires and supply.")))
		},
	}
}
