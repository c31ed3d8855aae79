package gpio_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
	periph "periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpioreg"
	"periph.io/x/conn/v3/physic"
	"pgregory.net/rapid"

	"menshen/hal"
	"menshen/hal/gpio"
	"menshen/hal/sim"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// pin is a bare pin of some foreign driver: no bank, no edges.
type pin struct {
	periph.PinIO
	level  periph.Level
	writes []periph.Level
	fail   error
}

func (p *pin) Out(l periph.Level) error {
	if p.fail != nil {
		return p.fail
	}
	p.level, p.writes = l, append(p.writes, l)
	return nil
}
func (p *pin) Read() periph.Level {
	panic("a relay's pin was read, which some drivers answer by letting it go")
}
func (p *pin) Name() string                            { return "FOREIGN" }
func (p *pin) String() string                          { return "FOREIGN" }
func (p *pin) PWM(periph.Duty, physic.Frequency) error { return errors.ErrUnsupported }
func (p *pin) In(periph.Pull, periph.Edge) error       { return nil }
func (p *pin) WaitForEdge(time.Duration) bool          { panic("its time-outs cannot be trusted") }
func door(t *testing.T, cfg sim.Config) *sim.Door {
	t.Helper()
	cfg.Prefix = t.Name() + "_"
	d, err := sim.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

func TestRSafeRelayWritesOnlyWhatItMust(t *testing.T) {
	const L, H = periph.Low, periph.High
	for _, c := range []struct {
		name string
		cfg  gpio.RelayConfig
		set  []bool
		want []periph.Level
	}{
		{"fail-secure strike", gpio.RelayConfig{}, []bool{true, true, false, false}, []periph.Level{L, H, L}},
		{"fail-secure strike, closed while on", gpio.RelayConfig{}, []bool{true}, []periph.Level{L, H, L}},
		{"active-low relay board", gpio.RelayConfig{ActiveLow: true}, []bool{true, false}, []periph.Level{H, L, H}},
		{"fail-safe maglock", gpio.RelayConfig{ActiveLow: true, SafeOn: true}, nil, []periph.Level{H, L}},
		{"fail-safe maglock, closed while unlocked", gpio.RelayConfig{ActiveLow: true, SafeOn: true},
			[]bool{true}, []periph.Level{H, L}},
	} {
		p := &pin{}
		r, err := gpio.NewRelay(p, c.cfg)
		if err != nil {
			t.Fatal(err)
		}
		for _, on := range c.set {
			if err := r.Set(on); err != nil || r.On() != on {
				t.Errorf("%s: set %v: %v", c.name, on, err)
			}
		}
		if err := errors.Join(r.Close(), r.Close()); err != nil {
			t.Errorf("%s: close: %v", c.name, err)
		}
		if !slices.Equal(p.writes, c.want) {
			t.Errorf("%s: wrote %v, want %v", c.name, p.writes, c.want)
		}
		if err := r.Set(true); !errors.Is(err, gpio.ErrClosed) {
			t.Errorf("%s: set after close: %v", c.name, err)
		}
	}
}

func TestRelayThatFailedIsTriedAgain(t *testing.T) {
	p := &pin{}
	r, err := gpio.NewRelay(p, gpio.RelayConfig{Name: "strike"})
	if err != nil {
		t.Fatal(err)
	}
	p.fail = gpio.ErrGone
	if err := r.Set(true); !errors.Is(err, gpio.ErrGone) || !strings.Contains(err.Error(), "switch strike on") {
		t.Errorf("got %v", err)
	}
	p.fail = nil
	if err := r.Set(true); err != nil || !bool(p.level) {
		t.Errorf("second try: %v, level %v", err, p.level)
	}
}

// start runs an input and gives its events.
func start(t *testing.T, i *gpio.Input) <-chan hal.InputEvent {
	t.Helper()
	events := make(chan hal.InputEvent, 64)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- i.Run(ctx, func(e hal.InputEvent) { events <- e }) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("run ended with %v", err)
		}
	})
	return events
}

func next(t *testing.T, events <-chan hal.InputEvent) hal.InputEvent {
	t.Helper()
	select {
	case e := <-events:
		return e
	case <-time.After(time.Minute):
		t.Fatal("no event came")
		panic("unreachable")
	}
}

// script plays edges with their times to an Input: a clock that only the script turns.
type script struct {
	periph.PinIO
	steps []step
	at    time.Duration
	level periph.Level
	late  bool // the reader: each edge waits in the queue before it is asked for
	seq   uint32
	over  func() // called when all is played
	end   chan struct{}
}

type step struct {
	after time.Duration
	level periph.Level
}

func (s *script) Name() string                                              { return "SCRIPT" }
func (s *script) Bank() (gpio.Bank, int)                                    { return s, 0 }
func (s *script) Close() error                                              { close(s.end); return nil }
func (s *script) Level(int) (periph.Level, error)                           { return s.level, nil }
func (s *script) Wall(at time.Duration) time.Time                           { return time.Unix(0, 0).Add(at) }
func (s *script) Watch(periph.Pull, periph.Edge, []int) (gpio.Edges, error) { return s, nil }

func (s *script) Next(wait time.Duration) (gpio.Edge, error) {
	if len(s.steps) == 0 {
		s.over()
		<-s.end
		return gpio.Edge{}, gpio.ErrClosed
	}
	st := &s.steps[0]
	if st.after > wait && !(s.late && wait > 0) {
		st.after -= wait
		s.at += wait
		return gpio.Edge{}, gpio.ErrQuiet
	}
	s.at, s.level, s.steps = s.at+st.after, st.level, s.steps[1:]
	s.seq++
	return gpio.Edge{Level: s.level, At: s.at, Seq: s.seq}, nil
}

// An input reports the levels that lasted longer than the debounce time, dated by when the
// bouncing before them began. How late it reads the edges changes nothing.
func TestInputReportsLevelsThatRest(t *testing.T) {
	const debounce = 20 * time.Millisecond
	rapid.Check(t, func(t *rapid.T) {
		s := &script{end: make(chan struct{}), late: rapid.Bool().Draw(t, "late")}
		want := []hal.InputEvent{{Input: "SCRIPT"}}
		for range rapid.IntRange(0, 40).Draw(t, "edges") {
			after := time.Duration(rapid.IntRange(1, 60).Draw(t, "ms")) * time.Millisecond
			s.steps = append(s.steps, step{after, periph.Level(len(s.steps)%2 == 0)})
		}
		s.steps = append(s.steps, step{time.Second, periph.Low}, step{time.Second, periph.Low})
		state, at, unrest := false, time.Duration(0), time.Duration(-1)
		for i, st := range s.steps[:len(s.steps)-1] {
			at += st.after
			if unrest < 0 {
				unrest = at
			}
			if s.steps[i+1].after <= debounce {
				continue
			}
			if bool(st.level) != state {
				state = !state
				want = append(want,
					hal.InputEvent{At: s.Wall(unrest), Bounce: at - unrest, Input: "SCRIPT", Active: state})
			}
			unrest = -1
		}

		i, err := gpio.NewInput(s, gpio.InputConfig{Debounce: debounce})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		s.over = cancel
		var got []hal.InputEvent
		if err := i.Run(ctx, func(e hal.InputEvent) { got = append(got, e) }); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		got[0].At = time.Time{} // the first is the state at the start, at the host's time
		if !slices.Equal(got, want) {
			t.Fatalf("got %v\nwant %v", got, want)
		}
	})
}

func TestContactThatNeverRests(t *testing.T) {
	s := &script{end: make(chan struct{})}
	for i := range 301 { // three seconds, an edge every 10 ms, then rest
		s.steps = append(s.steps, step{10 * time.Millisecond, periph.Level(i%2 == 0)})
	}
	s.steps = append(s.steps, step{time.Second, periph.Low}, step{time.Minute, periph.Low})
	i, err := gpio.NewInput(s, gpio.InputConfig{Name: "door"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.over = cancel
	faults, changes := 0, 0
	var last hal.InputEvent
	i.Run(ctx, func(e hal.InputEvent) {
		if last = e; e.Fault == nil {
			changes++
		} else if faults++; !errors.Is(e.Fault, hal.ErrChatter) {
			t.Errorf("fault %v", e.Fault)
		}
	})
	if faults != 1 || changes < 2 || changes > 6 || last.Active || last.Fault != nil {
		t.Errorf("%d faults, %d changes, in the end %+v", faults, changes, last)
	}
}

func TestInputPolarity(t *testing.T) {
	d := door(t, sim.Config{})
	for _, c := range []struct {
		line      string
		activeLow bool
		act       func(bool)
	}{
		{sim.REX, true, func(on bool) { d.Pin(sim.REX).Drive(periph.Level(!on)) }},
		{sim.Fire, false, d.Alarm},
		{sim.Tamper, false, d.OpenCover},
	} {
		i, err := gpio.NewInput(d.Pin(c.line), gpio.InputConfig{
			Name: c.line, ActiveLow: c.activeLow, Debounce: time.Millisecond,
		})
		if err != nil {
			t.Fatal(err)
		}
		events := start(t, i)
		for _, on := range []bool{false, true, false} {
			if e := next(t, events); e.Active != on || e.Input != c.line || e.Fault != nil {
				t.Errorf("%s: got %+v, want %v", c.line, e, on)
			}
			c.act(!on)
		}
	}
}

func TestInputComesBackAfterItsChip(t *testing.T) {
	d := door(t, sim.Config{})
	i, err := gpio.NewInput(d.Pin(sim.Fire), gpio.InputConfig{})
	if err != nil {
		t.Fatal(err)
	}
	events := start(t, i)
	next(t, events)
	d.Unplug(true)
	if e := next(t, events); !errors.Is(e.Fault, gpio.ErrGone) {
		t.Fatalf("unplugged: %+v", e)
	}
	d.Alarm(true)
	d.Unplug(false)
	if e := next(t, events); e.Fault != nil || !e.Active {
		t.Errorf("the alarm raised while away: %+v", e)
	}
}

// button is a pin of a foreign driver that can only be read.
type button struct {
	pin
	down atomic.Bool
}

func (b *button) Read() periph.Level { return periph.Level(b.down.Load()) }

func TestForeignPinIsPolled(t *testing.T) {
	b := &button{}
	i, err := gpio.NewInput(b, gpio.InputConfig{})
	if err != nil {
		t.Fatal(err)
	}
	events := start(t, i)
	for _, on := range []bool{false, true, false} {
		if e := next(t, events); e.Active != on {
			t.Fatalf("got %+v, want %v", e, on)
		}
		b.down.Store(!on)
	}
	_, err = gpio.Watch(periph.PullUp, periph.FallingEdge, b, b)
	if err == nil || !strings.Contains(err.Error(), "gpiochip") {
		t.Errorf("two foreign pins as data lines: %v", err)
	}
}

func TestOpenFindsRegisteredPins(t *testing.T) {
	d := door(t, sim.Config{})
	p, err := gpio.Open(t.Name() + "_RELAY")
	if err != nil || p != periph.PinIO(d.Pin(sim.Relay)) {
		t.Errorf("simulated pin: %v, %v", p, err)
	}
	if err := gpioreg.RegisterAlias(t.Name()+"_STRIKE", t.Name()+"_RELAY"); err != nil {
		t.Fatal(err)
	}
	defer gpioreg.Unregister(t.Name() + "_STRIKE")
	if p, err := gpio.Open(t.Name() + "_STRIKE"); err != nil || p != periph.PinIO(d.Pin(sim.Relay)) {
		t.Errorf("alias: %v, %v", p, err)
	}
	for _, name := range []string{"NO_SUCH_LINE", "gpiochip99:1"} {
		if _, err := gpio.Open(name); !errors.Is(err, gpio.ErrNoLine) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := gpio.Open("gpiochip0:x"); err == nil {
		t.Error("gpiochip0:x was opened")
	}
}

// TestRSafeRelayIsDrivenAgainAfterItsChip: what an unplugged chip forgot is set again as it was, or
// as it should have become meanwhile, in one step.
func TestRSafeRelayIsDrivenAgainAfterItsChip(t *testing.T) {
	const L, H = periph.Low, periph.High
	for _, c := range []struct {
		name              string
		activeLow         bool
		before, meanwhile bool
		want              []periph.Level // of the wire; unplugged, the pull of the relay board makes it low
	}{
		{"off stays off", false, false, false, []periph.Level{L}},
		{"on is on again", false, true, true, []periph.Level{L, H, L, H}},
		{"set off meanwhile", false, true, false, []periph.Level{L, H, L}},
		{"set on meanwhile", false, false, true, []periph.Level{L, H}},
		{"active low, off", true, false, false, []periph.Level{L, H, L, H}},
		{"active low, on", true, true, true, []periph.Level{L, H, L}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := door(t, sim.Config{})
			r, err := gpio.NewRelay(d.Pin(sim.Relay), gpio.RelayConfig{ActiveLow: c.activeLow})
			if err != nil {
				t.Fatal(err)
			}
			hold := func(want error) {
				t.Helper()
				if err := r.Hold(); !errors.Is(err, want) {
					t.Fatalf("hold: %v, want %v", err, want)
				}
			}
			hold(nil)
			if err := r.Set(c.before); err != nil {
				t.Fatal(err)
			}
			hold(nil)
			d.Unplug(true)
			hold(gpio.ErrGone)
			if err := r.Set(c.meanwhile); c.before != c.meanwhile && !errors.Is(err, gpio.ErrGone) {
				t.Fatalf("set without a chip: %v", err)
			}
			d.Unplug(false)
			for range 3 {
				hold(nil)
			}
			var got []periph.Level
			for _, s := range d.Pin(sim.Relay).Trace() {
				got = append(got, s.Level)
			}
			if !slices.Equal(got, c.want) || r.On() != c.meanwhile {
				t.Errorf("the wire saw %v, want %v", got, c.want)
			}
		})
	}
}
