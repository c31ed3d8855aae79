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
	"menshen/recognizer"
	"menshen/recognizer/fusion"
	"menshen/recognizer/infrared"
)

const (
	settle    = 80 * time.Millisecond  // from the emitter's switching to the first frame that is wholly lit, or dark
	mostHold  = 80 * time.Millisecond  // and by chance so much longer at most, so that nothing can go with it
	answerIn  = time.Second            // the line's answer and a frame must come within this time
	pairAge   = time.Second            // the two frames of a pair are not further apart
	quickly   = 4                      // pairs of one face that are taken one after the other,
	lateEvery = time.Second            // and the pause before each further one
	vainEvery = 300 * time.Millisecond // how often it is told that nothing can be said
	unlitFrom = 3                      // pairs in a row that change nothing, before that is a fault
	minLevel  = 2.0                    // grey levels between the frames of an alternating camera, of which one is lit
)

// switcher asks for the emitter to be switched. It reports that the answer comes through lamp.lit;
// otherwise it has been done.
type switcher func(on bool) (later bool, err error)

// finder gives the faces of a frame, as Chain.Spots does.
type finder func(*hal.Frame) ([]infrared.Spot, error)

// lineTo lets the parent switch the emitter.
func lineTo(c *conn) switcher {
	return func(on bool) (bool, error) {
		said := byte(0)
		if on {
			said = 1
		}
		return true, c.write(kindLight, func(b []byte) ([]byte, error) { return append(b, said), nil })
	}
}

// lamp looks through the infrared camera while the visible one has a face: with the emitter and
// without, in turn, at moments drawn by chance. It belongs to the child's one loop.
type lamp struct {
	cfg     Infrared
	emitter infrared.Emitter
	find    finder
	line    switcher
	lit     <-chan [2]byte // the line's answers

	cam    hal.Camera
	opened bool // once before
	failed time.Time
	state  CameraState
	detail string
	frames [2]hal.Frame
	heard  time.Time // the last frame

	on     bool          // how the emitter is, or will be
	asked  time.Time     // the line was asked then, and has not answered; zero: it has
	since  time.Time     // when the emitter came to be so
	broken error         // why the control could not be set
	hold   time.Duration // a frame is taken so long after that

	last  infrared.Reading // the half of a pair
	when  time.Time        // when that was taken; zero: there is none
	face  infrared.Spot    // in the last lit frame; a score of 0: none, and where it should be
	pairs int              // of this face
	next  time.Time        // not before then
	unlit int              // pairs in a row that changed nothing
	grey  Picture          // while the camera is aimed: the last lit frame
}

func newLamp(cfg Infrared, find finder, line switcher, lit <-chan [2]byte) (*lamp, error) {
	emitter, err := infrared.ParseEmitter(cfg.Emitter)
	if err != nil {
		return nil, fmt.Errorf("infrared emitter %w", err)
	}
	return &lamp{cfg: cfg, emitter: emitter, find: find, line: line, lit: lit, state: CameraOff}, nil
}

// look takes what the infrared camera has, while the visible camera has a face at that place of a
// frame of that size; an empty face while the camera is aimed. It does not wait for a line, and for
// a frame only where the camera lights every other one. The answer is zero where there is nothing
// new to say.
func (l *lamp) look(face image.Rectangle, size image.Point, aiming bool) (fusion.Infrared, error) {
	now := time.Now()
	if now.Before(l.next) {
		return fusion.Infrared{}, nil
	}
	defer func() { l.frames[0].Wipe(); l.frames[1].Wipe() }()
	says, err := l.pair(face, size, aiming, now)
	if err != nil || !says.Pair {
		return says, err
	}
	l.pairs++
	switch {
	case l.state != CameraOK && l.state != CameraUnlit:
		l.next = now.Add(vainEvery)
	case l.pairs >= quickly && !aiming:
		l.next = now.Add(lateEvery)
	}
	return says, nil
}

// pair goes on with the pair at hand. A camera or a line at fault is an answer that says nothing;
// an error ends the child.
func (l *lamp) pair(face image.Rectangle, size image.Point, aiming bool, now time.Time) (fusion.Infrared, error) {
	nothing := fusion.Infrared{Pair: true}
	if l.cam == nil {
		if err := l.open(now); err != nil || l.cam == nil {
			return nothing, err
		}
	}
	if l.emitter.Kind == infrared.Alternating {
		return l.both(face, size, aiming)
	}
	if !l.switches(now) {
		return nothing, nil
	}
	f := &l.frames[0]
	switch err := l.cam.Next(noWait, f); {
	case err == nil:
	case errors.Is(err, hal.ErrGone):
		l.lose(CameraGone, err.Error(), now)
		return nothing, nil
	case now.Sub(l.heard) > answerIn:
		l.lose(CameraSilent, "no frame", now)
		return nothing, nil
	default:
		return fusion.Infrared{}, nil
	}
	l.heard = now
	if !l.asked.IsZero() || f.At.Before(l.since.Add(settle+l.hold)) {
		return fusion.Infrared{}, nil
	}
	return l.take(f, face, size, aiming)
}

// take makes a half of a frame, and a pair of it and the half before.
func (l *lamp) take(f *hal.Frame, face image.Rectangle, size image.Point, aiming bool) (fusion.Infrared, error) {
	half := infrared.Read(f, l.on)
	if l.on {
		if err := l.search(f, face, size, aiming); err != nil {
			return fusion.Infrared{}, err
		}
	}
	var says fusion.Infrared
	if !l.when.IsZero() && half.Lit != l.last.Lit && f.At.Sub(l.when) < pairAge {
		says = l.say(&l.last, &half)
	}
	l.last, l.when = half, f.At
	return says, l.turn(!l.on)
}

// both takes two frames, of which the camera itself lit one.
func (l *lamp) both(face image.Rectangle, size image.Point, aiming bool) (fusion.Infrared, error) {
	ctx, cancel := context.WithTimeout(context.Background(), answerIn/2)
	defer cancel()
	var halves [2]infrared.Reading
	for i := range l.frames {
		if err := l.cam.Next(ctx, &l.frames[i]); err != nil {
			state := CameraSilent
			if errors.Is(err, hal.ErrGone) {
				state = CameraGone
			}
			l.lose(state, err.Error(), time.Now())
			return fusion.Infrared{Pair: true}, nil
		}
		halves[i] = infrared.Read(&l.frames[i], false)
	}
	bright := 0
	if halves[1].Level() > halves[0].Level() {
		bright = 1
	}
	if halves[bright].Level()-halves[1-bright].Level() < minLevel {
		return l.say(&halves[0], &halves[0]), nil // both lit, or neither: it is not alternating
	}
	halves[bright].Lit = true
	if err := l.search(&l.frames[bright], face, size, aiming); err != nil {
		return fusion.Infrared{}, err
	}
	return l.say(&halves[0], &halves[1]), nil
}

// say tells what a pair shows, and notices an emitter that lights nothing.
func (l *lamp) say(a, b *infrared.Reading) fusion.Infrared {
	says := infrared.Pair(a, b, l.face.Box, l.face.Score)
	l.grey.Light = says
	if l.unlit++; !says.Unlit() {
		l.unlit = 0
	}
	l.state, l.detail = CameraOK, ""
	if l.unlit >= unlitFrom {
		l.state, l.detail = CameraUnlit, "the emitter changes nothing in the picture"
	}
	return says
}

// search lets the detector look for the face in a lit frame, at the place where the visible camera
// has it.
func (l *lamp) search(f *hal.Frame, face image.Rectangle, size image.Point, aiming bool) error {
	spots, err := l.find(f)
	if err != nil {
		return fmt.Errorf("infrared frame: %w", err)
	}
	own := image.Pt(f.Width, f.Height)
	place := infrared.Place(face, size, own, l.cfg.View)
	l.face = infrared.At(place, spots)
	if aiming {
		l.show(f, spots, place, face, size)
	}
	return nil
}

// show keeps a small picture of a lit frame for who aims.
func (l *lamp) show(f *hal.Frame, spots []infrared.Spot, place, face image.Rectangle, size image.Point) {
	l.grey.Wipe()
	light, seen := l.grey.Light, recognizer.Observation{}
	if len(spots) > 0 {
		seen.Box = spots[0].Box
	}
	l.grey = shrink(f, image.Rectangle{}, &seen)
	l.grey.Light, l.grey.View = light, infrared.View(face, seen.Box, size, image.Pt(f.Width, f.Height))
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

// switches reports whether the emitter can be switched, and takes the line's answer.
func (l *lamp) switches(now time.Time) bool {
	fault := ""
	select {
	case said := <-l.lit:
		if said[1] == 0 {
			fault = "the emitter's line does not switch"
		}
		if (said[0] == 1) == l.on && !l.asked.IsZero() {
			l.asked, l.since = time.Time{}, now
		}
	default:
	}
	switch {
	case l.broken != nil:
		fault = l.broken.Error()
	case !l.asked.IsZero() && now.Sub(l.asked) > answerIn:
		fault = "the emitter's line does not answer"
	}
	if fault != "" {
		l.lose(CameraUnlit, fault, now)
	}
	return fault == ""
}

// turn switches the emitter.
func (l *lamp) turn(on bool) error {
	l.on, l.hold = on, time.Duration(rand.Int64N(int64(mostHold)))
	switch l.emitter.Kind {
	case infrared.Line:
		later, err := l.line(on)
		if l.since = time.Now(); later {
			l.asked = l.since
		}
		return err
	case infrared.Control:
		value := l.emitter.Off
		if on {
			value = l.emitter.On
		}
		l.broken = camera.SetControl(l.cam, l.emitter.Number, value)
		l.since = time.Now()
	}
	return nil
}

// open opens the camera, with the emitter off, but does not try too often. It fails when the camera
// was plugged in again, which only another child may open.
func (l *lamp) open(now time.Time) error {
	if now.Sub(l.failed) < reopen {
		return nil
	}
	cam, err := camera.Open(l.cfg.Camera)
	if err != nil {
		l.failed, l.state, l.detail = now, CameraGone, err.Error()
		if l.opened && shutOut(l.cfg.Camera) {
			return fmt.Errorf("infrared camera %s was plugged in again", l.cfg.Camera)
		}
		return nil
	}
	l.cam, l.opened, l.heard, l.state, l.detail = cam, true, now, CameraOK, ""
	return l.turn(false)
}

// lose closes a camera that is at fault, or whose emitter is.
func (l *lamp) lose(state CameraState, detail string, now time.Time) {
	l.close()
	l.failed, l.state, l.detail = now, state, detail
}

// rest ends what belongs to one face: the emitter goes out, and what was seen is overwritten.
func (l *lamp) rest() error {
	l.last, l.when, l.face = infrared.Reading{}, time.Time{}, infrared.Spot{}
	l.pairs, l.next = 0, time.Time{}
	l.grey.Wipe()
	l.grey = Picture{}
	if l.cam != nil && l.on {
		return l.turn(false)
	}
	return nil
}

// close closes the camera.
func (l *lamp) close() {
	if l.cam != nil {
		_ = l.rest() // where the parent has gone it has switched the line off
		l.cam.Close()
	}
	l.cam, l.on, l.asked, l.broken = nil, false, time.Time{}, nil
	l.state, l.detail = CameraOff, ""
}

// noWait has ended: a camera gives a frame that is there, or none.
var noWait = func() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}()
