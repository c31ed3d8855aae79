package recognizer

import (
	"math"

	"menshen/hal/scene"
)

// noseRest is where the nose's tip stands between eyes (0) and mouth (1) in a face that
// looks straight ahead.
const noseRest = 0.5

// pose is a rough estimate in degrees from five points. It is good to about ten degrees: enough to
// ask a person to look at the camera, and to see a head turn. Roll is positive when the head leans
// to the image's right, yaw when the nose points there, pitch when it points up.
//
// The nose's tip stands in front of the plane of the eyes by about 0.55 of the distance between the
// eyes, and in front of the plane of eyes and mouth by about 0.35 of the distance between them;
// turning the head moves it across by the tangent.
func pose(p [5]Point) (yaw, pitch, roll float32) {
	ex, ey := float64(p[1].X-p[0].X), float64(p[1].Y-p[0].Y)
	eyes := math.Hypot(ex, ey)
	if eyes == 0 {
		return 0, 0, 0
	}
	cos, sin := ex/eyes, ey/eyes
	upright := func(q Point) (x, y float64) { // relative to the middle of the eyes, roll taken out
		dx, dy := float64(q.X)-float64(p[0].X+p[1].X)/2, float64(q.Y)-float64(p[0].Y+p[1].Y)/2
		return cos*dx + sin*dy, cos*dy - sin*dx
	}
	noseX, noseY := upright(p[2])
	lx, ly := upright(p[3])
	rx, ry := upright(p[4])
	middle, mouth := (lx+rx)/4, (ly+ry)/2 // half-way between eyes and mouth, across; mouth's distance, down
	deg := func(tan float64) float32 { return float32(math.Atan(tan) * 180 / math.Pi) }
	yaw = deg((noseX - middle) / eyes / 0.55)
	if mouth > 0 {
		pitch = deg((noseRest - noseY/mouth) / 0.35)
	}
	return yaw, pitch, float32(math.Atan2(ey, ex) * 180 / math.Pi)
}

// light is the mean of a grey picture and the variance of its Laplacian (Pech-Pacheco et al. 2000),
// a common measure of focus.
func light(grey []float32, w, h int) (mean, sharpness float32) {
	var sum float64
	for _, v := range grey {
		sum += float64(v)
	}
	var lap, lap2 float64
	for y := 1; y < h-1; y++ {
		for x := 1; x < w-1; x++ {
			i := y*w + x
			l := float64(grey[i-1] + grey[i+1] + grey[i-w] + grey[i+w] - 4*grey[i])
			lap += l
			lap2 += l * l
		}
	}
	n := float64((w - 2) * (h - 2))
	return float32(sum / float64(len(grey))), float32(lap2/n - lap/n*lap/n)
}

// covering measures, in the aligned face, how much fine detail the mouth has against the eyes (a
// mask has less), and how bright the eyes are against the cheeks (dark glasses are not). It does
// not notice masks with a pattern, or clear glasses. docs/figures.md has how often it does.
func covering(grey []float32, w, h int) (mouth, eyes float32) {
	part := func(x0, y0, x1, y1 int) (mean, detail float32) { // in pixels of a template of 112×112
		x0, y0, x1, y1 = x0*w/112, y0*h/112, x1*w/112, y1*h/112
		for y := y0; y < y1; y++ {
			for x := x0; x < x1; x++ {
				v, below := grey[y*w+x], grey[(y+1)*w+x]
				mean += v
				detail += max(v-below, below-v)
			}
		}
		n := float32((x1 - x0) * (y1 - y0))
		return mean / n, detail / n
	}
	eyesMean, eyesDetail := part(24, 42, 88, 62)
	cheeksMean, _ := part(30, 62, 82, 76)
	_, mouthDetail := part(36, 82, 78, 104)
	return mouthDetail / (eyesDetail + 0.1), eyesMean / (cheeksMean + 0.1)
}

// place is the first thing to do about where a face is, of which nothing else was measured.
func (o Options) place(height, frameHeight int, crowded bool) scene.Advice {
	maxHeight := o.MaxHeight
	if maxHeight == 0 {
		maxHeight = frameHeight * 9 / 10
	}
	switch {
	case height < o.MinHeight:
		return scene.ComeCloser
	case height > maxHeight:
		return scene.StepBack
	case crowded:
		return scene.OneAtATime
	}
	return scene.Fine
}

// advise is the first thing to do about a face, in the order in which a person can act on it.
func (o Options) advise(q Quality, frameHeight int, crowded bool) scene.Advice {
	if place := o.place(q.Height, frameHeight, crowded); place != scene.Fine {
		return place
	}
	switch {
	case q.Brightness < o.MinBrightness:
		return scene.TooDark
	case q.Brightness > o.MaxBrightness:
		return scene.TooBright
	case q.Mouth < o.MinMouth, q.Eyes < o.MinEyes:
		return scene.Uncover
	case !o.straight(q.Yaw, q.Pitch, q.Roll):
		return scene.LookStraight
	case q.Sharpness < o.MinSharpness:
		return scene.HoldStill
	}
	return scene.Fine
}

// straight reports whether a face in this pose looks at the camera well enough.
func (o Options) straight(yaw, pitch, roll float32) bool {
	abs := func(v float32) float32 { return max(v, -v) }
	return abs(yaw) <= o.MaxYaw && abs(pitch) <= o.MaxPitch && abs(roll) <= o.MaxRoll
}
