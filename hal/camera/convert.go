package camera

import (
	"fmt"
	"runtime"
	"slices"

	"menshen/hal"
	"menshen/hal/camera/v4l2"

	"gocv.io/x/gocv"
)

// layout is how a format of the kernel's lies in memory, and how OpenCV makes BGR of it.
type layout struct {
	format string
	pixel  int // bytes of a pixel in the first plane
	to     gocv.ColorConversionCode
	planes []plane
}

// plane is a part of a frame: how many rows it has and how long they are, in halves of the first.
type plane struct{ rows, bytes int }

var (
	whole  = []plane{{2, 2}}
	pairs  = []plane{{2, 2}, {1, 2}}         // brightness, then both colours in turn
	planar = []plane{{2, 2}, {1, 1}, {1, 1}} // brightness, then one colour after the other
)

const asItIs gocv.ColorConversionCode = -1

// layouts are the formats without compression, in the order in which they are chosen.
var layouts = []layout{
	{"YUYV", 2, gocv.ColorYUVToBGRYUY2, whole},
	{"UYVY", 2, gocv.ColorYUVToBGRUYVY, whole},
	{"YVYU", 2, gocv.ColorYUVToBGRYVYU, whole},
	{"NV12", 1, gocv.ColorYUVToBGRNV12, pairs},
	{"NV21", 1, gocv.ColorYUVToBGRNV21, pairs},
	{"YU12", 1, gocv.ColorYUVToBGRIYUV, planar},
	{"YV12", 1, gocv.ColorYUVToBGRYV12, planar},
	{"BGR3", 3, asItIs, whole},
	{"RGB3", 3, gocv.ColorBGRToRGB, whole},
	{"GREY", 1, gocv.ColorGrayToBGR, whole},
}

// jpeg is the format of frames that are compressed, each on its own.
const jpeg = "MJPG"

// readable are the formats that can be read: JPEG behind those that cost less, grey last.
func readable() (formats []string) {
	for _, l := range layouts {
		formats = append(formats, l.format)
	}
	return slices.Insert(formats, len(formats)-1, jpeg)
}

// even reports whether two pixels share a colour in each direction in which they may.
func (l layout) even(w, h int) bool {
	across, down := l.pixel == 2 || len(l.planes) > 1, len(l.planes) > 1
	return !(across && w%2 != 0) && !(down && h%2 != 0)
}

// convert makes BGR of a frame. One that is shorter than its size says is hal.ErrNoFrame.
func (d *device) convert(from *v4l2.Frame, f *hal.Frame) error {
	i := slices.IndexFunc(layouts, func(l layout) bool { return l.format == from.Format })
	if i < 0 || !layouts[i].even(from.Width, from.Height) {
		return fmt.Errorf("%w: %q of %d×%d pixels cannot be read", hal.ErrNoFrame, from.Format, from.Width, from.Height)
	}
	l, w, h := layouts[i], from.Width, from.Height
	pixels, err := d.pack(l, from)
	if err != nil {
		return err
	}
	defer clear(d.tight)
	f.Wipe()
	f.Width, f.Height = w, h
	f.BGR = slices.Grow(f.BGR[:0], w*h*3)[:w*h*3]
	if l.to == asItIs {
		copy(f.BGR, pixels)
		return nil
	}
	var pinned runtime.Pinner // OpenCV has these addresses for longer than one call
	defer pinned.Unpin()
	pinned.Pin(&f.BGR[0])
	if len(d.tight) > 0 {
		pinned.Pin(&d.tight[0])
	}
	src, err := gocv.NewMatFromBytes(len(pixels)/(w*l.pixel), w, channels[l.pixel], pixels)
	if err != nil {
		return fmt.Errorf("%w: %w", hal.ErrNoFrame, err)
	}
	defer src.Close()
	dst, err := gocv.NewMatFromBytes(h, w, gocv.MatTypeCV8UC3, f.BGR) // of the right size: written where it is
	if err != nil {
		return fmt.Errorf("%w: %w", hal.ErrNoFrame, err)
	}
	defer dst.Close()
	gocv.CvtColor(src, &dst, l.to)
	return nil
}

var channels = [...]gocv.MatType{1: gocv.MatTypeCV8UC1, 2: gocv.MatTypeCV8UC2, 3: gocv.MatTypeCV8UC3}

// pack gives the rows of all planes without gaps: where there are none, as they are; otherwise in
// d.tight.
func (d *device) pack(l layout, from *v4l2.Frame) ([]byte, error) {
	row := from.Width * l.pixel
	stride := max(from.Stride, row)
	end := 0
	for _, p := range l.planes {
		end += stride * p.bytes / 2 * (from.Height * p.rows / 2)
	}
	last := l.planes[len(l.planes)-1].bytes
	if whole := end - stride*last/2 + row*last/2; len(from.Data) < whole { // the last row may end with its pixels
		return nil, fmt.Errorf("%w: %d bytes instead of %d", hal.ErrNoFrame, len(from.Data), whole)
	}
	d.tight = d.tight[:0]
	if stride == row {
		return from.Data[:end], nil
	}
	d.tight = slices.Grow(d.tight, from.Width*from.Height*3)
	rest := from.Data
	for _, p := range l.planes {
		for range from.Height * p.rows / 2 {
			d.tight = append(d.tight, rest[:row*p.bytes/2]...)
			rest = rest[min(stride*p.bytes/2, len(rest)):]
		}
	}
	return d.tight, nil
}
