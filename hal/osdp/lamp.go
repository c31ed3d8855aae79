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
	told               *shown // what the reader was told last; nil: it is to be told all
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

// shown is what the reader shows.
type shown struct {
	color  Color
	sounds bool
}

// again tells a reader all, which may have forgotten it.
func (l *lamp) again() {
	l.mu.Lock()
	l.told = nil
	l.mu.Unlock()
	l.show()
}

// show tells the reader what has changed.
func (l *lamp) show() {
	l.mu.Lock()
	defer l.mu.Unlock()
	now, was := shown{Black, l.buzzer}, l.told
	switch {
	case l.green && l.red:
		now.color = Amber
	case l.green:
		now.color = Green
	case l.red:
		now.color = Red
	}
	l.reader.line.with(func(b *Bus) {
		s := b.State(l.reader.place)
		if !s.Secure {
			return
		}
		l.told = &now
		if s.Abilities.Has(CanLamp) && (was == nil || was.color != now.color) {
			steady := Blink{On: tick, OnColor: now.color, OffColor: now.color}
			b.Send(l.reader.place, LEDs{{Temporary: LEDTemporary{Control: 1}, Permanent: LEDPermanent{1, steady}}})
		}
		if s.Abilities.Has(CanBuzzer) && (was == nil || was.sounds != now.sounds) {
			c := Buzzer{Tone: 1, Count: 1}
			if now.sounds {
				c.Tone, c.On = 2, soundFor
			}
			b.Send(l.reader.place, c)
		}
	})
}

// soundFor is how long the buzzer sounds at most, should the line break meanwhile.
const soundFor = 25 * time.Second
