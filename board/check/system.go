package check

import (
	"context"
	"fmt"
	"time"

	"menshen/internal/i18n"
	"menshen/store"
)

// clockStep asks whether the time is right, and reports where it comes from.
func clockStep() Step {
	return Step{
		ID: "clock", Hands: true,
		Title: i18n.M("check.clock-step", "The clock"),
		Do:    i18n.M("check.compare-with-watch", "Compare the unit's time with a watch."),
		Expect: i18n.M("check.right-to-the-minute",
			"Right to the minute, and not behind what the unit recorded before."),
		run: func(ctx context.Context, r *run) error {
			c, err := r.door.Clock()
			if err != nil {
				return problem(i18n.M("check.clock-not-read", "The clock cannot be read: %v", err),
					i18n.M("check.check-vault", "Check the vault with 'menshen vault check'."))
			}
			remedy := i18n.M("check.set-clock",
				"Set it (date, or 'clock' at the console), and fit a clock chip if it does not keep the time "+
					"without power.")
			r.fact("source", i18n.M("check.clock-source", "The time comes from"), clockSource(c.Source))
			if c.Now.Before(c.Floor.Add(-time.Minute)) {
				return problem(i18n.M("check.clock-behind", "The clock is behind the unit's own records."), remedy)
			}
			if ahead := c.Now.Sub(c.Floor); !c.Floor.IsZero() && ahead > store.FarJump {
				days := int(ahead / (24 * time.Hour))
				return problem(i18n.M("check.clock-ahead",
					"The clock is %d days ahead of the unit's own records, so the unit does not trust it.", days),
					i18n.M("check.clock-ahead-remedy",
						"If it is right, start the unit and have a manager set the time with 'clock' at the "+
							"console; otherwise correct it."))
			}
			now := c.Now.In(r.door.Config.Site.Location()).Format("2006-01-02 15:04:05 -07:00")
			r.fact("time", i18n.M("check.units-time", "The unit's time"), i18n.Verbatim(now))
			if c.Source == "" {
				r.remark = i18n.M("check.no-clock-chip-remark",
					"Without a clock chip the unit does not know the time after a power cut until it is set: "+
						"until then passes and schedules do not work.")
			}
			return r.must(ctx, "is the time right",
				i18n.M("check.is-time-right", "The clock says %s. Is that right, to the minute?", now),
				problem(i18n.M("check.clock-wrong", "The clock is wrong."), remedy))
		},
	}
}

func clockSource(source string) i18n.Message {
	switch source {
	case "rtc":
		return i18n.M("check.clock-of-chip", "a clock chip")
	case "sync":
		return i18n.M("check.clock-of-kernel", "a source that the kernel follows, such as GPS")
	}
	return i18n.M("check.clock-of-nothing", "no clock chip")
}

// keyStep reports where the root key is kept. A file beside the data passes with a remark,
// since a bench has no other place.
func keyStep() Step {
	return Step{
		ID:    "key",
		Title: i18n.M("check.key-step", "Where the key is kept"),
		Do: i18n.M("check.looks-for-key",
			"The program looks where the vault's root key comes from. It has opened the vault with it."),
		Expect: i18n.M("check.key-apart", "Not in clear beside the data: a sealed credential or a TPM."),
		run: func(_ context.Context, r *run) error {
			r.fact("kind", i18n.M("check.key-source", "Key source"), i18n.Verbatim(r.door.Key.Kind))
			if !r.door.Key.Apart {
				r.remark = i18n.M("check.key-on-disk",
					"The key is a file on the unit's own disk: a person who takes the disk has both. "+
						"For a door in use, move the key: menshen vault key.")
			}
			return nil
		},
	}
}

// watchdogStep checks that a program that hangs is started again, and
// that a board that hangs is too.
func watchdogStep(there bool) Step {
	s := Step{
		ID:     "watchdog",
		Title:  i18n.M("check.watchdog-step", "Watchdog"),
		Do:     i18n.M("check.asks-systemd", "The program asks systemd how the service is watched."),
		Expect: i18n.M("check.service-is-watched", "The service starts at boot, is watched, and is started again."),
		run: func(ctx context.Context, r *run) error {
			w, err := r.door.Watchdog(ctx)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			install := i18n.M("check.install-service",
				"Install the package menshen, or 'make install', and leave its service as it is; then 'systemctl "+
					"daemon-reload' and 'systemctl enable menshen'.")
			switch {
			case err != nil:
				return problem(i18n.M("check.systemd-silent", "systemd cannot be asked: %v", err), install)
			case !w.Installed:
				return problem(i18n.M("check.no-service", "The service menshen is not installed."), install)
			case !w.Enabled:
				return problem(i18n.M("check.service-not-enabled", "The service does not start at boot."), install)
			case w.Service == 0:
				return problem(i18n.M("check.service-not-watched",
					"The service is not watched: WatchdogSec is not set."), install)
			case w.Restart != "always":
				return problem(i18n.M("check.service-not-restarted",
					"The service is not always started again: Restart=%s", w.Restart), install)
			}
			r.measured("service_s", i18n.M("check.service-watched-every", "The service is watched every"),
				w.Service.Seconds(), "s")
			switch {
			case w.Hardware == "":
				r.remark = i18n.M("check.board-has-no-watchdog", "The board has no watchdog of its own.")
			case w.Fed == 0:
				r.remark = i18n.M("check.watchdog-not-used",
					"The board's watchdog is not used: set RuntimeWatchdogSec=15 in /etc/systemd/system.conf.")
			default:
				r.fact("hardware", i18n.M("check.boards-watchdog", "The board's watchdog"), i18n.Verbatim(w.Hardware))
				r.measured("board_s", i18n.M("check.board-watched-every", "The board is watched every"),
					w.Fed.Seconds(), "s")
			}
			return nil
		},
	}
	if !there {
		s.absent = i18n.M("check.no-systemd", "This system does not run systemd.")
	}
	return s
}

// leastFPS, leastWidth and leastHeight are what it takes to see a person who walks up in time.
const (
	leastFPS                = 5
	leastWidth, leastHeight = 320, 240
)

// cameraStep checks that the eye, in its confined process, gets frames that change.
func cameraStep(there bool) Step {
	s := Step{
		ID: "camera", Hands: true,
		Title: i18n.M("check.camera-step", "The camera"),
		Do: i18n.M("check.camera-is-opened",
			"The camera is opened for a few seconds. No face is measured and no picture is kept."),
		Expect: i18n.M("check.pictures-come", "Pictures come and change, 5 a second or more, of 320×240 or more."),
		run: func(ctx context.Context, r *run) error {
			r.Tell(i18n.M("check.opening-camera", "Opening the camera; this takes some seconds."))
			c, err := r.door.Camera(ctx)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err != nil {
				return problem(i18n.M("check.camera-does-not-work", "The camera does not work: %v", err),
					i18n.M("check.check-camera", "Check its cable, [camera] source, and the models' folder."))
			}
			r.fact("state", i18n.M("check.camera-state", "State"), i18n.Verbatim(c.State))
			if c.State != "ok" {
				return problem(i18n.M("check.no-good-picture", "The camera gives no good picture: %s, %s",
					c.State, c.Detail),
					i18n.M("check.check-cap", "Check its cap, cable and light."))
			}
			r.fact("size", i18n.M("check.picture-size",
				"Picture size"), i18n.Verbatim(fmt.Sprintf("%d×%d", c.Width, c.Height)))
			r.measured("fps", i18n.M("check.pictures-a-second", "Pictures a second"), c.FPS, "/s")
			r.fact("confined", i18n.M("check.eye-confined-by", "The eye is confined by"), i18n.Verbatim(c.Confined))
			r.fact("models", i18n.M("check.models", "Models"), i18n.Verbatim(c.Models))
			r.fact("engine", i18n.M("check.engine", "Networks computed by"), i18n.Verbatim(c.Engine))
			if c.FPS < leastFPS || c.Width < leastWidth || c.Height < leastHeight {
				return problem(i18n.M("check.pictures-too-few", "The pictures are too few or too small."),
					i18n.M("check.ask-another-size",
						"Ask for another size in [camera] source (…@640x480), or use another port or a faster board."))
			}
			return nil
		},
	}
	if !there {
		s.absent = i18n.M("check.faces-not-enabled", "Faces are not enabled in the configuration.")
	}
	return s
}
