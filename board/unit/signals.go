package unit

import (
	"context"
	"time"

	"menshen/hal"
	"menshen/policy"
)

// signals plays the words of the lamp and buzzer vocabulary on the outputs that this unit has. A
// new word ends the one that plays; when one has ended by itself, the resting word plays.
type signals struct {
	green, red, buzzer hal.Output // nil where the unit has none
	next               chan policy.Signal
	rests              chan policy.Signal
}

func newSignals(out map[string]hal.Output) *signals {
	return &signals{green: out["green"], red: out["red"], buzzer: out["buzzer"], next: make(chan policy.Signal, 8),
		rests: make(chan policy.Signal, 1)}
}

// PlaySignal plays a word of the lamp and buzzer vocabulary on outputs, by their roles, until ctx
// ends.
func PlaySignal(ctx context.Context, out map[string]hal.Output, w policy.Signal) {
	s := newSignals(out)
	s.setResting(w)
	s.run(ctx)
}

// say asks for a word and never waits: with eight pending already it is dropped.
func (s *signals) say(w policy.Signal) {
	select {
	case s.next <- w:
	default:
	}
}

// setResting sets the word for when nothing else is to be said. It is the loop's
// alone to call, and never waits.
func (s *signals) setResting(w policy.Signal) {
	select {
	case <-s.rests: // the one before was not taken
	default:
	}
	s.rests <- w
}

// run plays until ctx ends.
func (s *signals) run(ctx context.Context) {
	now, rest := policy.SignalReady, policy.SignalReady
	beats, repeat := now.Pattern()
	at := 0
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	// begin shows the beat at hand, or darkness after the last.
	begin := func() {
		var b policy.Beat
		timer.Stop()
		if at < len(beats) {
			b = beats[at]
			timer.Reset(b.For)
		}
		set(s.green, b.Green)
		set(s.red, b.Red)
		set(s.buzzer, b.Sound)
	}
	play := func(w policy.Signal) {
		now, at = w, 0
		beats, repeat = w.Pattern()
		begin()
	}
	begin()
	for {
		select {
		case <-ctx.Done():
			return
		case w := <-s.next:
			play(w)
		case w := <-s.rests:
			was := rest
			if rest = w; now == was {
				play(rest)
			}
		case <-timer.C:
			if at++; at == len(beats) && repeat {
				at = 0
			}
			if at == len(beats) && now != rest {
				play(rest)
			} else {
				begin()
			}
		}
	}
}

// set leaves a lamp that fails as it is: the unit goes on, and the status shows the fault.
func set(o hal.Output, on bool) {
	if o != nil {
		_ = o.Set(on)
	}
}
