package pcm

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
)

// Mode is how a card takes samples.
type Mode struct {
	Rate     int  // samples a second
	Channels int  // each gets the same
	Bits     int  // of a sample: 16, or 32 of which the lower ones are zero
	Period   int  // frames that the card takes at a time
	Buffer   int  // frames that can wait
	Rewinds  bool // what waits can be taken back
}

// Samples wait for a tenth of a second at most, so that another process may have the processor for
// that long. Where they cannot be taken back, less: what waits then delays the next phrase.
const (
	periodsASecond = 100
	buffersASecond = 12
	quickASecond   = 25
)

// rates in the order of preference: a phrase of 24,000 a second becomes 48,000 by doubling.
var rates = []uint32{48000, 24000, 96000, 44100, 32000, 22050, 88200, 192000, 16000, 11025, 8000}

var errNoSpeech = errors.New("it takes no samples of 16 or 32 bits at a rate that is known: use another card")

// negotiate sets the mode nearest to what a voice needs.
func negotiate(k kernel) (Mode, error) {
	h := everything()
	h.only(accessMask, interleaved)
	var ok bool
	if h, ok = h.first(k, func(h hardware, format uint32) { h.only(formatMask, format) }, formatS16, formatS32); !ok {
		return Mode{}, errNoSpeech
	}
	exactly := func(i int) func(hardware, uint32) {
		return func(h hardware, value uint32) { h.within(i, value, value) }
	}
	if h, ok = h.first(k, exactly(channels), 1, 2, 4, 6, 8); !ok {
		return Mode{}, errNoSpeech
	}
	if h, ok = h.first(k, exactly(rate), rates...); !ok {
		return Mode{}, errNoSpeech
	}
	perSecond := h.least(rate)
	h = h.near(k, periodSize, perSecond/periodsASecond)
	waiting := uint32(buffersASecond)
	if h.get(abilityAt)&onlyForward != 0 {
		waiting = quickASecond
	}
	h = h.near(k, bufferSize, max(perSecond/waiting, 2*h.least(periodSize)))
	if err := k.ioctl(setHardware, argument(h)); err != nil {
		return Mode{}, fmt.Errorf("set %d samples a second, %d channels: %w", perSecond, h.least(channels), err)
	}
	m := Mode{Rate: int(h.least(rate)), Channels: int(h.least(channels)), Bits: 16, Period: int(h.least(periodSize)),
		Buffer: int(h.least(bufferSize)), Rewinds: h.get(abilityAt)&onlyForward == 0}
	if h.has(formatMask, formatS32) {
		m.Bits = 32
	}
	if m.Channels < 1 || m.Channels > mostChannels || !slices.Contains(rates, uint32(m.Rate)) ||
		m.Period < 1 || m.Buffer < m.Period || m.Buffer > mostBuffer {
		return Mode{}, fmt.Errorf("the driver makes %+v of what was asked for", m)
	}
	return m, nil
}

// The most that is believed of a driver.
const (
	mostChannels = 8
	mostBuffer   = 1 << 20 // frames
)

// hardware are the parameters that a card is asked about (snd_pcm_hw_params): of each, the values
// that are still possible.
type hardware argument

// everything leaves all values of all parameters possible.
func everything() hardware {
	h := make(hardware, hardwareSize)
	for i := range 3 * 32 {
		h[maskAt+i] = 0xff
	}
	for i := range 12 {
		h.within(i, 0, ^uint32(0))
		argument(h).put(intervalAt+12*i+8, 0)
	}
	argument(h).put(changedAt, ^uint32(0))
	return h
}

func (h hardware) get(at int) uint32  { return argument(h).get(at) }
func (h hardware) least(i int) uint32 { return h.get(intervalAt + 12*i) }
func (h hardware) most(i int) uint32  { return h.get(intervalAt + 12*i + 4) }

// within leaves the whole numbers from least to most.
func (h hardware) within(i int, least, most uint32) {
	at := intervalAt + 12*i
	argument(h).put(at, least)
	argument(h).put(at+4, most)
	argument(h).put(at+8, whole)
}

// only leaves one bit of a mask.
func (h hardware) only(mask int, bit uint32) {
	at := maskAt + 32*mask
	clear(h[at : at+32])
	argument(h).put(at+4*int(bit/32), 1<<(bit%32))
}

func (h hardware) has(mask int, bit uint32) bool {
	return h.get(maskAt+32*mask+4*int(bit/32))>>(bit%32)&1 == 1
}

// tried gives what the card leaves of the parameters after a change.
func (h hardware) tried(k kernel, change func(hardware)) (hardware, bool) {
	next := hardware(bytes.Clone(h))
	change(next)
	argument(next).put(changedAt, ^uint32(0))
	return next, k.ioctl(refine, argument(next)) == nil
}

// first sets a parameter to the first value that the card takes.
func (h hardware) first(k kernel, set func(hardware, uint32), values ...uint32) (hardware, bool) {
	for _, v := range values {
		if next, ok := h.tried(k, func(h hardware) { set(h, v) }); ok {
			return next, true
		}
	}
	return h, false
}

// near sets a parameter to the largest value up to want, or else to the smallest.
func (h hardware) near(k kernel, i int, want uint32) hardware {
	if next, ok := h.tried(k, func(h hardware) { h.within(i, 1, want) }); ok {
		want = next.most(i)
	} else {
		want = h.least(i)
	}
	if next, ok := h.tried(k, func(h hardware) { h.within(i, want, want) }); ok {
		return next
	}
	return h
}
