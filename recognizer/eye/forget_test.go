package eye

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"menshen/hal"
	pixels "menshen/hal/camera/picture"
	"menshen/recognizer"
)

// mask keeps what is searched for out of the memory of the process that searches: needles are
// stored masked, and memory is masked before it is searched.
const mask = 0xa5

func masked(b []byte) []byte {
	for i := range b {
		b[i] ^= mask
	}
	return b
}

// needle is something of a face that must not be found.
type needle struct {
	what  string
	bytes []byte // masked
}

// TestRStrangerForgotten: after a stranger has gone, no pixel of the frames and no part of the
// embedding is left in the memory of either process.
func TestRStrangerForgotten(t *testing.T) { withEachEngine(t, testForgotten) }

func testForgotten(t *testing.T, engine recognizer.Engine) {
	from, dir := modelsDir(t), t.TempDir()
	needles, leave := plant(t, dir)
	var shown hal.Frame
	if err := pixels.Load(filepath.Join(dir, "0.png"), &shown); err != nil {
		t.Fatal(err)
	}
	masked(shown.BGR)
	for _, n := range needles {
		if !bytes.Contains(shown.BGR, n.bytes) {
			t.Fatal("a frame does not have what is searched for")
		}
	}
	shown.Wipe()
	const there = "the camera's name" // which both processes keep: so memory is searched indeed
	needles = append(needles, needle{there, masked([]byte("folder:" + dir))})
	e := start(t, "eye", Config{Camera: "folder:" + dir, Models: from, Options: recognizer.Options{Engine: engine},
		Unconfined: os.Geteuid() != 0})
	e.SetMode(Looking)
	var last time.Time // when the face was seen last
	for came, gone, over := false, false, false; !over; {
		select {
		case <-time.After(time.Minute):
			t.Fatalf("nothing is seen: %+v", e.Status())
		case o := <-e.Observations():
			switch {
			case o.Faces > 0:
				last, gone = o.At, false
			case gone:
				over = true
			case came: // the child has done with this frame when the next one comes
				gone = o.At.Sub(last) > 2*lingerFor
			}
			if o.Embedding != nil && !came {
				came = true
				b, err := binary.Append(nil, binary.LittleEndian, o.Embedding[:])
				if err != nil {
					t.Fatal(err)
				}
				for i := 0; i+32 <= len(b); i += 256 {
					needles = append(needles, needle{"embedding", masked(bytes.Clone(b[i : i+32]))})
				}
				if search(t, os.Getpid(), needles)["embedding"] == 0 {
					t.Error("the search does not find the embedding that is there")
				}
				clear(b)
				leave()
			}
			o.Wipe()
		}
	}
	for name, pid := range map[string]int{"child": e.Status().PID, "parent": os.Getpid()} {
		found := search(t, pid, needles)
		if found[there] == 0 {
			t.Errorf("the search does not find %s in the %s", there, name)
		}
		delete(found, there)
		for what, n := range found {
			t.Errorf("%s still holds %d pieces of %s", name, n, what)
		}
	}
}

// plant makes the folder of a camera that shows a face, and only empty pictures from leave on. It
// returns pieces of the face's pixels.
func plant(t *testing.T, dir string) (needles []needle, leave func()) {
	t.Helper()
	f, err := os.Open(collins(t))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	face, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	bounds := face.Bounds()
	rng := rand.New(rand.NewPCG(1, 2))
	show := func(what image.Image) {
		img := image.NewRGBA(bounds)
		draw.Draw(img, bounds, what, bounds.Min, draw.Src)
		for i := range 10 {
			for range 50 { // the picture changes a little, as a living camera's does; not where the needles are
				img.Set(rng.IntN(bounds.Dx()), rng.IntN(60), color.RGBA{uint8(i), 90, 90, 255})
			}
			var b bytes.Buffer
			if err := png.Encode(&b, img); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(dir, fmt.Sprintf("%d.png", i))
			if err := errors.Join(os.WriteFile(path+"~", b.Bytes(), 0o600), os.Rename(path+"~", path)); err != nil {
				t.Fatal(err)
			}
		}
	}
	show(face)
	for range 80 {
		x, y := 180+rng.IntN(70), 65+rng.IntN(100)
		var b []byte
		for k := range 12 {
			r, g, bl, _ := face.At(x+k, y).RGBA()
			b = append(b, byte(bl>>8), byte(g>>8), byte(r>>8))
		}
		needles = append(needles, needle{"pixels", masked(b)})
	}
	return needles, func() { show(image.NewUniform(color.Gray{90})) }
}

// search looks for the needles in all that a process can write to.
func search(t *testing.T, pid int, needles []needle) map[string]int {
	t.Helper()
	runtime.GC()
	mem, err := os.Open(fmt.Sprintf("/proc/%d/mem", pid))
	if err != nil {
		t.Skip("cannot read a process's memory: ", err)
	}
	defer mem.Close()
	maps, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", pid))
	if err != nil {
		t.Skip(err)
	}
	found := map[string]int{}
	chunk := make([]byte, 4<<20)
	const overlap = 64
	total := 0
	for lines := bufio.NewScanner(bytes.NewReader(maps)); lines.Scan(); {
		var from, to int64
		var perm string
		_, err := fmt.Sscanf(lines.Text(), "%x-%x %s", &from, &to, &perm)
		if err != nil || !strings.HasPrefix(perm, "rw") {
			continue
		}
		for at := from; at < to; at += int64(len(chunk)) - overlap {
			n, err := mem.ReadAt(chunk[:min(int64(len(chunk)), to-at)], at)
			if n == 0 && err != nil && err != io.EOF {
				break // not readable, e.g. a device
			}
			total += n
			masked(chunk[:n])
			for _, nd := range needles {
				found[nd.what] += bytes.Count(chunk[:n], nd.bytes)
			}
			// Masking memory that has a masked needle in it gives the needle in clear: it must not
			// be there when the search reaches its own buffer.
			clear(chunk)
		}
	}
	if total < 1<<20 {
		t.Fatalf("only %d bytes of process %d could be read", total, pid)
	}
	for what, n := range found {
		if n == 0 {
			delete(found, what)
		}
	}
	return found
}
