package fusion

// Infrared is what one pair of frames of an infrared camera says: one taken with the emitter on,
// one without, less than a second apart, while the visible camera had a face. The zero value says
// nothing.
type Infrared struct {
	Pair      bool    // a pair was taken, or could not be, and then the figures below are zero
	Face      float32 // the detector's score of a face at the same place in the lit frame, 0…1; 0: none there
	Lit, Dark float32 // mean of that place, 0…255, in the lit frame and in the other
	Changed   float32 // part of the whole picture that the emitter made brighter, 0…1
}

// Unlit reports a pair in which the emitter changed nothing anywhere: it does not work, or is
// covered, or something dark fills the whole view.
func (i Infrared) Unlit() bool { return i.Changed < 0.03 }

// Lights reports a pair in which the emitter lit the face's place by as much as it does a head.
func (i Infrared) Lights() bool {
	return i.Lit-i.Dark >= brightens && i.Lit >= brightensBy*i.Dark
}

// What a pair counts for. The limits were chosen, not measured: no real pairs were at hand
// (decision 0049). A display gives off no infrared and a dark place stays dark, so what matters is
// that the emitter lights what the visible camera takes for a face.
const (
	brightens   = 12.0 // by so much a face becomes brighter at least, in grey levels,
	brightensBy = 1.25 // and by such a ratio: else other light is stronger than the emitter
	staysDark   = 6.0  // what becomes brighter by less is not lit: a display, or a hole
	staysBright = 100  // a place so bright without the emitter: that it gains little says nothing
	against     = 2    // pairs that speak against a head, before they count
	inVain      = 3    // pairs that say nothing, before no more are waited for
)

// word is what pairs of frames say together.
type word uint8

const (
	silent    word = iota // nothing yet, or nothing that counts: sunlight, or an emitter that does not light
	headThere             // a face is there, and our emitter lights it
	noHead                // what looks like a face is not there in infrared, or not lit
)

// infrared counts the pairs of one face.
type infrared struct{ head, none, nothing int }

func (i *infrared) add(p Infrared) {
	switch gain := p.Lit - p.Dark; {
	case !p.Pair:
	case p.Unlit():
		i.nothing++
	case p.Face > 0 && p.Lights():
		i.head++
	case p.Dark < staysBright && (p.Face == 0 || gain < staysDark):
		i.none++
	default:
		i.nothing++
	}
}

// word is what has been counted. One pair with a face makes up for one without, so that a person is
// not refused for one blurred frame.
func (i *infrared) word() word {
	switch {
	case i.head > i.none:
		return headThere
	case i.none-i.head >= against:
		return noHead
	}
	return silent
}

// comes reports whether a word is still to be expected.
func (i *infrared) comes() bool { return i.word() == silent && i.nothing < inVain }
