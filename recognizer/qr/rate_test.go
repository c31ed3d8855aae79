package qr

import (
	"math/rand/v2"
	"testing"

	encoder "rsc.io/qr"

	"menshen/recognizer/qr/qrtest"
)

// TestReadingRate: codes as long as a visitor's pass are read when they are held well, in full
// light and in a quarter of it. scripts/bench/qr.sh measures harder cases, beside other readers.
func TestReadingRate(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, f := range []qrtest.Frame{
		{Side: 200}, {Side: 340}, {Side: 200, Blur: 1.5}, {Side: 340, Blur: 1.5},
		{Side: 200, Light: 0.25}, {Side: 340, Light: 0.25}, {Side: 260, Shade: 0.6}, {Side: 260, Tilted: 0.3},
	} {
		for range 2 {
			f.Turned, f.Noise = rng.Float64()*0.4-0.2, 4
			text := []byte("MP1")
			for range 149 {
				text = append(text, alphanumeric[rng.IntN(36)])
			}
			code, err := encoder.Encode(string(text), encoder.L)
			if err != nil {
				t.Fatal(err)
			}
			got, err := new(Reader).Read(f.Draw(code, rng), qrtest.Width, qrtest.Height)
			if err != nil || got != string(text) {
				t.Errorf("%+v: read %q, %v", f, got, err)
			}
		}
	}
}
