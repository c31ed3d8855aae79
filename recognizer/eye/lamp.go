package eye

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"math/rand/v2"
	"time"

	"menshen/hal"
	"menshen/hal/camera"
	"menshen/internal/child"
	"menshen/recognizer"
	"menshen/recognizer/fusion"
	"menshen/recognizer/infrared"
)

const (
	settle    = 80 * time.Millisecond  // from the emitter's switching to the first frame that is wholly lit, or dark
	mostHold  = 80 * time.Millisecond  // and by chance so much longer at most, so that nothing can go with it
	answerIn  = 500 * time.Millisecond // the line's answer and a frame must come within this time
	pairEvery = 300 * time.Millisecond // pause between pairs, for the visible camera,
	quickly   = 4                      // and after so many pairs of one face
	lateEvery = time.Second            // so long
	unlitFrom = 3                      // pairs in a row that change nothing, before that is a fault
	minLevel  = 2.0                    // grey levels between the frames of an alternating camera, of which one is lit
)

// errLine: the emitter's line is at fault.
var errLine = errors.New("the emitter's line does not switch")

// lamp looks through the infrared camera while the visible one has a face: it takes pairs of
// frames, one with the emitter on and one without, at moments drawn by chance. Between pairs the
// emitter is off. It belongs to the child's one loop, which waits a quarter of a second for a pair.
type lamp struct {
	cfg     Infrared
	emitter infrared.Emitter
	find    finder
	line    func(on bool) error // asks the parent to switch the emitter
	lit     <-chan [2]byte      // its answers

	cam    hal.Camera
	opened bool // once before
	failed time.Time
	state  CameraState
	detail string
	frames [2]hal.Frame

	pairs int       // of this face
	next  time.Time // not before then
	unlit int       // pairs in a row that changed nothing
	grey  Picture   // while the camera is aimed: the last lit frame
}

// finder gives the faces of a frame, as Chain.Spots does.
type finder func(*hal.Frame) ([]infrared.Spot, error)

// lineTo lets the parent switch the emitter.
func lineTo(c *child.Conn) func(on bool) error {
	return func(on bool) error {
		said := byte(0)
		if on {
			said = 1
		}
		return c.Send(kindLight, []byte{said})
	}
}

func newLamp(cfg Infrared, find finder, line func(on bool) error, lit <-chan [2]byte) (*lamp, error) {
	emitter, err := infrared.ParseEmitter(cfg.Emitter)
	if err != nil {
		return nil, fmt.Errorf("infrared emitter %w", err)
	}
	return &lamp{cfg: cfg, emitter: emitter, find: find, line: line, lit: lit, state: CameraOff}, nil
}

// look takes a pair when it is time, of a face that the visible camera has at that place of a frame
// of that size; empty while the camera is aimed. Where it is not time the answer is zero. A camera
// or an emitter at fault is an answer that says nothing; an error ends the child.
func (l *lamp) look(face image.Rectangle, size image.Point, aiming bool) (fusion.Infrared, error) {
	now := time.Now()
	if now.Before(l.next) {
		return fusion.Infrared{}, nil
	}
	nothing := fusion.Infrared{Pair: true}
	l.next = now.Add(pairEvery)
	if err := l.open(now); err != nil || l.cam == nil {
		return nothing, err
	}
	defer func() { l.frames[0].Wipe(); l.frames[1].Wipe() }()
	lit, fault := l.take()
	if fault != nil {
		l.lose(fault)
		return nothing, nil
	}
	says, err := l.judge(lit, face, size, aiming)
	l.pairs++
	l.next = time.Now().Add(pairEvery)
	if l.pairs >= quickly && !aiming {
		l.next = time.Now().Add(lateEvery)
	}
	return says, err
}

// take fills both frames, and gives which of them the emitter lit; -1: it cannot be told of an
// alternating camera. Which comes first is drawn by chance.
func (l *lamp) take() (lit int, err error) {
	if l.emitter.Kind == infrared.Alternating {
		return l.takeAlternating()
	}
	lit = rand.IntN(2)
	for i := range l.frames {
		if err = l.turn(i == lit); err == nil {
			err = l.await(&l.frames[i], time.Now().Add(settle+time.Duration(rand.Int64N(int64(mostHold)))))
		}
		if err != nil {
			break
		}
	}
	if lit == 1 || err != nil { // or else it is off already
		err = errors.Join(err, l.turn(false))
	}
	return lit, err
}

func (l *lamp) takeAlternating() (lit int, err error) {
	var level [2]float64
	for i := range l.frames {
		if err := l.await(&l.frames[i], time.Time{}); err != nil {
			return 0, err
		}
		r := infrared.Read(&l.frames[i], false)
		level[i] = r.Level()
	}
	switch gain := level[1] - level[0]; {
	case gain >= minLevel:
		return 1, nil
	case gain <= -minLevel:
		return 0, nil
	}
	return -1, nil
}

// await takes the first frame that began at that time or later.
func (l *lamp) await(f *hal.Frame, from time.Time) error {
	ctx, cancel := context.WithDeadlineCause(context.Background(), time.Now().Add(settle+mostHold+answerIn),
		hal.ErrNoFrame)
	defer cancel()
	for {
		err := l.cam.Next(ctx, f)
		switch {
		case errors.Is(err, context.DeadlineExceeded):
			return hal.ErrNoFrame
		case err != nil:
			return err
		case !f.At.Before(from):
			return nil
		}
	}
}

// turn switches the emitter, and waits until that is done.
func (l *lamp) turn(on bool) error {
	switch l.emitter.Kind {
	case infrared.Control:
		value := l.emitter.Off
		if on {
			value = l.emitter.On
		}
		return camera.SetControl(l.cam, l.emitter.Number, value)
	case infrared.Line:
		if err := l.line(on); err != nil {
			return err
		}
		for end := time.After(answerIn); ; {
			select {
			case said := <-l.lit:
				if said[1] == 0 {
					return errLine
				}
				if (said[0] == 1) == on { // or else of an earlier asking
					return nil
				}
			case <-end:
				return fmt.Errorf("%w: no answer", errLine)
			}
		}
	}
	return nil
}

// judge compares the two frames, and notices an emitter that lights nothing.
func (l *lamp) judge(lit int, face image.Rectangle, size image.Point, aiming bool) (fusion.Infrared, error) {
	bright := max(lit, 0)
	halves := [2]infrared.Reading{infrared.Read(&l.frames[0], lit == 0), infrared.Read(&l.frames[1], lit == 1)}
	f := &l.frames[bright]
	spots, err := l.find(f)
	if err != nil {
		return fusion.Infrared{}, fmt.Errorf("infrared frame: %w", err)
	}
	place := infrared.Place(face, size, image.Pt(f.Width, f.Height), l.cfg.View)
	at := infrared.At(place, spots)
	says := infrared.Pair(&halves[bright], &halves[1-bright], at.Box, at.Score)
	if lit < 0 {
		says.Changed = 0
	}
	if l.unlit++; !says.Unlit() {
		l.unlit = 0
	}
	l.state, l.detail = CameraOK, ""
	if l.unlit >= unlitFrom {
		l.state, l.detail = CameraUnlit, "the emitter changes nothing in the picture"
	}
	if aiming {
		l.show(f, spots, place, face, size)
		l.grey.Light = says
	}
	return says, nil
}

// show keeps a small picture of a lit frame for who aims.
func (l *lamp) show(f *hal.Frame, spots []infrared.Spot, place, face image.Rectangle, size image.Point) {
	l.grey.Wipe()
	var seen recognizer.Observation
	if len(spots) > 0 {
		seen.Box = spots[0].Box
	}
	l.grey = shrink(f, image.Rectangle{}, &seen)
	l.grey.View = infrared.View(face, seen.Box, size, image.Pt(f.Width, f.Height))
	block := max(1, f.Width/aimWidth)
	l.grey.Zone = image.Rectangle{Min: place.Min.Div(block), Max: place.Max.Div(block)}.
		Intersect(image.Rect(0, 0, l.grey.Width, l.grey.Height))
}

// picture is the last lit frame, for who aims; nil: there is none.
func (l *lamp) picture() *Picture {
	if l.grey.Width == 0 {
		return nil
	}
	p := l.grey
	p.Grey = bytes.Clone(p.Grey)
	return &p
}

// open opens the camera if it is not open, but does not try too often. It fails when the camera was
// plugged in again, which only another child may open.
func (l *lamp) open(now time.Time) error {
	if l.cam != nil || now.Sub(l.failed) < reopen {
		return nil
	}
	cam, err := camera.Open(l.cfg.Camera)
	if err != nil {
		l.lose(err)
		if l.opened && shutOut(l.cfg.Camera) {
			return fmt.Errorf("infrared camera %s was plugged in again", l.cfg.Camera)
		}
		return nil
	}
	l.cam, l.opened = cam, true
	return nil
}

// lose closes a camera that is at fault, or whose emitter is.
func (l *lamp) lose(why error) {
	l.close()
	l.failed, l.detail = time.Now(), why.Error()
	switch {
	case errors.Is(why, hal.ErrGone):
		l.state = CameraGone
	case errors.Is(why, hal.ErrNoFrame):
		l.state = CameraSilent
	default:
		l.state = CameraUnlit
	}
}

// rest ends what belongs to one face, and overwrites what was seen.
func (l *lamp) rest() {
	l.pairs, l.next = 0, time.Time{}
	l.grey.Wipe()
	l.grey = Picture{}
}

// close closes the camera.
func (l *lamp) close() {
	l.rest()
	if l.cam != nil {
		l.cam.Close()
	}
	l.cam, l.state, l.detail = nil, CameraOff, ""
}
