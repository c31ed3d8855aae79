package eye

import (
	"bytes"
	"errors"
	"image"
	"math"
	"testing"

	"menshen/hal/scene"
	"menshen/internal/child"
	"menshen/recognizer"
	"menshen/recognizer/fusion"
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

func message(t testing.TB, k child.Kind, payload []byte) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := child.NewConn(&buf, &protocol).Send(k, payload); err != nil {
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
