// Command qr reads the same frames with the program's own QR reader, with gozxing and with
// OpenCV's, and prints what each read, what it read wrongly, and how much processor time it took.
package main

import (
	"flag"
	"fmt"
	"image"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
	"gocv.io/x/gocv"
	"golang.org/x/sys/unix"
	encoder "rsc.io/qr"

	"menshen/recognizer/qr"
	"menshen/recognizer/qr/qrtest"
)

// readers each give the text of a code, or "".
var readers = []struct {
	name string
	read func(grey []byte) string
}{
	{"menshen", func() func([]byte) string {
		var r qr.Reader
		return func(grey []byte) string {
			text, _ := r.Read(grey, qrtest.Width, qrtest.Height)
			return text
		}
	}()},
	{"gozxing", zxing(nil, gozxing.NewHybridBinarizer)},
	{"gozxing, try harder", zxing(harder, gozxing.NewHybridBinarizer)},
	{"gozxing, both binarizers", zxing(harder, gozxing.NewHybridBinarizer, gozxing.NewGlobalHistgramBinarizer)},
	{"OpenCV", opencv(false)},
	{"OpenCV, finds alone", opencv(true)},
}

// opencv gives the text of a code, or found.
func opencv(findOnly bool) func([]byte) string {
	d := gocv.NewQRCodeDetector()
	return func(grey []byte) string {
		m, err := gocv.NewMatFromBytes(qrtest.Height, qrtest.Width, gocv.MatTypeCV8U, grey)
		if err != nil {
			panic(err)
		}
		points, straight := gocv.NewMat(), gocv.NewMat()
		defer func() { m.Close(); points.Close(); straight.Close() }()
		if !findOnly {
			return d.DetectAndDecode(m, &points, &straight)
		}
		if d.Detect(m, &points) {
			return found
		}
		return ""
	}
}

// found stands for the text where a reader only tells that it found a code.
const found = "found"

var harder = map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true}

func zxing(hints map[gozxing.DecodeHintType]any,
	binarizers ...func(gozxing.LuminanceSource) gozxing.Binarizer) func([]byte) string {
	r := qrcode.NewQRCodeReader()
	return func(grey []byte) string {
		source := gozxing.NewLuminanceSourceFromImage(&image.Gray{Pix: grey, Stride: qrtest.Width,
			Rect: image.Rect(0, 0, qrtest.Width, qrtest.Height)})
		for _, binarizer := range binarizers {
			bitmap, err := gozxing.NewBinaryBitmap(binarizer(source))
			if err != nil {
				panic(err)
			}
			if result, err := r.Decode(bitmap, hints); err == nil {
				return result.GetText()
			}
		}
		return ""
	}
}

// cases are frames of one kind each; r is 0 to 1.
var cases = []struct {
	name  string
	frame func(r func() float64) qrtest.Frame
}{
	{"held well", func(r func() float64) qrtest.Frame {
		return qrtest.Frame{Side: 200 + 140*r(), Turned: 0.4*r() - 0.2, Blur: r(), Noise: 4}
	}},
	{"turned any way", func(r func() float64) qrtest.Frame {
		return qrtest.Frame{Side: 180 + 120*r(), Turned: 2 * math.Pi * r(), Blur: r(), Noise: 4}
	}},
	{"tilted 15° to 45°", func(r func() float64) qrtest.Frame {
		return qrtest.Frame{Side: 220 + 100*r(), Turned: 2 * math.Pi * r(), Tilted: (15 + 30*r()) * math.Pi / 180,
			Blur: 0.5, Noise: 4}
	}},
	{"far: 2.4 to 3.2 pixels a module", func(r func() float64) qrtest.Frame {
		return qrtest.Frame{Side: 90 + 30*r(), Turned: 0.4*r() - 0.2, Noise: 4}
	}},
	{"far and turned, 3 to 4 pixels", func(r func() float64) qrtest.Frame {
		return qrtest.Frame{Side: 112 + 38*r(), Turned: 2 * math.Pi * r(), Blur: 0.6, Noise: 4}
	}},
	{"blurred: σ 0.3 to 0.6 modules", func(r func() float64) qrtest.Frame {
		side := 180 + 160*r()
		return qrtest.Frame{Side: side, Turned: 0.4*r() - 0.2, Blur: side / 37 * (0.3 + 0.3*r()), Noise: 3}
	}},
	{"a quarter of the light", func(r func() float64) qrtest.Frame {
		return qrtest.Frame{Side: 200 + 140*r(), Turned: 0.4*r() - 0.2, Blur: 1, Light: 0.25, Noise: 4}
	}},
	{"strong noise: σ 12 to 25", func(r func() float64) qrtest.Frame {
		return qrtest.Frame{Side: 200 + 140*r(), Turned: 0.4*r() - 0.2, Blur: 0.5, Noise: 12 + 13*r()}
	}},
	{"shade to one side", func(r func() float64) qrtest.Frame {
		return qrtest.Frame{Side: 200 + 140*r(), Turned: 2 * math.Pi * r(), Blur: 0.7, Shade: 0.6 + 0.35*r(), Noise: 4}
	}},
	{"a lamp reflected", func(r func() float64) qrtest.Frame {
		return qrtest.Frame{Side: 200 + 140*r(), Turned: 2 * math.Pi * r(), Blur: 0.5, Glare: 0.08 + 0.17*r(), Noise: 4}
	}},
	{"spoilt: blots on 1 to 5%", func(r func() float64) qrtest.Frame {
		return qrtest.Frame{Side: 200 + 140*r(), Turned: 2 * math.Pi * r(), Blur: 0.5,
			Spoilt: 0.01 + 0.04*r(), Noise: 4}
	}},
	{"spoilt beyond repair: 10%", func(r func() float64) qrtest.Frame {
		return qrtest.Frame{Side: 200 + 140*r(), Turned: 2 * math.Pi * r(), Blur: 0.5, Spoilt: 0.1, Noise: 4}
	}},
	{"no code: an empty wall", func(r func() float64) qrtest.Frame { return qrtest.Frame{Side: 1e-3, Noise: 4} }},
	{"no code: finders alone", nil},
	{"no code: white noise", nil},
}

func main() {
	tries := flag.Int("frames", 50, "frames of each kind")
	flag.Parse()
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(out, "frames\treader\tread\twrong\tpanics\tcpu ms\tmost\tKiB a frame\n")
	totals := make([]row, len(readers))
	for k, c := range cases {
		rng := rand.New(rand.NewPCG(2026, uint64(k)))
		texts, frames := make([]string, *tries), make([][]byte, *tries)
		for i := range frames {
			texts[i], frames[i] = drawn(c.name, c.frame, rng)
		}
		for i, r := range readers {
			got := measure(r.read, texts, frames)
			totals[i].add(got)
			fmt.Fprintf(out, "%s\t%s\t%s\n", c.name, r.name, got)
		}
	}
	for i, r := range readers {
		fmt.Fprintf(out, "all\t%s\t%s\n", r.name, totals[i])
	}
	out.Flush()
}

// drawn gives a frame and the text in it; "": none.
func drawn(name string, frame func(func() float64) qrtest.Frame, rng *rand.Rand) (string, []byte) {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	text := []byte("MP1")
	for range 149 { // as long as a visitor's pass
		text = append(text, letters[rng.IntN(len(letters))])
	}
	code, err := encoder.Encode(string(text), encoder.L)
	if err != nil {
		panic(err)
	}
	switch {
	case frame == nil && name == "no code: white noise":
		grey := make([]byte, qrtest.Width*qrtest.Height)
		for i := range grey {
			grey[i] = byte(rng.Uint32())
		}
		return "", grey
	case frame == nil: // the code's data exchanged for chance
		for y := range code.Size {
			for x := range code.Size {
				if x > 8 && y > 8 && rng.IntN(2) == 0 {
					code.Bitmap[y*code.Stride+x/8] ^= 1 << (7 - x%8)
				}
			}
		}
		return "", qrtest.Frame{Side: 200 + 140*rng.Float64(), Turned: 2 * math.Pi * rng.Float64(), Blur: 0.5,
			Noise: 4}.Draw(code, rng)
	}
	f := frame(rng.Float64)
	if f.Side < 1 {
		return "", f.Draw(code, rng)
	}
	return string(text), f.Draw(code, rng)
}

// row is what a reader made of some frames.
type row struct {
	frames, read, wrong, panics int
	took, most                  time.Duration
	bytes                       uint64
}

func (r *row) add(s row) {
	r.frames, r.read, r.wrong, r.panics = r.frames+s.frames, r.read+s.read, r.wrong+s.wrong, r.panics+s.panics
	r.took, r.most, r.bytes = r.took+s.took, max(r.most, s.most), r.bytes+s.bytes
}

func (r row) String() string {
	return fmt.Sprintf("%d of %d\t%d\t%d\t%.1f\t%.1f\t%d", r.read, r.frames, r.wrong, r.panics,
		r.took.Seconds()*1000/float64(r.frames), r.most.Seconds()*1000, r.bytes/uint64(r.frames)/1024)
}

func measure(read func([]byte) string, texts []string, frames [][]byte) (r row) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for i, grey := range frames {
		one := func() (got string, panicked bool) {
			defer func() {
				if recover() != nil {
					got, panicked = "", true
				}
			}()
			return read(slices.Clone(grey)), false
		}
		start := processorTime()
		got, panicked := one()
		took := processorTime() - start
		r.frames++
		r.took, r.most = r.took+took, max(r.most, took)
		switch {
		case panicked:
			r.panics++
		case got == "":
		case got == texts[i], got == found && texts[i] != "":
			r.read++
		default:
			r.wrong++
		}
	}
	runtime.ReadMemStats(&after)
	r.bytes = after.TotalAlloc - before.TotalAlloc - uint64(len(frames)*qrtest.Width*qrtest.Height)
	return r
}

// processorTime gives what this process has used, on all processors. Other work on
// the machine hardly changes it.
func processorTime() time.Duration {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
