package board

import (
	"errors"
	"image"
	"strings"
	"testing"
	"time"

	"menshen/board/config"
	"menshen/store"
)

// TestZoneReachesTheEye: the zone is written in per cent and counted in thousandths.
func TestZoneReachesTheEye(t *testing.T) {
	for written, want := range map[string]image.Rectangle{
		`# zone   = [20, 0, 80, 100]`: {},
		`zone = [20, 0, 80, 95]`:      image.Rect(200, 0, 800, 950),
	} {
		c, err := config.Parse(strings.NewReader(strings.Replace(config.Example,
			`# zone   = [20, 0, 80, 100]`, written, 1)))
		if err != nil {
			t.Fatal(err)
		}
		if got := looking(c).Zone; got != want {
			t.Errorf("%s: %v, want %v", written, got, want)
		}
	}
}

// TestDiskThatHangsAtTheStart is waited for no longer than a moment.
func TestDiskThatHangsAtTheStart(t *testing.T) {
	hangs := make(chan struct{})
	defer close(hangs)
	if err := within(time.Millisecond, func() error { <-hangs; return nil }); !errors.Is(err, errNoAnswer) {
		t.Errorf("got %v", err)
	}
	if err := within(time.Minute, func() error { return store.ErrBusy }); !errors.Is(err, store.ErrBusy) {
		t.Errorf("got %v", err)
	}
}
