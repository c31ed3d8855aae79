package osdp_test

import (
	"errors"
	"flag"
	"fmt"
	"slices"
	"testing"
	"time"

	"menshen/hal/osdp"
	"menshen/hal/osdp/osdptest"
)

var begin = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

// keyOf is the key of a reader in these tests.
func keyOf(address byte) osdp.Key { return osdp.Key{0xa0, 7, address, 0x5c} }

// newWire makes a line with readers at these addresses, each with its key.
func newWire(t testing.TB, addresses ...byte) *osdptest.Wire {
	t.Helper()
	w := &osdptest.Wire{Now: begin, Baud: 9600, Latency: 3 * time.Millisecond}
	var all []osdp.Setup
	for _, a := range addresses {
		all = append(all, osdp.Setup{Addresses: []byte{a}, Keys: []osdp.Key{keyOf(a)}})
		w.Readers = append(w.Readers, &osdptest.Reader{Address: a, Key: keyOf(a)})
	}
	bus, err := osdp.NewBus(w.Baud, all...)
	if err != nil {
		t.Fatal(err)
	}
	w.Bus = bus
	return w
}

// cards counts the cards of a reader among events.
func cards(events []osdp.Event, reader int) (n int) {
	for _, e := range events {
		if _, ok := e.Reply.(osdp.CardBits); ok && e.Reader == reader {
			n++
		}
	}
	return n
}

func downs(events []osdp.Event) (all []error) {
	for _, e := range events {
		if e.Down != nil {
			all = append(all, e.Down)
		}
	}
	return all
}

func TestSession(t *testing.T) {
	w := newWire(t, 5)
	r := w.Readers[0]
	r.Identity = osdp.Identity{Vendor: [3]byte{0, 6, 0x8e}, Serial: 77, Firmware: [3]byte{1, 2, 3}}
	r.Tap(26, 0x12, 0x34, 0x56, 0x40)
	r.Press("12\r")
	w.Run(2 * time.Second)
	s := w.Bus.State(0)
	if !s.Secure || s.Why != nil || !s.Proven || s.Identity != r.Identity || len(s.Abilities) == 0 || r.Sessions != 1 {
		t.Fatalf("%+v", s)
	}
	events := w.Take()
	if len(events) < 4 || !events[0].Up || events[0].Key != keyOf(5) {
		t.Fatalf("%+v", events)
	}
	if _, ok := events[1].Reply.(osdp.Local); !ok || cards(events, 0) != 1 {
		t.Errorf("%+v", events)
	}
	keys := events[3].Reply.(osdp.Keys).Buttons()
	if len(keys) != 3 || keys[0] != '1' || keys[2] != '#' {
		t.Errorf("%d keys", len(keys))
	}
	r.Tampered = true
	w.Run(time.Second)
	if got := w.Take(); len(got) != 1 || got[0].Reply != (osdp.Local{Tamper: true}) {
		t.Errorf("tamper gave %+v", got)
	}
}

func TestCommandsReachTheReader(t *testing.T) {
	w := newWire(t, 5)
	r := w.Readers[0]
	lamp := func(c osdp.Color) osdp.LEDs {
		return osdp.LEDs{{Permanent: osdp.LEDPermanent{Control: 1, Blink: osdp.Blink{On: time.Second, OnColor: c}}}}
	}
	w.Bus.Send(0, lamp(osdp.Amber)) // no session: dropped
	w.Run(time.Second)
	w.Bus.Send(0, lamp(osdp.Red))
	w.Bus.Send(0, osdp.Text{Control: 1, Row: 1, Col: 1, Text: "hello"})
	w.Bus.Send(0, lamp(osdp.Green)) // before the first went out
	w.Bus.Send(0, osdp.FilePart{Type: 1, Data: make([]byte, osdp.MaxFrame)})
	w.Run(time.Second)
	if len(r.LEDs) != 1 || r.LEDs[0].Permanent.Blink.OnColor != osdp.Green || len(r.Texts) != 1 ||
		r.Texts[0].Text != "hello" {
		t.Errorf("%v, %v", r.LEDs, r.Texts)
	}
	if s := w.Bus.State(0); !s.Secure {
		t.Error("a command that is too long ended the session:", s.Why)
	}
	w.Bus.Send(0, osdp.Out{{Output: 7, Control: osdp.OutOn}})
	w.Run(time.Second)
	if got := w.Take(); got[len(got)-1].Reply != (osdp.Nak{Reason: osdp.NakRecord}) {
		t.Errorf("a refused command gave %+v", got)
	}
}

// Eight readers have their turns, and one that is silent does not keep the others from theirs.
func TestEightReaders(t *testing.T) {
	w := newWire(t, 0, 1, 2, 3, 4, 5, 6, 126)
	w.Run(5 * time.Second)
	for i, r := range w.Readers {
		if !w.Bus.State(i).Secure {
			t.Errorf("reader %d: %v", i, w.Bus.State(i).Why)
		}
		r.Polls = 0
	}
	w.Readers[3].Deaf = true
	w.Take()
	w.Run(20 * time.Second)
	for i, r := range w.Readers {
		if i != 3 && r.Polls < 20 {
			t.Errorf("reader %d had %d turns in 20 s", i, r.Polls)
		}
	}
	if got := downs(w.Take()); len(got) != 1 || !errors.Is(got[0], osdp.ErrSilent) {
		t.Errorf("%v", got)
	}
	if _, err := osdp.NewBus(9600, make([]osdp.Setup, 9)...); err == nil {
		t.Error("nine readers")
	}
	if _, err := osdp.NewBus(9600, osdp.Setup{Addresses: []byte{3}}, osdp.Setup{Addresses: []byte{4, 3}}); err == nil {
		t.Error("two readers of one address")
	}
	if _, err := osdp.NewBus(9600, osdp.Setup{Addresses: []byte{osdp.Broadcast}}); err == nil {
		t.Error("a reader of everybody's address")
	}
}

// Offline is after 8 s without an answer, and not before. The waits between tries grow to 8 s, no
// longer, and are shown.
func TestSilence(t *testing.T) {
	w := newWire(t, 5)
	w.Run(time.Minute)
	w.Take()
	w.Readers[0].Deaf = true
	w.Run(7500 * time.Millisecond)
	if got := w.Take(); len(got) > 0 || !w.Bus.State(0).Secure {
		t.Fatalf("offline too soon: %v", got)
	}
	w.Run(time.Second)
	if got := downs(w.Take()); len(got) != 1 {
		t.Fatalf("not offline: %v", got)
	}
	for range 600 {
		w.Run(100 * time.Millisecond)
		if s := w.Bus.State(0); s.Next.Sub(w.Now) > osdp.OfflineAfter {
			t.Fatalf("waits %v", s.Next.Sub(w.Now))
		}
	}
	w.Readers[0].Deaf = false
	w.Run(osdp.OfflineAfter + time.Second)
	if got := w.Take(); len(got) == 0 || !got[0].Up {
		t.Errorf("not back within the longest wait: %+v", got)
	}
}

// A bad line loses no tap and doubles none: what is repeated is repeated bit by bit.
func TestBadLine(t *testing.T) {
	for name, spoil := range map[string]func(w *osdptest.Wire){
		"noise": func(w *osdptest.Wire) {
			n := 0
			w.ToUnit = func(b []byte) []byte {
				n++
				return append([]byte{0x53, byte(n), 0xff, 0x01, 0x04}, b...)
			}
		},
		"answers lost": func(w *osdptest.Wire) {
			n := 0
			w.ToUnit = func(b []byte) []byte {
				if n++; n%3 == 0 {
					return nil
				}
				return b
			}
		},
		"questions lost": func(w *osdptest.Wire) {
			n := 0
			w.ToReaders = func(b []byte) []byte {
				if n++; n%3 == 0 {
					return nil
				}
				return b
			}
		},
		"damaged": func(w *osdptest.Wire) {
			n := 0
			w.ToUnit = func(b []byte) []byte {
				if n++; n%4 == 0 && len(b) > 5 {
					b[len(b)-5] ^= 0x10
				}
				return b
			}
		},
		"busy": func(w *osdptest.Wire) {
			n := 0
			w.ToReaders = func(b []byte) []byte {
				if n++; n%5 == 0 {
					w.Readers[0].Busy = 2
				}
				return b
			}
		},
		"echo": func(w *osdptest.Wire) {
			var sent []byte
			w.ToReaders = func(b []byte) []byte { sent = b; return b }
			w.ToUnit = func(b []byte) []byte { return append(append([]byte(nil), sent...), b...) }
		},
		"cut in two": func(w *osdptest.Wire) {
			w.ToUnit = func(b []byte) []byte {
				if len(b) < 4 {
					return b
				}
				w.Bus.Received(w.Now, b[:4])
				return b[4:]
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWire(t, 5)
			w.Run(3 * time.Second)
			if !w.Bus.State(0).Secure {
				t.Fatal(w.Bus.State(0).Why)
			}
			spoil(w)
			for i := range 50 {
				w.Readers[0].Tap(26, byte(i), 0, 0, 0)
				w.Run(1500 * time.Millisecond)
			}
			w.Run(5 * time.Second)
			events := w.Take()
			if n := cards(events, 0); n != 50 || len(downs(events)) > 0 {
				t.Errorf("%d of 50 taps, %v", n, downs(events))
			}
		})
	}
}

// Late answers, of the question before, are nobody's.
func TestLateAnswer(t *testing.T) {
	w := newWire(t, 5, 6)
	w.Run(3 * time.Second)
	var kept []byte
	n := 0
	w.ToUnit = func(b []byte) []byte {
		if n++; n%10 == 0 {
			kept = append([]byte(nil), b...)
			return nil
		}
		out := append(kept, b...)
		kept = nil
		return out
	}
	w.Readers[0].Tap(26, 1, 2, 3, 0)
	w.Run(10 * time.Second)
	if e := w.Take(); cards(e, 0) != 1 || len(downs(e)) > 0 {
		t.Errorf("%d cards, %v", cards(e, 0), downs(e))
	}
}

// A reader that was without power comes back by itself, and it shows.
func TestHotPlug(t *testing.T) {
	w := newWire(t, 5)
	w.Run(time.Minute)
	w.Take()
	for range 3 {
		w.Readers[0].Unplug()
		w.Run(40 * time.Second)
		e := w.Take()
		if len(e) < 2 || !errors.Is(e[0].Down, osdp.ErrForgot) || !e[1].Up || e[1].At.Sub(e[0].At) > time.Second {
			t.Fatalf("%+v", e)
		}
	}
	for range 6 { // in a row: the waits grow
		w.Readers[0].Unplug()
		w.Run(20 * time.Second)
	}
	if got := w.Take(); fmt.Sprint(w.Bus.State(0).Why) != "<nil>" || len(downs(got)) != 6 {
		t.Errorf("%v, %v", w.Bus.State(0).Why, downs(got))
	}
}

func TestTwoAtOneAddress(t *testing.T) {
	w := newWire(t, 5)
	w.Readers = append(w.Readers, &osdptest.Reader{Address: 5, Key: osdp.Key{9}, Identity: osdp.Identity{Serial: 99}})
	w.Run(10 * time.Second)
	if s := w.Bus.State(0); s.Secure || !errors.Is(s.Why, osdp.ErrNoisy) {
		t.Errorf("%+v", s)
	}
	w.Readers = w.Readers[:1]
	w.Run(osdp.OfflineAfter + time.Second)
	if s := w.Bus.State(0); !s.Secure {
		t.Error(s.Why)
	}
}

var simulated = flag.Duration("simulated", time.Hour, "how long TestADay plays")

// A day (-simulated 24h) with 8 readers that have inputs, outputs and heads, power cuts, noise and
// lost frames: each tap comes, once, and what an output is told is done.
func TestADay(t *testing.T) {
	w := newWire(t, 0, 1, 2, 3, 4, 5, 6, 7)
	n := 0
	w.ToUnit = func(b []byte) []byte {
		switch n++; {
		case n%997 == 0:
			return nil
		case n%1499 == 0 && len(b) > 3:
			b[3] ^= 0xff
		case n%2003 == 0:
			return append([]byte{0x53, 0x80, 0x00, 0x04, 0x0c}, b...)
		}
		return b
	}
	w.ToReaders = func(b []byte) []byte {
		if n%1201 == 0 {
			return nil
		}
		return b
	}
	for _, r := range w.Readers {
		r.Inputs, r.Outputs, r.Heads = osdp.Inputs{0, 0}, osdp.Outputs{0}, osdp.Readers{0}
	}
	taps := make([]int, 8)
	begun := w.Now
	for i := 0; w.Now.Sub(begun) < *simulated; i++ {
		r := i % 8
		if i%100 == 50 {
			w.Readers[r].Unplug()
			w.Run(2 * time.Second)
		}
		w.Readers[r].Tap(26, byte(i), byte(i>>8), byte(r), 0)
		taps[r]++
		w.Readers[r].Inputs[0] ^= 1
		w.Bus.Send(r, osdp.Out{{Output: 0, Control: osdp.OutOff + byte(i/8%2)}})
		w.Run(10 * time.Second)
	}
	w.Run(20 * time.Second)
	all, events := 0, w.Take()
	for r := range taps {
		s, far := w.Bus.State(r), w.Readers[r]
		if !slices.Equal(s.Inputs, far.Inputs) || !slices.Equal(s.Outputs, far.Outputs) {
			t.Errorf("reader %d: inputs %v and outputs %v, and the unit knows of %v and %v", r, far.Inputs, far.Outputs,
				s.Inputs, s.Outputs)
		}
		if got := cards(events, r); got != taps[r] {
			t.Errorf("reader %d: %d of %d taps", r, got, taps[r])
		}
		all += taps[r]
	}
	t.Logf("%d taps at 8 readers in %v, %d times down and up again", all, w.Now.Sub(begun), len(downs(events)))
}
