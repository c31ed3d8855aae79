package camera

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/draw"
	jpg "image/jpeg"
	"slices"
	"testing"
	"time"

	"menshen/hal"
	"menshen/hal/camera/v4l2"
)

// red is a frame of one red, with gap bytes behind each row of the first plane: brightness and
// colours after ITU-R BT.601 for YUV.
func red(l layout, w, h, gap int) *v4l2.Frame {
	const y, u, v = 82, 90, 240
	pattern := map[string][][]byte{
		"YUYV": {{y, u, y, v}}, "UYVY": {{u, y, v, y}}, "YVYU": {{y, v, y, u}},
		"NV12": {{y}, {u, v}}, "NV21": {{y}, {v, u}}, "YU12": {{y}, {u}, {v}}, "YV12": {{y}, {v}, {u}},
		"BGR3": {{0, 0, 255}}, "RGB3": {{255, 0, 0}}, "GREY": {{y}},
	}[l.format]
	f := &v4l2.Frame{Mode: v4l2.Mode{Format: l.format, Width: w, Height: h, Stride: w*l.pixel + gap}}
	for i, p := range l.planes {
		row := w * l.pixel * p.bytes / 2
		for range h * p.rows / 2 {
			f.Data = append(f.Data, slices.Repeat(pattern[i], row/len(pattern[i]))...)
			f.Data = append(f.Data, bytes.Repeat([]byte{77}, gap*p.bytes/2)...)
		}
	}
	return f
}

// TestConvert: each format gives the colour that was in it, with and without gaps between rows.
func TestConvert(t *testing.T) {
	for _, l := range layouts {
		for _, gap := range []int{0, 32} {
			d, f := new(device), hal.Frame{BGR: make([]byte, 0, 7)}
			from := red(l, 64, 48, gap)
			if l.pixel == 3 && gap == 32 { // drivers leave the last gap out
				from.Data = from.Data[:len(from.Data)-gap]
			}
			if err := d.convert(from, &f); err != nil {
				t.Errorf("%s, gap %d: %v", l.format, gap, err)
				continue
			}
			want := []byte{0, 0, 255}
			if l.format == "GREY" {
				want = []byte{82, 82, 82}
			}
			if len(f.BGR) != 64*48*3 {
				t.Fatalf("%s: %d bytes", l.format, len(f.BGR))
			}
			for i, v := range f.BGR {
				if diff := int(v) - int(want[i%3]); diff < -2 || diff > 2 {
					t.Errorf("%s, gap %d: %v at pixel %d, expected %v", l.format, gap, f.BGR[i/3*3:i/3*3+3], i/3, want)
					break
				}
			}
			if left := bytes.Trim(d.tight[:cap(d.tight)], "\x00"); len(left) > 0 {
				t.Errorf("%s: %d bytes left of the frame", l.format, len(left))
			}
		}
	}
}

// TestBadFrames: frames that are short, and sizes that a format cannot have.
func TestBadFrames(t *testing.T) {
	d, f := new(device), hal.Frame{}
	for _, l := range layouts {
		for _, gap := range []int{0, 32} {
			from := red(l, 64, 48, gap)
			from.Data = from.Data[:len(from.Data)-gap-1]
			if err := d.convert(from, &f); !errors.Is(err, hal.ErrNoFrame) {
				t.Errorf("%s, a byte short: %v", l.format, err)
			}
		}
	}
	odd := &v4l2.Frame{Mode: v4l2.Mode{Format: "YU12", Width: 63, Height: 47}, Data: make([]byte, 9000)}
	if err := d.convert(odd, &f); !errors.Is(err, hal.ErrNoFrame) {
		t.Errorf("odd sides: %v", err)
	}
	odd.Format = "H264"
	if err := d.convert(odd, &f); !errors.Is(err, hal.ErrNoFrame) {
		t.Errorf("an unknown format: %v", err)
	}
}

// TestTake: a frame has the device's date and number, whether it is compressed or not.
func TestTake(t *testing.T) {
	var b bytes.Buffer
	red := image.NewUniform(color.RGBA{255, 0, 0, 255})
	m := image.NewRGBA(image.Rect(0, 0, 64, 48))
	draw.Draw(m, m.Bounds(), red, image.Point{}, draw.Src)
	if err := jpg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	at := time.Now().Add(-time.Second)
	from := &v4l2.Frame{Mode: v4l2.Mode{Format: "MJPG", Width: 64, Height: 48}, Data: b.Bytes(), At: at, Seq: 7}
	var f hal.Frame
	if err := new(device).take(from, &f); err != nil {
		t.Fatal(err)
	}
	if !f.At.Equal(at) || f.Seq != 7 || len(f.BGR) != 64*48*3 || f.BGR[2] < 250 || f.BGR[0] > 5 {
		t.Errorf("frame %d of %v, %d bytes, %v", f.Seq, f.At, len(f.BGR), f.BGR[:3])
	}
	from.Data = from.Data[:b.Len()/2]
	if err := new(device).take(from, &f); !errors.Is(err, hal.ErrNoFrame) {
		t.Errorf("half a frame: %v", err)
	}
}

// FuzzConvert: whatever a driver says of a frame, it is converted whole, or refused.
func FuzzConvert(f *testing.F) {
	for i, l := range layouts {
		from := red(l, 16, 8, 0)
		f.Add(byte(i), byte(16), byte(8), uint16(from.Stride), from.Data)
		from = red(l, 16, 8, 6)
		f.Add(byte(i), byte(16), byte(8), uint16(from.Stride), from.Data[:len(from.Data)-6])
	}
	f.Add(byte(5), byte(2), byte(2), uint16(3), make([]byte, 7))
	f.Fuzz(func(t *testing.T, which, w, h byte, stride uint16, data []byte) {
		if w == 0 || h == 0 { // refused when the device is opened
			return
		}
		format := layouts[int(which)%len(layouts)].format
		mode := v4l2.Mode{Format: format, Width: int(w), Height: int(h), Stride: int(stride)}
		var to hal.Frame
		err := new(device).convert(&v4l2.Frame{Mode: mode, Data: data}, &to)
		if err == nil && len(to.BGR) != int(w)*int(h)*3 || err != nil && !errors.Is(err, hal.ErrNoFrame) {
			t.Errorf("%+v, %d bytes: %d, %v", mode, len(data), len(to.BGR), err)
		}
	})
}

func BenchmarkConvert(b *testing.B) {
	for _, l := range layouts[:4] {
		b.Run(l.format, func(b *testing.B) {
			d, f, from := new(device), hal.Frame{}, red(l, 640, 480, 0)
			for b.Loop() {
				if err := d.convert(from, &f); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
