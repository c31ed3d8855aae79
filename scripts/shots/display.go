package main

import (
	"bytes"
	"image"
	"image/png"
	"time"

	"golang.org/x/image/draw"

	"menshen/hal/display/paint"
	"menshen/hal/scene"
	"menshen/internal/i18n/catalogue"
)

// display draws six scenes as they are on a display of 7 inches, side by side, at half the size.
func (s *shooter) display() error {
	fonts := paint.OpenFonts("")
	defer fonts.Close()
	if fonts.Missing != nil {
		return fonts.Missing
	}
	const columns, gap = 3, 12
	size, cell := image.Pt(800, 480), image.Pt(400, 240)
	for _, l := range catalogue.Languages() {
		p := paint.New(size, paint.Colour, paint.Site{Language: l.Code(), Contact: "+86 21 5555 0100"}, fonts)
		out := image.NewRGBA(image.Rect(0, 0, columns*(cell.X+gap)-gap, 2*(cell.Y+gap)-gap))
		for i, one := range []scene.Scene{
			{Ways: scene.ByCard | scene.ByCode | scene.ByFace | scene.ByBell},
			{Kind: scene.Acting, Act: scene.TurnLeft},
			{Kind: scene.Opened},
			{Kind: scene.Refused, Next: scene.TapCard},
			{Kind: scene.Enrolling, Done: 3, Wanted: 5},
			{Kind: scene.Asking, Done: 5, Wanted: 6, Within: 20 * time.Second},
		} {
			p.Paint(one, paint.Moment{Since: 6 * time.Second, Clock: "14:05"})
			at := image.Pt(i%columns*(cell.X+gap), i/columns*(cell.Y+gap))
			to := image.Rectangle{Min: at, Max: at.Add(cell)}
			draw.CatmullRom.Scale(out, to, p.Image(), p.Image().Rect, draw.Src, nil)
		}
		var b bytes.Buffer
		if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, out); err != nil {
			return err
		}
		if err := s.keep(named("display", l, ".png"), b.String()); err != nil {
			return err
		}
	}
	return nil
}
