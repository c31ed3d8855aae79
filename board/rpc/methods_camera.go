package rpc

import (
	"cmp"
	"context"
	"encoding/json"
	"image"
	"time"

	"menshen/board/desk"
)

// cameraMethods show what the camera sees.
var cameraMethods = map[string]handler{
	"camera.aim": method(aim),
}

// picture is what the camera sees at one moment.
type picture struct {
	ID json.RawMessage `json:"id"` // of the request
	view
	Infrared *view   `json:"infrared,omitempty"` // what the second camera sees by the emitter's light
	Left     float64 `json:"left"`               // seconds until the aiming ends by itself
}

// view is one camera's picture with what is said of it. Its boxes are in pixels of the picture.
type view struct {
	Width   int    `json:"width"`
	Height  int    `json:"height"`
	Zone    *box   `json:"zone,omitempty"` // where a face is looked for; of infrared: where it should be
	Face    *box   `json:"face,omitempty"`
	Good    bool   `json:"good"` // the face could be used as it is
	Advice  string `json:"advice,omitempty"`
	Figures string `json:"figures,omitempty"`
	JPEG    string `json:"jpeg"` // base64, grey; see line
}

// box is a rectangle: left, top, width, height.
type box [4]int

func boxOf(r image.Rectangle, shrunk int) *box {
	if r.Empty() {
		return nil
	}
	return &box{r.Min.X / shrunk, r.Min.Y / shrunk, r.Dx() / shrunk, r.Dy() / shrunk}
}

// aim sends a picture notification for each picture that the line has room for, until it is
// cancelled or its time is up. It is recorded, and marked at the door (desk.Aim). Beside
// faces.enrol it shows the face being taken, and ends with that.
func aim(ctx context.Context, c *call, _ nothing) (nothing, error) {
	shown := newShowing(c)
	defer shown.wipe()
	err := c.desk.Aim(ctx, c.who, shown.take)
	return nothing{}, cmp.Or(err, ctx.Err())
}

// showing sends pictures. One goes to the line only when the line waits for one, so an old one is
// never sent late; and it has the quality with which about three a second come through.
type showing struct {
	c       *call
	quality int // of JPEG
	sent    time.Time
	skipped int // since then
	pixels  [2]pixels
}

const (
	pictureEvery = 300 * time.Millisecond // at least, where quality can buy it
	least, most  = 20, 75                 // qualities
)

func newShowing(c *call) *showing {
	s := &showing{c: c, quality: 50, sent: time.Now()}
	for i := range s.pixels {
		s.pixels[i] = make(pixels, 0, MaxLine)
	}
	return s
}

func (s *showing) wipe() {
	for _, p := range s.pixels {
		clear(p[:cap(p)])
	}
}

// take sends a picture, or leaves it out.
func (s *showing) take(p *desk.Picture) {
	line := s.line(p)
	if line == nil { // too long
		s.adapt(false)
		return
	}
	select {
	case s.c.pictures <- line:
		s.adapt(true)
	default:
		clear(line)
		s.skipped++
	}
}

// adapt moves the quality after a picture was sent, or was too long to be.
func (s *showing) adapt(sent bool) {
	now := time.Now()
	switch late := s.skipped > 0 && now.Sub(s.sent) > pictureEvery; {
	case !sent || late:
		s.quality = max(s.quality-10, least)
	case s.skipped == 0:
		s.quality = min(s.quality+5, most)
	}
	if sent {
		s.sent, s.skipped = now, 0
	}
}

// line is a picture as it is sent; nil: it is too long. The caller clears it.
func (s *showing) line(p *desk.Picture) []byte {
	out := picture{ID: s.c.id, Left: p.Left.Seconds()}
	var err error
	if out.view, err = s.view(0, p); err == nil && p.Infrared != nil {
		out.Infrared = &view{}
		*out.Infrared, err = s.view(1, p.Infrared)
	}
	if err != nil {
		return nil
	}
	head, err := message{Method: "picture", Params: asJSON(out)}.line()
	if err != nil {
		return nil
	}
	return withPixels(head, s.pixels[:]...)
}

// view is a picture without its pixels, which it puts into the i-th buffer. Errors: too large.
func (s *showing) view(i int, p *desk.Picture) (view, error) {
	small, shrunk := shrink(p)
	err := s.pixels[i].encode(small, s.quality)
	if shrunk > 1 {
		clear(small.Pix)
	}
	size := small.Rect.Size()
	return view{Width: size.X, Height: size.Y, Zone: boxOf(p.Zone, shrunk), Face: boxOf(p.Face, shrunk),
		Good: p.Good, Advice: p.Advice, Figures: p.Figures}, err
}
