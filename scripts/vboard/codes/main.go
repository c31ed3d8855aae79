// Command codes draws what the virtual board's camera sees: pictures of one QR code in different
// light.
//
//	codes FOLDER TEXT
package main

import (
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
	"os"
	"path/filepath"

	encoder "rsc.io/qr"

	"menshen/recognizer/qr/qrtest"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "codes FOLDER TEXT")
		os.Exit(2)
	}
	for i, light := range []float64{1, 0.9, 0.8} {
		path := filepath.Join(os.Args[1], fmt.Sprintf("%d.jpg", i))
		if err := draw(path, os.Args[2], light); err != nil {
			fmt.Fprintln(os.Stderr, "codes:", err)
			os.Exit(1)
		}
	}
}

func draw(path, text string, light float64) error {
	code, err := encoder.Encode(text, encoder.M)
	if err != nil {
		return err
	}
	grey := qrtest.Frame{Side: 200, Light: light}.Draw(code, rand.New(rand.NewPCG(1, 1)))
	picture := image.NewRGBA(image.Rect(0, 0, qrtest.Width, qrtest.Height))
	for i, v := range grey {
		picture.Set(i%qrtest.Width, i/qrtest.Width, color.Gray{Y: v})
	}
	out, err := os.Create(path)
	if err != nil {
		return err
	}
	defer out.Close()
	if err := jpeg.Encode(out, picture, &jpeg.Options{Quality: 90}); err != nil {
		return err
	}
	return out.Close()
}
