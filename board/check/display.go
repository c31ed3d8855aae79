package check

import (
	"context"

	"menshen/hal/scene"
	"menshen/internal/i18n"
	"menshen/internal/i18n/catalogue"
)

// displayStep has the door show a picture. Only eyes can tell whether it is whole and upright.
func displayStep(d Door) Step {
	words := catalogue.In(d.Config.DisplayLanguage()).Say(scene.Scene{Kind: scene.Opened}.Title())
	s := Step{
		ID: "display", Hands: true,
		Title: i18n.M("check.display-step", "The display"),
		Do:    i18n.M("check.display-do", "The door shows an open door with an arrow, and the words: %s.", words),
		Expect: i18n.M("check.display-expect",
			"Picture and words are whole, upright, and read easily from two metres."),
		run: func(ctx context.Context, r *run) error {
			screen := i18n.M("check.display-remedy", "Check the screen's cable and supply, and [display] screen: "+
				"turn, size and colours stand there ('menshen display try SCREEN' shows all).")
			f, end, err := r.door.Show(ctx)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err != nil {
				return problem(i18n.M("check.display-fails", "The display shows nothing: %v", i18n.Of(err)), screen)
			}
			defer end()
			r.measured("took", i18n.M("check.display-took", "From the event to the picture"), ms(f.Took), "ms")
			r.remark = i18n.M("check.display-remark", "%s; %s", f.Screen, f.Confined)
			if f.Font != "" {
				return problem(i18n.M("check.display-font", "The display cannot write Chinese: %s", f.Font),
					i18n.M("check.display-install-font", "Install the package fonts-noto-cjk."))
			}
			return r.must(ctx, "do you see it",
				i18n.M("check.do-you-see", "Do you see the open door with its arrow, and beside or below it \"%s\", "+
					"whole and upright?", words),
				problem(i18n.M("check.display-not-seen", "The screen took the picture, and nobody saw it well."),
					screen))
		},
	}
	switch {
	case !d.Config.Shows():
		s.absent = notConfigured("[display]")
	case d.Show == nil:
		s.absent = i18n.M("check.display-busy-elsewhere", "It is tried while the service is stopped.")
	}
	return s
}
