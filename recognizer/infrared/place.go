package infrared

import "image"

// Whole is the view of a camera that sees what the visible one sees.
var Whole = image.Rect(0, 0, 1000, 1000)

// Place is where a face of the visible picture lies in the infrared one. from is the size of the
// visible frame, to that of the infrared one, in pixels. view is what the infrared camera sees of
// the visible picture, in thousandths of its sides; it may reach beyond it. Empty: [Whole].
func Place(face image.Rectangle, from, to image.Point, view image.Rectangle) image.Rectangle {
	if view.Empty() {
		view = Whole
	}
	if from.X <= 0 || from.Y <= 0 {
		return image.Rectangle{}
	}
	at := func(p image.Point) image.Point {
		return image.Pt((p.X*1000/from.X-view.Min.X)*to.X/view.Dx(), (p.Y*1000/from.Y-view.Min.Y)*to.Y/view.Dy())
	}
	return image.Rectangle{Min: at(face.Min), Max: at(face.Max)}
}

// There reports whether a face that the detector found in the infrared picture is the one that was
// expected: its middle lies in the place grown by a third, and its height differs by less than
// half. Two cameras beside each other see a near face further apart than a far one.
func There(found, place image.Rectangle) bool {
	grow := max(place.Dx(), place.Dy()) / 3
	middle := found.Min.Add(found.Max).Div(2)
	return middle.In(place.Inset(-grow)) && 3*found.Dy() > 2*place.Dy() && 2*found.Dy() < 3*place.Dy()
}

// Spot is a face that the detector found, and its score, 0…1.
type Spot struct {
	Box   image.Rectangle
	Score float32
}

// At gives the face that lies where it was expected, of those that the detector found; without one,
// the place with a score of 0.
func At(place image.Rectangle, found []Spot) Spot {
	for _, s := range found {
		if There(s.Box, place) {
			return s
		}
	}
	return Spot{Box: place}
}

// View is the view with which this face, found in both pictures, would lie where it was found; for
// who aims the cameras. Errors: none, but of faces without a size it is empty.
func View(face, found image.Rectangle, from, to image.Point) image.Rectangle {
	if face.Empty() || found.Empty() || from.X <= 0 || from.Y <= 0 {
		return image.Rectangle{}
	}
	// A pixel of the infrared picture is so many thousandths of the visible one, across and down.
	across := float64(face.Dy()) / float64(found.Dy()) * 1000 / float64(from.X)
	down := float64(face.Dy()) / float64(found.Dy()) * 1000 / float64(from.Y)
	at, in := face.Min.Add(face.Max).Div(2), found.Min.Add(found.Max).Div(2)
	left := float64(at.X)*1000/float64(from.X) - float64(in.X)*across
	top := float64(at.Y)*1000/float64(from.Y) - float64(in.Y)*down
	return image.Rect(int(left), int(top), int(left+float64(to.X)*across), int(top+float64(to.Y)*down))
}
