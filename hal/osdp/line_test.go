package osdp_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"menshen/hal"
	"menshen/hal/osdp"
	"menshen/hal/osdp/osdptest"
	"menshen/hal/scene"
	"menshen/hal/serial"
	"menshen/hal/sim"
	"menshen/internal/golden"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var site = []byte{0x8c, 0x1f, 0x4e, 0x0b, 0x5a, 0x7d, 0x92, 0xd3, 0x6e, 0xe0, 0x41, 0x5f, 0xb7, 0xc8, 0xa9, 0x23}

// rig is a line on a pseudo terminal, with emulated readers and the unit's.
type rig struct {
	t     testing.TB
	line  *osdp.Line
	far   *osdptest.Line
	ring  *osdp.Ring
	cable *sim.Serial
	got   chan hal.ReaderEvent
}

func newRing(t testing.TB, path string, names ...string) *osdp.Ring {
	t.Helper()
	ring := osdp.NewRing(path)
	for _, name := range names {
		ring.Secret(name, func() ([]byte, error) { return bytes.Clone(site), nil })
	}
	return ring
}

// newRig makes a line whose first reader runs. The emulated ones are new, as from the factory.
func newRig(t testing.TB, readers ...*osdptest.Reader) *rig {
	t.Helper()
	cable, err := sim.NewSerial()
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, cable: cable, far: osdptest.NewLine(readers...), got: make(chan hal.ReaderEvent, 100)}
	var served sync.WaitGroup
	served.Go(func() { r.far.Serve(cable) })
	t.Cleanup(func() { cable.Close(); served.Wait() })
	r.ring = newRing(t, filepath.Join(t.TempDir(), "osdp.json"), "outside", "inside")
	r.line, err = osdp.NewLine(osdp.Port(cable.Name(), false), 115200, r.ring, osdp.Config{Name: "outside", Address: 5})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var ran sync.WaitGroup
	ran.Go(func() { r.reader().Run(ctx, func(e hal.ReaderEvent) { r.got <- e }) })
	t.Cleanup(func() { cancel(); ran.Wait() })
	return r
}

func (r *rig) reader() *osdp.Reader { return r.line.Readers()[0] }

// next gives the next event.
func (r *rig) next() hal.ReaderEvent {
	r.t.Helper()
	select {
	case e := <-r.got:
		return e
	case <-time.After(time.Minute):
		r.t.Fatal("nothing came")
		return hal.ReaderEvent{}
	}
}

// install installs the reader, which is a fault before and none after, with nothing wrong with it.
func (r *rig) install() {
	r.t.Helper()
	if e := r.next(); !errors.Is(e.Fault, osdp.ErrNoKey) || e.Reader != "outside" {
		r.t.Fatalf("a new reader gives %+v", e)
	}
	if err := r.reader().Install(time.Now().Add(time.Minute)); err != nil {
		r.t.Fatal(err)
	}
	if e := r.next(); !e.Recovered {
		r.t.Fatalf("an install gives %+v", e)
	}
	await(r.t, func() bool { // what the reader says of itself comes right after that it is there
		_, why := r.reader().Tamper().Active()
		return why == nil
	})
}

func TestReaderOnALine(t *testing.T) {
	far := &osdptest.Reader{Address: 5, Factory: true, Identity: osdp.Identity{Serial: 41}}
	r := newRig(t, far)
	r.install()
	link := r.reader().Link()
	if !link.Secure || !link.Proven || !link.Installs.IsZero() || link.Address != 5 || len(link.Abilities) == 0 {
		t.Errorf("%+v", link)
	}
	r.far.Do(func() { far.Tap(26, 1, 2, 3, 0x40); far.Press("7") })
	if e := r.next(); e.Card == nil || e.Card.Bits != 26 || e.Card.Raw[2] != 3 {
		t.Errorf("%+v", e)
	}
	if e := r.next(); e.Button != '7' {
		t.Errorf("%+v", e)
	}

	// lamp and buzzer, also after the power was off
	shows := func(c osdp.Color, tone byte) {
		t.Helper()
		await(t, func() (right bool) {
			r.far.Do(func() {
				n, m := len(far.LEDs), len(far.Buzzer)
				right = n > 0 && m > 0 && far.LEDs[n-1].Permanent.Blink.OnColor == c && far.Buzzer[m-1].Tone == tone
			})
			return right
		})
	}
	out := r.reader().Signals()
	out["green"].Set(true)
	shows(osdp.Green, 1)
	out["red"].Set(true)
	out["buzzer"].Set(true)
	shows(osdp.Amber, 2)
	r.far.Do(func() { far.Unplug(); far.LEDs, far.Buzzer = nil, nil })
	if e := r.next(); !errors.Is(e.Fault, osdp.ErrForgot) {
		t.Errorf("%+v", e)
	}
	if e := r.next(); !e.Recovered {
		t.Errorf("%+v", e)
	}
	shows(osdp.Amber, 2)

	r.reader().Present(scene.Scene{Kind: scene.Opened})
	await(t, func() (right bool) {
		want := scene.Scene{Kind: scene.Opened}.Title().String()
		r.far.Do(func() { n := len(far.Texts); right = n > 0 && strings.TrimSpace(far.Texts[n-1].Text) == want })
		return right
	})

	// the key is there after a restart of the unit
	keys, err := newRing(t, r.ring.Path(), "outside").Keys("outside")
	if err != nil || len(keys) != 1 || keys[0] != far.Key {
		t.Errorf("%d keys, %v", len(keys), err)
	}
}

func TestReadersContacts(t *testing.T) {
	far := &osdptest.Reader{Address: 5, Factory: true}
	r := newRig(t, far)
	r.install()
	ctx, cancel := context.WithCancel(context.Background())
	events := make(chan hal.InputEvent, 10)
	var ran sync.WaitGroup
	ran.Go(func() { r.reader().Tamper().Run(ctx, func(e hal.InputEvent) { events <- e }) })
	defer ran.Wait()
	defer cancel()
	if e := <-events; e.Active || e.Fault != nil {
		t.Fatalf("%+v", e)
	}
	r.far.Do(func() { far.Tampered = true })
	if e := <-events; !e.Active || e.Fault != nil {
		t.Errorf("%+v", e)
	}
	r.far.Do(func() { far.Deaf = true })
	if e := <-events; !errors.Is(e.Fault, osdp.ErrSilent) {
		t.Errorf("%+v", e)
	}
	if _, err := r.reader().Tamper().Active(); err == nil {
		t.Error("a reader that is away has a state")
	}
}

// A supply that fails is a fault until the reader says that it is right again, whatever else
// happens meanwhile.
func TestReadersSupply(t *testing.T) {
	far := &osdptest.Reader{Address: 5, Factory: true}
	r := newRig(t, far)
	r.install()
	ctx, cancel := context.WithCancel(context.Background())
	events := make(chan hal.InputEvent, 10)
	var ran sync.WaitGroup
	ran.Go(func() { r.reader().Supply().Run(ctx, func(e hal.InputEvent) { events <- e }) })
	defer ran.Wait()
	defer cancel()
	is := func(want error) {
		t.Helper()
		select {
		case e := <-events:
			if e.Active || !errors.Is(e.Fault, want) {
				t.Errorf("%+v, want %v", e, want)
			}
		case <-time.After(time.Minute):
			t.Fatal("nothing came")
		}
	}
	is(nil)
	r.far.Do(func() { far.Failing = true })
	is(osdp.ErrSupply)
	if l := r.reader().Link(); !l.Secure || !l.Supply {
		t.Errorf("%+v", l)
	}
	r.far.Do(func() { far.Tampered = true; far.Tap(26, 1, 2, 3, 0x40) })
	if e := r.next(); e.Card == nil {
		t.Errorf("%+v", e)
	}
	r.far.Do(func() { far.Unplug() })
	if e := r.next(); !errors.Is(e.Fault, osdp.ErrForgot) {
		t.Errorf("%+v", e)
	}
	if e := r.next(); !e.Recovered {
		t.Errorf("%+v", e)
	}
	if _, err := r.reader().Supply().Active(); !errors.Is(err, osdp.ErrSupply) {
		t.Errorf("after a session that was lost: %v", err)
	}
	r.far.Do(func() { far.Failing = false })
	is(nil)
}

// A cable that is pulled is a fault of each of its readers.
func TestPulledCable(t *testing.T) {
	far := &osdptest.Reader{Address: 5, Factory: true}
	r := newRig(t, far)
	r.install()
	r.cable.Close()
	if e := r.next(); !errors.Is(e.Fault, serial.ErrGone) && !errors.Is(e.Fault, os.ErrNotExist) {
		t.Errorf("%+v", e)
	}
	if l := r.reader().Link(); l.Secure || l.Why == nil {
		t.Errorf("%+v", l)
	}
}

// An install whose end was not seen leaves both keys; the one that works stays.
func TestRing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "osdp.json")
	ring := newRing(t, path, "outside", "inside")
	if keys, err := ring.Keys("outside"); err != nil || len(keys) != 0 {
		t.Fatal(keys, err)
	}
	first, err1 := ring.New("outside")
	second, err2 := ring.New("outside")
	other, err3 := ring.New("inside")
	if err := errors.Join(err1, err2, err3); err != nil || first == second {
		t.Fatal(err)
	}
	again := newRing(t, path, "outside", "inside")
	if keys, err := again.Keys("outside"); err != nil || len(keys) != 2 || keys[0] != first || keys[1] != second {
		t.Errorf("%d keys, %v", len(keys), err)
	}
	if err := errors.Join(again.Keep("outside", second), again.Forget("inside", other)); err != nil {
		t.Fatal(err)
	}
	keys, _ := ring.Keys("outside")
	none, _ := ring.Keys("inside")
	if len(keys) != 1 || keys[0] != second || len(none) != 0 {
		t.Errorf("%d and %d keys", len(keys), len(none))
	}
	for range 10 {
		if _, err := ring.New("inside"); err != nil {
			t.Fatal(err)
		}
	}
	if keys, _ := ring.Keys("inside"); len(keys) != 4 {
		t.Errorf("%d keys after ten installs", len(keys))
	}
	os.WriteFile(path, []byte(`{"version":9}`), 0o600)
	if _, err := ring.Keys("outside"); err == nil {
		t.Error("a newer file was read")
	}
}

// TestVectors: the file that the first version wrote gives the keys that its readers have.
func TestVectors(t *testing.T) {
	raw := golden.Vector(t, "testdata/ring-1.json", func() []byte {
		path := filepath.Join(t.TempDir(), "osdp.json")
		ring := newRing(t, path, "outside")
		for range 2 {
			if _, err := ring.New("outside"); err != nil {
				t.Fatal(err)
			}
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return b
	})
	path := filepath.Join(t.TempDir(), "osdp.json")
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	keys, err := newRing(t, path, "outside").Keys("outside")
	if err != nil || len(keys) != 2 || hex.EncodeToString(keys[0][:])+hex.EncodeToString(keys[1][:]) != ringVector {
		t.Errorf("%d keys, %v; %x%x", len(keys), err, keys[0][:], keys[1][:])
	}
}

// TestPlaces: where a reader was moved to is kept until the configuration says another thing.
func TestPlaces(t *testing.T) {
	path := filepath.Join(t.TempDir(), "osdp.json")
	raw := golden.Vector(t, "testdata/ring-moved-1.json", func() []byte {
		ring := newRing(t, path, "outside", "inside")
		_, err := ring.New("outside")
		five, six := osdp.Place{Address: 5, Baud: 9600}, osdp.Place{Address: 6, Baud: 9600}
		err = errors.Join(err, ring.Put("outside", five, osdp.Place{Address: 3, Baud: 9600}),
			ring.Put("inside", six, osdp.Place{Address: 6, Baud: 115200}, six))
		b, err2 := os.ReadFile(path)
		if err := errors.Join(err, err2); err != nil {
			t.Fatal(err)
		}
		return b
	})
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	ring := newRing(t, path, "outside", "inside")
	is := func(name string, file osdp.Place, want ...osdp.Place) {
		t.Helper()
		if got, err := ring.Places(name, file); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	five, three := osdp.Place{Address: 5, Baud: 9600}, osdp.Place{Address: 3, Baud: 9600}
	is("outside", five, three)
	is("outside", osdp.Place{Address: 4, Baud: 9600}, osdp.Place{Address: 4, Baud: 9600})
	six := osdp.Place{Address: 6, Baud: 9600}
	is("inside", six, osdp.Place{Address: 6, Baud: 115200}, six)
	if keys, err := ring.Keys("outside"); err != nil || len(keys) != 1 {
		t.Errorf("%d keys, %v", len(keys), err)
	}
	if err := errors.Join(ring.Put("outside", five, five), ring.Put("inside", six, six)); err != nil {
		t.Fatal(err)
	}
	is("outside", five, five)
	if b, _ := os.ReadFile(path); bytes.Contains(b, []byte("moved")) {
		t.Errorf("%s", b)
	}
}

// ringVector are the keys of testdata/ring-1.json under the secret of these tests.
const ringVector = "6d3f622403d5e1c81cb906a7d23cd2e41a7400e1c523ce8326a82df971c51f85"

// await waits until a thing is so.
func await(t testing.TB, so func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !so(); {
		if time.Now().After(end) {
			t.Fatal("it did not come to be so")
		}
		time.Sleep(5 * time.Millisecond)
	}
}
