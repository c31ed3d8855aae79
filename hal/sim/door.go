package sim

import (
	"cmp"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	periph "periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpioreg"
)

// Names of the lines, without the door's prefix.
const (
	Relay    = "RELAY"
	LEDGreen = "LED_GREEN"
	LEDRed   = "LED_RED"
	Buzzer   = "BUZZER"
	D0       = "D0"
	D1       = "D1"
	REX      = "REX"
	Staff    = "STAFF"
	Bell     = "BELL"
	Contact  = "DOOR"
	Tamper   = "TAMPER"
	Fire     = "FIRE"
)

// wiring is each line with its idle level, which the world outside gives it. Outputs float until
// they are driven, and the pull-down of the relay board makes that Low.
var wiring = []struct {
	name   string
	rest   periph.Level
	output bool
}{
	{Relay, periph.Low, true}, {LEDGreen, periph.Low, true}, {LEDRed, periph.Low, true}, {Buzzer, periph.Low, true},
	{D0, periph.High, false}, {D1, periph.High, false},
	{REX, periph.High, false}, {Staff, periph.High, false}, {Bell, periph.High, false},
	{Contact, periph.Low, false}, {Tamper, periph.Low, false}, {Fire, periph.Low, false},
}

// ErrLocked means that the door was pushed and is locked.
var ErrLocked = errors.New("the door is locked")

// Config describes a simulated door. The zero value is ready.
type Config struct {
	Prefix   string           // of the names registered with periph; "SIM_" when empty
	RealTime bool             // drive pulses at their real pace
	Now      func() time.Time // the clock that stamps edges; time.Now when nil
	Queue    int              // edges a watched line keeps before it drops the oldest; 1024, as the kernel's, when 0
}

// Door is one simulated door. All methods may be called from any goroutine.
type Door struct {
	cfg   Config
	epoch time.Time
	pins  map[string]*Pin
	order []*Pin

	sending sync.Mutex
	lineEnd time.Duration // when the data lines were last busy; under sending
	busy    atomic.Bool   // a frame is only partly on the lines
	closing sync.Once
}

// New builds a door and registers its pins. It fails when another door has the same prefix.
func New(cfg Config) (*Door, error) {
	cfg.Prefix = cmp.Or(cfg.Prefix, "SIM_")
	cfg.Queue = cmp.Or(cfg.Queue, 1024)
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	d := &Door{cfg: cfg, epoch: cfg.Now(), pins: make(map[string]*Pin)}
	for i, w := range wiring {
		p := &Pin{door: d, offset: i, name: cfg.Prefix + w.name, outside: w.rest}
		if w.output {
			p.trace = []Step{{At: d.epoch, Level: w.rest}}
		}
		if err := gpioreg.Register(p); err != nil {
			return nil, errors.Join(fmt.Errorf("simulated door: %w", err), d.Close())
		}
		d.pins[w.name] = p
		d.order = append(d.order, p)
	}
	return d, nil
}

// Close takes the pins out of periph's registry and ends every watch of them.
func (d *Door) Close() error {
	var errs []error
	d.closing.Do(func() {
		for _, p := range d.order {
			errs = append(errs, gpioreg.Unregister(p.name))
			p.unplug(true)
		}
	})
	return errors.Join(errs...)
}

// Pin gives a line by its name without prefix: "RELAY". It is nil for a name that no line has.
func (d *Door) Pin(name string) *Pin { return d.pins[name] }

// Press holds a button (REX, Staff, Bell) down for a time, which must be longer than the
// input's debounce time.
func (d *Door) Press(button string, hold time.Duration) {
	p := d.pins[button]
	p.Drive(periph.Low)
	time.Sleep(hold)
	p.Drive(periph.High)
}

// Bounce brings an input to a level by a contact that bounces: so many edges, so far apart, the
// last at the present time. However late this goroutine gets to run, the edges carry these times,
// and the line does not rest between them. From the other level it takes an odd number of edges.
func (d *Door) Bounce(input string, to periph.Level, edges int, apart time.Duration) {
	d.sending.Lock()
	defer d.sending.Unlock()
	p, now := d.pins[input], d.now()
	d.busy.Store(true)
	for left := edges - 1; left >= 0; left-- {
		p.DriveAt(periph.Level(bool(to) != (left%2 == 1)), now-time.Duration(left)*apart)
	}
	d.busy.Store(false)
	p.wakeWatcher()
}

// Push opens the door when the strike lets go, and says ErrLocked otherwise.
func (d *Door) Push() error {
	if d.pins[Relay].Level() != periph.High {
		return ErrLocked
	}
	d.Force()
	return nil
}

// Force opens the door, locked or not.
func (d *Door) Force() { d.pins[Contact].Drive(periph.High) }

// Shut closes the door.
func (d *Door) Shut() { d.pins[Contact].Drive(periph.Low) }

// IsOpen is the state of the door contact.
func (d *Door) IsOpen() bool { return d.pins[Contact].Level() == periph.High }

// Unlocked reports whether the strike lets go.
func (d *Door) Unlocked() bool { return d.pins[Relay].Level() == periph.High }

// Alarm raises the fire line, or clears it.
func (d *Door) Alarm(on bool) { d.pins[Fire].Drive(periph.Level(on)) }

// OpenCover opens the unit's cover, or closes it.
func (d *Door) OpenCover(open bool) { d.pins[Tamper].Drive(periph.Level(open)) }

// Unplug takes the whole board of lines away, or plugs it back: every watcher sees its chip gone.
func (d *Door) Unplug(away bool) {
	for _, p := range d.order {
		p.unplug(away)
	}
}

func (d *Door) now() time.Duration { return d.cfg.Now().Sub(d.epoch) }

func (d *Door) wall(at time.Duration) time.Time { return d.epoch.Add(at) }
