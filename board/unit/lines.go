package unit

import (
	"errors"
	"time"

	"menshen/hal"
	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
)

// lines is what the loop knows of supervised lines, and of what other inputs report as wrong.
type lines struct {
	faulty map[string]bool // by role
	turn   time.Duration   // on the steady clock: when the door opens next for want of the exit button
	wrong  map[string]bool // "mains", "battery", "tamper": something is wrong with it
}

// loseLine takes a fault of a supervised line, and does what its role asks for (decision 30). A
// fault of another kind of input, or another fault of the same line, changes nothing.
func (u *Unit) loseLine(e hal.InputEvent) {
	var line *hal.LineFault
	if !errors.As(e.Fault, &line) || u.lines.faulty[e.Input] {
		return
	}
	u.lines.faulty[e.Input] = true
	u.outputs.alarm("line "+e.Input, true)
	switch policy.WhileFaulty(e.Input) {
	case policy.AssumeActive:
		u.inputIs(hal.InputEvent{At: e.At, Input: e.Input, Active: true}, policy.ReasonFireLine)
	case policy.AssumeInTurns:
		u.lines.turn = u.steady()
		u.letOutInTurns(e.At)
	case policy.AssumeNothing:
		if e.Input == "contact" {
			u.step(policy.DoorEvent{At: e.At, Kind: policy.EvNoSight})
		}
	}
}

// findLine ends the fault of a supervised line, before its state is taken as that of any input.
func (u *Unit) findLine(e hal.InputEvent) {
	if u.lines.faulty[e.Input] {
		delete(u.lines.faulty, e.Input)
		u.outputs.alarm("line "+e.Input, false)
	}
}

// letOutInTurns releases the door at once and then every [policy.ExitTurn] while the exit button's
// line is faulty, so that a person inside can leave and the door does not stand open. Where a
// handle opens from inside it does nothing.
func (u *Unit) letOutInTurns(now time.Time) {
	if !u.lines.faulty["rex"] || u.cfg.Door.ExitByHand || u.steady() < u.lines.turn {
		return
	}
	u.lines.turn = u.steady() + policy.ExitTurn
	u.step(policy.DoorEvent{At: now, Kind: policy.EvRelease, For: u.cfg.Door.Release.D(),
		Reason: policy.ReasonExitLine})
}

// turned takes what an input tells of the mains, the battery or an opened case: a record and an
// alarm when it changes. The door goes on as before: nothing is locked, opened or switched off.
func (u *Unit) turned(e hal.InputEvent, bad, good audit.Kind) {
	if u.lines.wrong[e.Input] == e.Active {
		return
	}
	u.lines.wrong[e.Input] = e.Active
	u.Record(store.Entry{At: e.At, Kind: either(e.Active, bad, good)})
	u.outputs.alarm(e.Input, e.Active)
}
