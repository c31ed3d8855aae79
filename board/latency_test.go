package board_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"menshen/board"
	"menshen/board/config"
	"menshen/board/wiring"
	"menshen/hal"
	"menshen/hal/sim"
	"menshen/policy"
	"menshen/store"

	periph "periph.io/x/conn/v3/gpio"
)

// BenchmarkCardToRelay is a whole door from the wire of the last Wiegand bit to the level on the
// relay's line, the durable record in between included. It reports percentiles of the time beyond
// the frame gap, which the simulated line does not wait for, and, as the limit that hardware sets,
// one write and sync of the same disk.
func BenchmarkCardToRelay(b *testing.B) {
	dir := b.TempDir()
	conf := simulatedDoor(b, dir, "")
	door, err := sim.New(sim.Config{})
	if err != nil {
		b.Fatal(err)
	}
	defer door.Close()
	defer runDoor(b, conf)()
	relay := door.Pin(sim.Relay)
	for !door.Pin(sim.D0).Watched() || !door.Pin(sim.Contact).Watched() {
		time.Sleep(time.Millisecond)
	}
	var took []time.Duration
	for b.Loop() {
		from := len(relay.Trace())
		sent := time.Now() // the pulses come at once, with the times they would have had on a wire; the last one is now
		door.Tap(1, 2)
		at := moved(b, relay, from, periph.High)
		took = append(took, at.Sub(sent))
		door.Force()
		time.Sleep(20 * time.Millisecond) // longer than the contact's debounce
		door.Shut()
		moved(b, relay, from+1, periph.Low)
		// so that the next frame, whose pulses carry wire time, ends now and not later
		time.Sleep(130 * time.Millisecond)
	}
	slices.Sort(took)
	b.ReportMetric(ms(took[len(took)/2]), "ms-p50")
	b.ReportMetric(ms(took[len(took)*99/100]), "ms-p99")
	b.ReportMetric(ms(syncTime(b, dir)), "ms-sync")
	b.ReportMetric(0, "ns/op")
}

// moved waits for the relay's step number n and gives its time.
func moved(b *testing.B, relay *sim.Pin, n int, want periph.Level) time.Time {
	b.Helper()
	for until := time.Now().Add(10 * time.Second); time.Now().Before(until); time.Sleep(100 * time.Microsecond) {
		if t := relay.Trace(); len(t) > n {
			if t[n].Level != want {
				b.Fatalf("the relay moved to %v", t[n].Level)
			}
			return t[n].At
		}
	}
	b.Fatal("the relay did not move within 10 s")
	return time.Time{}
}

// syncTime is the median time of writing 4 KiB and syncing them, in the same folder.
func syncTime(b *testing.B, dir string) time.Duration {
	f, err := os.Create(filepath.Join(dir, "sync"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	var took []time.Duration
	for range 50 {
		began := time.Now()
		if _, err := f.WriteAt(make([]byte, 4096), 0); err != nil {
			b.Fatal(err)
		}
		if err := f.Sync(); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	return took[len(took)/2]
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// simulatedDoor is the demo's configuration without its camera and with more at its end, and one
// person whose card is 1/2.
func simulatedDoor(b *testing.B, dir, more string) *config.Config {
	b.Helper()
	raw, err := os.ReadFile("demo/door.toml")
	if err != nil {
		b.Fatal(err)
	}
	path := filepath.Join(dir, "door.toml")
	text := strings.Replace(string(raw), "enabled     = true", "enabled = false", 1)
	if err := os.WriteFile(path, []byte(text+more), 0o600); err != nil {
		b.Fatal(err)
	}
	conf, err := config.Load(path)
	if err != nil {
		b.Fatal(err)
	}
	if err := board.Init(conf, "anna", []byte("correct horse")); err != nil {
		b.Fatal(err)
	}
	v, err := store.Open(conf.Unit.Dir, store.Options{Key: wiring.KeySource(conf)})
	if err != nil {
		b.Fatal(err)
	}
	id, err := v.AddPerson(store.Door, policy.Person{Name: "Tenant"})
	if err == nil {
		card := h10301(1, 2)
		_, err = v.AddCredential(store.Door, id, policy.CardKind, card.Credential(), "fob", true)
	}
	if err != nil {
		b.Fatal(err)
	}
	if err := v.Close(); err != nil {
		b.Fatal(err)
	}
	return conf
}

// h10301 is the card that sim.Door.Tap sends.
func h10301(facility uint8, number uint16) hal.Card {
	c := hal.Card{Bits: 26, Raw: make([]byte, 4)}
	for i, one := range sim.H10301(facility, number) {
		if one {
			c.Raw[i/8] |= 0x80 >> (i % 8)
		}
	}
	return c
}

// runDoor lets a whole door run, until the function that it returns ends it.
func runDoor(b *testing.B, conf *config.Config) (end func()) {
	ctx, cancel := context.WithCancel(context.Background())
	u, closeAll, err := board.Open(ctx, conf, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		b.Fatal(err)
	}
	ended := make(chan error)
	go func() { ended <- u.Run(ctx) }()
	return func() {
		cancel()
		if err := errors.Join(<-ended, closeAll()); err != nil {
			b.Error(err)
		}
	}
}
