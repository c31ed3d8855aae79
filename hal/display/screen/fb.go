package screen

import (
	"errors"
	"fmt"
	"image"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The requests of frame buffers, and where in their answers things are, as linux/fb.h has them on
// 64-bit Linux.
const (
	getVariable = 0x4600
	getFixed    = 0x4602
	blank       = 0x4611

	variableSize, fixedSize = 160, 80

	varWidth, varHeight, varX, varY, varBits = 0, 4, 16, 20, 24
	varRed, varMillimetres                   = 32, 92 // then green and blue; the width
	fixLength, fixKind, fixPitch             = 24, 28, 48
	packed                                   = 0 // kind: pixel by pixel
)

// openFB opens a frame buffer.
func openFB(path string) (Screen, error) {
	f, err := openMemory(path)
	if err != nil {
		return nil, err
	}
	var variable, fixed [variableSize / 4]uint32
	ask := func(request uintptr, into *uint32) error {
		_, _, errno := unix.Syscall(unix.SYS_IOCTL, f.Fd(), request, uintptr(unsafe.Pointer(into)))
		if errno != 0 {
			return errno
		}
		return nil
	}
	if err := errors.Join(ask(getVariable, &variable[0]), ask(getFixed, &fixed[0])); err != nil {
		f.Close()
		return nil, fmt.Errorf("%s is no frame buffer: %w", path, err)
	}
	m, length, err := frameBuffer(variable[:], fixed[:])
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	m.file, m.name = f, fmt.Sprintf("%s, %d×%d", path, m.looks.Size.X, m.looks.Size.Y)
	_, _, _ = unix.Syscall(unix.SYS_IOCTL, f.Fd(), blank, 0) // on; some drivers cannot be off
	return m.mapped(length)
}

// frameBuffer reads what a driver says of its memory, and refuses what it cannot mean.
func frameBuffer(variable, fixed []uint32) (*memory, int, error) {
	at := func(of []uint32, offset int) int { return int(of[offset/4]) }
	size := image.Pt(at(variable, varWidth), at(variable, varHeight))
	m := &memory{pixel: at(variable, varBits) / 8, pitch: at(fixed, fixPitch),
		looks: Looks{Size: size, Width: at(variable, varMillimetres), Colour: true}}
	if m.looks.Width > 10_000 { // -1: not known
		m.looks.Width = 0
	}
	length := at(fixed, fixLength)
	m.start = at(variable, varY)*m.pitch + at(variable, varX)*m.pixel
	for i := range m.colour {
		c := channel{variable[varRed/4+3*i], variable[varRed/4+3*i+1]}
		if c.bits < 1 || c.bits > 8 || int(c.shift+c.bits) > m.pixel*8 {
			return nil, 0, errors.New("its pixels are not of red, green and blue with 1 to 8 bits each")
		}
		m.colour[i] = c
	}
	switch {
	case at(fixed, fixKind) != packed || m.pixel < 2 || m.pixel > 4:
		return nil, 0, fmt.Errorf("pixels of %d bits are not known", m.pixel*8)
	case min(size.X, size.Y) < 1 || max(size.X, size.Y) > 1<<13 || m.pitch < size.X*m.pixel || m.pitch > 1<<17,
		m.start+size.Y*m.pitch > length || length > 1<<30:
		return nil, 0, fmt.Errorf("%d×%d pixels do not fit into its memory", size.X, size.Y)
	}
	return m, length, nil
}
