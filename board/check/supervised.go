package check

import (
	"context"
	"math"
	"time"

	"menshen/board/config"
	"menshen/hal"
	"menshen/internal/i18n"
	"menshen/policy"
)

// lineSettles is how long a supervised line must stay in a state to be taken as settled.
const lineSettles = 150 * time.Millisecond

// lineStates gives the states of a supervised line in words.
var lineStates = map[hal.LineState]i18n.Message{
	hal.LineClosed: i18n.M("check.line-closed", "closed"),
	hal.LineOpen:   i18n.M("check.line-open", "open"),
	hal.LineCut:    i18n.M("check.line-cut", "cut"),
	hal.LineShort:  i18n.M("check.line-short", "short"),
	hal.LineOdd:    i18n.M("check.line-odd", "between two states"),
	hal.LineLost:   i18n.M("check.line-lost", "not measured"),
}

// lineSteps gives a step for each supervised input.
func lineSteps(d Door) (all []Step) {
	for _, in := range d.Config.Inputs {
		if line, ok := d.Inputs[in.Role].(hal.Supervised); ok {
			all = append(all, lineStep(in, line))
		}
	}
	return all
}

// lineTasks are what the installer does at the contact, each with the state of the line that
// follows. After the last the line is as it was.
var lineTasks = []struct {
	id   string
	text i18n.Message
	want hal.LineState
}{
	{"line close", i18n.M("check.line-do-close", "Close the contact, or bridge it with a wire."), hal.LineClosed},
	{"line open", i18n.M("check.line-do-open", "Open the contact, or take the bridge away."), hal.LineOpen},
	{"line cut", i18n.M("check.line-do-cut", "Take one wire of the line out of its terminal."), hal.LineCut},
	{"line short", i18n.M("check.line-do-short", "Put it back, and bridge the line's two terminals."), hal.LineShort},
	{"line rest", i18n.M("check.line-do-rest", "Take the bridge away, and leave the contact at rest."),
		hal.LineUnknown},
}

// lineStep checks that the unit tells the four states of a supervised input's line apart.
func lineStep(in config.Input, line hal.Supervised) Step {
	rest := hal.LineOpen
	if in.ActiveWhen == "open" {
		rest = hal.LineClosed
	}
	return Step{
		ID: "line " + in.Role, Hands: true,
		Title: i18n.M("check.line-step", "The line of the %s input", in.Role),
		Do: i18n.M("check.line-do", "Open and close the contact, cut the line and short it, "+
			"at the far end of the cable. The lock may let go meanwhile."),
		Expect: i18n.M("check.line-expect", "The unit tells the four states apart."),
		run: func(ctx context.Context, r *run) error {
			for _, t := range lineTasks {
				if t.want == hal.LineUnknown {
					t.want = rest
				}
				ohms, err := r.reads(ctx, line, Task{ID: t.id, Text: t.text}, t.want)
				if err != nil {
					return err
				}
				switch t.id {
				case "line close":
					r.measured("closed_ohm", i18n.M("check.line-closed-ohms", "Contact closed"), math.Round(ohms), "Ω")
				case "line open":
					r.measured("open_ohm", i18n.M("check.line-open-ohms", "Contact open"), math.Round(ohms), "Ω")
				}
			}
			return nil
		},
	}
}

// reads asks the installer to bring a line into a state, and gives its resistance there, in ohms.
func (r *run) reads(ctx context.Context, line hal.Supervised, t Task, want hal.LineState) (ohms float64, err error) {
	var state hal.LineState
	var failed error
	var since time.Time
	came, err := r.await(ctx, t.ID, t.Text, func() bool {
		was := state
		if state, ohms, failed = line.Measure(); state != was || since.IsZero() {
			since = time.Now()
		}
		return state == want && time.Since(since) >= lineSettles
	})
	switch {
	case err != nil || came:
		return ohms, err
	case failed != nil:
		return 0, problem(i18n.M("check.line-chip", "The line cannot be measured: %v", failed),
			i18n.M("check.line-check-chip",
				"Check the converter's supply, SDA and SCL, and [[adc]] i2c in the configuration."))
	case math.IsInf(ohms, 1):
		return 0, problem(i18n.M("check.line-reads-none", "The line should read %v, but it reads %v.",
			lineStates[want], lineStates[state]), lineRemedy)
	}
	return 0, problem(i18n.M("check.line-reads", "The line should read %v, but it reads %v (%.0f Ω).",
		lineStates[want], lineStates[state], ohms), lineRemedy)
}

var lineRemedy = i18n.M("check.line-remedy",
	"Check that both resistors are at the contact, of the sizes in the configuration and not exchanged, "+
		"and that the line is on its channel.")

// lineFails does at the lock what the unit does when a supervised line is faulty; but the line of
// the exit button releases the lock only for the usual time, since the installer is there.
func (s *strike) lineFails(role string) {
	switch role {
	case "fire":
		s.step(policy.DoorEvent{Kind: policy.EvFireOn, Reason: policy.ReasonFireLine})
	case "rex":
		s.step(policy.DoorEvent{Kind: policy.EvRelease, For: s.rex, Reason: policy.ReasonExitLine})
	case "contact":
		s.step(policy.DoorEvent{Kind: policy.EvNoSight})
	}
}
