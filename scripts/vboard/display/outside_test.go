//go:build vboard

package display

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"menshen/hal/display/paint"
)

// TestOutside is the machine outside. $MENSHEN_BOARD is a folder with the sockets of qemu's console
// and monitor; what the screen shows is kept there as PNG.
func TestOutside(t *testing.T) {
	dir := os.Getenv("MENSHEN_BOARD")
	if dir == "" {
		t.Skip("scripts/vboard/display.sh runs it")
	}
	console, monitor := dial(t, filepath.Join(dir, "console")), dial(t, filepath.Join(dir, "monitor"))
	seen := 0
	for lines := bufio.NewScanner(console); lines.Scan(); {
		line := strings.TrimRight(lines.Text(), "\r")
		text, asks := strings.CutPrefix(line, look)
		if !asks {
			fmt.Println(line)
			if line == "PASSED" {
				if seen == 0 {
					t.Error("nothing was looked at")
				}
				return
			}
			continue
		}
		var c claim
		if err := json.Unmarshal([]byte(text), &c); err != nil {
			t.Fatal(err)
		}
		seen++
		verdict := verdict(t, monitor, c, filepath.Join(dir, fmt.Sprintf("%02d", seen)))
		fmt.Printf("   %s, %s: %s\n", c.Name, c.What, verdict)
		if _, err := fmt.Fprintln(console, verdict); err != nil {
			t.Fatal(err)
		}
	}
	t.Error("the board ended without a word")
}

func dial(t *testing.T, path string) net.Conn {
	t.Helper()
	var err error
	for range 100 {
		var c net.Conn
		if c, err = net.Dial("unix", path); err == nil {
			t.Cleanup(func() { c.Close() })
			return c
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatal(err)
	return nil
}

// verdict looks at the screen until it shows the picture, for some seconds at most: the kernel and
// qemu hand it on a little after the process was told that it is shown.
func verdict(t *testing.T, monitor net.Conn, c claim, path string) (is string) {
	t.Helper()
	want := picture(c.Size, c.Strokes)
	if c.Scene != nil {
		font := paint.OpenFonts(os.Getenv("MENSHEN_FONTS"))
		defer font.Close()
		p := paint.New(c.Size, paint.Colour, site, font)
		p.Paint(*c.Scene, paint.Moment{})
		want = p.Image()
	}
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		shown := upright(screendump(t, monitor, path+".ppm"), c.Turn)
		if is = compare(shown, want); is == same {
			keep(t, path+".png", shown)
			break
		}
	}
	return is
}

// compare says same, or what differs.
func compare(shown, want *image.RGBA) string {
	if shown.Rect != want.Rect {
		return fmt.Sprintf("%v is shown, not %v", shown.Rect.Max, want.Rect.Max)
	}
	n, first := 0, image.Point{}
	for i := 0; i < len(want.Pix); i += 4 {
		if !bytes.Equal(shown.Pix[i:i+3], want.Pix[i:i+3]) {
			if n++; n == 1 {
				first = image.Pt(i/4%want.Rect.Dx(), i/4/want.Rect.Dx())
			}
		}
	}
	if n > 0 {
		return fmt.Sprintf("%d pixels differ, the first at %v", n, first)
	}
	return same
}

// screendump is what qemu's screen shows.
func screendump(t *testing.T, monitor net.Conn, path string) *image.RGBA {
	t.Helper()
	os.Remove(path)
	if _, err := fmt.Fprintf(monitor, "screendump %s\n", path); err != nil {
		t.Fatal(err)
	}
	var width, height, most int
	for range 100 { // the file is written bit by bit
		time.Sleep(20 * time.Millisecond)
		ppm, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		head := bytes.NewReader(ppm)
		if _, err := fmt.Fscanf(head, "P6\n%d %d\n%d\n", &width, &height, &most); err != nil || most != 255 {
			continue
		}
		pixels, _ := io.ReadAll(head)
		if len(pixels) != 3*width*height {
			continue
		}
		img := image.NewRGBA(image.Rect(0, 0, width, height))
		for i := range width * height {
			img.SetRGBA(i%width, i/width, color.RGBA{pixels[3*i], pixels[3*i+1], pixels[3*i+2], 255})
		}
		return img
	}
	t.Fatal("qemu writes no picture of its screen")
	return nil
}

// upright is what a person sees of a screen that is mounted clockwise by so many degrees.
func upright(img *image.RGBA, degrees int) *image.RGBA {
	for range degrees / 90 {
		size := img.Rect.Max
		next := image.NewRGBA(image.Rect(0, 0, size.Y, size.X))
		for y := range size.Y {
			for x := range size.X {
				next.SetRGBA(size.Y-1-y, x, img.RGBAAt(x, y))
			}
		}
		img = next
	}
	return img
}

func keep(t *testing.T, path string, img *image.RGBA) {
	t.Helper()
	f, err := os.Create(path)
	if err == nil {
		err = png.Encode(f, img)
		f.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}
