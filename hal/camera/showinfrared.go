package camera

import "menshen/hal"

// How bright things are in infrared, of their brightness in the visible picture. The emitter stands
// beside the camera, so what is far away gets little of it.
const (
	nearLit, farLit = 0.8, 0.25
	ambient         = 0.04 // without emitter and sun
)

// renderInfrared draws frame n of a scene as an infrared camera sees it, by the light of the
// emitter or without: skin and print give the light back; a screen is black whatever it shows.
func (s *show) renderInfrared(scene Scene, picture *hal.Frame, n int, lit bool, f *hal.Frame) {
	f.Width, f.Height = Width, Height
	f.BGR = append(f.BGR[:0], s.corridor...)
	clear(f.BGR)
	m := motion(scene, n)
	if scene.Picture != "" && picture.Width > 1 && picture.Height > 1 {
		if scene.Kind == Photo || scene.Kind == Screen {
			s.sheet(scene, picture, m, n, f)
		} else {
			s.person(scene, picture, m, n, f)
		}
	}
	near, far := ambient+float64(scene.Sun)/100*nearLit, ambient+float64(scene.Sun)/100*farLit
	if lit {
		near, far = near+nearLit, far+farLit
	}
	for i := 0; i < len(f.BGR); i += 3 {
		b, g, r := f.BGR[i], f.BGR[i+1], f.BGR[i+2]
		v := 0.0
		switch there := b|g|r != 0; {
		case there && scene.Kind == Screen:
			v = 6 * near // glass
		case there:
			v = float64(g) * near
		default:
			v = float64(s.corridor[i+1]) * far
		}
		level := byte(min(v, 255))
		f.BGR[i], f.BGR[i+1], f.BGR[i+2] = level, level, level
	}
	s.expose(f, 1, 0, int(scene.Seed%61)*37+n*n*131)
}
