package supervised

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/devices/v3/ads1x15"

	"menshen/hal"
	"menshen/hal/supervised/ads1115test"
)

// bench is a chip with four lines, each closed and at rest (inputs that are active when open).
type bench struct {
	*testing.T
	chip   *ads1115test.Chip
	lines  [Channels]*ads1115test.Line
	inputs [Channels]*Input

	mu   sync.Mutex
	seen map[string][]hal.InputEvent
	end  func()
}

// newBench makes one, in a bubble of synctest.
func newBench(t *testing.T) *bench {
	b := &bench{T: t, seen: map[string][]hal.InputEvent{},
		chip: &ads1115test.Chip{Address: 0x48, Speed: 100 * physic.KiloHertz}}
	chip := NewChip(func() (i2c.BusCloser, error) { return b.chip.Bus(), nil }, 0x48, 3.3)
	for i, name := range []string{"fire", "rex", "contact", "tamper"} {
		l := &ads1115test.Line{Supply: 3.3, PullUp: 2200, Series: 1000, Parallel: 2200, Cable: 20}
		l.Contact(true)
		b.lines[i], b.chip.Volts[i] = l, l.Volts
		in, err := New(chip, Config{Name: name, Channel: i, ActiveOpen: true, Wiring: usual})
		if err != nil {
			t.Fatal(err)
		}
		b.inputs[i] = in
	}
	return b
}

// start runs the inputs until the test ends.
func (b *bench) start() {
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	for _, in := range b.inputs {
		all.Go(func() {
			_ = in.Run(ctx, func(e hal.InputEvent) {
				b.mu.Lock()
				defer b.mu.Unlock()
				b.seen[e.Input] = append(b.seen[e.Input], e)
			})
		})
	}
	b.end = func() { cancel(); all.Wait() }
}

// wait lets time pass.
func (b *bench) wait(d time.Duration) { time.Sleep(d); synctest.Wait() }

// told gives the events of a line since the last call, as "rest", "active" or the state of a fault.
func (b *bench) told(line int) (all []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	name := b.inputs[line].String()
	for _, e := range b.seen[name] {
		var fault *hal.LineFault
		switch {
		case errors.As(e.Fault, &fault):
			all = append(all, fault.State.String())
		case e.Active:
			all = append(all, "active")
		default:
			all = append(all, "rest")
		}
	}
	b.seen[name] = nil
	return all
}

func (b *bench) expect(line int, want ...string) {
	b.Helper()
	if got := b.told(line); !slices.Equal(got, want) {
		b.Errorf("%s told %q, want %q", b.inputs[line], got, want)
	}
}

// TestEachState: contact, cut and short of one line are told by its own events, and by no other's.
func TestEachState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.start()
		defer func() { b.end() }()
		b.wait(2 * time.Second)
		for i := range b.lines {
			b.expect(i, "rest")
		}
		for i, l := range b.lines {
			l.Contact(false)
			b.wait(200 * time.Millisecond)
			b.expect(i, "active")
			l.Cut(true)
			b.wait(300 * time.Millisecond)
			b.expect(i, "cut")
			if _, err := b.inputs[i].Active(); !isState(err, hal.LineCut) {
				t.Errorf("Active of a cut line: %v", err)
			}
			l.Cut(false)
			b.wait(2 * time.Second)
			b.expect(i, "active")
			l.Contact(true)
			b.wait(200 * time.Millisecond)
			b.expect(i, "rest")
			l.Short(true)
			b.wait(300 * time.Millisecond)
			b.expect(i, "short")
			l.Short(false)
			b.wait(2 * time.Second)
			b.expect(i, "rest")
		}
		for i := range b.lines {
			b.expect(i)
		}
	})
}

func isState(err error, want hal.LineState) bool {
	var f *hal.LineFault
	return errors.As(err, &f) && f.State == want
}

// TestLatency: how long an edge takes to become an event, with four lines at work, on a bus of
// 100 kHz. docs/figures.md has what it prints.
func TestLatency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.start()
		defer func() { b.end() }()
		b.wait(2 * time.Second)
		b.told(1)
		random := rand.New(rand.NewPCG(1, 2))
		var contact, cut []time.Duration
		took := func() time.Duration {
			began := time.Now()
			for {
				time.Sleep(100 * time.Microsecond)
				if len(b.told(1)) > 0 {
					return time.Since(began)
				}
			}
		}
		for range 200 {
			b.wait(time.Duration(random.IntN(40_000)) * time.Microsecond)
			b.lines[1].Contact(false)
			contact = append(contact, took())
			b.wait(time.Duration(random.IntN(40_000)) * time.Microsecond)
			b.lines[1].Cut(true)
			cut = append(cut, took())
			b.lines[1].Cut(false)
			took()
			b.lines[1].Contact(true)
			took()
		}
		slices.Sort(contact)
		slices.Sort(cut)
		before := b.chip.Transfers()
		b.wait(10 * time.Second)
		t.Logf("contact to event: median %v, longest %v; cut to fault: median %v, longest %v; %d transfers a second",
			contact[100], contact[199], cut[100], cut[199], (b.chip.Transfers()-before)/10)
		if contact[199] > 60*time.Millisecond || cut[199] > 150*time.Millisecond {
			t.Errorf("too late: contact %v, cut %v", contact[199], cut[199])
		}
	})
}

// TestBounce: a contact that bounces gives one event; one that never rests is a fault, which heals.
func TestBounce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.start()
		defer func() { b.end() }()
		b.wait(time.Second)
		b.told(1)
		for i := range 7 { // 14 ms
			b.lines[1].Contact(i%2 == 1)
			b.wait(2 * time.Millisecond)
		}
		b.wait(200 * time.Millisecond)
		b.expect(1, "active")
		for i := range 50 { // hammered on five times a second, for five seconds
			b.lines[1].Contact(i%2 == 0)
			b.wait(100 * time.Millisecond)
		}
		if got := b.told(1); len(got) != 50 || slices.Contains(got, "odd") {
			t.Errorf("hammered on it gave %q", got)
		}
		random := rand.New(rand.NewPCG(3, 4))
		for range 1000 { // 10 s
			b.lines[1].Contact(random.IntN(2) == 0)
			b.wait(10 * time.Millisecond)
		}
		got := b.told(1)
		if !slices.Contains(got, "odd") {
			t.Errorf("a restless contact gave %q", got)
		}
		b.lines[1].Contact(true)
		b.wait(2 * time.Second)
		if active, err := b.inputs[1].Active(); active || err != nil {
			t.Errorf("at rest again: %v, %v", active, err)
		}
	})
}

// TestNoise: noise of 0.2 V changes nothing, noise as large as the supply is a fault and never an
// event of the contact.
func TestNoise(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		random := rand.New(rand.NewPCG(5, 6))
		amplitude := 0.2
		var mu sync.Mutex
		b.lines[0].Noise = func() float64 {
			mu.Lock()
			defer mu.Unlock()
			return amplitude * (2*random.Float64() - 1)
		}
		b.start()
		defer func() { b.end() }()
		b.wait(20 * time.Second)
		b.expect(0, "rest")
		mu.Lock()
		amplitude = 3.3
		mu.Unlock()
		b.wait(20 * time.Second)
		got := b.told(0)
		if len(got) == 0 || slices.Contains(got, "active") {
			t.Errorf("under noise as large as the supply it told %q", got)
		}
		mu.Lock()
		amplitude = 0
		mu.Unlock()
		b.wait(2 * time.Second)
		if active, err := b.inputs[0].Active(); active || err != nil {
			t.Errorf("after the noise: %v, %v", active, err)
		}
		b.expect(3, "rest") // its neighbour
	})
}

// TestOddLine: water in a cable and a foreign voltage are faults, which heal.
func TestOddLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.start()
		defer func() { b.end() }()
		b.wait(time.Second)
		b.told(0)
		for _, x := range []struct {
			name string
			do   func(on bool)
		}{
			{"5 V", func(on bool) { b.lines[0].Foreign(map[bool]float64{true: 5}[on]) }},
			{"-0.4 V", func(on bool) { b.lines[0].Foreign(map[bool]float64{true: -0.4}[on]) }},
			{"a leak of 700 ohms", func(on bool) { b.lines[0].Leak(map[bool]float64{true: 700}[on]) }},
		} {
			x.do(true)
			b.wait(500 * time.Millisecond)
			x.do(false)
			b.wait(2 * time.Second)
			if got := b.told(0); !slices.Equal(got, []string{"odd", "rest"}) {
				t.Errorf("%s: told %q", x.name, got)
			}
		}
	})
}

// TestChipFaults: a chip that is unplugged, that forgets its settings, that freezes, that answers
// rubbish, and a bus that is held low: each is told within two seconds as a fault of each line,
// once, and heals by itself. None is ever taken for a state of a contact.
func TestChipFaults(t *testing.T) {
	for _, x := range []struct {
		name string
		do   func(c *ads1115test.Chip, on bool)
		why  error
	}{
		{"unplugged", (*ads1115test.Chip).Unplug, ErrNoChip},
		{"frozen", (*ads1115test.Chip).Freeze, ErrStuck},
		{"bus held low", func(c *ads1115test.Chip, on bool) {
			c.Hold(map[bool]time.Duration{true: time.Second}[on])
		}, ErrNoChip},
	} {
		t.Run(x.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t)
				b.start()
				defer func() { b.end() }()
				b.wait(time.Second)
				for i := range b.lines {
					b.expect(i, "rest")
				}
				x.do(b.chip, true)
				b.wait(6 * time.Second)
				_, err := b.inputs[0].Active()
				if !isState(err, hal.LineLost) || !errors.Is(err, x.why) {
					t.Errorf("Active says %v", err)
				}
				if since := time.Since(b.inputs[0].Alive()); since > 5*time.Second {
					t.Errorf("no sign of life for %v", since)
				}
				x.do(b.chip, false)
				b.wait(6 * time.Second)
				for i := range b.lines {
					b.expect(i, "not measured", "rest")
				}
			})
		})
	}
}

// TestGlitches: a supply that sags and a single disturbed transfer give no event at all.
func TestGlitches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		random := rand.New(rand.NewPCG(7, 8))
		b.chip.Bad = func(v uint16) uint16 {
			if random.IntN(200) == 0 {
				return []uint16{0, 0xffff, 0x8583, ^v}[random.IntN(4)]
			}
			return v
		}
		b.start()
		defer func() { b.end() }()
		for range 30 {
			b.wait(300 * time.Millisecond)
			b.chip.Sag()
		}
		for i := range b.lines {
			b.expect(i, "rest")
		}
	})
}

// TestRubbish: a bus that always reads the same is a fault, never a contact.
func TestRubbish(t *testing.T) {
	for _, value := range []uint16{0, 0xffff, 0x7fff, 0x8000, 0x8583} {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t)
			b.chip.Bad = func(uint16) uint16 { return value }
			b.start()
			defer func() { b.end() }()
			b.wait(3 * time.Second)
			for i := range b.lines {
				b.expect(i, "not measured")
			}
		})
	}
}

// TestOwnValue: periph's driver alone takes the last channel's value from a chip that is 10 % slow;
// on a watched bus each channel gives its own.
func TestOwnValue(t *testing.T) {
	for _, x := range []struct {
		name    string
		watched bool
	}{{"driver alone", false}, {"watched", true}} {
		synctest.Test(t, func(t *testing.T) {
			c := &ads1115test.Chip{Address: 0x48, Drift: 0.1, Speed: physic.MegaHertz}
			for i := range c.Volts {
				c.Volts[i] = func() float64 { return 0.5 * float64(i+1) }
			}
			var bus i2c.Bus = c.Bus()
			if x.watched {
				bus = &watched{Bus: bus}
			}
			dev, err := ads1x15.NewADS1115(bus, &ads1x15.Opts{I2cAddress: 0x48})
			if err != nil {
				t.Fatal(err)
			}
			wrong := 0
			for n := range 400 {
				pin, err := dev.PinForChannel(ads1x15.Channel(4+n%4), 3300*physic.MilliVolt, rate, ads1x15.BestQuality)
				if err != nil {
					t.Fatal(err)
				}
				s, err := pin.Read()
				if err != nil {
					t.Fatal(err)
				}
				if off := float64(s.V)/float64(physic.Volt) - 0.5*float64(n%4+1); math.Abs(off) > 0.01 {
					wrong++
				}
			}
			t.Logf("%s: %d of 400 values were another channel's", x.name, wrong)
			if (wrong == 0) != x.watched {
				t.Errorf("%s: %d of 400 values wrong", x.name, wrong)
			}
		})
	}
}

// TestMeasureAlone: an input that does not run is measured when it is asked, as the installer's
// check asks it.
func TestMeasureAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		for _, x := range []struct {
			do   func()
			want hal.LineState
		}{
			{func() {}, hal.LineClosed}, {func() { b.lines[2].Contact(false) }, hal.LineOpen},
			{func() { b.lines[2].Cut(true) }, hal.LineCut}, {func() { b.lines[2].Short(true) }, hal.LineShort},
		} {
			x.do()
			b.wait(time.Second)
			if got, _, err := b.inputs[2].Measure(); got != x.want || err != nil {
				t.Errorf("measured %v, %v; want %v", got, err, x.want)
			}
		}
		before := b.chip.Transfers()
		for range 9 {
			_, _ = b.inputs[2].Active()
			time.Sleep(time.Millisecond)
		}
		if n := b.chip.Transfers() - before; n > 8 {
			t.Errorf("asked nine times within 9 ms it made %d transfers", n)
		}
		b.chip.Unplug(true)
		b.wait(time.Second)
		if _, err := b.inputs[2].Active(); !isState(err, hal.LineLost) {
			t.Errorf("unplugged: %v", err)
		}
	})
}

// TestNoBus: a bus that is not there is a fault, and heals when it comes.
func TestNoBus(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		there := false
		var mu sync.Mutex
		real := b.inputs[0].chip.source
		b.inputs[0].chip.source = func() (i2c.BusCloser, error) {
			mu.Lock()
			defer mu.Unlock()
			if !there {
				return nil, errors.New("no such file")
			}
			return real()
		}
		b.start()
		defer func() { b.end() }()
		b.wait(2 * time.Second)
		b.expect(0, "not measured")
		mu.Lock()
		there = true
		mu.Unlock()
		b.wait(2 * time.Second)
		b.expect(0, "rest")
	})
}

// TestNew: what cannot be wired is refused.
func TestNew(t *testing.T) {
	for _, c := range []Config{
		{Channel: 4, Wiring: usual}, {Channel: -1, Wiring: usual}, {}, {Debounce: time.Minute, Wiring: usual},
	} {
		if _, err := New(nil, c); err == nil {
			t.Errorf("%+v was accepted", c)
		}
	}
}
