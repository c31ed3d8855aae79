package unit_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"periph.io/x/conn/v3/spi"

	"menshen/board/config"
	"menshen/hal"
	"menshen/hal/aescard"
	"menshen/hal/aescard/aescardtest"
	"menshen/hal/rc522"
	"menshen/hal/rc522/rc522test"
	"menshen/policy"
	"menshen/store"
)

// BenchmarkTapToRelay is the time from a card that comes into the field of an emulated RC522 at
// 4 MHz, at some moment of its poll, to the relay's level, in one unit with its vault on the disk.
// The way to the event is in the emulator's time, as in hal/rc522's TestTapTime, but with what the
// machine's pauses add; the way from there is in real time.
func BenchmarkTapToRelay(b *testing.B) {
	site, err := aescard.NewSite(aescard.Key{15: 1})
	if err != nil {
		b.Fatal(err)
	}
	smart := func(app *aescardtest.Card, takes time.Duration, carries int) *rc522test.Card {
		if _, err := site.Issue(app, app.UID); err != nil {
			b.Fatal(err)
		}
		if carries > 0 {
			if err := site.Carry(app, app.UID, make([]byte, carries)); err != nil {
				b.Fatal(err)
			}
		}
		app.Takes = takes
		return rc522test.Smart(app, app.UID...)
	}
	switched := aescardtest.NTAG(1)
	switched.LRP = true
	bare := rc522.Config{}
	proved := rc522.Config{AES: site,
		Sector: &rc522.Sector{Block: 4, Kind: rc522.KeyA, Site: []byte("sixteen bytes it")}}
	const usual, slow, face = 5 * time.Millisecond, 38 * time.Millisecond, 233
	for _, x := range []struct {
		kind string
		at   rc522.Config
		card *rc522test.Card
	}{
		{"UID", bare, rc522test.Classic(4, 1, 2, 3, 4, 5, 6)},
		{"MIFARE-Classic", proved, rc522test.Classic(4, 6, 5, 4, 3, 2, 1)},
		{"NTAG-5ms", proved, smart(aescardtest.NTAG(0), usual, 0)},
		{"NTAG-LRP-5ms", proved, smart(switched, usual, 0)},
		{"Light-38ms", proved, smart(aescardtest.Light(), slow, 0)},
		{"NTAG-face-38ms", proved, smart(aescardtest.NTAG(2), slow, face)},
	} {
		b.Run(x.kind, func(b *testing.B) { tapToRelay(b, x.at, x.card) })
	}
}

func tapToRelay(b *testing.B, cfg rc522.Config, card *rc522test.Card) {
	dir := b.TempDir() + "/vault"
	bench := newBench(&testing.T{}, func(c *config.Config) { c.Unit.Dir = dir })
	cfg.Name, cfg.Away = "outside", 20*time.Millisecond
	chip := rc522test.New()
	reader := rc522.New(func() (spi.PortCloser, error) { return chip, nil }, cfg)
	r := &timed{Reader: reader, chip: chip, events: make(chan hal.ReaderEvent, 1)}
	bench.Wires.Readers = []hal.Reader{r}
	bench.Assemble()
	ctx, cancel := context.WithCancel(context.Background())
	bench.Driver.Leave()
	ended := make(chan error, 1)
	go func() { ended <- bench.Unit.Run(ctx) }()
	defer func() { cancel(); <-ended; bench.Unit.Close(); bench.Vault.Close() }()

	reader.Issue(time.Now().Add(time.Second)) // a MIFARE Classic is written first
	first := r.tap(b, card)
	reader.Issue(time.Time{})
	id, err := bench.Vault.AddPerson(store.Door, policy.Person{Name: "Tenant"})
	if err == nil {
		_, err = bench.Vault.AddCredential(store.Door, id, policy.CardKind, first.Card.Credential(), "fob", true)
	}
	if err != nil {
		b.Fatal(err)
	}
	var took []time.Duration
	for b.Loop() {
		before := len(bench.Relay.Moves())
		r.tap(b, card)
		for since := time.Now(); len(bench.Relay.Moves()) == before; time.Sleep(20 * time.Microsecond) {
			if time.Since(since) > 10*time.Second {
				b.Fatal("the card did not open")
			}
		}
		took = append(took, r.took+bench.Relay.Moves()[before].At.Sub(r.emitted))
		for bench.Relay.On() {
			bench.Clock.Advance(time.Minute)
			time.Sleep(time.Millisecond)
		}
	}
	slices.Sort(took)
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	b.ReportMetric(ms(took[0]), "ms-least")
	b.ReportMetric(ms(took[len(took)/2]), "ms-p50")
	b.ReportMetric(ms(took[len(took)-1]), "ms-most")
	b.ReportMetric(0, "ns/op")
}

// timed is a reader that tells of its events when they were sent, and how long they took before.
type timed struct {
	hal.Reader
	chip    *rc522test.Chip
	begun   time.Duration
	took    time.Duration // from the card in the field to the event, in the chip's time
	emitted time.Time
	events  chan hal.ReaderEvent
}

func (r *timed) Run(ctx context.Context, emit func(hal.ReaderEvent)) error {
	return r.Reader.Run(ctx, func(e hal.ReaderEvent) {
		if e.Frame || e.Card != nil {
			r.took, r.emitted = r.chip.Elapsed()-r.begun, time.Now()
			select {
			case r.events <- e:
			default:
			}
		}
		emit(e)
	})
}

// tap takes what is there away and holds a card there until it was read.
func (r *timed) tap(b *testing.B, card *rc522test.Card) hal.ReaderEvent {
	b.Helper()
	r.chip.Present()
	time.Sleep(130*time.Millisecond + rand.N(50*time.Millisecond))
	r.begun = r.chip.Elapsed()
	r.chip.Present(card)
	select {
	case e := <-r.events:
		if e.Card == nil {
			b.Fatal(fmt.Errorf("not read: %w", e.Fault))
		}
		return e
	case <-time.After(10 * time.Second):
		b.Fatal("nothing came")
		panic("unreachable")
	}
}
