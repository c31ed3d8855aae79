//go:build vboard

// Package display shows pictures on the screens of a kernel, in the virtual machine of
// scripts/vboard/display.sh, by a confined process as a door has it. Outside, qemu tells what its
// screen shows, which is compared pixel by pixel.
package display

import (
	"image"
	"image/color"
	"time"

	"menshen/hal/scene"
)

// stroke is a part of a picture: noise, so that each pixel is told from the others.
type stroke struct {
	Seed int
	Part image.Rectangle
}

// request is what the process is to draw: all strokes of a picture, of which the last are new.
type request struct{ Strokes []stroke }

// answer is what it says when it has drawn, and as a sign of life.
type answer struct {
	Held  string // what confines it
	Fault string // why it has no screen
	Name  string // the screen's
	Size  image.Point
	Drawn int // strokes
	Took  time.Duration
}

// claim is what the test says is to be seen, behind look; the machine outside answers same, or what
// is wrong.
type claim struct {
	What    string
	Name    string
	Size    image.Point // as a person sees it
	Turn    int
	Strokes []stroke     // drawn
	Scene   *scene.Scene // or told
}

const (
	look = "LOOK "
	same = "same"
)

// picture is what the strokes come to.
func picture(size image.Point, strokes []stroke) *image.RGBA {
	img := image.NewRGBA(image.Rectangle{Max: size})
	for i := 3; i < len(img.Pix); i += 4 {
		img.Pix[i] = 255
	}
	for _, s := range strokes {
		part := s.Part.Intersect(img.Rect)
		for y := part.Min.Y; y < part.Max.Y; y++ {
			for x := part.Min.X; x < part.Max.X; x++ {
				n := uint32(x*251+y*509+s.Seed*131071) * 2654435761
				img.SetRGBA(x, y, color.RGBA{byte(n >> 8), byte(n >> 16), byte(n >> 24), 255})
			}
		}
	}
	return img
}
