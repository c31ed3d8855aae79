//go:build vboard

package system

import (
	"fmt"
	"image"
	"image/color"
	_ "image/png"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// The camera's size, and how many pictures it shows in turn, so that it is not frozen.
const (
	width, height = 640, 480
	pictures      = 4
)

// show puts a picture before the camera: what is written to the output of the kernel's test camera
// comes out of its input. "" is an empty corridor.
func show(t *testing.T, portrait string) (stop func()) {
	t.Helper()
	c := exec.Command("v4l2-ctl", "-d", "/dev/video1", "--set-fmt-video-out=width=640,height=480,pixelformat=YUYV",
		"--stream-out-mmap=3", "--stream-from="+render(t, portrait), "--stream-loop")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	stop = func() { c.Process.Kill(); c.Wait() }
	t.Cleanup(stop)
	return stop
}

// render gives the file of the pictures. It is made once, and stays on the disk: it takes a second,
// which a test of the board's start has not got.
func render(t *testing.T, portrait string) string {
	t.Helper()
	path := "/var/tmp/corridor.yuyv"
	if portrait != "" {
		path = "/var/tmp/" + filepath.Base(portrait) + ".yuyv"
	}
	if _, err := os.Stat(path); err == nil {
		return path
	}
	var face image.Image
	if portrait != "" {
		f, err := os.Open(portrait)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if face, _, err = image.Decode(f); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(path, frames(face), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// frames gives the pictures as YUYV: the portrait, as high as the picture, in a grey corridor with
// the noise of a camera.
func frames(face image.Image) (all []byte) {
	r := rand.New(rand.NewPCG(1, 1))
	for range pictures {
		var line [width]color.YCbCr
		for y := range height {
			for x := range width {
				c := color.YCbCr{Y: 110, Cb: 128, Cr: 128}
				if face != nil {
					b := face.Bounds()
					px, py := (x-width/2)*b.Dy()/height+b.Dx()/2, y*b.Dy()/height
					if px >= 0 && px < b.Dx() {
						c = color.YCbCrModel.Convert(face.At(b.Min.X+px, b.Min.Y+py)).(color.YCbCr)
					}
				}
				c.Y = uint8(max(16, min(235, int(c.Y)+r.IntN(5)-2)))
				line[x] = c
			}
			for x := 0; x < width; x += 2 {
				all = append(all, line[x].Y, line[x].Cb, line[x+1].Y, line[x].Cr)
			}
		}
	}
	return all
}

// onFile puts the papers on file that faces need.
const onFile = `
	anna>« assess new
	| 1 of 4
	> « Hands full.
	> «
	| 2 of 4
	> « None for who says no.
	> «
	> « A photo held up.
	> «
	> « Liveness, and the card beside it.
	> «
	function):« Anna, manager
	2027-11-2«
	Type yes or no:« yes
	| On file.
	anna>« sign
	Type yes or no:« yes
	| Recorded.
	anna>« law
	| Kept: R-ALT
`

// enrol takes a person's face: they stand before the camera, step out, and walk up once more.
func enrol(t *testing.T, x *terminal, portrait string, apartment int) {
	t.Helper()
	stop := show(t, portrait)
	x.follow(fmt.Sprintf("anna>« enrol %d\n| step out", apartment), nil)
	stop()
	stop = show(t, "")
	x.follow("| walk up", nil)
	stop()
	stop = show(t, portrait)
	x.follow("| none of which is kept", nil)
	stop()
}

// TestFaces: the papers are put on file, a tenant agrees and is enrolled, and comes in by face,
// under the whole confinement of the service and of the eye.
func TestFaces(t *testing.T) {
	awaitDoor(t)
	anna := serial(t)
	anna.logIn()
	cards := []uint64{1, 1003, 1003} // the operator's own, the tenant's, and again to agree
	next := func() { tap(t, 42, cards[0]); cards = cards[1:] }
	anna.follow(onFile, nil)
	anna.follow(`
		anna>« staff-card
		| hold the operator's card to the reader
		@card
		anna>« add "Wang Fang" --apartment 502
		| Added 502 Wang Fang
		anna>« card 502 "key ring"
		| hold the new card to the reader
		@card
		| is now theirs
		anna>« consent 502
		Type yes or no:« yes
		| hold your own card to the reader
		@card
		| Consent recorded
	`, next)
	// Whoever is enrolled has another way in that works.
	if _, opened := opens(t, 5*time.Second, func() { tap(t, 42, 1003) }); !opened {
		t.Fatalf("the tenant's card does not open\n%s", state())
	}
	walkThrough(t)
	enrol(t, anna, "/opt/collins.png", 502)
	anna.follow("anna>« logout\n| Logged out", nil)
	empty := show(t, "")
	if _, opened := opens(t, 20*time.Second, func() {}); opened {
		t.Error("an empty corridor opens the door")
	}
	empty()
	for range 3 {
		stop := show(t, "/opt/collins.png")
		took, opened := opens(t, 2*time.Minute, func() {})
		if !opened {
			t.Fatalf("the face does not open\n%s", state())
		}
		t.Logf("face, from the first picture to the relay: %v", took)
		stop()
		walkThrough(t)
		stop = show(t, "") // who stays before the camera is not let in again
		time.Sleep(3 * time.Second)
		stop()
	}
	t.Logf("resident, both processes: %d MB", resident(t))
}
