//go:build vboard

package display

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"menshen/hal/display"
	"menshen/hal/display/paint"
	"menshen/hal/scene"
	"menshen/internal/child"
)

// fonts is where the machine inside has Noto Sans CJK.
const fonts = "/usr/share/fonts/opentype/noto"

// site is what the display of the test's door shows of its site.
var site = paint.Site{Language: "zh", Contact: "010 8888"}

// scenes are those that are looked at: none of them moves.
var scenes = []scene.Scene{
	{Kind: scene.Ready, Ways: scene.ByCard | scene.ByCode | scene.ByFace},
	{Kind: scene.Opened, Lang: "en"},
	{Kind: scene.Refused, Next: scene.AskStaff, Ways: scene.ByCard | scene.ByBell},
	{Kind: scene.Acting, Act: scene.TurnLeft, Lang: "en"},
	{Kind: scene.Enrolling, Done: 3, Wanted: 8},
	{Kind: scene.Fire},
}

// TestKernelDisplay: the door's own display process, confined, shows its scenes on the screen of a
// kernel.
func TestKernelDisplay(t *testing.T) {
	command, err := child.Self("displays")
	if err != nil {
		t.Fatal(err)
	}
	d, err := display.Start(t.Context(), display.Config{
		Screen: "drm", Fonts: fonts, Site: site, Command: command, StartIn: time.Minute, Silence: time.Minute,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	tell := func(s scene.Scene) display.Status {
		t.Helper()
		d.Present(s)
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		defer cancel()
		if err := d.Shown(ctx); err != nil {
			t.Fatalf("%v: %v", s.Kind, err)
		}
		return d.Status()
	}
	var took []time.Duration
	for i, s := range scenes {
		is := tell(s)
		if !is.Confined.Holds() || is.Restarts != 0 || is.Font != "" {
			t.Errorf("%+v", is)
		}
		if i == 0 {
			t.Log("from the first scene to the screen: ", is.Took)
		}
		see(t, claim{What: fmt.Sprintf("scene %d", s.Kind), Name: is.Screen, Size: is.Size, Scene: &s})
	}
	for range 5 {
		for _, s := range scenes {
			took = append(took, tell(s).Took)
		}
	}
	slices.Sort(took)
	is := d.Status()
	t.Logf("from a later one: %v, p99 %v; %d MiB", took[len(took)/2], took[len(took)*99/100], is.RSS>>20)
}
