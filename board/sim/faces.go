package sim

import (
	"math"
	"math/rand/v2"
	"time"

	"menshen/hal/scene"
	"menshen/recognizer"
	"menshen/recognizer/calibration"
)

// face is a direction: what the recognizer would say of a person's face in a perfect picture.
type face [recognizer.Dim]float64

// newFace makes up a face. People of one family look more alike than strangers do.
func newFace(seed uint64, n, family int) (f face) {
	own, shared := rand.New(rand.NewPCG(seed^0xface, uint64(n))), rand.New(rand.NewPCG(seed^0xface, 1e6+uint64(family)))
	for i := range f {
		f[i] = own.NormFloat64() + 0.6*shared.NormFloat64()
	}
	return f.unit()
}

func (f face) unit() face {
	sum := 0.0
	for _, x := range f {
		sum += x * x
	}
	for i := range f {
		f[i] /= math.Sqrt(sum)
	}
	return f
}

// add adds a picture to what was seen of a face.
func (f *face) add(e *recognizer.Embedding) {
	for i, x := range e {
		f[i] += float64(x)
	}
}

// likeness is the cosine of two faces.
func (f face) likeness(g face) (sum float64) {
	f, g = f.unit(), g.unit()
	for i := range f {
		sum += f[i] * g[i]
	}
	return sum
}

// view is the face in one picture, whose cosine with the perfect one is score.
func (f face) view(r *rand.Rand, score float64) *recognizer.Embedding {
	var noise face
	dot := 0.0
	for i := range noise {
		noise[i] = r.NormFloat64()
		dot += noise[i] * f[i]
	}
	for i := range noise {
		noise[i] -= dot * f[i]
	}
	noise = noise.unit()
	var e recognizer.Embedding
	for i := range e {
		e[i] = float32(score*f[i] + math.Sqrt(1-score*score)*noise[i])
	}
	return &e
}

// drawScore draws the cosine of a living person's picture with their template, so that it reaches
// each threshold as often as the calibration measured; half of all lie above 0.7.
func drawScore(r *rand.Rand, c *calibration.Calibration) float64 {
	u := r.Float64()
	lower, share := 0.15, 1.0
	for _, p := range c.Points {
		if u > p.TAR {
			return lower + (p.Threshold-lower)*(share-u)/(share-p.TAR+1e-9)
		}
		lower, share = p.Threshold, p.TAR
	}
	if u > 0.5 {
		return lower + (0.7-lower)*(share-u)/(share-0.5)
	}
	return 0.7 + 0.2*(0.5-u)/0.5
}

// look is one picture of a face for the unit. Nine living faces in ten look so; of photos one in
// six is good enough for a living face (docs/figures.md), the others never are.
func look(r *rand.Rand, f face, score float64, live float32, at time.Time) recognizer.Observation {
	return recognizer.Observation{At: at, Faces: 1, Live: live, Embedding: f.view(r, score),
		Quality: recognizer.Quality{Height: 150, Advice: scene.Fine}}
}
