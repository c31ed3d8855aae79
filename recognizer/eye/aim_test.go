package eye

import (
	"bytes"
	"testing"
)

// TestRStrangerAimingLeavesNoPicture: pictures that were not fetched, or were still under way, are
// overwritten when the aiming ends.
func TestRStrangerAimingLeavesNoPicture(t *testing.T) {
	e := &Eye{pictures: make(chan Picture, 1)}
	picture := func() Picture { return Picture{Width: 4, Height: 1, Grey: []byte{1, 2, 3, 4}} }
	wiped := func(p Picture) bool { return bytes.Equal(p.Grey, make([]byte, 4)) }

	for _, mode := range []Mode{Aim, EnrolShown} {
		e.SetMode(mode)
		older, newer := picture(), picture()
		e.keep(older)
		e.keep(newer)
		if !wiped(older) || wiped(newer) || len(e.pictures) != 1 {
			t.Errorf("in mode %v: older %v, newer %v, %d waiting", mode, older.Grey, newer.Grey, len(e.pictures))
		}
		e.SetMode(Idle)
		late := picture()
		e.keep(late)
		if !wiped(newer) || !wiped(late) || len(e.pictures) != 0 {
			t.Errorf("after mode %v: the one that waited %v, the late one %v, %d waiting", mode,
				newer.Grey, late.Grey, len(e.pictures))
		}
	}
}
