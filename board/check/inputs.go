package check

import (
	"context"
	"time"

	"menshen/board/config"
	"menshen/internal/i18n"
	"menshen/policy"
)

// turns waits for the change that a task asks for, at or after a time. none is the
// problem when it does not come.
func (r *run) turns(ctx context.Context, role string, active bool, since time.Time, t Task,
	none *Problem) (c change, err error) {
	came, err := r.await(ctx, t.ID, t.Text, func() bool {
		c, err = r.changed(role, active, since)
		return err != nil || !c.At.IsZero()
	})
	if err == nil && came {
		return r.changed(role, active, since)
	}
	if err == nil {
		err = none
	}
	return c, err
}

// press asks the installer to make an input active. notAtRest is the problem when it is active
// already, dead when nothing comes.
func (r *run) press(ctx context.Context, role string, t Task, notAtRest, dead *Problem) (change, error) {
	if _, err := r.changed(role, true, r.began); err != nil {
		return change{}, err
	}
	if active, known, _, _ := r.lines.state(role); active || !known {
		return change{}, notAtRest
	}
	c, err := r.turns(ctx, role, true, r.began, t, dead)
	if err == nil {
		r.measured("bounce_on_ms", i18n.M("check.bounce-to-active", "Bounce, to active"), ms(c.Bounce), "ms")
	}
	return c, err
}

// letsGo asks the installer to bring the input back to rest.
func (r *run) letsGo(ctx context.Context, role string, pressed change, t Task) error {
	c, err := r.turns(ctx, role, false, pressed.At, t,
		problem(i18n.M("check.input-stays-active", "The input stays active."),
			i18n.M("check.input-sticks", "It sticks, or its wires touch: check it and its line.")))
	if err != nil {
		return err
	}
	r.measured("bounce_off_ms", i18n.M("check.bounce-to-rest", "Bounce, to rest"), ms(c.Bounce), "ms")
	r.measured("held_ms", i18n.M("check.active-for", "Active for"), ms(c.At.Sub(pressed.At)), "ms")
	return nil
}

// changed gives the first change to a state at or after a time, the zero value when there is none.
// The error is the problem of an input that cannot be read or does not come to rest.
func (r *run) changed(role string, active bool, since time.Time) (change, error) {
	c, _ := r.lines.since(role, active, since)
	_, _, chatters, err := r.lines.state(role)
	switch {
	case err != nil:
		return c, problem(i18n.M("check.input-not-read", "The input cannot be read: %v", err),
			i18n.M("check.check-inputs-pin", "Check its pin in the configuration, and the board of lines."))
	case chatters:
		return c, problem(i18n.M("check.contact-does-not-rest", "The contact does not come to rest."),
			i18n.M("check.loose-or-worn", "A wire is loose or the contact is worn: repair or replace it."))
	}
	return c, nil
}

// polarity is the remedy for an input that reports the opposite.
func polarity(role string) i18n.Message {
	return i18n.M("check.polarity", "Change active (high, low) of the %s input in the configuration, "+
		"or look for a wire that is off or touches another.", role)
}

func deadInput(what i18n.Message) *Problem {
	return problem(i18n.M("check.nothing-came", "Nothing came from the %v.", what),
		i18n.M("check.not-wired",
			"It is not wired, or to another pin: check its two wires and its pin in the configuration."))
}

// contactStep checks that the door contact tells open from closed.
func contactStep(c *config.Config) Step {
	return Step{
		ID: "contact", Hands: true, absent: absentUnless(c, "contact"),
		Title:  i18n.M("check.contact-step", "The door contact"),
		Do:     i18n.M("check.lock-released-open-door", "The lock is released. Open the door, then close it."),
		Expect: i18n.M("check.unit-sees-door-open", "The unit sees the door open, and closed again."),
		run: func(ctx context.Context, r *run) error {
			stuck := problem(i18n.M("check.contact-says-open",
				"The contact says that the door is open while it is closed."),
				polarity("contact"))
			closed, err := r.await(ctx, "close", i18n.M("check.close-door", "Close the door."), func() bool {
				active, known, _, _ := r.lines.state("contact")
				return known && !active
			})
			if err != nil {
				return err
			}
			if !closed {
				if _, err := r.changed("contact", true, r.door.now()); err != nil {
					return err
				}
				return stuck
			}
			began := r.door.now()
			if err := r.lock.Release(r.Patience); err != nil {
				return relayFailed(err)
			}
			open := Task{ID: "open", Text: i18n.M("check.open-door", "Open the door.")}
			if impulse(c) { // its pulse is over before the installer is there
				open.Text = i18n.M("check.open-door-by-hand", "Open the door, by its handle or the exit button.")
			}
			opened, err := r.turns(ctx, "contact", true, began, open,
				problem(i18n.M("check.contact-says-closed",
					"The contact says that the door is closed while it is open."),
					i18n.M("check.contact-stuck",
						"It is stuck, not wired, or its magnet is too far: check the gap, the two wires and the pin.")))
			if err != nil {
				return err
			}
			r.measured("bounce_on_ms", i18n.M("check.bounce-opening", "Bounce, opening"), ms(opened.Bounce), "ms")
			return r.letsGo(ctx, "contact", opened,
				Task{ID: "close", Text: i18n.M("check.close-door", "Close the door.")})
		},
	}
}

// rexStep checks that the exit button releases the lock at once.
func rexStep(c *config.Config) Step {
	return Step{
		ID: "rex", Safety: true, Hands: true, absent: absentUnless(c, "rex"),
		Title:  i18n.M("check.exit-button-step", "The exit button"),
		Do:     i18n.M("check.press-exit-button", "Press the exit button inside, hold it for a second, and let it go."),
		Expect: i18n.M("check.lock-lets-go-at-once", "The lock lets go at once."),
		run: func(ctx context.Context, r *run) error {
			on := Task{ID: "press", Text: i18n.M("check.hold-exit-button", "Press the exit button and hold it.")}
			pressed, err := r.press(ctx, "rex", on,
				problem(i18n.M("check.exit-button-active", "The unit sees the exit button pressed while it is not."),
					polarity("rex")),
				deadInput(i18n.M("check.exit-button", "exit button")))
			if err != nil {
				return err
			}
			if err := r.letGo(ctx, pressed, policy.ReasonREX); err != nil {
				return err
			}
			if err := r.letsGo(ctx, "rex", pressed,
				Task{ID: "let go", Text: i18n.M("check.let-go", "Let it go.")}); err != nil {
				return err
			}
			return r.must(ctx, "did it let go",
				i18n.M("check.did-lock-let-go", "Did the lock let go when you pressed?"),
				problem(i18n.M("check.relay-moved-lock-did-not", "The relay moved but the lock did not let go."),
					i18n.M("check.check-locks-wires", "Check the lock's wires and its power supply.")))
		},
	}
}

// fireStep checks that the fire input releases the lock and keeps it released until it is cleared.
func fireStep(c *config.Config) Step {
	return Step{
		ID: "fire", Safety: true, Hands: true, absent: absentUnless(c, "fire"),
		Title: i18n.M("check.fire-step", "The fire input"),
		Do: i18n.M("check.raise-and-clear-fire",
			"Raise the fire input: the panel's test key, or the line's plug. Then clear it."),
		Expect: i18n.M("check.lock-lets-go-until-cleared",
			"The lock lets go at once, and stays so until the input is cleared."),
		run: func(ctx context.Context, r *run) error {
			on := Task{ID: "raise", Text: i18n.M("check.raise-fire", "Raise the fire input.")}
			raised, err := r.press(ctx, "fire", on,
				problem(i18n.M("check.fire-without-fire", "The fire input reports a fire while there is none."),
					polarity("fire")),
				deadInput(i18n.M("check.fire-input", "fire input")))
			if err != nil {
				return err
			}
			if err := r.letGo(ctx, raised, policy.ReasonFire); err != nil {
				return err
			}
			if err := r.lock.Secure(); err != nil { // which must not lock
				return relayFailed(err)
			}
			err = r.must(ctx, "did it let go",
				i18n.M("check.did-lock-let-go-and-stay", "Did the lock let go, and is it still open?"),
				problem(i18n.M("check.lock-did-not-let-go-in-fire", "The lock did not let go for the fire input."),
					i18n.M("check.repair-lock-first",
						"Check the lock's wires and its power supply. Do not use this door before it is repaired.")))
			if err != nil {
				return err
			}
			cleared := Task{ID: "clear", Text: i18n.M("check.clear-fire", "Clear the fire input.")}
			if err := r.letsGo(ctx, "fire", raised, cleared); err != nil {
				return err
			}
			if _, err := r.within(ctx, time.Second, func() bool { return !r.lock.Unlocked() }); err != nil {
				return err
			}
			return r.mustLockAgain(ctx)
		},
	}
}

// button is an input that is pressed or opened for a moment.
type button struct {
	role                    string
	title, do, expect, what i18n.Message
}

var buttons = []button{
	{"staff", i18n.M("check.staff-step", "The button for the staffed release"),
		i18n.M("check.press-staff-button", "Press the button for the staffed release, and let it go."),
		i18n.M("check.lock-lets-go", "The lock lets go."), i18n.M("check.staff-button",
			"button for the staffed release")},
	{"bell", i18n.M("check.bell-step", "The bell"),
		i18n.M("check.press-bell", "Press the bell, and let it go."),
		i18n.M("check.unit-sees-it", "The unit sees it."), i18n.M("check.bell", "bell")},
	{"tamper", i18n.M("check.tamper-step", "The tamper switch"),
		i18n.M("check.open-cover", "Open the unit's cover, and close it."),
		i18n.M("check.unit-sees-it", "The unit sees it."), i18n.M("check.tamper", "tamper switch")},
	{"mains", i18n.M("check.mains-step", "The mains"),
		i18n.M("check.cut-mains", "Unplug the power supply from the mains, then plug it in again. "+
			"Meanwhile the battery carries the unit."),
		i18n.M("check.unit-sees-it", "The unit sees it."), i18n.M("check.mains", "power supply's mains contact")},
	{"battery", i18n.M("check.battery-step", "The battery"),
		i18n.M("check.cut-battery", "Disconnect the power supply's battery, then connect it again."),
		i18n.M("check.unit-sees-it", "The unit sees it."), i18n.M("check.battery", "power supply's battery contact")},
}

func (b button) step(c *config.Config) Step {
	return Step{
		ID: b.role, Hands: true, absent: absentUnless(c, b.role), Title: b.title, Do: b.do, Expect: b.expect,
		run: func(ctx context.Context, r *run) error {
			notAtRest := problem(i18n.M("check.button-active", "The %v is active while it is not touched.", b.what),
				polarity(b.role))
			pressed, err := r.press(ctx, b.role, Task{ID: "press", Text: b.do}, notAtRest, deadInput(b.what))
			if err != nil {
				return err
			}
			if b.role == "staff" {
				if err := r.letGo(ctx, pressed, policy.ReasonStaff); err != nil {
					return err
				}
			}
			return r.letsGo(ctx, b.role, pressed,
				Task{ID: "let go", Text: i18n.M("check.let-go-or-close", "Let it go, or close it.")})
		},
	}
}
