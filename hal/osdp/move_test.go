package osdp_test

import (
	"context"
	"errors"
	"io"
	"net"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"menshen/hal"
	"menshen/hal/osdp"
	"menshen/hal/osdp/osdptest"
)

// TestMoveOnTheBus: a reader that is told another address answers at the old one and is met at the
// new one, with its cards; each answer carries what it answers.
func TestMoveOnTheBus(t *testing.T) {
	w := newWire(t, 5, 6)
	if w.Bus.Send(0, osdp.AskInputs{}) {
		t.Error("a command without a session was not dropped")
	}
	w.Run(2 * time.Second)
	w.Take()
	for _, bad := range []byte{6, osdp.Broadcast} {
		if w.Bus.Send(0, osdp.SetLine{Address: bad, Baud: 9600}) {
			t.Errorf("address %d was sent", bad)
		}
	}
	if !w.Bus.Send(0, osdp.SetLine{Address: 9, Baud: 9600}) {
		t.Fatal("dropped")
	}
	w.Readers[0].Tap(26, 1, 2, 3, 0)
	w.Run(time.Second)
	e := w.Take()
	at := slices.IndexFunc(e, func(e osdp.Event) bool { return e.Reply == osdp.LineSet{Address: 9, Baud: 9600} })
	if at < 0 || e[at].Command != (osdp.SetLine{Address: 9, Baud: 9600}) || cards(e, 0) != 1 || len(downs(e)) > 0 {
		t.Errorf("%+v", e)
	}
	if s := w.Bus.State(0); !s.Secure || s.Address != 9 || w.Readers[0].Address != 9 {
		t.Errorf("%+v", s)
	}
	w.Readers[0].Fixed = true
	w.Bus.Send(0, osdp.SetLine{Address: 10, Baud: 9600})
	w.Run(time.Second)
	e = w.Take()
	if len(e) != 1 || e[0].Reply != (osdp.Nak{Reason: osdp.NakRecord}) || w.Bus.State(0).Address != 9 {
		t.Errorf("%+v", e)
	}
}

// TestMoveUnseen: an answer that is lost leaves two places, and the session shows which it is:
// whether the reader heard or not.
func TestMoveUnseen(t *testing.T) {
	for _, heard := range []bool{true, false} {
		w := newWire(t, 5)
		w.Run(2 * time.Second)
		w.Take()
		w.Bus.Send(0, osdp.SetLine{Address: 9, Baud: 9600})
		if heard {
			w.ToUnit = func(b []byte) []byte {
				if w.Readers[0].Address == 9 {
					w.ToUnit = nil
					return nil
				}
				return b
			}
		} else {
			w.ToReaders = func([]byte) []byte { return nil }
			w.Run(700 * time.Millisecond)
			w.ToReaders = nil
		}
		w.Run(10 * time.Second)
		want := map[bool]byte{true: 9, false: 5}[heard]
		if s := w.Bus.State(0); !s.Secure || s.Address != want || len(downs(w.Take())) == 0 {
			t.Errorf("heard %v: %+v", heard, s)
		}
	}
}

// yard is a line in a bubble's time: three readers that hear their own speed alone.
type yard struct {
	t     *testing.T
	far   []*osdptest.Reader
	wires *osdptest.Line
	ring  *osdp.Ring
	file  []byte // addresses, as the configuration has them
	baud  int
	line  *osdp.Line
	end   func()
}

var yardNames = []string{"outside", "inside", "garage"}

func newYard(t *testing.T) *yard {
	y := &yard{t: t, ring: newRing(t, filepath.Join(t.TempDir(), "osdp.json"), yardNames...), file: []byte{5, 6, 7},
		baud: 9600}
	for i, name := range yardNames {
		key, err := y.ring.New(name)
		if err != nil {
			t.Fatal(err)
		}
		y.far = append(y.far, &osdptest.Reader{Address: y.file[i], Baud: 9600, Key: key})
	}
	y.wires = osdptest.NewLine(y.far...)
	y.begin()
	return y
}

type paced struct {
	net.Conn
	baud int
}

func (p paced) Baud() int { return p.baud }

// begin starts a unit on the line.
func (y *yard) begin() {
	y.t.Helper()
	open := func(baud int) (io.ReadWriteCloser, error) {
		here, there := net.Pipe()
		go y.wires.Serve(paced{there, baud})
		return here, nil
	}
	var all []osdp.Config
	for i, name := range yardNames {
		all = append(all, osdp.Config{Name: name, Address: y.file[i]})
	}
	line, err := osdp.NewLine(open, y.baud, y.ring, all...)
	if err != nil {
		y.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var ran sync.WaitGroup
	for _, r := range line.Readers() {
		ran.Go(func() { r.Run(ctx, func(hal.ReaderEvent) {}) })
	}
	y.line, y.end = line, func() { cancel(); ran.Wait() }
	time.Sleep(5 * time.Second)
}

func (y *yard) again() { y.end(); y.begin() }

// all looks that all readers work, at these addresses and that speed.
func (y *yard) all(baud int, addresses ...byte) {
	y.t.Helper()
	for i, r := range y.line.Readers() {
		l := r.Link()
		if !l.Secure || l.Address != int(addresses[i]) || l.Speed != baud {
			y.t.Errorf("%s: %+v", r, l)
		}
		y.wires.Do(func() {
			if f := y.far[i]; f.Address != addresses[i] || f.Baud != baud {
				y.t.Errorf("%s is at %d and %d", r, f.Address, f.Baud)
			}
		})
	}
}

// TestSetAddress: the new address lasts until the configuration says another.
func TestSetAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		r := y.line.Readers()[0]
		for _, bad := range []byte{6, 127} {
			if err := r.SetAddress(t.Context(), bad); !errors.Is(err, osdp.ErrAddress) {
				t.Errorf("%d: %v", bad, err)
			}
		}
		if err := r.SetAddress(t.Context(), 3); err != nil {
			t.Fatal(err)
		}
		y.all(9600, 3, 6, 7)
		y.again() // the configuration still says 5
		y.all(9600, 3, 6, 7)
		if l := y.line.Readers()[0].Link(); l.ConfigAddress != 5 {
			t.Errorf("%+v", l)
		}
		y.file[0] = 3
		y.again()
		y.all(9600, 3, 6, 7)
		y.wires.Do(func() { y.far[0].Fixed = true })
		if err := y.line.Readers()[0].SetAddress(t.Context(), 4); !errors.As(err, new(osdp.Refused)) {
			t.Error(err)
		}
		y.wires.Do(func() { y.far[0].Fixed, y.far[0].GoesTo = false, &osdp.LineSet{Address: 40, Baud: 9600} })
		if err := y.line.Readers()[0].SetAddress(t.Context(), 4); !errors.As(err, new(osdp.Elsewhere)) {
			t.Error(err)
		}
		y.all(9600, 40, 6, 7)
		y.wires.Do(func() { y.far[0].Address = 99 }) // somebody took it away meanwhile
		if err := y.line.Readers()[0].SetAddress(t.Context(), 4); !errors.Is(err, osdp.ErrLost) {
			t.Error(err)
		}
		if err := y.line.Readers()[0].SetAddress(t.Context(), 4); !errors.Is(err, osdp.ErrAway) {
			t.Error(err)
		}
		y.wires.Do(func() { y.far[0].Address = 4 }) // it comes back, as it was told
		time.Sleep(20 * time.Second)
		y.all(9600, 4, 6, 7)
		y.end()
	})
}

// TestSetSpeed: all readers of a line get another speed, or none does, whatever one of them plays.
func TestSetSpeed(t *testing.T) {
	cut := errors.New("the unit was switched off")
	for name, test := range map[string]struct {
		play func(y *yard, cancel func()) // before the second reader is told
		baud int                          // in the end
		err  any
	}{
		"all obey":    {func(*yard, func()) {}, 115200, nil},
		"one refuses": {func(y *yard, _ func()) { y.far[2].Fixed = true }, 9600, new(osdp.Refused)},
		"one goes elsewhere": {func(y *yard, _ func()) {
			y.far[1].GoesTo = &osdp.LineSet{Address: 6, Baud: 38400}
			time.AfterFunc(4*time.Second, func() { y.wires.Do(func() { y.far[1].GoesTo = nil }) })
		}, 9600, new(osdp.Elsewhere)},
		"an answer is lost": {func(y *yard, _ func()) {
			y.wires.ToUnit = func(b []byte) []byte {
				if y.far[1].Baud == 115200 {
					y.wires.ToUnit = nil
					return nil
				}
				return b
			}
		}, 115200, nil},
		"one is deaf for a while": {func(y *yard, _ func()) {
			y.far[1].Deaf = true
			time.AfterFunc(10*time.Second, func() { y.wires.Do(func() { y.far[1].Deaf = false }) })
		}, 115200, nil},
		"the operator ends it": {func(_ *yard, cancel func()) { cancel() }, 9600,
			context.Canceled},
		"the unit restarts": {func(y *yard, _ func()) { go y.end() }, 115200, cut},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				y := newYard(t)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				var told []string
				err := y.line.Readers()[1].SetSpeed(ctx, 115200, func(r string, _ int) {
					if told = append(told, r); len(told) == 2 {
						y.wires.Do(func() { test.play(y, cancel) })
					}
				})
				switch want := test.err.(type) {
				case nil:
					if err != nil {
						t.Error(err)
					}
				case error:
					if err == nil || want != cut && !errors.Is(err, want) && !errors.As(err, test.err) {
						t.Error(err)
					}
				default:
					if !errors.As(err, test.err) {
						t.Error(err)
					}
				}
				if len(told) == 0 {
					t.Error("nobody was told")
				}
				if test.err == cut {
					y.end()
					y.begin()
					time.Sleep(5 * time.Minute)
				}
				time.Sleep(10 * time.Second)
				y.all(test.baud, 5, 6, 7)
				y.again()
				y.all(test.baud, 5, 6, 7)
				y.baud = test.baud
				y.again()
				y.all(test.baud, 5, 6, 7)
				y.end()
			})
		})
	}
}

// TestSpeedIsOfTheLine: with a reader that is away nothing is changed, and one that is lost in the
// middle leaves the others where they were.
func TestSpeedIsOfTheLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		quiet := func(string, int) {}
		r := y.line.Readers()[0]
		if err := r.SetSpeed(t.Context(), 1200, quiet); !errors.Is(err, osdp.ErrSpeed) {
			t.Error(err)
		}
		y.wires.Do(func() { y.far[1].Deaf = true })
		time.Sleep(20 * time.Second)
		var one osdp.LineError
		err := r.SetSpeed(t.Context(), 115200, quiet)
		if !errors.Is(err, osdp.ErrAway) || !errors.As(err, &one) || one.Reader != "inside" {
			t.Error(err)
		}
		y.wires.Do(func() { y.far[1].Deaf = false })
		time.Sleep(20 * time.Second)
		y.all(9600, 5, 6, 7)
		err = r.SetSpeed(t.Context(), 115200, func(name string, _ int) {
			if name == "inside" {
				y.wires.Do(func() { y.far[1].Deaf = true })
			}
		})
		if !errors.Is(err, osdp.ErrLost) || !errors.As(err, &one) || one.Reader != "inside" {
			t.Error(err)
		}
		for i, r := range y.line.Readers() {
			if l := r.Link(); i != 1 && (!l.Secure || l.Speed != 9600) {
				t.Errorf("%s: %+v", r, l)
			}
		}
		y.wires.Do(func() { y.far[1].Deaf = false })
		time.Sleep(20 * time.Second)
		y.all(9600, 5, 6, 7)
		y.end()
	})
}
