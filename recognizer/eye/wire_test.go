package eye

import (
	"bytes"
	"errors"
	"image"
	"io"
	"math"
	"testing"

	"menshen/hal/scene"
	"menshen/recognizer"
	"menshen/recognizer/fusion"

	"pgregory.net/rapid"
)

// sample is an observation with every field set.
func sample() recognizer.Observation {
	e := new(recognizer.Embedding)
	for i := range e {
		e[i] = float32(1 / math.Sqrt(recognizer.Dim))
	}
	o := recognizer.Observation{
		Faces: 2, Width: 640, Height: 480, Box: image.Rect(10, 20, 110, 140), Detection: 0.9, Live: 0.8,
		Quality: recognizer.Quality{
			Height: 120, Sharpness: 300, Brightness: 99, Yaw: -3, Pitch: 4, Roll: 5,
			Mouth: 1, Eyes: 0.8, Advice: scene.Fine,
		},
		Evidence: recognizer.Evidence{EyesOpen: 0.7,
			Infrared: fusion.Infrared{Pair: true, Face: 0.9, Lit: 120, Dark: 14, Changed: 0.4}},
		Embedding: e,
		Took:      recognizer.Stages{Capture: 1, Detect: 2, Landmark: 3, Align: 4, Live: 5, Embed: 6},
	}
	for i := range o.Evidence.Points {
		o.Evidence.Points[i] = recognizer.Point{X: float32(i), Y: 2}
	}
	return o
}

func message(t testing.TB, k kind, payload []byte) []byte {
	t.Helper()
	var buf bytes.Buffer
	err := (&conn{rw: &buf}).write(k, func(b []byte) ([]byte, error) { return append(b, payload...), nil })
	if err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func TestObservationRoundTrip(t *testing.T) {
	for _, without := range []bool{false, true} {
		want := sample()
		if without {
			want.Embedding = nil
		}
		b, err := appendObservation(nil, &want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := parseObservation(b)
		if err != nil {
			t.Fatal(err)
		}
		if without != (got.Embedding == nil) || !without && *got.Embedding != *want.Embedding {
			t.Error("embedding differs")
		}
		got.Embedding, want.Embedding = nil, nil
		if got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
}

func TestObservationRefused(t *testing.T) {
	for name, spoil := range map[string]func(*recognizer.Observation){
		"box outside":     func(o *recognizer.Observation) { o.Box.Max.X = 700 },
		"box upside down": func(o *recognizer.Observation) { o.Box.Min, o.Box.Max = o.Box.Max, o.Box.Min },
		"no box":          func(o *recognizer.Observation) { o.Box = image.Rectangle{} },
		"no face":         func(o *recognizer.Observation) { o.Faces = 0 },
		"live":            func(o *recognizer.Observation) { o.Live = 1.5 },
		"not a number":    func(o *recognizer.Observation) { o.Detection = float32(math.NaN()) },
		"infinite":        func(o *recognizer.Observation) { o.Evidence.Points[2].Y = float32(math.Inf(1)) },
		"advice":          func(o *recognizer.Observation) { o.Quality.Advice = 200 },
		"time":            func(o *recognizer.Observation) { o.Took.Live = -1 },
		"length of one":   func(o *recognizer.Observation) { o.Embedding[0] = 3 },
		"size":            func(o *recognizer.Observation) { o.Width = 65000 },
	} {
		o := sample()
		spoil(&o)
		b, err := appendObservation(nil, &o)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parseObservation(b); !errors.Is(err, ErrProtocol) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPictureRoundTrip(t *testing.T) {
	want := Picture{Width: 3, Height: 2, Grey: []byte{1, 2, 3, 4, 5, 6}, Box: image.Rect(0, 0, 2, 2),
		Zone: image.Rect(0, 0, 3, 2), Quality: sample().Quality, Camera: image.Pt(640, 480)}
	b, err := appendPicture(nil, &want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := parsePicture(b)
	if err != nil || !bytes.Equal(got.Grey, want.Grey) || got.Box != want.Box ||
		got.Zone != want.Zone || got.Quality != want.Quality {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := parsePicture(b[:len(b)-1]); !errors.Is(err, ErrProtocol) {
		t.Errorf("cut short: %v", err)
	}
}

// TestWireDamage: any single changed byte, and any cut, is noticed.
func TestWireDamage(t *testing.T) {
	o := sample()
	payload, err := appendObservation(nil, &o)
	if err != nil {
		t.Fatal(err)
	}
	whole := message(t, kindObservation, payload)
	rapid.Check(t, func(t *rapid.T) {
		b := bytes.Clone(whole)
		if i := rapid.IntRange(0, len(b)-1).Draw(t, "place"); rapid.Bool().Draw(t, "cut") {
			b = b[:i]
		} else {
			b[i] ^= byte(rapid.IntRange(1, 255).Draw(t, "change"))
		}
		_, _, err := (&conn{rw: bytes.NewBuffer(b)}).read()
		if err == nil || !errors.Is(err, ErrProtocol) && !(errors.Is(err, io.EOF) && len(b) == 0) {
			t.Fatalf("read gave %v", err)
		}
	})
}

// TestRStrangerBuffersWiped: neither side of the wire keeps an embedding in its buffers.
func TestRStrangerBuffersWiped(t *testing.T) {
	var buf bytes.Buffer
	c := &conn{rw: &buf}
	o := sample()
	if err := c.write(kindObservation, func(b []byte) ([]byte, error) { return appendObservation(b, &o) }); err != nil {
		t.Fatal(err)
	}
	if left := c.out[:cap(c.out)]; !bytes.Equal(left, make([]byte, len(left))) {
		t.Error("the writer's buffer is not wiped")
	}
	if _, _, err := c.read(); err != nil {
		t.Fatal(err)
	}
	c.forget()
	if left := c.in[:cap(c.in)]; !bytes.Equal(left, make([]byte, len(left))) {
		t.Error("the reader's buffer is not wiped")
	}
}

func FuzzWire(f *testing.F) {
	o := sample()
	payload, err := appendObservation(nil, &o)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(message(f, kindObservation, payload))
	f.Add(message(f, kindMode, []byte{2, 1, 1, 2, 3, 4, 5, 6, 7, 8}))
	f.Add(append(message(f, kindBeat, []byte(`{"Camera":"ok","FPS":15}`)), message(f, kindReady, []byte("{}"))...))
	f.Add([]byte("Me\x03\x05\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, stream []byte) {
		c := &conn{rw: bytes.NewBuffer(stream)}
		for {
			k, payload, err := c.read()
			if err != nil {
				if !errors.Is(err, ErrProtocol) && !errors.Is(err, io.EOF) {
					t.Fatalf("unexpected kind of error: %v", err)
				}
				return
			}
			if len(payload) > limits[k] {
				t.Fatalf("kind %d with %d bytes", k, len(payload))
			}
		}
	})
}

func FuzzObservation(f *testing.F) {
	o := sample()
	payload, err := appendObservation(nil, &o)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(payload)
	f.Add(payload[:100])
	f.Fuzz(func(t *testing.T, b []byte) {
		o, err := parseObservation(b)
		if err != nil {
			return
		}
		again, err := appendObservation(nil, &o)
		if err != nil {
			t.Fatal(err)
		}
		if o2, err := parseObservation(again); err != nil || o2.Box != o.Box || o2.Live != o.Live {
			t.Fatalf("accepted once, then not: %v", err)
		}
	})
}

func FuzzPicture(f *testing.F) {
	p := Picture{Width: 2, Height: 1, Grey: []byte{1, 2}}
	both := p
	both.Infrared = &Picture{Width: 1, Height: 1, Grey: []byte{3}, View: image.Rect(0, 0, 1000, 1000)}
	for _, p := range []*Picture{&p, &both} {
		b, err := appendPicture(nil, p)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := parsePicture(b)
		if err != nil {
			return
		}
		for _, p := range []*Picture{&p, p.Infrared} {
			if p != nil && len(p.Grey) != p.Width*p.Height {
				t.Fatalf("%d bytes for %d×%d", len(p.Grey), p.Width, p.Height)
			}
		}
		if p.Infrared != nil && p.Infrared.Infrared != nil {
			t.Fatal("a picture beside the one beside")
		}
	})
}
