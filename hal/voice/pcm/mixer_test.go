package pcm

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// knob is a control of a [board].
type knob struct {
	name        string
	kind        uint32
	least, most int64
	level       []uint32 // as the kernel says decibels: kind, bytes, words
	access      uint32   // beside reading and writing
	iface       uint32   // zero: the mixer's
	values      []int64
	fails       error // what writing answers
}

// board answers as the kernel does for a card's controls. One without a name was taken out.
type board struct {
	knobs  []*knob
	writes int
}

func (b *board) write([]byte) (int, error) { return 0, unix.EBADF }
func (b *board) close() error              { return nil }

func (b *board) ioctl(request uintptr, a argument) error {
	if request == listControls {
		there := slices.DeleteFunc(slices.Clone(b.knobs), func(k *knob) bool { return k.name == "" })
		a.put(listCount, uint32(len(there)))
		return nil
	}
	n := a.get(0)
	if n < 1 || int(n) > len(b.knobs) || b.knobs[n-1].name == "" {
		return unix.ENOENT
	}
	k := b.knobs[n-1]
	switch request {
	case askControl:
		a.put(ifaceAt, mixer)
		if k.iface > 0 {
			a.put(ifaceAt, k.iface)
		}
		copy(a[nameAt:nameAt+nameSize], k.name)
		a.put(typeAt, k.kind)
		a.put(accessAt, readable|writable|k.access)
		a.put(countAt, uint32(len(k.values)))
		a.putLong(leastAt, uint64(k.least))
		a.putLong(mostAt, uint64(k.most))
	case askLevel:
		if k.level == nil || int(a.get(4)) < 4*len(k.level) {
			return unix.ENXIO
		}
		for i, w := range k.level {
			a.put(8+4*i, w)
		}
	case readControl:
		for i, v := range k.values {
			a.putLong(valuesAt+8*i, uint64(v))
		}
	case writeControl:
		b.writes++
		if k.fails != nil {
			return k.fails
		}
		for i := range k.values {
			k.values[i] = int64(a.long(valuesAt + 8*i))
		}
	default:
		return unix.ENOTTY
	}
	return nil
}

// muted is a switch that is off.
func muted(name string) *knob {
	return &knob{name: name, kind: boolean, most: 1, values: []int64{0, 0}}
}

// low is a volume at its least, without decibels.
func low(name string) *knob {
	return &knob{name: name, kind: integer, most: 100, values: []int64{0, 0}}
}

// TestTurnUp: which controls of a card are set, by their names, and which are left alone.
func TestTurnUp(t *testing.T) {
	for name, want := range map[string]bool{
		"Master Playback": true, "PCM Playback": true, "Speaker Playback": true, "Headphone Playback": true,
		"Playback": true, "Front Playback": true, "Line Out Playback": true, "Speaker+LO Playback": true,
		"Left Output Mixer PCM Playback": true, "IEC958 Playback": true, "Master": true, "Speaker": true,
		"Mic Playback": false, "Headset Mic Playback": false, "Front Mic Playback": false, "Line Playback": false,
		"CD Playback": false, "Beep Playback": false, "PCM Loopback Playback": false, "Capture": false,
		"Mic Capture": false, "PCM Capture": false, "Digital": false, "Speaker AC": false, "Speaker Playback ZC": false,
		"Master Playback Boost": false, "": false,
	} {
		off, volume := muted(strings.TrimSpace(name+" Switch")), low(strings.TrimSpace(name+" Volume"))
		b := &board{knobs: []*knob{off, volume}}
		n, err := turnUp(b)
		if err != nil || (n == 2) != want || !want && (n != 0 || b.writes != 0) {
			t.Errorf("%q: %d changed in %d writes, %v", name, n, b.writes, err)
		}
		if want && (!slices.Equal(off.values, []int64{1, 1}) || !slices.Equal(volume.values, []int64{80, 80})) {
			t.Errorf("%q: %v, %v", name, off.values, volume.values)
		}
		if n, _ := turnUp(b); n != 0 {
			t.Errorf("%q: %d changed again", name, n)
		}
	}
}

// TestUntouched: what is no control of the mixer, cannot be set now, or is of another kind.
func TestUntouched(t *testing.T) {
	const master = "Master Playback Switch"
	other, asleep, enum, wide := muted(master), muted(master), muted(master), muted(master)
	other.iface, asleep.access, enum.kind, wide.values = 3, inactive, 3, make([]int64, mostValues+1)
	b := &board{knobs: []*knob{other, asleep, enum, wide}}
	if n, err := turnUp(b); n != 0 || err != nil || b.writes != 0 {
		t.Errorf("%d changed in %d writes, %v", n, b.writes, err)
	}
}

// TestLevel: a volume is set to 0 dB where the card says decibels, or the nearest it has below.
func TestLevel(t *testing.T) {
	db := func(v int) uint32 { return uint32(int32(v)) }
	for name, c := range map[string]struct {
		least, most int64
		level       []uint32
		want        int64
	}{
		"a Pi's socket":       {-10239, 400, []uint32{levelScale, 8, db(-10239), 1}, 0},
		"half steps":          {0, 127, []uint32{levelScale, 8, db(-5725), 75 | 0x10000}, 76},
		"never as loud":       {0, 31, []uint32{levelScale, 8, db(-4650), 100}, 31},
		"always louder":       {0, 7, []uint32{levelScale, 8, db(600), 300}, 0},
		"most at 0 dB":        {0, 37, []uint32{levelSpan, 8, db(-3700), 0}, 37},
		"most above":          {0, 40, []uint32{levelSpanMute, 8, db(-3000), db(1000)}, 30},
		"an empty scale":      {0, 10, []uint32{levelScale, 8, db(-1000), 0}, 8},
		"pieces":              {0, 10, []uint32{3, 8, 0, 0}, 8},
		"cut short":           {0, 10, []uint32{levelScale, 4, 0}, 8},
		"refused":             {-5, 5, nil, 3},
		"a range of no width": {4, 4, nil, 4},
	} {
		k := &knob{name: "PCM Playback Volume", kind: integer, least: c.least, most: c.most, level: c.level,
			access: levelled, values: []int64{99999}}
		if n, err := turnUp(&board{knobs: []*knob{k}}); n != 1 || err != nil || k.values[0] != c.want {
			t.Errorf("%s: set to %d, want %d; %d changed, %v", name, k.values[0], c.want, n, err)
		}
	}
}

// TestTurnUpGoesOn: a control that cannot be set is named, and the others are set; numbers that are
// left out end nothing.
func TestTurnUpGoesOn(t *testing.T) {
	bad := muted("Master Playback Switch")
	bad.fails = unix.EPERM
	last := low("PCM Playback Volume")
	n, err := turnUp(&board{knobs: []*knob{{}, bad, {}, {}, muted("Speaker Playback Switch"), last}})
	if n != 2 || !errors.Is(err, unix.EPERM) || !strings.Contains(fmt.Sprint(err), "Master Playback Switch") ||
		last.values[0] != 80 {
		t.Errorf("%d changed, %v; the last is at %d", n, err, last.values[0])
	}
	if _, err := TurnUp("/dev/snd/controlC-none"); !errors.Is(err, unix.ENOENT) {
		t.Errorf("no such device: %v", err)
	}
}
