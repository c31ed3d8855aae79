package qr

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	encoder "rsc.io/qr"
)

// held is a frame of 640×480 with a code of side pixels on white paper before grey, turned a little, out of focus by sigma pixels, at a light of 1 or
// less, with the noise of a sensor.
func held(code *encoder.Code, side, sigma, light float64, rng *rand.Rand) []byte {
	const w, h, fine = 640, 480, 3
	n := float64(code.Size)
	module := side / n
	cx, cy := 320+rng.Float64()*60-30, 240+rng.Float64()*60-30
	sin, cos := math.Sincos(rng.Float64()*0.4 - 0.2)
	seen := make([]float64, w*h)
	for y := range h {
		for x := range w {
			for i := range fine * fine {
				dx, dy := float64(x)+(float64(i%fine)+0.5)/fine-cx, float64(y)+(float64(i/fine)+0.5)/fine-cy
				u, v := (cos*dx+sin*dy)/module+n/2, (cos*dy-sin*dx)/module+n/2
				switch {
				case u < -4 || v < -4 || u > n+4 || v > n+4:
					seen[y*w+x] += 100
				case u >= 0 && v >= 0 && u < n && v < n && code.Black(int(u), int(v)):
					seen[y*w+x] += 30
				default:
					seen[y*w+x] += 225
				}
			}
		}
	}
	blur(seen, w, h, 1, sigma)
	blur(seen, h, w, w, sigma)
	grey := make([]byte, w*h)
	for i, v := range seen {
		grey[i] = byte(min(max(v/(fine*fine)*light+rng.NormFloat64()*4, 0), 255))
	}
	return grey
}

// blur spreads lines of n pixels that are step apart, by a bell curve.
func blur(p []float64, n, lines, step int, sigma float64) {
	if sigma == 0 {
		return
	}
	reach := int(3 * sigma)
	line := make([]float64, n)
	for l := range lines {
		first := l
		if step == 1 {
			first = l * n
		}
		for i := range n {
			sum, weight := 0.0, 0.0
			for d := -reach; d <= reach; d++ {
				k := math.Exp(-float64(d*d) / (2 * sigma * sigma))
				sum, weight = sum+k*p[first+min(max(i+d, 0), n-1)*step], weight+k
			}
			line[i] = sum / weight
		}
		for i, v := range line {
			p[first+i*step] = v
		}
	}
}

// TestReadingRate reads codes as long as a visitor's pass. The table of the package comment is of
//
//	MENSHEN_TRIES=20 go test -run ReadingRate -v -timeout 20m ./recognizer/qr
func TestReadingRate(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	tries, sides, blurs := 2, []float64{200, 340}, []float64{0, 1.5}
	if n, err := strconv.Atoi(os.Getenv("MENSHEN_TRIES")); err == nil {
		tries, sides, blurs = n, []float64{90, 110, 150, 200, 260, 340}, []float64{0, 1, 1.5, 2, 3, 4}
	}
	rate := func(side, sigma, light float64) (read int, took time.Duration) {
		var r Reader
		for range tries {
			text := []byte("MP1")
			for range 149 {
				text = append(text, alphanumeric[rng.IntN(36)])
			}
			code, err := encoder.Encode(string(text), encoder.L)
			if err != nil {
				t.Fatal(err)
			}
			grey := held(code, side, sigma, light, rng)
			start := time.Now()
			if got, err := r.Read(grey, 640, 480); err == nil && got == string(text) {
				read++
			}
			took += time.Since(start)
		}
		return read * 100 / tries, took / time.Duration(tries)
	}
	for _, light := range []float64{1, 0.25} {
		for _, side := range sides {
			line := fmt.Sprintf("light %4.0f%%  side %3.0f px", light*100, side)
			for _, sigma := range blurs {
				read, took := rate(side, sigma, light)
				line += fmt.Sprintf("  %3d%% %4.1f ms", read, took.Seconds()*1000)
				if side >= 200 && sigma <= light+0.5 && read < 100 {
					t.Errorf("%.0f pixels, blur %.1f, light %.2f: only %d%% read", side, sigma, light, read)
				}
			}
			t.Log(line)
		}
	}
}
