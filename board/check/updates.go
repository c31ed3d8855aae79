package check

import (
	"context"

	"menshen/internal/i18n"
)

// updatesStep asks whether the board's boot loader can try an update and go back by itself. A door
// with an old one works, so it passes, with a remark.
func updatesStep(loader *LoaderFacts) Step {
	s := Step{
		ID:    "updates",
		Title: i18n.M("check.updates-step", "Updates"),
		Do: i18n.M("check.reads-boot-loader",
			"The program reads what the boot loader in the board's EEPROM tells of itself."),
		Expect: i18n.M("check.loader-tries", "It can start an update once, and then the system before."),
		run: func(_ context.Context, r *run) error {
			built := i18n.M("check.loader-on-storage", "it comes with the system")
			if !loader.Built.IsZero() {
				built = i18n.Verbatim(loader.Built.Format("2006-01-02"))
			}
			r.fact("built", i18n.M("check.loader-built", "Boot loader of"), built)
			if !loader.Tries {
				r.remark = i18n.M("check.loader-too-old",
					"The boot loader in the board's EEPROM is too old to try an update, so none can be installed: "+
						"renew it with the Raspberry Pi Imager (Misc utility images, Bootloader).")
			}
			return nil
		},
	}
	if loader == nil {
		s.absent = i18n.M("check.one-system", "This unit has one system, which apt updates.")
	}
	return s
}
