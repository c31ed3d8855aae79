package v4l2

import (
	"cmp"
	"fmt"
	"slices"
)

// Mode is how a device gives its frames.
type Mode struct {
	Format        string // four letters: "YUYV"
	Width, Height int    // pixels
	Stride        int    // bytes from a row to the next, of the first plane; 0: the driver does not say
}

// offer is a mode that a device has, with the most frames a second that it gives so; 0: not known.
type offer struct {
	Mode
	rate float64
}

// The most frames a second that a device is asked for, and the fewest that count as enough.
const (
	mostRate  = 30
	leastRate = 10
)

// choose gives the offer nearest to the size; of those the ones with frames enough; of those the
// first. Offers come in the order of preference: so a compressed format, which stands behind, is
// taken where only it reaches the size, or the rate.
func choose(offers []offer, width, height int) offer {
	far := func(o offer) int { return abs(o.Width-width) + abs(o.Height-height) }
	slow := func(o offer) int {
		if o.rate > 0 && o.rate < leastRate {
			return 1
		}
		return 0
	}
	return slices.MinFunc(offers, func(a, b offer) int {
		return cmp.Or(cmp.Compare(far(a), far(b)), cmp.Compare(slow(a), slow(b)))
	})
}

func abs(n int) int { return max(n, -n) }

// offers asks for the modes nearest to a size, one for each of the formats that the device has. why
// says for what reason one of these cannot be read.
func offers(k kernel, d Device, formats []string, width, height int) (all []offer, why error) {
	for _, format := range formats {
		if !slices.Contains(d.Formats, format) {
			continue
		}
		m, err := negotiate(k, tryFmt, d.kind(), Mode{Format: format, Width: width, Height: height})
		if err != nil {
			why = err
			continue
		}
		all = append(all, offer{m, rate(k, m)})
	}
	return all, why
}

// rate is the most frames a second that a device gives in a mode; 0 when it does not say.
func rate(k kernel, m Mode) (most float64) {
	for i := range uint32(mostFormats) {
		a := make(argument, intervalSize)
		a.put(0, i)
		copy(a[intervalFormat:], m.Format)
		a.put(intervalWidth, uint32(m.Width))
		a.put(intervalHeight, uint32(m.Height))
		if k.ioctl(enumIntervals, a) != nil {
			break
		}
		if seconds := float64(a.get(intervalLeast)) / float64(a.get(intervalLeast+4)); seconds > 0 {
			most = max(most, 1/seconds)
		}
		if a.get(intervalType) != discrete {
			break
		}
	}
	return most
}

// negotiate tries or sets a mode of a kind of buffers, and gives the one that the driver makes of
// it: in the same format, of the size that is nearest. Errors: it has several planes.
func negotiate(k kernel, request uintptr, kind uint32, want Mode) (Mode, error) {
	a := make(argument, formatSize)
	a.put(0, kind)
	a.put(pixWidth, uint32(want.Width))
	a.put(pixHeight, uint32(want.Height))
	copy(a[pixFormat:pixFormat+4], want.Format)
	a.put(pixField, progressive)
	if err := k.ioctl(request, a); err != nil {
		return Mode{}, fmt.Errorf("set %s, %d×%d pixels: %w", want.Format, want.Width, want.Height, err)
	}
	m := Mode{string(a[pixFormat : pixFormat+4]), int(a.get(pixWidth)), int(a.get(pixHeight)), int(a.get(pixStride))}
	if kind == capturePlanes {
		if m.Stride = int(a.get(pixPlaneStride)); a[pixPlanes] != 1 {
			return Mode{}, fmt.Errorf("%s comes in %d planes, and only frames in one are read: use another "+
				"camera", m.Format, a[pixPlanes])
		}
	}
	if m.Format != want.Format || min(m.Width, m.Height) == 0 || max(m.Width, m.Height) > mostSide ||
		m.Stride > mostStride {
		return Mode{}, fmt.Errorf("set %s, %d×%d pixels: the driver makes %+v of it",
			want.Format, want.Width, want.Height, m)
	}
	return m, nil
}

// The longest side of a frame, in pixels, and the longest row, in bytes.
const (
	mostSide   = 8192
	mostStride = 8 * mostSide
)
