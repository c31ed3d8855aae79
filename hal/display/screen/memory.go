package screen

import (
	"errors"
	"fmt"
	"image"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"

	"menshen/hal"
)

// memory is a screen that is memory: a frame buffer of the kernel, or a file in its place. What is
// written there is shown.
type memory struct {
	name   string
	looks  Looks
	file   *os.File
	all    []byte
	start  int // of the first pixel
	pitch  int // bytes from a row to the next
	pixel  int // bytes of a pixel
	colour [3]channel
}

// channel is where a pixel has its red, green or blue.
type channel struct{ shift, bits uint32 }

// openMemory maps a device or file.
func openMemory(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|unix.O_NONBLOCK, 0)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%w: %s is not there", hal.ErrGone, path)
	case errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("%w: run as a member of group video", err)
	}
	return f, err
}

func (m *memory) mapped(length int) (_ Screen, err error) {
	m.all, err = unix.Mmap(int(m.file.Fd()), 0, length, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		m.file.Close()
		return nil, fmt.Errorf("map the memory of %s: %w", m.file.Name(), err)
	}
	return m, nil
}

// Looks implements Screen.
func (m *memory) Looks() Looks { return m.looks }

// String implements Screen.
func (m *memory) String() string { return m.name }

// Draw implements Screen.
func (m *memory) Draw(img *image.RGBA, dirty image.Rectangle) error {
	dirty = dirty.Intersect(image.Rectangle{Max: m.looks.Size}).Intersect(img.Rect)
	for y := dirty.Min.Y; y < dirty.Max.Y; y++ {
		from := img.Pix[img.PixOffset(dirty.Min.X, y):]
		to := m.all[m.start+y*m.pitch+dirty.Min.X*m.pixel:]
		for x := range dirty.Dx() {
			value := uint32(0)
			for i, c := range m.colour {
				value |= uint32(from[x*4+i]) >> (8 - c.bits) << c.shift
			}
			for i := range m.pixel {
				to[x*m.pixel+i] = byte(value >> (8 * i))
			}
		}
	}
	return nil
}

// Check implements Screen.
func (m *memory) Check() error {
	if _, err := os.Stat(m.file.Name()); err != nil {
		return fmt.Errorf("%w: %s is not there", hal.ErrGone, m.file.Name())
	}
	return nil
}

// Close implements Screen.
func (m *memory) Close() error { return errors.Join(unix.Munmap(m.all), m.file.Close()) }
