// Package v4l2 reads cameras of the kernel (Video4Linux2): [Ask] says what a device gives without
// taking a picture, [Open] takes pictures, as they come from the device.
//
// A module on a ribbon cable has such a device too, and gives raw frames there that only libcamera
// develops (package libcamera): [Device.Raw] tells it from a camera that can be used as it is.
//
// A Reader maps few of the driver's buffers into its memory. A frame is used where the driver left
// it, and overwritten there afterwards; closing overwrites all of them (R-STRANGER). Of devices
// that give their frames in planes, as some processors of pictures do, the formats with one plane
// are read.
//
// Structures and requests: linux/videodev2.h. docs/decisions/0031-our-own-v4l2.md says why no
// library is used.
package v4l2

import (
	"bytes"
	"fmt"
	"slices"
)

// Device is what the kernel says of a device.
type Device struct {
	Driver  string   // "uvcvideo"
	Card    string   // the camera's own name
	Formats []string // of its frames, four letters each: "YUYV", "MJPG", "pBAA"
	can     uint32   // what else the kernel says of it
}

// Ask opens the device of a camera and asks. The device may be in use.
func Ask(path string) (Device, error) {
	k, err := openDevice(path)
	if err != nil {
		return Device{}, err
	}
	defer k.close()
	d, err := ask(k)
	if err != nil {
		return Device{}, fmt.Errorf("%s is no camera of the kernel: %w", path, err)
	}
	return d, nil
}

func ask(k kernel) (Device, error) {
	c := make(argument, capSize)
	if err := k.ioctl(queryCap, c); err != nil {
		return Device{}, err
	}
	d := Device{Driver: text(c[:16]), Card: text(c[16:48]), can: c.get(capDevice)}
	kind := d.kind()
	if kind == 0 {
		return d, nil
	}
	for i := range uint32(mostFormats) {
		f := make(argument, fmtSize)
		f.put(0, i)
		f.put(4, kind)
		if k.ioctl(enumFmt, f) != nil { // after the last one
			break
		}
		d.Formats = append(d.Formats, string(f[44:48]))
	}
	return d, nil
}

// kind is that of the device's buffers; 0: it gives no frames.
func (d Device) kind() uint32 {
	switch {
	case d.can&canCapture != 0:
		return capture
	case d.can&canCapturePlanes != 0:
		return capturePlanes
	}
	return 0
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
