package drm

import (
	"image"
	"image/color"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// fake answers as the kernel does for a card.
type fake struct {
	connectors []*plug
	crtcs      []uint32
	noDumb     bool // as a card that only computes
	noFlip     bool // its driver cannot exchange pictures between frames
	late       bool // no event of a flip ever comes
	other      bool // another program is its master
	gone       bool

	next    uint32
	memory  map[uint32][]byte // of a handle
	dumbs   map[uint32]dumb
	fbs     map[uint32]framebuffer
	scanned map[uint32]crtc // what each CRTC shows
	flips   int
	sets    int
	pending int
	closed  bool
}

// plug is a connector, its modes and what may drive it: the encoder with its number.
type plug struct {
	connector
	modes []mode
	crtcs uint32 // a bit for each that may
}

func newFake(plugs ...*plug) *fake {
	return &fake{connectors: plugs, crtcs: []uint32{31, 32}, next: 100, memory: map[uint32][]byte{},
		dumbs: map[uint32]dumb{}, fbs: map[uint32]framebuffer{}, scanned: map[uint32]crtc{}}
}

// monitor is something plugged in.
func monitor(kind, number uint32, modes ...mode) *plug {
	c := connector{id: 40 + kind*10 + number, kind: kind, number: number, state: connected, width: 520, height: 290}
	return &plug{c, modes, 3}
}

func size(width, height uint16, kind uint32) mode {
	return mode{width: width, height: height, kind: kind}
}

// list gives a list that a request points to, if it has room.
func list[T any](address uint64, room uint32, have []T) {
	if address == 0 || int(room) < len(have) {
		return
	}
	copy(unsafe.Slice((*T)(*(*unsafe.Pointer)(unsafe.Pointer(&address))), room), have)
}

func (k *fake) ioctl(request uintptr, arg unsafe.Pointer) error {
	if k.gone {
		return unix.ENODEV
	}
	switch request {
	case getCap:
		if c := (*capability)(arg); c.id == capDumb && !k.noDumb {
			c.value = 1
		}
	case getResources:
		r := (*resources)(arg)
		var ids []uint32
		for _, p := range k.connectors {
			ids = append(ids, p.id)
		}
		list(r.crtcs, r.nCRTCs, k.crtcs)
		list(r.connectors, r.nConnectors, ids)
		r.nCRTCs, r.nConnectors = uint32(len(k.crtcs)), uint32(len(ids))
	case getConnector:
		c := (*connector)(arg)
		for _, p := range k.connectors {
			if p.id != c.id {
				continue
			}
			said := *c
			*c = p.connector
			list(said.modes, said.nModes, p.modes)
			list(said.encoders, said.nEncoders, []uint32{p.id})
			c.nModes, c.nEncoders = uint32(len(p.modes)), 1
			return nil
		}
		return unix.ENOENT
	case getEncoder:
		e := (*encoder)(arg)
		for _, p := range k.connectors {
			if p.id == e.id {
				e.crtcs = p.crtcs
				return nil
			}
		}
		return unix.ENOENT
	case createDumb:
		d := (*dumb)(arg)
		k.next++
		d.handle, d.pitch = k.next, (d.width*4+63)&^63
		d.size = uint64(d.pitch) * uint64(d.height)
		k.dumbs[d.handle], k.memory[d.handle] = *d, make([]byte, d.size)
	case mapDumb:
		m := (*dumbMap)(arg)
		m.offset = uint64(m.handle) << 12
	case addFB:
		f := (*framebuffer)(arg)
		d, ok := k.dumbs[f.handle]
		if !ok || f.pitch != d.pitch || f.bpp != 32 || f.depth != 24 {
			return unix.EINVAL
		}
		k.next++
		f.id = k.next
		k.fbs[f.id] = *f
	case removeFB:
		delete(k.fbs, *(*uint32)(arg))
	case destroyDumb:
		delete(k.dumbs, *(*uint32)(arg))
	case setCRTC:
		c := (*crtc)(arg)
		switch _, ok := k.fbs[c.fb]; {
		case k.other:
			return unix.EACCES
		case !ok || c.nConnectors != 1 || c.hasMode != 1:
			return unix.EINVAL
		}
		k.scanned[c.id] = *c
		k.sets++
	case pageFlip:
		f := (*flip)(arg)
		c, set := k.scanned[f.crtc]
		switch {
		case k.other:
			return unix.EACCES
		case k.noFlip || !set:
			return unix.EINVAL
		case k.pending > 0:
			return unix.EBUSY
		}
		c.fb = f.fb
		k.scanned[f.crtc] = c
		k.flips++
		k.pending++
	default:
		return unix.ENOTTY
	}
	return nil
}

func (k *fake) mapping(offset uint64, length int) ([]byte, error) {
	return k.memory[uint32(offset>>12)][:length], nil
}

func (k *fake) unmap([]byte) error { return nil }

func (k *fake) event(time.Duration) error {
	if !k.late {
		k.pending = 0
	}
	return nil
}

func (k *fake) close() error { k.closed = true; return nil }

// seen is the picture that a CRTC shows.
func (k *fake) seen(id uint32) *image.RGBA {
	f := k.fbs[k.scanned[id].fb]
	img := image.NewRGBA(image.Rect(0, 0, int(f.width), int(f.height)))
	for y := range int(f.height) {
		for x := range int(f.width) {
			p := k.memory[f.handle][y*int(f.pitch)+x*4:]
			img.SetRGBA(x, y, color.RGBA{p[2], p[1], p[0], 255})
		}
	}
	return img
}
