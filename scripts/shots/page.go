package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
)

// page takes a picture of the top of an HTML page.
func (s *shooter) page(page, name string, width, height int) error {
	browser := ""
	for _, known := range []string{"chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(known); err == nil {
			browser = path
			break
		}
	}
	if browser == "" {
		return errors.New("no Chromium is here to show a page: apt-get install chromium-headless-shell " +
			"fonts-wqy-microhei")
	}
	to, err := filepath.Abs(filepath.Join(s.to, name))
	if err != nil {
		return err
	}
	cmd := exec.Command(browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
		"--user-data-dir="+s.work+"/browser",
		fmt.Sprintf("--window-size=%d,%d", width, height), "--screenshot="+to, "file://"+page)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("showing %s: %w: %s", name, err, out)
	}
	return shrink(to, to)
}

// shrink writes a picture of text again, with its 32 most frequent colours.
func shrink(from, to string) error {
	raw, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	full, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		return fmt.Errorf("reading %s: %w", from, err)
	}
	area := full.Bounds()
	count := map[color.Color]int{}
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			count[full.At(x, y)]++
		}
	}
	inks := slices.SortedFunc(maps.Keys(count), func(a, b color.Color) int { return cmp.Compare(count[b], count[a]) })
	few := image.NewPaletted(area, inks[:min(32, len(inks))])
	draw.Draw(few, area, full, area.Min, draw.Src)
	var small bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&small, few); err != nil {
		return err
	}
	return os.WriteFile(to, small.Bytes(), 0o644)
}
