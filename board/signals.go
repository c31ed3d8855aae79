package board

import (
	"context"
	"time"

	"menshen/hal"
	"menshen/policy"
)

// signals plays the words of the lamp and buzzer vocabulary on the outputs that this unit has. A new word ends the one that plays.
type signals struct {
	green, red, buzzer hal.Output // nil where the unit has none
	next               chan policy.Signal
}

func newSignals(out map[string]hal.Output) *signals {
	return &signals{green: out["green"], red: out["red"], buzzer: out["buzzer"], next: make(chan policy.Signal, 8)}
}

// say asks for a word and never waits: when eight are pending already, nobody could follow them anyway.
func (s *signals) say(w policy.Signal) {
	select {
	case s.next <- w:
	default:
	}
}

// run plays until ctx ends.
func (s *signals) run(ctx context.Context) {
	var beats []policy.Beat
	var repeat bool
	at := 0
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		if at < len(beats) {
			b := beats[at]
			set(s.green, b.Green)
			set(s.red, b.Red)
			set(s.buzzer, b.Sound)
			timer.Reset(b.For)
		} else {
			set(s.green, false)
			set(s.red, false)
			set(s.buzzer, false)
			timer.Stop()
		}
		select {
		case <-ctx.Done():
			return
		case w := <-s.next:
			beats, repeat = w.Pattern()
			at = 0
		case <-timer.C:
			if at++; at == len(beats) && repeat {
				at = 0
			}
		}
	}
}

// set leaves a lamp that fails as it is: a lamp is no reason to stop, and its fault is shown by the status.
func set(o hal.Output, on bool) {
	if o != nil {
		_ = o.Set(on)
	}
}
