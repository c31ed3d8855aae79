package recognizer

import (
	"errors"
	"fmt"

	"menshen/hal"
	"menshen/recognizer/qr"

	"gocv.io/x/gocv"
)

// ReadCode reads a QR code held up to the camera, such as a visitor's pass; it gives the empty string when there is none.
// OpenCV finds the code and package qr reads it. The text comes from whoever stands there: check it before use.
func ReadCode(frame *hal.Frame) (string, error) {
	if err := check(frame); err != nil {
		return "", err
	}
	grey := gocv.NewMatWithSize(frame.Height, frame.Width, gocv.MatTypeCV8U)
	defer grey.Close()
	pixels, err := grey.DataPtrUint8()
	if err != nil {
		return "", fmt.Errorf("read code: %w", err)
	}
	defer clear(pixels)
	for i := range pixels {
		pixels[i] = frame.BGR[i*3+1] // green, which is most of the brightness
	}
	detector := gocv.NewQRCodeDetector()
	defer detector.Close()
	points := gocv.NewMat()
	defer points.Close()
	if !detector.Detect(grey, &points) || points.Total() != 4 || points.Type() != gocv.MatTypeCV32FC2 {
		return "", nil
	}
	var corners [4]qr.Point
	for i := range corners {
		v := points.GetVecfAt(0, i)
		corners[i] = qr.Point{X: float64(v[0]), Y: float64(v[1])}
	}
	text, err := qr.Read(pixels, frame.Width, frame.Height, corners)
	if errors.Is(err, qr.ErrNoCode) {
		return "", nil
	}
	return text, err
}
