package desk_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"image"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pelletier/go-toml/v2"
	"periph.io/x/conn/v3/spi"

	"menshen/board/boardtest"
	"menshen/board/config"
	"menshen/board/service"
	"menshen/board/update"
	"menshen/hal/aescard"
	"menshen/hal/aescard/aescardtest"
	"menshen/hal/haltest"
	"menshen/hal/osdp"
	"menshen/hal/osdp/osdptest"
	"menshen/hal/rc522"
	"menshen/hal/rc522/rc522test"
	"menshen/hal/sim"
	"menshen/hal/wiegand"
	"menshen/recognizer"
	"menshen/recognizer/eye"
	"menshen/store"
)

// unit is a simulated unit that runs, with its serial console on a cable.
type unit struct {
	*boardtest.Bench
	cable    *cable
	wires    *sim.Door          // of the reader garage; nil: there is none
	lobby    *rc522test.Chip    // of the reader lobby; nil: there is none
	aesCards [3]*rc522test.Card // at first as from the factory
	gate     *osdptest.Reader   // the reader gate; nil: there is none
	line     *osdptest.Line     // it is on that
	before   atomic.Uint64      // the number of whoever stands before the camera; 0: nobody
	log      journal

	addresses chan string // that a seat has told; nil: there is none
}

// away is how long a card has to be away from the reader lobby.
const away = 50 * time.Millisecond

// newUnit starts a unit with what a flow wishes of it.
func newUnit(t *testing.T, o options) *unit {
	t.Helper()
	u := &unit{cable: newCable(t, o.Speed)}
	u.Bench = boardtest.New(t, func(c *config.Config) {
		if o.Seat {
			boardtest.Seat(c)
		}
		c.Console.Serial = u.cable.name
		if err := toml.Unmarshal([]byte(o.Config), c); err != nil {
			t.Fatalf("the flow's configuration: %v", err)
		}
		if o.Wires {
			c.Readers = append(c.Readers, config.Reader{Name: "garage", Kind: "wiegand", D0: "GPIO5", D1: "GPIO6"})
		}
		if o.Signals != nil { // those that the bench has
			c.Signals = nil
			for i, role := range o.Signals {
				c.Signals = append(c.Signals, config.Signal{Role: role, Pin: []string{"GPIO16", "GPIO26", "GPIO13"}[i]})
			}
		}
	})
	if o.Updates {
		u.Updates = played()
		u.Reassemble()
	}
	if o.Wires {
		u.wire(t)
	}
	if o.AES {
		u.emulate()
	}
	if o.OSDP {
		u.connect(t)
	}
	for _, role := range o.Inputs {
		in := &haltest.Input{Name: role}
		in.Set(false, u.Clock.Now())
		u.Inputs[role], u.Wires.Inputs[role] = in, in
		u.Reassemble()
	}
	u.Start()
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	all.Go(func() { u.run(ctx) })
	all.Go(func() { u.look(ctx) })
	all.Go(func() { service.ServeSerial(ctx, u.Config, u.Desk, slog.New(slog.NewTextHandler(&u.log, nil))) })
	t.Cleanup(func() {
		cancel()
		all.Wait()
	})
	return u
}

// played is root's side of updates and sticks.
func played() *boardtest.Updates {
	return &boardtest.Updates{Is: update.State{Version: "1.0"}, Answers: map[update.Act]update.Answer{
		update.Look: {Bundle: &update.Bundle{Version: "1.1", Signer: "the makers", Layout: store.Layout()}},
		update.Give: {Files: 1},
		update.List: {Found: []update.File{{Name: "people.csv", Size: 4711}}},
	}}
}

// wire gives the unit a second reader, on simulated wires.
func (u *unit) wire(t *testing.T) {
	t.Helper()
	prefix := strings.ReplaceAll(t.Name(), "/", "_") + "_"
	var err error
	if u.wires, err = sim.New(sim.Config{Prefix: prefix}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { u.wires.Close() })
	reader, err := wiegand.New(wiegand.Lines(prefix+sim.D0, prefix+sim.D1), wiegand.Config{Name: "garage"})
	if err != nil {
		t.Fatal(err)
	}
	u.Wires.Readers = append(u.Wires.Readers, reader)
	u.Reassemble()
}

// emulate gives the unit a second reader, of AES cards.
func (u *unit) emulate() {
	site, err := aescard.NewSite(aescard.Key{1})
	if err != nil {
		u.Fatal(err)
	}
	for i := range u.aesCards {
		app := aescardtest.NTAG(i)
		u.aesCards[i] = rc522test.Smart(app, app.UID...)
	}
	u.lobby = rc522test.New()
	u.Wires.Readers = append(u.Wires.Readers, rc522.New(func() (spi.PortCloser, error) { return u.lobby, nil },
		rc522.Config{Name: "lobby", Poll: 5 * time.Millisecond, Away: away, AES: site}))
	u.Reassemble()
}

// connect gives the unit a second reader, on an OSDP line.
func (u *unit) connect(t *testing.T) {
	t.Helper()
	cable, err := sim.NewSerial()
	if err != nil {
		t.Fatal(err)
	}
	u.gate = &osdptest.Reader{Address: 5, Factory: true, Inputs: osdp.Inputs{0, 1}, Outputs: osdp.Outputs{0},
		Identity: osdp.Identity{Vendor: [3]byte{0, 6, 0x8e}, Model: 7, Version: 2, Serial: 4711}}
	u.line = osdptest.NewLine(u.gate)
	served := make(chan error, 1)
	go func() { served <- u.line.Serve(cable) }()
	t.Cleanup(func() { cable.Close(); <-served })
	ring := osdp.NewRing(filepath.Join(t.TempDir(), "osdp.json"))
	ring.Secret("gate", func() ([]byte, error) { return hex.DecodeString("8c1f4e0b5a7d92d36ee0415fb7c8a923") })
	line, err := osdp.NewLine(osdp.Port(cable.Name(), false), 9600, ring, osdp.Config{Name: "gate", Address: 5})
	if err != nil {
		t.Fatal(err)
	}
	u.Config.Readers = append(u.Config.Readers, config.Reader{Name: "gate", Kind: "osdp", Address: 5})
	u.Wires.Readers = append(u.Wires.Readers, line.Readers()[0])
	u.Reassemble()
}

// run lets the bench's clock run as time goes by.
func (u *unit) run(ctx context.Context) {
	every := time.NewTicker(20 * time.Millisecond)
	defer every.Stop()
	for was := time.Now(); ; {
		select {
		case <-ctx.Done():
			return
		case now := <-every.C:
			u.Clock.Advance(now.Sub(was))
			was = now
		}
	}
}

// look lets the camera see who stands before it, ten times a second.
func (u *unit) look(ctx context.Context) {
	every := time.NewTicker(100 * time.Millisecond)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
		var seen recognizer.Observation
		n := u.before.Load()
		if n != 0 {
			seen = boardtest.Look(n)
		}
		seen.At = u.Clock.Now()
		select {
		case <-ctx.Done():
			return
		case u.Eye.Seen <- seen:
		}
		if mode := u.Eye.Mode(); mode == eye.Aim || mode == eye.EnrolShown {
			select {
			case u.Eye.Pics <- drawn(n != 0, seen.At):
			default: // nobody waits for it
			}
		}
	}
}

// drawn is a picture of a corridor, with somebody's head and shoulders in it or not, and with the
// noise of a camera: a made one, of nobody.
func drawn(head bool, at time.Time) eye.Picture {
	const width, height = 160, 120
	p := eye.Picture{At: at, Width: width, Height: height, Grey: make([]byte, width*height),
		Camera: image.Pt(4*width, 4*height), Zone: image.Rect(30, 8, 130, 112)}
	if head {
		p.Box, p.Quality = image.Rect(58, 25, 102, 85), recognizer.Quality{Height: 240, Sharpness: 60, Brightness: 110}
	}
	inside := func(x, y, cx, cy, rx, ry int) bool {
		dx, dy := (x-cx)*ry, (y-cy)*rx
		return dx*dx+dy*dy < rx*rx*ry*ry
	}
	for i := range p.Grey {
		x, y := i%width, i/width
		level := 60 + y/3 + 30*(x/40%2) // walls
		switch {
		case head && inside(x, y, 80, 55, 22, 30):
			level = 190 - (x - 60) - y/4
		case head && inside(x, y, 80, 125, 50, 42):
			level = 90 - y/4
		}
		p.Grey[i] = byte(level + rand.IntN(9) - 4)
	}
	return p
}

// journal is the log of the unit's program.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(b)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// name is what the unit's people are called, by number: made up, in both scripts.
func name(n int) string {
	if n%2 == 0 {
		family, given := []rune("王李张刘陈杨赵黄周吴"), []rune("伟芳娜敏静丽强磊军洋勇艳杰涛明超霞平刚桂")
		return string([]rune{family[n/2%10], given[n/20%20], given[n/7%20]})
	}
	given := []string{"Ada", "Ben", "Cleo", "Dan", "Eva", "Finn", "Gwen", "Hugo", "Iris", "Jon"}
	family := []string{"Archer", "Baker", "Cooper", "Draper", "Fisher", "Glover", "Hunter", "Mason", "Potter", "Turner"}
	return fmt.Sprintf("%s %s", given[n/2%10], family[n/20%10])
}
