// Package drm shows pictures on the screens of the kernel (Direct Rendering Manager): monitors at
// HDMI, panels on a ribbon (DSI, DPI), the screen of a virtual machine. It uses no graphics
// processor and no library: memory into which a processor draws ("dumb buffers"), one picture that
// is shown and one that is drawn, and the kernel exchanges them between two frames.
//
// One program at a time may choose what a card shows, the first that opens it. A desktop is such a
// program. The text console is not: it steps back, and comes again when the screen is closed. What
// nobody asked for is left alone: other connectors, and cards without the screen that is wanted.
//
// Structures and requests: linux/drm.h, linux/drm_mode.h. docs/decisions/0061-our-own-screens.md
// says why no library is used.
package drm

import (
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"io/fs"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"menshen/hal"
)

// flipIn is how long the kernel may take to show the next picture: some frames of a slow mode.
const flipIn = 200 * time.Millisecond

// Screen is a connector with something plugged in. Its methods are for one goroutine.
type Screen struct {
	k     kernel
	out   output
	bufs  [2]buffer
	shown int             // the buffer that is shown
	dirty image.Rectangle // what the other buffer has not got
	fresh bool            // nothing was shown yet
}

// buffer is memory that can be shown.
type buffer struct {
	dumb
	fb     uint32
	memory []byte
}

// Open opens the screen at a connector such as "HDMI-A-1"; empty: the first one where something is
// plugged in. Errors wrap hal.ErrGone where nothing is, fs.ErrPermission where there is a card that
// this process may not open, or both.
func Open(connector string) (*Screen, error) {
	return open(connector, "/dev/dri", openCard)
}

func open(connector, dir string, card func(string) (kernel, error)) (*Screen, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "card*"))
	if err != nil || len(paths) == 0 {
		return nil, gone("the kernel has no graphics: is its overlay loaded (vc4-kms-v3d on a Raspberry Pi)?")
	}
	var said []string
	var denied, none error
	for _, path := range paths {
		k, err := card(path)
		if errors.Is(err, fs.ErrPermission) {
			denied = fmt.Errorf("%w: run as a member of group video", err)
			continue
		} else if err != nil {
			said = append(said, err.Error())
			continue
		}
		out, err := find(k, connector)
		if err == nil {
			return begin(k, out)
		}
		k.close()
		if said = append(said, fmt.Sprintf("%s: %v", path, err)); errors.Is(err, errNone) {
			none = hal.ErrGone
		}
	}
	if err = errors.Join(none, denied); err == nil {
		err = errors.New("no card is of use")
	}
	return nil, fmt.Errorf("%w: %s", err, strings.Join(said, "; "))
}

// begin makes the buffers. Nothing is shown before the first picture.
func begin(k kernel, out output) (s *Screen, err error) {
	s = &Screen{k: k, out: out, fresh: true}
	for i := range s.bufs {
		if s.bufs[i], err = newBuffer(k, out.mode); err != nil {
			s.Close()
			return nil, fmt.Errorf("memory for %s: %w", s, err)
		}
	}
	return s, nil
}

func newBuffer(k kernel, m mode) (b buffer, err error) {
	b.dumb = dumb{width: uint32(m.width), height: uint32(m.height), bpp: 32}
	if err = k.ioctl(createDumb, unsafe.Pointer(&b.dumb)); err != nil {
		return b, err
	}
	fb := framebuffer{width: b.width, height: b.height, pitch: b.pitch, bpp: 32, depth: 24, handle: b.handle}
	if err = k.ioctl(addFB, unsafe.Pointer(&fb)); err != nil {
		return b, err
	}
	b.fb = fb.id
	where := dumbMap{handle: b.handle}
	if err = k.ioctl(mapDumb, unsafe.Pointer(&where)); err != nil {
		return b, err
	}
	b.memory, err = k.mapping(where.offset, int(b.size))
	return b, err
}

// free gives back what there is of a buffer. Errors do not matter: closing the card does the same.
func (b *buffer) free(k kernel) {
	if b.memory != nil {
		_ = k.unmap(b.memory)
	}
	if b.fb != 0 {
		_ = k.ioctl(removeFB, unsafe.Pointer(&b.fb))
	}
	if b.handle != 0 {
		_ = k.ioctl(destroyDumb, unsafe.Pointer(&b.handle))
	}
	*b = buffer{}
}

// Size is the picture's, in pixels.
func (s *Screen) Size() image.Point { return image.Pt(int(s.out.mode.width), int(s.out.mode.height)) }

// Millimetres is the visible size, as the screen says; zero: it does not.
func (s *Screen) Millimetres() image.Point {
	return image.Pt(int(s.out.connector.width), int(s.out.connector.height))
}

// String is "HDMI-A-1, 1920×1080".
func (s *Screen) String() string {
	return fmt.Sprintf("%s, %d×%d", s.out.name(), s.out.mode.width, s.out.mode.height)
}

// Draw shows a picture of the screen's size, of which only dirty has changed since the last one, at
// the next frame. hal.ErrGone: the screen is not there any more.
func (s *Screen) Draw(img *image.RGBA, dirty image.Rectangle) error {
	all := image.Rectangle{Max: s.Size()}
	if s.fresh {
		dirty, s.dirty = all, all
	}
	dirty = dirty.Intersect(all)
	next := 1 - s.shown
	s.bufs[next].copy(img, dirty.Union(s.dirty))
	if err := s.show(s.bufs[next].fb); err != nil {
		return s.fault(err)
	}
	if s.shown, s.dirty = next, dirty; s.fresh { // the other one has nothing yet
		s.dirty, s.fresh = all, false
	}
	return nil
}

// copy takes a part of a picture. A pixel in memory is blue, green, red, nothing. Two are written
// at once, and nothing is read there: that memory is slow to read.
func (b *buffer) copy(img *image.RGBA, part image.Rectangle) {
	part = part.Intersect(img.Rect)
	for y := part.Min.Y; y < part.Max.Y; y++ {
		from := img.Pix[img.PixOffset(part.Min.X, y):][:4*part.Dx()]
		to := b.memory[y*int(b.pitch)+part.Min.X*4:][:4*part.Dx()]
		for ; len(from) >= 8; from, to = from[8:], to[8:] {
			const outer = 0x000000ff_000000ff
			v := binary.LittleEndian.Uint64(from)
			binary.LittleEndian.PutUint64(to, v>>16&outer|v&(outer<<8)|v&outer<<16)
		}
		if len(from) > 0 {
			to[0], to[1], to[2], to[3] = from[2], from[1], from[0], 0
		}
	}
}

// show puts a buffer onto the screen: the first one with the mode, later ones between two frames.
// Where the driver cannot do that, each is put like the first one.
func (s *Screen) show(fb uint32) error {
	if !s.fresh {
		f := flip{crtc: s.out.crtc, fb: fb, flags: flipEvent}
		switch err := s.k.ioctl(pageFlip, unsafe.Pointer(&f)); {
		case err == nil:
			return s.k.event(flipIn)
		case !slices.Contains([]error{unix.EINVAL, unix.ENOSYS, unix.EOPNOTSUPP, unix.EBUSY}, err):
			return err
		}
	}
	return s.set(fb)
}

// set puts a buffer onto the screen with its mode.
func (s *Screen) set(fb uint32) error {
	var pins runtime.Pinner
	defer pins.Unpin()
	c := crtc{id: s.out.crtc, fb: fb, hasMode: 1, mode: s.out.mode}
	c.connectors, c.nConnectors = at(&pins, []uint32{s.out.id}), 1
	return s.k.ioctl(setCRTC, unsafe.Pointer(&c))
}

// fault says what an error of the kernel means.
func (s *Screen) fault(err error) error {
	switch {
	case errors.Is(err, unix.EACCES):
		return fmt.Errorf("%s is used by another program (a desktop?): systemctl disable --now display-manager", s)
	case errors.Is(err, unix.ENODEV), errors.Is(err, unix.EBADF):
		return gone("%s: its driver is gone", s)
	}
	return fmt.Errorf("show a picture on %s: %w", s, err)
}

// Check asks what the kernel knows of the connector. It is hal.ErrGone when nothing is plugged in.
func (s *Screen) Check() error {
	c, _, _, err := askConnector(s.k, s.out.id, 1)
	switch {
	case err != nil:
		return s.fault(err)
	case c.state != connected:
		return gone("nothing is plugged in at %s", s.out.name())
	}
	return nil
}

// Close gives the screen back: it goes dark, or the text console comes again.
func (s *Screen) Close() error {
	for i := range s.bufs {
		s.bufs[i].free(s.k)
	}
	return s.k.close()
}
