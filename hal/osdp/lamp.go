package osdp

import (
	"sync"
	"time"

	"menshen/hal"
)

// lamp is what the reader's lamp and buzzer show now. The unit plays its rhythms itself: the reader
// is told only what is on.
type lamp struct {
	reader *Reader

	mu                 sync.Mutex
	green, red, buzzer bool
}

// Signals gives the reader's lamp and buzzer by their roles, as outputs of the unit: "green",
// "red", "buzzer". Both colours at once are amber. The reader is told of a change within its next
// turn; one that is away is told when it comes back.
func (r *Reader) Signals() map[string]hal.Output {
	l := &r.lamp
	return map[string]hal.Output{"green": signal{l, "green", &l.green}, "red": signal{l, "red", &l.red},
		"buzzer": signal{l, "buzzer", &l.buzzer}}
}

type signal struct {
	lamp *lamp
	role string
	on   *bool
}

// Set implements hal.Output. It never fails: a reader that is away is a fault of the reader.
func (s signal) Set(on bool) error {
	s.lamp.mu.Lock()
	was := *s.on
	*s.on = on
	s.lamp.mu.Unlock()
	if was != on {
		s.lamp.show()
	}
	return nil
}

func (s signal) Close() error   { return s.Set(false) }
func (s signal) String() string { return s.role + " of reader " + s.lamp.reader.String() }

// show tells the reader what is on.
func (l *lamp) show() {
	l.mu.Lock()
	color, tone := Black, byte(1)
	switch {
	case l.green && l.red:
		color = Amber
	case l.green:
		color = Green
	case l.red:
		color = Red
	}
	var on time.Duration
	if l.buzzer {
		tone, on = 2, soundFor
	}
	l.mu.Unlock()
	l.reader.line.with(func(b *Bus) {
		can := b.State(l.reader.place).Abilities
		if can.Has(CanLamp) {
			steady := Blink{On: tick, OnColor: color, OffColor: color}
			b.Send(l.reader.place, LEDs{{Temporary: LEDTemporary{Control: 1}, Permanent: LEDPermanent{1, steady}}})
		}
		if can.Has(CanBuzzer) {
			b.Send(l.reader.place, Buzzer{Tone: tone, On: on, Count: 1})
		}
	})
}

// soundFor is how long the buzzer sounds at most, should the line break meanwhile.
const soundFor = 25 * time.Second
