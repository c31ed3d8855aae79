package screen

import "image"

// turned is a screen that is mounted turned. Its pictures are upright, and drawn turned.
type turned struct {
	Screen
	degrees int
	inner   *image.RGBA // the picture as the screen has it
}

// turn turns what is drawn onto a screen that is mounted clockwise of upright by so many degrees.
func turn(s Screen, degrees int) Screen {
	if degrees == 0 {
		return s
	}
	return &turned{s, degrees, image.NewRGBA(image.Rectangle{Max: s.Looks().Size})}
}

// Looks implements Screen.
func (t *turned) Looks() Looks {
	l := t.Screen.Looks()
	if t.degrees != 180 {
		if l.Size.X > 0 { // the width is measured, the height follows
			l.Width = l.Width * l.Size.Y / l.Size.X
		}
		l.Size.X, l.Size.Y = l.Size.Y, l.Size.X
	}
	return l
}

// Draw implements Screen.
func (t *turned) Draw(img *image.RGBA, dirty image.Rectangle) error {
	size := t.Looks().Size
	dirty = dirty.Intersect(image.Rectangle{Max: size}).Intersect(img.Rect)
	for y := dirty.Min.Y; y < dirty.Max.Y; y++ {
		for x := dirty.Min.X; x < dirty.Max.X; x++ {
			p := t.place(image.Pt(x, y), size)
			copy(t.inner.Pix[t.inner.PixOffset(p.X, p.Y):][:4], img.Pix[img.PixOffset(x, y):])
		}
	}
	a, b := t.place(dirty.Min, size), t.place(dirty.Max.Sub(image.Pt(1, 1)), size)
	turned := image.Rectangle{Min: a, Max: b}.Canon()
	turned.Max = turned.Max.Add(image.Pt(1, 1))
	if dirty.Empty() {
		turned = image.Rectangle{}
	}
	return t.Screen.Draw(t.inner, turned)
}

// place is where the screen has a pixel of an upright picture of that size. One that is mounted
// turned right by 90 degrees has its own top at the right.
func (t *turned) place(p, size image.Point) image.Point {
	switch t.degrees {
	case 90:
		return image.Pt(p.Y, size.X-1-p.X)
	case 180:
		return image.Pt(size.X-1-p.X, size.Y-1-p.Y)
	}
	return image.Pt(size.Y-1-p.Y, p.X)
}
