package demo

import (
	"context"
	"errors"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"time"

	"menshen/hal/camera"
	"menshen/policy"
)

// visitor shows a pass on a phone: a person without card and face, and one entry.
func (s *story) visitor(ctx context.Context) error {
	s.begin("A visitor holds up a pass, a code for one entry, which the door's camera reads without any face")
	now := time.Now()
	pass, err := s.desk.AddPass(ctx, s.staff, s.grace.id, now, now.Add(4*time.Hour), 1)
	if err != nil {
		return err
	}
	defer pass.Code.Wipe()
	s.say("the pass is a QR code of %d by %d modules, signed by this unit, valid for four hours",
		len(pass.QR), len(pass.QR))
	phone := camera.Scene{Picture: filepath.Join(s.o.Dir, "phone.png"), Kind: camera.Photo, Seed: 3}
	if err := save(phone.Picture, sheet(pass.QR)); err != nil {
		return err
	}
	for _, want := range []policy.Reason{policy.ReasonPass, policy.ReasonUsedUp} {
		if err := s.show(phone); err != nil {
			return err
		}
		e, err := s.await(ctx, decision(policy.ByPass))
		if err := otherwise(err, e.Reason == want); err != nil {
			return err
		}
		if e.Grant {
			if err := s.walkThrough(ctx); err != nil {
				return err
			}
		}
		if err := errors.Join(s.leave(), s.tell()); err != nil {
			return err
		}
		time.Sleep(2 * time.Second) // the camera must lose sight of it before it counts again
	}
	return os.Remove(phone.Picture)
}

// sheet is the picture of a code on white paper, with eight pixels for each module.
type sheet [][]bool

const border = 9 // modules of paper around

func (s sheet) ColorModel() color.Model { return color.GrayModel }
func (s sheet) Bounds() image.Rectangle {
	n := (len(s) + 2*border) * 8
	return image.Rect(0, 0, n, n)
}

func (s sheet) At(x, y int) color.Color {
	if x, y = x/8-border, y/8-border; x >= 0 && y >= 0 && x < len(s) && y < len(s) && s[y][x] {
		return color.Gray{Y: 25}
	}
	return color.Gray{Y: 235}
}

func save(path string, m image.Image) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(png.Encode(f, m), f.Close())
}
