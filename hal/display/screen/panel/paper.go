package panel

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"time"

	periph "periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/physic"
)

// Paper is e-paper, black on white, with an SSD1680. A change of a few points takes a third of a
// second; now and then, and at first, all of it flickers for two seconds, which takes away what
// earlier pictures left behind. Its methods are for one goroutine.
type Paper struct {
	bus   *bus
	busy  periph.PinIn // high while it works
	size  image.Point
	shown []byte // bits, 1 is white; nil: nothing yet
	quick int    // changes since all of it was refreshed
	whole time.Time
}

// Commands of the SSD1680.
const (
	gateLines      = 0x01
	entryMode      = 0x11
	paperReset     = 0x12
	temperature    = 0x18
	refresh        = 0x20
	updateSource   = 0x21
	updateSequence = 0x22
	writeNew       = 0x24
	writeOld       = 0x26
	border         = 0x3c
	ramColumns     = 0x44
	ramRows        = 0x45
	ramColumn      = 0x4e
	ramRow         = 0x4f

	allOfIt, changes = 0xf7, 0xff // sequences: with the waveform that flickers, or the quick one
)

// How often all of it is refreshed, and how long it may work.
const (
	mostQuick = 30
	mostAge   = time.Hour
	mostBusy  = 10 * time.Second
)

// ErrBusy: the panel's busy line stays high.
var ErrBusy = errors.New("the e-paper works without end: is its line busy wired?")

// NewPaper sets e-paper up. It shows what it showed until the first picture.
func NewPaper(w Wires, busy periph.PinIn, size image.Point) (*Paper, error) {
	if err := busy.In(periph.PullNoChange, periph.NoEdge); err != nil {
		return nil, fmt.Errorf("line busy of the e-paper: %w", err)
	}
	b, err := w.connect(4*physic.MegaHertz, paperReset)
	if err != nil {
		return nil, err
	}
	p := &Paper{bus: b, busy: busy, size: size}
	if err := errors.Join(b.send(paperReset), p.wait()); err != nil {
		return nil, err
	}
	last, width := size.Y-1, (size.X+7)/8
	return p, b.sendAll(
		[]byte{gateLines, byte(last), byte(last >> 8), 0},
		[]byte{entryMode, 3}, // columns and rows rise, columns first
		[]byte{ramColumns, 0, byte(width - 1)},
		[]byte{ramRows, 0, 0, byte(last), byte(last >> 8)},
		[]byte{updateSource, 0, 0x80}, // both memories as they are; the middle 160 columns are wired
		[]byte{temperature, 0x80},     // its own sensor
	)
}

// wait waits until the panel has done what it was told.
func (p *Paper) wait() error {
	for end := time.Now().Add(mostBusy); p.busy.Read() == periph.High; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			return ErrBusy
		}
	}
	return nil
}

// Draw shows a picture of the panel's size, and returns when it can be seen.
func (p *Paper) Draw(img *image.RGBA, _ image.Rectangle) error {
	next := p.bits(img)
	if bytes.Equal(next, p.shown) {
		return nil
	}
	sequence, edge := byte(changes), byte(0x80) // the border stays as it is
	if p.shown == nil || p.quick >= mostQuick || time.Since(p.whole) > mostAge {
		sequence, edge = allOfIt, 0x05 // the border becomes white
	}
	write := func(memory byte) error {
		return p.bus.sendAll([]byte{ramColumn, 0}, []byte{ramRow, 0, 0}, append([]byte{memory}, next...))
	}
	err := errors.Join(p.bus.send(border, edge), write(writeNew),
		p.bus.sendAll([]byte{updateSequence, sequence}, []byte{refresh}), p.wait())
	if err == nil {
		err = write(writeOld) // what the next change is compared with
	}
	if err != nil {
		p.shown = nil
		return err
	}
	p.quick++
	if p.shown = next; sequence == allOfIt {
		p.quick, p.whole = 0, time.Now()
	}
	return nil
}

// bits are the picture's points, from the upper left, a row in whole bytes.
func (p *Paper) bits(img *image.RGBA) []byte {
	pitch := (p.size.X + 7) / 8
	out := make([]byte, pitch*p.size.Y)
	part := image.Rectangle{Max: p.size}.Intersect(img.Rect)
	for y := part.Min.Y; y < part.Max.Y; y++ {
		for x := part.Min.X; x < part.Max.X; x++ {
			if on(img, x, y) {
				out[y*pitch+x/8] |= 0x80 >> (x % 8)
			}
		}
	}
	return out
}

// Close leaves the picture, which needs no power.
func (p *Paper) Close() error { return nil }

// String is "122×250, e-paper".
func (p *Paper) String() string { return fmt.Sprintf("%d×%d, e-paper", p.size.X, p.size.Y) }
