package osdp

import (
	"fmt"
	"sync"

	"menshen/hal"
)

// outputs are what the reader's own outputs are to do.
type outputs struct {
	reader *Reader
	mu     sync.Mutex
	on     map[byte]bool
}

// Output is an output of the reader, from 0. The reader is told of a change within its next turn;
// one that is away is told when it comes back, and does meanwhile what it was told last. What
// became of it, Link shows.
func (r *Reader) Output(n byte) hal.Output { return output{&r.outs, n} }

type output struct {
	of     *outputs
	number byte
}

// Set implements hal.Output. It never fails: a reader that is away is a fault of the reader.
func (o output) Set(on bool) error {
	s := o.of
	s.mu.Lock()
	defer s.mu.Unlock()
	if was, told := s.on[o.number]; told && was == on {
		return nil
	}
	if s.on == nil {
		s.on = map[byte]bool{}
	}
	s.on[o.number] = on
	s.tell(o.number)
	return nil
}

func (o output) Close() error   { return o.Set(false) }
func (o output) String() string { return fmt.Sprintf("output %d of reader %s", o.number, o.of.reader) }

// again tells a reader all, which may have forgotten it.
func (s *outputs) again() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for n := range s.on {
		s.tell(n)
	}
}

func (s *outputs) tell(n byte) {
	c := OutChange{Output: n, Control: OutOff}
	if s.on[n] {
		c.Control = OutOn
	}
	s.reader.line.with(func(b *Bus) { b.Send(s.reader.place, Out{c}) })
}

// switched gives in words which are not 0.
func switched(states []byte) (all []string) {
	for _, s := range states {
		if s != 0 {
			all = append(all, "on")
		} else {
			all = append(all, "off")
		}
	}
	return all
}
