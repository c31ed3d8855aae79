package check

import (
	"context"
	"time"

	"menshen/board/config"
	"menshen/internal/i18n"
	"menshen/policy"
)

// tryRelease is how long the lock is released for the installer to try the door.
const tryRelease = 30 * time.Second

// restStep checks that the door is locked without a release.
func restStep(c *config.Config) Step {
	return Step{
		ID: "rest", Safety: true, Hands: true,
		Title:  i18n.M("check.lock-at-rest", "The lock at rest"),
		Do:     i18n.M("check.pull-at-door", "Close the door and pull at it."),
		Expect: i18n.M("check.door-locked", "The door is locked."),
		run: func(ctx context.Context, r *run) error {
			wrong := problem(i18n.M("check.door-open-at-rest", "The door is open while the relay is at rest."),
				i18n.M("check.relay-polarity",
					"Change [relay] active (high, low), or fail_safe if the lock is open without power; "+
						"or the lock is wired to the wrong contact of the relay (NO, NC)."))
			opened := false
			if has(c, "contact") {
				pull := r.Patience / 12 // five seconds
				r.Do(Task{"pull", i18n.M("check.pull-five-seconds",
					"Close the door, and pull at it for five seconds."), pull})
				closed := false
				var err error
				opened, err = r.within(ctx, pull, func() bool {
					active, known, _, _ := r.lines.state("contact")
					closed = closed || known && !active
					return closed && active
				})
				if err != nil {
					return err
				}
			}
			err := r.must(ctx, "is it locked", i18n.M("check.is-door-locked", "Is the door locked?"), wrong)
			if err != nil || !opened {
				return err
			}
			return problem(
				i18n.M("check.locked-door-opened", "The contact says that the locked door opened when it was pulled."),
				i18n.M("check.move-magnet",
					"Move the magnet nearer, or look for play in the lock; otherwise the unit reports a forced door "+
						"where there is none."))
		},
	}
}

// relayStep checks that a release unlocks the door and its end locks it.
func relayStep(c *config.Config) Step {
	if impulse(c) {
		return pulseStep(c)
	}
	return Step{
		ID: "relay", Safety: true, Hands: true,
		Title:  i18n.M("check.relay-step", "The relay"),
		Do:     i18n.M("check.lock-released-half-minute", "The lock is released for half a minute."),
		Expect: i18n.M("check.lock-lets-go-and-locks", "The lock lets go, and locks again."),
		run: func(ctx context.Context, r *run) error {
			asked := r.door.now()
			if err := r.lock.Release(tryRelease); err != nil {
				return relayFailed(err)
			}
			at, _, ok := r.lock.Since(asked, true)
			if !ok {
				return problem(i18n.M("check.relay-did-not-move", "The relay did not move."),
					i18n.M("check.released-already",
						"Check whether it was released already: by fire, or by the exit button."))
			}
			r.releaseTook(at.Sub(asked))
			err := r.must(ctx, "did it let go",
				i18n.M("check.try-door", "Did the lock let go? Try the door, leave it closed."),
				problem(i18n.M("check.lock-did-not-let-go", "The lock did not let go."),
					i18n.M("check.does-relay-click",
						"Listen whether the relay clicks. If it does: check the wires to the lock, "+
							"and its power supply. If not: check [relay] pin, and the relay board's supply.")))
			if err != nil {
				return err
			}
			if err := r.lock.Secure(); err != nil {
				return relayFailed(err)
			}
			return r.mustLockAgain(ctx)
		},
	}
}

// releaseTook keeps how long a release took, its record included.
func (r *run) releaseTook(d time.Duration) {
	r.measured("release_ms", i18n.M("check.release-took", "Record written and relay switched within"), ms(d), "ms")
}

// mustLockAgain asks whether the door is locked after a release.
func (r *run) mustLockAgain(ctx context.Context) error {
	return r.must(ctx, "is it locked again", i18n.M("check.is-door-locked-again", "Is the door locked again?"),
		problem(i18n.M("check.lock-did-not-lock", "The lock did not lock again."),
			i18n.M("check.check-relay-sticks", "Check whether the relay sticks, and the lock itself.")))
}

// pulses is how often an impulse lock is released for the installer to try the door.
const pulses = 3

// pulseStep checks that an impulse lock lets go at each pulse.
func pulseStep(c *config.Config) Step {
	pulse := c.Relay.Pulse.D()
	return Step{
		ID: "relay", Safety: true, Hands: true,
		Title: i18n.M("check.relay-step", "The relay"),
		Do: i18n.M("check.lock-gets-pulses",
			"The lock gets %d pulses of %v, some seconds apart. Pull at the door at each, "+
				"and let it close again.", pulses, pulse),
		Expect: i18n.M("check.lock-lets-go-at-pulses", "The lock lets go at each pulse, and locks again."),
		run: func(ctx context.Context, r *run) error {
			for i := range pulses {
				r.Do(Task{"pull at pulse", i18n.M("check.pulse-of", "Pulse %d of %d: pull.", i+1, pulses),
					r.Patience / 12})
				// to read it, and take hold
				if err := r.pause(ctx, r.Patience/30); err != nil {
					return err
				}
				asked := r.door.now()
				if err := r.lock.Release(pulse); err != nil {
					return relayFailed(err)
				}
				at, _, ok := r.lock.Since(asked, true)
				if !ok {
					return problem(i18n.M("check.relay-did-not-move", "The relay did not move."), checkRelay)
				}
				if i == 0 {
					r.releaseTook(at.Sub(asked))
				}
				if err := r.pause(ctx, pulse+c.Relay.Rest.D()+r.Patience/30); err != nil {
					return err
				}
			}
			r.measured("pulse_ms", i18n.M("check.pulse-length", "Length of a pulse, by the configuration"),
				ms(pulse), "ms")
			err := r.must(ctx, "did it let go",
				i18n.M("check.did-lock-let-go-at-pulses", "Did the lock let go at each pulse?"),
				problem(i18n.M("check.lock-did-not-let-go-each", "The lock did not let go at each pulse."),
					i18n.M("check.does-relay-click-at-pulses",
						"Listen whether the relay clicks. If it does: check the wires to the lock and its power "+
							"supply, or set a longer [relay] pulse. If not: check [relay] pin, "+
							"and the relay board's supply.")))
			if err != nil {
				return err
			}
			return r.mustLockAgain(ctx)
		},
	}
}

var checkRelay = i18n.M("check.check-relay", "Check [relay] pin, and the unit's disk.")

func relayFailed(err error) *Problem {
	return problem(i18n.M("check.relay-not-switched", "The relay cannot be switched: %v", err), checkRelay)
}

// restarts is how often the line is given back and taken again.
const restarts = 3

// restartStep checks that the end and the start of the program do not pulse the lock, and that the
// lock is meanwhile as it is declared.
func restartStep(c *config.Config, can bool) Step {
	s := Step{
		ID: "restart", Safety: true, Hands: true,
		Title: i18n.M("check.lock-at-restart", "The lock while the program restarts"),
		Do: i18n.M("check.relay-line-given-back",
			"The relay's line is given back and taken again three times, as at a restart. Listen to the lock."),
		Expect: lockedOr(c,
			i18n.M("check.stays-locked-at-restart",
				"Nothing moves: without a program the wiring keeps the door locked (fail-secure)."),
			i18n.M("check.unlocks-at-restart",
				"Without a program the wiring leaves the door unlocked (fail-safe), and then it locks again.")),
		run: func(ctx context.Context, r *run) error {
			yes, err := r.ask(ctx, "listen", i18n.M("check.can-you-hear",
				"Can you hear the lock from where you stand?"))
			if err != nil {
				return err
			}
			if !yes {
				return problem(i18n.M("check.lock-not-heard", "The lock could not be heard."),
					i18n.M("check.listen-at-lock", "Try this step again with a second person who listens at the lock."))
			}
			for range restarts {
				unlocked, err := r.lock.Restart()
				if err != nil {
					return relayFailed(err)
				}
				if unlocked != c.Relay.FailSafe {
					return restsWrong(unlocked)
				}
				if err := r.pause(ctx, r.Patience/60); err != nil {
					return err
				}
			}
			r.fact("without_program", i18n.M("check.without-program", "Without a program the wiring leaves the lock"),
				lockedOr(c, i18n.M("check.locked", "locked"), i18n.M("check.unlocked", "unlocked")))
			if c.Relay.FailSafe {
				return nil // it let go and locked again each time, as it should
			}
			yes, err = r.ask(ctx, "did it click",
				i18n.M("check.did-lock-click", "Did the lock click or move, even for a moment?"))
			if err == nil && yes {
				err = problem(i18n.M("check.lock-moved-at-restart", "The lock moved while the program restarted."),
					i18n.M("check.resistor-to-rest",
						"Fit a 10 kΩ resistor from the relay's line to its resting level, at the relay board; "+
							"or use another pin, one that has this level at power-up."))
			}
			return err
		},
	}
	if !can {
		s.absent = i18n.M("check.line-cannot-be-given-back", "This kind of line cannot be given back and taken again.")
	}
	return s
}

func restsWrong(unlocked bool) *Problem {
	if unlocked {
		return problem(i18n.M("check.wiring-opens",
			"Without a program the wiring opens the lock, which is declared fail-secure."),
			i18n.M("check.resistor-to-lock",
				"Fit a 10 kΩ resistor from the relay's line to the level that locks; or write fail_safe = true if "+
					"the lock is meant to be so."))
	}
	return problem(i18n.M("check.wiring-keeps-locked",
		"Without a program the wiring keeps the lock locked, which is declared fail-safe."),
		i18n.M("check.resistor-to-unlock", "Fit a 10 kΩ resistor from the relay's line to the level that unlocks; "+
			"or write fail_safe = false if the lock is meant to be so."))
}

// exitStep asks whether a person inside can get out, and whether by hand.
func exitStep(c *config.Config) Step {
	return Step{
		ID: "exit", Safety: true, Hands: true,
		Title: i18n.M("check.exit-step", "The way out by hand"),
		Do:    i18n.M("check.stand-inside", "Stand inside, with the door locked."),
		Expect: i18n.M("check.way-out",
			"A handle or a bar opens the door from inside without power; or there is an exit button."),
		run: func(ctx context.Context, r *run) error {
			yes, err := r.ask(ctx, "opens by hand", i18n.M("check.opens-by-hand",
				"Is there a handle or a bar inside that opens the door without power? Try it."))
			if err != nil {
				return err
			}
			answer, n := i18n.M("check.no", "no"), 0.0
			if yes {
				answer, n = i18n.M("check.yes", "yes"), 1
			}
			r.fact("by_hand", i18n.M("check.opens-from-inside", "Opens from inside by hand"), answer)
			r.values[len(r.values)-1].Number = n
			if !yes && c.Door.ExitByHand {
				return problem(i18n.M("check.no-handle",
					"The configuration says that a handle opens the door from inside, but there is none."),
					i18n.M("check.exit-by-hand-false", "Fit one, or write [door] exit_by_hand = false."))
			}
			if !yes && !has(c, "rex") {
				return problem(
					i18n.M("check.no-way-out",
						"A person inside cannot get out: there is no handle and no exit button."),
					i18n.M("check.fit-handle",
						"Fit a handle that opens the door from inside, or wire an exit button ([[input]] "+
							"role = \"rex\")."))
			}
			return nil
		},
	}
}

// powerStep asks whether the lock without power is as it is declared.
func powerStep(c *config.Config) Step {
	want := lockedOr(c, i18n.M("check.locked", "locked"), i18n.M("check.unlocked", "unlocked"))
	return Step{
		ID: "power", Safety: true, Hands: true,
		Title: i18n.M("check.power-step", "The lock without power"),
		Do: i18n.M("check.cut-power", "Cut the lock's power for a moment (its fuse or plug). "+
			"If the unit goes off too, begin the self-test again afterwards: it continues here."),
		Expect: i18n.M("check.as-declared", "Without power the door is %v, as declared.", want),
		run: func(ctx context.Context, r *run) error {
			err := r.must(ctx, "without current",
				i18n.M("check.was-as-declared", "Without power: was the door %v?", want),
				problem(i18n.M("check.not-as-declared", "Without power the lock is not as declared."),
					i18n.M("check.another-kind-of-lock",
						"The lock is of another kind than the configuration says: change the lock or [relay] "+
							"fail_safe, and start the check again.")))
			if err != nil {
				return err
			}
			r.fact("without_current", i18n.M("check.without-power", "Without power"), want)
			return r.must(ctx, "current is back",
				i18n.M("check.power-back", "Is the power back, and the door locked?"),
				problem(i18n.M("check.lock-did-not-lock-after-power", "The lock did not lock again."),
					i18n.M("check.check-fuse", "Check its fuse and supply.")))
		},
	}
}

// letGo waits until the lock is released, after the input that asks for it. If it was released for
// that reason, it measures how long that took from the input's first edge.
func (r *run) letGo(ctx context.Context, from change, why policy.Reason) error {
	var at time.Time
	var by policy.Reason
	done, err := r.within(ctx, time.Second, func() bool {
		var moved bool
		at, by, moved = r.lock.Since(from.At, true)
		return moved || r.lock.Unlocked()
	})
	switch {
	case err != nil:
		return err
	case !done:
		return problem(i18n.M("check.relay-did-not-release", "The relay did not release."),
			i18n.M("check.see-relays-step", "See the relay's step."))
	}
	if by == why {
		r.measured("to_relay_ms", i18n.M("check.edge-to-relay", "From the first edge to the relay"),
			ms(at.Sub(from.At)), "ms")
	}
	return nil
}
