package eye

import (
	"encoding/binary"
	"fmt"
	"image"
	"math"
	"time"

	"menshen/hal/scene"
	"menshen/recognizer"
	"menshen/recognizer/fusion"
)

// maxPixels is the largest side of a frame that an observation may be of.
const maxPixels = 1 << 14

// wireObservation is an Observation as fixed-size fields, little-endian; number and time
// are the stamp's.
type wireObservation struct {
	Faces         uint16
	Width, Height uint16
	Box           [4]int16 // left, top, right, bottom
	Detection     float32
	Live          float32
	Quality       wireQuality
	EyesOpen      float32
	Points        [5][2]float32
	Infrared      wireInfrared
	Took          [6]int64 // nanoseconds, in the order of recognizer.Stages
	HasEmbedding  bool
}

type wireQuality struct {
	Height                int16
	Sharpness, Brightness float32
	Yaw, Pitch, Roll      float32
	Mouth, Eyes           float32
	Advice                uint8
}

// wireInfrared is a fusion.Infrared.
type wireInfrared struct {
	Pair                     bool
	Face, Lit, Dark, Changed float32
}

func (i wireInfrared) ok() bool {
	level := func(v float32) bool { return v >= 0 && v <= 255 }
	return probability(i.Face, i.Changed) && level(i.Lit) && level(i.Dark)
}

func toWireQuality(q recognizer.Quality) wireQuality {
	return wireQuality{
		int16(q.Height), q.Sharpness, q.Brightness,
		q.Yaw, q.Pitch, q.Roll, q.Mouth, q.Eyes, uint8(q.Advice),
	}
}

func (q wireQuality) decode() recognizer.Quality {
	return recognizer.Quality{Height: int(q.Height), Sharpness: q.Sharpness, Brightness: q.Brightness,
		Yaw: q.Yaw, Pitch: q.Pitch, Roll: q.Roll, Mouth: q.Mouth, Eyes: q.Eyes, Advice: scene.Advice(q.Advice)}
}

func (q wireQuality) ok() bool {
	return finite(q.Sharpness, q.Brightness, q.Yaw, q.Pitch, q.Roll, q.Mouth, q.Eyes) &&
		q.Height >= 0 && scene.Advice(q.Advice).Valid()
}

func toWireRect(r image.Rectangle) [4]int16 {
	return [4]int16{int16(r.Min.X), int16(r.Min.Y), int16(r.Max.X), int16(r.Max.Y)}
}

func fromWireRect(r [4]int16) image.Rectangle {
	return image.Rectangle{Min: image.Pt(int(r[0]), int(r[1])), Max: image.Pt(int(r[2]), int(r[3]))}
}

func appendObservation(b []byte, o *recognizer.Observation) ([]byte, error) {
	t := o.Took
	w := wireObservation{
		Faces: uint16(min(o.Faces, math.MaxUint16)), Width: uint16(o.Width), Height: uint16(o.Height),
		Box: toWireRect(o.Box), Detection: o.Detection, Live: o.Live, Quality: toWireQuality(o.Quality),
		EyesOpen: o.Evidence.EyesOpen, Infrared: wireInfrared(o.Evidence.Infrared),
		Took: [6]int64{
			int64(t.Capture), int64(t.Detect), int64(t.Landmark), int64(t.Align), int64(t.Live), int64(t.Embed),
		},
		HasEmbedding: o.Embedding != nil,
	}
	for i, p := range o.Evidence.Points {
		w.Points[i] = [2]float32{p.X, p.Y}
	}
	b, err := binary.Append(b, binary.LittleEndian, &w)
	if err != nil || o.Embedding == nil {
		return b, err
	}
	return binary.Append(b, binary.LittleEndian, o.Embedding[:])
}

// parseObservation reads an observation and refuses one that no chain could have made.
func parseObservation(b []byte) (recognizer.Observation, error) {
	var w wireObservation
	n, err := binary.Decode(b, binary.LittleEndian, &w)
	if err != nil {
		return recognizer.Observation{}, fmt.Errorf("%w: observation of %d bytes", ErrProtocol, len(b))
	}
	frame, box := image.Rect(0, 0, int(w.Width), int(w.Height)), fromWireRect(w.Box)
	bad := func(what string) (recognizer.Observation, error) {
		return recognizer.Observation{}, fmt.Errorf("%w: observation with impossible %s", ErrProtocol, what)
	}
	switch {
	case w.Width > maxPixels || w.Height > maxPixels:
		return bad("size")
	case !box.Eq(box.Canon()) || !box.In(frame) || (w.Faces > 0) == box.Empty():
		return bad("box")
	case !probability(w.Detection, w.Live, w.EyesOpen):
		return bad("probability")
	case !w.Quality.ok():
		return bad("quality")
	case !w.Infrared.ok():
		return bad("infrared")
	}
	o := recognizer.Observation{
		Faces: int(w.Faces), Width: int(w.Width), Height: int(w.Height),
		Box: box, Detection: w.Detection, Live: w.Live, Quality: w.Quality.decode(),
		Evidence: recognizer.Evidence{EyesOpen: w.EyesOpen, Infrared: fusion.Infrared(w.Infrared)},
	}
	for i, p := range w.Points {
		if !finite(p[0], p[1]) {
			return bad("point")
		}
		o.Evidence.Points[i] = recognizer.Point{X: p[0], Y: p[1]}
	}
	took := func(i int) time.Duration { return time.Duration(w.Took[i]) }
	o.Took = recognizer.Stages{
		Capture: took(0), Detect: took(1), Landmark: took(2), Align: took(3), Live: took(4), Embed: took(5),
	}
	for _, d := range w.Took {
		if d < 0 {
			return bad("time")
		}
	}
	rest := b[n:]
	if !w.HasEmbedding {
		if len(rest) != 0 {
			return bad("length")
		}
		return o, nil
	}
	if len(rest) != recognizer.Dim*4 || w.Faces == 0 {
		return bad("embedding")
	}
	o.Embedding = new(recognizer.Embedding)
	var norm float64
	for i := range o.Embedding {
		v := math.Float32frombits(binary.LittleEndian.Uint32(rest[i*4:]))
		o.Embedding[i] = v
		norm += float64(v) * float64(v)
	}
	if !(norm > 0.99 && norm < 1.01) {
		o.Wipe()
		return bad("embedding")
	}
	return o, nil
}

// wirePicture stands before the pixels of a Picture; behind them, where Beside says so, there is
// the one of the infrared camera, beside which there is none.
type wirePicture struct {
	Width, Height uint16
	Box, Zone     [4]int16
	Quality       wireQuality
	Camera        [2]uint16
	Light         wireInfrared
	View          [4]int16
	Beside        bool
}

func appendPicture(b []byte, p *Picture) ([]byte, error) {
	w := wirePicture{uint16(p.Width), uint16(p.Height), toWireRect(p.Box), toWireRect(p.Zone),
		toWireQuality(p.Quality), [2]uint16{uint16(p.Camera.X), uint16(p.Camera.Y)},
		wireInfrared(p.Light), toWireRect(p.View), p.Infrared != nil}
	b, err := binary.Append(b, binary.LittleEndian, &w)
	b = append(b, p.Grey...)
	if err != nil || p.Infrared == nil {
		return b, err
	}
	return appendPicture(b, p.Infrared)
}

func parsePicture(b []byte) (Picture, error) {
	p, beside, rest, err := parseOnePicture(b)
	if err == nil && beside {
		p.Infrared = new(Picture)
		*p.Infrared, beside, rest, err = parseOnePicture(rest)
	}
	if err == nil && (beside || len(rest) > 0) {
		err = fmt.Errorf("%w: picture of %d bytes", ErrProtocol, len(b))
	}
	if err != nil {
		p.Wipe()
		return Picture{}, err
	}
	return p, nil
}

// parseOnePicture reads the picture of one camera, and gives what stands behind it.
func parseOnePicture(b []byte) (p Picture, beside bool, rest []byte, err error) {
	var w wirePicture
	n, err := binary.Decode(b, binary.LittleEndian, &w)
	pixels := int(w.Width) * int(w.Height)
	if err != nil || len(b)-n < pixels || !w.Quality.ok() || !w.Light.ok() {
		return p, false, nil, fmt.Errorf("%w: picture of %d bytes", ErrProtocol, len(b))
	}
	frame, box, zone := image.Rect(0, 0, int(w.Width), int(w.Height)), fromWireRect(w.Box), fromWireRect(w.Zone)
	if !box.In(frame) || !zone.In(frame) {
		return p, false, nil, fmt.Errorf("%w: picture with an impossible box", ErrProtocol)
	}
	p = Picture{Width: int(w.Width), Height: int(w.Height), Grey: append([]byte(nil), b[n:n+pixels]...),
		Box: box, Zone: zone, Quality: w.Quality.decode(), Camera: image.Pt(int(w.Camera[0]), int(w.Camera[1])),
		Light: fusion.Infrared(w.Light), View: fromWireRect(w.View)}
	return p, w.Beside, b[n+pixels:], nil
}

func finite(all ...float32) bool {
	for _, v := range all {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return false
		}
	}
	return true
}

func probability(all ...float32) bool {
	for _, v := range all {
		if !(v >= 0 && v <= 1) {
			return false
		}
	}
	return true
}
