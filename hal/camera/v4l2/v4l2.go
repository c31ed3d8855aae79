// Package v4l2 asks the kernel what a camera's device gives (Video4Linux2), without taking a
// picture. A module on a ribbon cable has such a device too, and gives raw frames there that only
// libcamera develops (package libcamera): [Device.Raw] tells it from a camera that can be used as
// it is.
//
// Structures and requests: linux/videodev2.h, VIDIOC_QUERYCAP and VIDIOC_ENUM_FMT.
package v4l2

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"slices"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Device is what the kernel says of a device.
type Device struct {
	Driver  string   // "uvcvideo"
	Card    string   // the camera's own name
	Formats []string // of its frames, four letters each: "YUYV", "MJPG", "pBAA"
}

// The requests, and what they say.
const (
	queryCap = 0x80685600
	enumFmt  = 0xc0405602

	capSize, fmtSize = 104, 64

	canCapture, canCapturePlanes = 0x1, 0x1000
	capture, capturePlanes       = 1, 9 // kinds of buffers
	mostFormats                  = 256
)

// Ask opens the device of a camera and asks. The device may be in use.
func Ask(path string) (Device, error) {
	fd, err := unix.Open(path, unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return Device{}, &os.PathError{Op: "open", Path: path, Err: err}
	}
	defer unix.Close(fd)
	d, err := ask(func(request uintptr, arg []byte) error {
		_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), request, uintptr(unsafe.Pointer(&arg[0])))
		if errno != 0 {
			return errno
		}
		return nil
	})
	if err != nil {
		return Device{}, fmt.Errorf("%s is no camera of the kernel: %w", path, err)
	}
	return d, nil
}

// ask asks through call, which is ioctl.
func ask(call func(request uintptr, arg []byte) error) (Device, error) {
	c := make([]byte, capSize)
	if err := call(queryCap, c); err != nil {
		return Device{}, err
	}
	d := Device{Driver: text(c[:16]), Card: text(c[16:48])}
	can, kind := binary.NativeEndian.Uint32(c[88:]), uint32(0)
	switch {
	case can&canCapture != 0:
		kind = capture
	case can&canCapturePlanes != 0:
		kind = capturePlanes
	default:
		return d, nil
	}
	for i := range uint32(mostFormats) {
		f := make([]byte, fmtSize)
		binary.NativeEndian.PutUint32(f, i)
		binary.NativeEndian.PutUint32(f[4:], kind)
		if call(enumFmt, f) != nil { // after the last one
			break
		}
		d.Formats = append(d.Formats, string(f[44:48]))
	}
	return d, nil
}

func text(b []byte) string {
	b, _, _ = bytes.Cut(b, []byte{0})
	return string(b)
}

// ribbon are drivers of the lines and processors of camera modules on Raspberry Pis, for which
// libcamera is needed whatever formats they list.
var ribbon = []string{"unicam", "rp1-cfe", "bcm2835-isp", "pispbe"}

// bayer are the formats in which a pixel has one colour.
var bayer = []string{
	"BA81", "GBRG", "GRBG", "RGGB", "BG10", "GB10", "BA10", "RG10", "pBAA", "pGAA", "pgAA", "pRAA",
	"aBA8", "aGA8", "agA8", "aRA8", "bBA8", "bGA8", "BD10", "bRA8", "BG12", "GB12", "BA12", "RG12",
	"pBCC", "pGCC", "pgCC", "pRCC", "BG14", "GB14", "GR14", "RG14", "pBEE", "pGEE", "pgEE", "pREE",
	"BYR2", "GB16", "GR16", "RG16",
}

// Raw reports whether the device gives frames that only libcamera develops.
func (d Device) Raw() bool {
	other := func(format string) bool { return !slices.Contains(bayer, format) }
	return slices.Contains(ribbon, d.Driver) || len(d.Formats) > 0 && !slices.ContainsFunc(d.Formats, other)
}
