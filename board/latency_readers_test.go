package board_test

import (
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"menshen/hal/osdp"
	"menshen/hal/osdp/osdptest"
	"menshen/hal/sim"

	periph "periph.io/x/conn/v3/gpio"
)

// BenchmarkTapToRelay is a tap at each of two readers of one unit, in turns and in real time, from
// the moment that the reader has the card to the level on the relay's line: Wiegand without keys
// and with a pulse every 2 ms, and OSDP in its Secure Channel over a cable on which each byte takes
// its time.
func BenchmarkTapToRelay(b *testing.B) {
	for _, baud := range []int{9600, 115200} {
		b.Run(fmt.Sprint(baud), func(b *testing.B) { tapToRelay(b, baud) })
	}
}

func tapToRelay(b *testing.B, baud int) {
	dir := b.TempDir()
	cable, err := sim.NewSerial()
	if err != nil {
		b.Fatal(err)
	}
	keyFile, secret := filepath.Join(dir, "osdp.key"), []byte("not kept for long")[:osdp.KeySize]
	if err := os.WriteFile(keyFile, []byte(hex.EncodeToString(secret)), 0o600); err != nil {
		b.Fatal(err)
	}
	conf := simulatedDoor(b, dir, fmt.Sprintf("\n[[reader]]\nname = \"inside\"\nkind = \"osdp\"\ndevice = %q\n"+
		"baud = %d\naddress = 1\nkey_file = %q\n", cable.Name(), baud, keyFile))
	conf.Readers[0].Keypad = 0 // with keys it waits for 50 ms of quiet, not 10
	ring := osdp.NewRing(filepath.Join(conf.Unit.Dir, "osdp.json"))
	ring.Secret("inside", func() ([]byte, error) { return slices.Clone(secret), nil })
	far := &osdptest.Reader{Address: 1}
	if far.Key, err = ring.New("inside"); err != nil {
		b.Fatal(err)
	}
	line := osdptest.NewLine(far)
	var served sync.WaitGroup
	served.Go(func() { line.Serve(&paced{cable, baud}) })
	defer served.Wait()
	defer cable.Close()

	door, err := sim.New(sim.Config{RealTime: true})
	if err != nil {
		b.Fatal(err)
	}
	defer door.Close()
	defer runDoor(b, conf)()
	polled := func() (yes bool) { line.Do(func() { yes = far.Polls > 0 }); return yes }
	for until := time.Now().Add(10 * time.Second); !door.Pin(sim.D0).Watched() || !door.Pin(sim.Contact).Watched() ||
		!polled(); time.Sleep(time.Millisecond) {
		if time.Now().After(until) {
			b.Fatal("the readers do not work")
		}
	}
	relay, card := door.Pin(sim.Relay), h10301(1, 2)
	once := func(tap func()) time.Duration {
		from, began := len(relay.Trace()), time.Now()
		tap()
		at := moved(b, relay, from, periph.High)
		door.Force()
		time.Sleep(20 * time.Millisecond) // longer than the contact's debounce
		door.Shut()
		moved(b, relay, from+1, periph.Low)
		time.Sleep(400*time.Millisecond + rand.N(100*time.Millisecond)) // the lamps are told; no time of the poll's own
		return at.Sub(began)
	}
	var wiegand, ours []time.Duration
	for b.Loop() {
		wiegand = append(wiegand, once(func() { door.Tap(1, 2) }))
		ours = append(ours, once(func() { line.Do(func() { far.Tap(card.Bits, card.Raw...) }) }))
	}
	slices.Sort(wiegand)
	slices.Sort(ours)
	n := len(ours)
	b.ReportMetric(ms(wiegand[n/2]), "wiegand-ms-p50")
	b.ReportMetric(ms(wiegand[n*95/100]), "wiegand-ms-p95")
	b.ReportMetric(ms(ours[n/2]), "osdp-ms-p50")
	b.ReportMetric(ms(ours[n*95/100]), "osdp-ms-p95")
	b.ReportMetric(ms(ours[n/2])/ms(wiegand[n/2]), "osdp/wiegand")
	b.ReportMetric(0, "ns/op")
}

// paced is the readers' end of a cable on which bytes take the time of its speed, and a reader
// takes 3 ms before it answers.
type paced struct {
	cable io.ReadWriter
	baud  int
}

func (p *paced) pass(n int) { time.Sleep(time.Duration(10*n) * time.Second / time.Duration(p.baud)) }

func (p *paced) Read(b []byte) (int, error) {
	n, err := p.cable.Read(b)
	p.pass(n)
	return n, err
}

func (p *paced) Write(b []byte) (int, error) {
	if len(b) > 0 {
		time.Sleep(3 * time.Millisecond)
		p.pass(len(b))
	}
	return p.cable.Write(b)
}
