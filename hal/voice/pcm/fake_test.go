package pcm

import (
	"encoding/binary"
	"slices"
	"testing"

	"golang.org/x/sys/unix"
)

// fake answers as the kernel does for a sound card. play lets it play.
type fake struct {
	formats, channels, rates []uint32
	periods, buffers         [2]uint32 // the least and the most frames
	can                      uint32
	fails                    map[uintptr]error // the next request of this kind
	writes                   []error           // what the next writes answer

	mode     Mode
	start    uint64
	state    uint32
	ring     []int16 // what waits, of the first channel
	played   []int16
	strange  int // frames whose channels differ
	prepared int
	closed   bool
}

// stereo is a card as most are.
func stereo() *fake {
	return &fake{formats: []uint32{formatS16}, channels: []uint32{2}, rates: []uint32{44100, 48000},
		periods: [2]uint32{64, 8192}, buffers: [2]uint32{128, 32768}, fails: map[uintptr]error{}}
}

func (k *fake) ioctl(request uintptr, a argument) error {
	if err := k.fails[request]; err != nil {
		delete(k.fails, request)
		return err
	}
	switch request {
	case refine:
		return k.refine(hardware(a))
	case setHardware:
		h := hardware(a)
		if err := k.refine(h); err != nil {
			return err
		}
		for _, i := range []int{channels, rate, periodSize} {
			h.within(i, h.least(i), h.least(i))
		}
		h.within(bufferSize, h.most(bufferSize), h.most(bufferSize))
		k.mode = Mode{Rate: int(h.least(rate)), Channels: int(h.least(channels)), Bits: 16,
			Period: int(h.least(periodSize)), Buffer: int(h.least(bufferSize))}
		if h.has(formatMask, formatS32) {
			k.mode.Bits = 32
		}
		k.state = stateSetup
	case setSoftware:
		k.start = a.long(softStart)
	case prepare:
		k.ring, k.state = nil, statePrepared
		k.prepared++
	case drop:
		k.ring, k.state = nil, stateSetup
	case askStatus:
		a.put(statusState, k.state)
		a.putLong(statusFree, uint64(k.mode.Buffer-len(k.ring)))
	case rewind:
		n := min(int(a.long(0)), len(k.ring))
		k.ring = k.ring[:len(k.ring)-n]
		a.putLong(0, uint64(n))
	default:
		return unix.ENOTTY
	}
	return nil
}

// refine narrows what is asked to what the card can, as the kernel does.
func (k *fake) refine(h hardware) error {
	if h.get(changedAt) == 0 || !h.has(accessMask, interleaved) {
		return unix.EINVAL
	}
	if !slices.ContainsFunc(k.formats, func(f uint32) bool { return h.has(formatMask, f) }) {
		return unix.EINVAL
	}
	one := func(i int, values []uint32) bool {
		values = slices.DeleteFunc(slices.Clone(values), func(v uint32) bool { return v < h.least(i) || v > h.most(i) })
		if len(values) > 0 {
			h.within(i, slices.Min(values), slices.Max(values))
		}
		return len(values) > 0
	}
	span := func(i int, s [2]uint32) bool {
		h.within(i, max(h.least(i), s[0]), min(h.most(i), s[1]))
		return h.least(i) <= h.most(i)
	}
	ok := one(channels, k.channels) && one(rate, k.rates) && span(periodSize, k.periods) && span(bufferSize, k.buffers)
	if !ok || h.most(bufferSize) < h.least(periodSize) {
		return unix.EINVAL
	}
	argument(h).put(abilityAt, k.can)
	return nil
}

func (k *fake) write(b []byte) (int, error) {
	if len(k.writes) > 0 {
		err := k.writes[0]
		k.writes = k.writes[1:]
		if err == unix.EPIPE {
			k.state, k.ring = stateUnderrun, nil
		}
		return -1, err
	}
	switch k.state {
	case stateUnderrun:
		return -1, unix.EPIPE
	case statePrepared, stateRunning:
	default:
		return -1, unix.EBADFD
	}
	frame, n := k.mode.Bits/8*k.mode.Channels, 0
	for len(b) >= frame && len(k.ring) < k.mode.Buffer {
		first := b[:frame/k.mode.Channels]
		for c := 1; c < k.mode.Channels; c++ {
			if !slices.Equal(first, b[c*len(first):(c+1)*len(first)]) {
				k.strange++
			}
		}
		k.ring = append(k.ring, int16(binary.LittleEndian.Uint16(first[len(first)-2:])))
		b, n = b[frame:], n+frame
	}
	if n == 0 && len(b) > 0 {
		return -1, unix.EAGAIN
	}
	if k.state == statePrepared && uint64(len(k.ring)) >= k.start {
		k.state = stateRunning
	}
	return n, nil
}

// play lets the card play so many frames, and run dry.
func (k *fake) play(n int) {
	if k.state != stateRunning {
		return
	}
	now := min(n, len(k.ring))
	k.played, k.ring = append(k.played, k.ring[:now]...), k.ring[now:]
	if now < n {
		k.state, k.ring = stateUnderrun, nil
	}
}

func (k *fake) close() error { k.closed = true; return nil }

func opened(t *testing.T, k *fake) *Player {
	t.Helper()
	p, err := open(k)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
