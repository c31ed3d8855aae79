package pcm

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/sys/unix"
)

// TestNegotiate: what is made of cards of different kinds.
func TestNegotiate(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*fake)
		want   Mode
	}{
		"most cards":  {func(*fake) {}, Mode{48000, 2, 16, 480, 4000, true}},
		"one channel": {func(k *fake) { k.channels = []uint32{1, 2} }, Mode{48000, 1, 16, 480, 4000, true}},
		"44,100 only": {func(k *fake) { k.rates = []uint32{44100} }, Mode{44100, 2, 16, 441, 3675, true}},
		"32 bits, eight": {func(k *fake) { k.formats, k.channels = []uint32{formatS32}, []uint32{8} },
			Mode{48000, 8, 32, 480, 4000, true}},
		"only forward":    {func(k *fake) { k.can = batch }, Mode{48000, 2, 16, 480, 1920, false}},
		"without rewinds": {func(k *fake) { k.can = noRewinds }, Mode{48000, 2, 16, 480, 1920, false}},
		"large periods": {func(k *fake) { k.periods[0], k.buffers[0] = 1024, 2048 },
			Mode{48000, 2, 16, 1024, 4000, true}},
		"very large": {func(k *fake) { k.periods[0], k.buffers[0] = 4096, 16384 },
			Mode{48000, 2, 16, 4096, 16384, true}},
		"the smallest": {func(k *fake) { k.periods, k.buffers = [2]uint32{16, 64}, [2]uint32{32, 256} },
			Mode{48000, 2, 16, 64, 256, true}},
		"telephone's rate": {func(k *fake) { k.rates = []uint32{8000} }, Mode{8000, 2, 16, 80, 666, true}},
	} {
		k := stereo()
		c.change(k)
		if got := opened(t, k).Mode; got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

// TestOpenRefuses: a card that a voice cannot use is given back, and the error says why.
func TestOpenRefuses(t *testing.T) {
	for want, change := range map[string]func(*fake){
		"use another card":        func(k *fake) { k.formats = []uint32{32} },
		"device or resource busy": func(k *fake) { k.fails[setHardware] = unix.EBUSY },
		"say when it plays":       func(k *fake) { k.fails[setSoftware] = unix.EINVAL },
		"make it ready":           func(k *fake) { k.fails[prepare] = unix.ENODEV },
		"the driver makes":        func(k *fake) { k.buffers = [2]uint32{2 * mostBuffer, 4 * mostBuffer} },
	} {
		k := stereo()
		change(k)
		if _, err := open(k); !errors.Is(err, ErrGone) || !strings.Contains(err.Error(), want) || !k.closed {
			t.Errorf("%q: %v, closed %v", want, err, k.closed)
		}
	}
}

// ramp gives n different samples from a number on.
func ramp(from, n int) []int16 {
	out := make([]int16, n)
	for i := range out {
		out[i] = int16(from + i)
	}
	return out
}

// TestWrite: the card gets what fits, begins with a period, and plays each sample once, in order,
// in each channel.
func TestWrite(t *testing.T) {
	for _, bits := range []uint32{formatS16, formatS32} {
		k := stereo()
		k.formats = []uint32{bits}
		p := opened(t, k)
		all := ramp(-12000, 24000)
		for left := all; len(left) > 0; {
			n, err := p.Write(left)
			if err != nil {
				t.Fatal(err)
			}
			if left = left[n:]; n == 0 {
				k.play(p.Mode.Period)
			}
		}
		n, err := p.Waiting()
		if err != nil || n != len(k.ring) || n == 0 {
			t.Errorf("%d wait, %v", n, err)
		}
		k.play(p.Mode.Buffer)
		if !slices.Equal(k.played, all) || k.strange > 0 || p.Underruns > 0 {
			t.Errorf("%d of %d played, %d frames differ in their channels, %d underruns", len(k.played), len(all),
				k.strange, p.Underruns)
		}
	}
}

// TestUnderrun: a card that ran dry, or slept, goes on with what comes next.
func TestUnderrun(t *testing.T) {
	k := stereo()
	p := opened(t, k)
	p.Write(ramp(0, 500))
	k.play(600)
	if n, err := p.Waiting(); n != 0 || err != nil {
		t.Errorf("dry: %d wait, %v", n, err)
	}
	if n, err := p.Write(ramp(500, 500)); n != 500 || err != nil || p.Underruns != 1 {
		t.Errorf("after it ran dry: %d written, %v, %d underruns", n, err, p.Underruns)
	}
	k.writes = []error{unix.ESTRPIPE}
	if n, err := p.Write(ramp(1000, 500)); n != 500 || err != nil || p.Underruns != 1 {
		t.Errorf("after it slept: %d written, %v, %d underruns", n, err, p.Underruns)
	}
	k.writes = []error{unix.EPIPE, unix.EPIPE, unix.EPIPE, unix.EPIPE, unix.EPIPE}
	if _, err := p.Write(ramp(0, 500)); !errors.Is(err, ErrGone) {
		t.Errorf("a card that never takes anything: %v", err)
	}
}

// TestPulled: what each request says of a card that is not there any more.
func TestPulled(t *testing.T) {
	k := stereo()
	p := opened(t, k)
	k.writes = []error{unix.ENODEV}
	_, write := p.Write(ramp(0, 10))
	k.fails[askStatus] = unix.ENODEV
	_, ask := p.Waiting()
	k.state = stateUnplug
	_, state := p.TakeBack(0)
	k.fails[drop] = unix.ENODEV
	stop := p.Stop()
	for what, err := range map[string]error{"write": write, "ask": ask, "state": state, "stop": stop} {
		if !errors.Is(err, ErrGone) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if p.Close(); !k.closed {
		t.Error("it is not closed")
	}
}

// TestTakeBack: what was not played comes back, in order, and what is written then is played in its
// place.
func TestTakeBack(t *testing.T) {
	k := stereo()
	p := opened(t, k)
	all := ramp(0, 9000)
	at, _ := p.Write(all)
	k.play(3000)
	n, _ := p.Write(all[at:])
	at += n
	k.play(1500)
	back, err := p.TakeBack(200)
	if want := all[4700:at]; err != nil || !slices.Equal(back, want) {
		t.Fatalf("%d samples come back, want %d; %v", len(back), len(want), err)
	}
	p.Write(ramp(20000, 300))
	k.play(500)
	if want := slices.Concat(all[:4700], ramp(20000, 300)); !slices.Equal(k.played, want) {
		t.Errorf("%d samples are played, want %d", len(k.played), len(want))
	}
	for name, c := range map[string]func(){
		"only forward": func() { p.Mode.Rewinds = false },
		"refused":      func() { p.Mode.Rewinds = true; k.fails[rewind] = unix.EBADFD },
	} {
		p.Write(ramp(0, 1000))
		c()
		if back, err := p.TakeBack(0); back != nil || err != nil {
			t.Errorf("%s: %d, %v", name, len(back), err)
		}
	}
}

// TestStop: what waits is not played, and the card can be used again.
func TestStop(t *testing.T) {
	k := stereo()
	p := opened(t, k)
	p.Write(ramp(0, 2000))
	k.play(500)
	if err := p.Stop(); err != nil {
		t.Fatal(err)
	}
	p.Write(ramp(9000, 1000))
	k.play(1000)
	if want := slices.Concat(ramp(0, 500), ramp(9000, 1000)); !slices.Equal(k.played, want) || p.Underruns > 0 {
		t.Errorf("%d played, want %d", len(k.played), len(want))
	}
}

// TestFind: a card is found by its name, whatever its number; what is not there is told with what
// is.
func TestFind(t *testing.T) {
	system := fstest.MapFS{}
	for file, text := range map[string]string{"card0/id": "vc4hdmi\n", "card10/id": "Device\n", "pcmC0D0p/x": "",
		"pcmC0D1p/x": "", "pcmC10D0p/x": "", "pcmC10D0c/x": "", "pcmC11D0p/x": "", "controlC0/x": "", "pcmCxDyp/x": "",
		"timer/x": ""} {
		system["class/sound/"+file] = &fstest.MapFile{Data: []byte(text)}
	}
	all, err := Cards(system)
	if got := fmt.Sprint(all); got != "[vc4hdmi vc4hdmi:1 Device]" || err != nil {
		t.Errorf("%s, %v", got, err)
	}
	if c, err := Find(system, "Device"); err != nil || c.Path() != "/dev/snd/pcmC10D0p" {
		t.Errorf("%v, %v", c, err)
	}
	if c, err := Find(system, "vc4hdmi:1"); err != nil || c.Path() != "/dev/snd/pcmC0D1p" {
		t.Errorf("%v, %v", c, err)
	}
	if _, err := Find(system, "Headphones"); !errors.Is(err, ErrNoCard) ||
		!strings.Contains(err.Error(), "vc4hdmi:1, Device") {
		t.Error(err)
	}
	if _, err := Find(fstest.MapFS{}, "Device"); !errors.Is(err, ErrNoCard) ||
		!strings.Contains(err.Error(), "none at all") {
		t.Error(err)
	}
}
