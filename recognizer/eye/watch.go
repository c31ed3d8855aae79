package eye

import (
	"context"
	"errors"
	"fmt"
	"image"
	"time"

	"menshen/hal"
	"menshen/hal/camera"
	"menshen/internal/child"
	"menshen/recognizer"
)

const (
	lingerFor = 2 * time.Second  // full rate goes on for so long after the last face
	reopen    = time.Second      // pause between two tries to open a camera that is gone
	stuckFor  = 10 * time.Second // a camera silent or frozen for so long is opened again
)

// watch is the child's loop: one frame after the other, and a beat in between.
type watch struct {
	conn  *child.Conn
	cfg   Config
	chain *recognizer.Chain // nil: an eye for codes alone
	codes codes
	lamp  *lamp // nil: no infrared camera

	orders   <-chan order
	wanted   order
	cam      hal.Camera
	failed   time.Time // when opening failed last
	health   *health
	state    CameraState
	detail   string
	frame    hal.Frame
	seen     time.Time // when a face was seen last
	dirty    bool      // something of a face may be left in the chain
	lastBeat time.Time
	seq      uint64 // of what was said of frames
}

func (w *watch) run(ctx context.Context) error {
	defer w.closeCamera()
	w.state = CameraOff
	w.health = newHealth(time.Now())
	for ctx.Err() == nil {
		if err := w.beat(); err != nil {
			return err
		}
		if err := w.step(ctx); err != nil && ctx.Err() == nil {
			return err
		}
	}
	return nil
}

// step looks at one frame, or waits for a while.
func (w *watch) step(ctx context.Context) error {
	if !w.looks() {
		w.closeCamera()
		if err := w.forget(); err != nil {
			return err
		}
		w.pause(ctx, beatEvery)
		return nil
	}
	if w.cam == nil {
		if err := w.openCamera(); err != nil || w.cam == nil {
			w.pause(ctx, beatEvery)
			return err
		}
	}
	defer w.frame.Wipe()
	if err := w.next(ctx); err != nil {
		w.state, w.detail = w.health.missing(err, time.Now())
		switch {
		case w.state == CameraGone:
			w.giveUp()
		case w.state == CameraSilent && time.Since(w.health.lastFrame) > stuckFor:
			// It may hang in the kernel: only a new process helps.
			return fmt.Errorf("camera %s: %s", w.cfg.Camera, w.detail)
		}
		return w.forget()
	}
	w.state, w.detail = w.health.frame(&w.frame, time.Now())
	if w.state != CameraOK {
		if w.state == CameraFrozen && time.Since(w.health.lastChange) > stuckFor {
			w.giveUp()
		}
		w.pause(ctx, w.cfg.IdleRate)
		return w.forget()
	}
	if err := w.observe(); err != nil {
		return err
	}
	if absent := time.Since(w.seen) > lingerFor; absent || w.wanted.mode == Idle {
		if absent {
			if err := w.forget(); err != nil {
				return err
			}
		}
		w.frame.Wipe()
		w.pause(ctx, w.cfg.IdleRate)
	}
	return nil
}

// looks reports whether the camera is needed for anything.
func (w *watch) looks() bool { return w.wanted.mode != Off || w.wanted.codes }

// observe looks for a face and for a code, as the order says.
func (w *watch) observe() error {
	if w.wanted.mode != Off && w.chain != nil {
		if err := w.observeFace(); err != nil {
			return err
		}
	}
	if !w.wanted.codes || w.wanted.mode == Enrol || w.wanted.mode.shows() {
		return nil
	}
	text, err := w.codes.read(&w.frame, time.Now())
	if err != nil || text == "" {
		return err
	}
	return w.saw(kindCode, func(b []byte) ([]byte, error) { return append(b, text...), nil })
}

// observeFace measures the frame as the mode says and sends what it found.
func (w *watch) observeFace() error {
	see := w.chain.Observe
	switch w.wanted.mode {
	case Idle:
		see = w.chain.Find
	case Enrol, EnrolShown:
		see = w.chain.Enrol
	case Aim:
		see = w.chain.Inspect
	}
	waited := time.Since(w.frame.At)
	obs, err := see(&w.frame)
	if err != nil {
		return err
	}
	defer obs.Wipe()
	obs.Took.Capture = waited
	if obs.Faces > 0 {
		w.seen, w.dirty = time.Now(), true
	}
	if err := w.lookBeside(&obs); err != nil {
		return err
	}
	if w.wanted.mode.shows() {
		picture := shrink(&w.frame, w.cfg.Options.Zone, &obs)
		defer picture.Wipe()
		if w.lamp != nil && w.wanted.mode == Aim {
			picture.Infrared = w.lamp.picture()
		}
		err := w.saw(kindPicture, func(b []byte) ([]byte, error) { return appendPicture(b, &picture) })
		if err != nil {
			return err
		}
	}
	return w.saw(kindObservation, func(b []byte) ([]byte, error) { return appendObservation(b, &obs) })
}

// lookBeside lets the infrared camera add what it sees of the face that the visible one has.
func (w *watch) lookBeside(obs *recognizer.Observation) (err error) {
	aiming := w.wanted.mode == Aim
	switch {
	case w.lamp == nil:
	case aiming || w.wanted.mode == Looking && obs.Faces > 0:
		w.dirty = true
		obs.Evidence.Infrared, err = w.lamp.look(obs.Box, image.Pt(obs.Width, obs.Height), aiming)
	case w.wanted.mode != Looking:
		w.lamp.rest()
	}
	return err
}

// saw says something of the present frame, under the order in force.
func (w *watch) saw(k child.Kind, fill func([]byte) ([]byte, error)) error {
	w.seq++
	return w.conn.Write(k, func(b []byte) ([]byte, error) {
		return fill(stamp{w.seq, w.wanted.number, time.Since(w.frame.At)}.append(b))
	})
}

// next waits for a frame, but not longer than a beat.
func (w *watch) next(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, beatEvery, hal.ErrNoFrame)
	defer cancel()
	err := w.cam.Next(ctx, &w.frame)
	if errors.Is(err, context.DeadlineExceeded) {
		err = hal.ErrNoFrame
	}
	return err
}

// pause waits, or less when the mode changes.
func (w *watch) pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	case w.wanted = <-w.orders:
	}
}

// beat takes a new mode, if there is one, and gives a sign of life when it is time.
func (w *watch) beat() error {
	select {
	case w.wanted = <-w.orders:
	default:
	}
	now := time.Now()
	if now.Sub(w.lastBeat) < beatEvery {
		return nil
	}
	w.lastBeat = now
	b := beat{Camera: w.state, Detail: w.detail, FPS: w.health.rate(now)}
	if w.lamp != nil {
		b.Infrared, b.Unlit = w.lamp.state, w.lamp.detail
	}
	return w.conn.SendJSON(kindBeat, b)
}

// openCamera tries to open the camera, but not too often. It fails when this child is not allowed
// to open it and another could be.
func (w *watch) openCamera() error {
	if time.Since(w.failed) < reopen {
		return nil
	}
	cam, err := camera.Open(w.cfg.Camera)
	if err == nil {
		w.cam, w.health = cam, newHealth(time.Now())
		return nil
	}
	w.failed = time.Now()
	w.state, w.detail = CameraGone, err.Error()
	if shutOut(w.cfg.Camera) {
		return fmt.Errorf("camera %s may not be opened: it was plugged in again, or the user has no right to it "+
			"(group video)", w.cfg.Camera)
	}
	return nil
}

// giveUp closes a camera that fails. The pause before it is opened again is also the time in which
// the service that feeds a pipe notices.
func (w *watch) giveUp() {
	w.closeCamera()
	w.failed = time.Now()
}

func (w *watch) closeCamera() {
	if w.cam != nil {
		w.cam.Close()
		w.cam = nil
		w.frame.Wipe()
	}
	if w.lamp != nil {
		w.lamp.close()
	}
	if !w.looks() {
		w.state, w.detail = CameraOff, ""
	}
}

// forget lets the chain overwrite what is left of a face.
func (w *watch) forget() error {
	if !w.dirty {
		return nil
	}
	w.dirty = false
	if w.lamp != nil && w.wanted.mode != Aim {
		w.lamp.rest()
	}
	return w.chain.Forget()
}
