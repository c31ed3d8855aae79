package eye

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"menshen/recognizer"
)

// Back-off between two children: doubled each time; it starts again after a child
// that ran for calm.
const (
	firstPause = 250 * time.Millisecond
	lastPause  = 30 * time.Second
	calm       = time.Minute
)

// Eye is the parent's side. All methods may be called from any goroutine.
type Eye struct {
	cfg          Config
	observations chan recognizer.Observation
	pictures     chan Picture
	codes        chan Code
	lit          bool // the infrared emitter; of the goroutine that serves a child
	cancel       context.CancelFunc
	done         chan struct{}

	mu     sync.Mutex
	status Status
	child  *child // nil: none is running
	order  uint64 // the number of the order in force
}

// Start runs an eye in mode Off, until ctx ends or Close is called. It fails only when no child can
// ever be made; all later errors are in Status, and the child is started again.
func Start(ctx context.Context, cfg Config) (*Eye, error) {
	cfg = cfg.withDefaults()
	if len(cfg.Command) == 0 {
		self, err := os.Executable()
		if err != nil {
			return nil, fmt.Errorf("start eye: %w", err)
		}
		cfg.Command = []string{self, "eye"}
	}
	ctx, cancel := context.WithCancel(ctx)
	e := &Eye{
		cfg:          cfg,
		observations: make(chan recognizer.Observation, 1),
		pictures:     make(chan Picture, 1),
		codes:        make(chan Code, 1),
		cancel:       cancel,
		done:         make(chan struct{}),
		status:       Status{State: Starting, Since: time.Now(), Camera: CameraOff},
	}
	go e.supervise(ctx)
	return e, nil
}

// Observations gives the newest observation; the receiver wipes it. It is closed after Close.
func (e *Eye) Observations() <-chan recognizer.Observation { return e.observations }

// Pictures gives the newest picture in the modes Aim and EnrolShown; the receiver wipes it. It is
// closed after Close.
func (e *Eye) Pictures() <-chan Picture { return e.pictures }

// SetMode says what to look for from now on, and after each restart. It does not wait. What was
// seen before is dropped: saying the same mode again begins a new visit, and after the modes that
// show pictures none is left.
func (e *Eye) SetMode(m Mode) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.status.Mode = m
	e.tell()
}

// tell gives the order in force a new number and hands it to the child, if there is one. The
// caller holds mu.
func (e *Eye) tell() {
	e.order = drawNumber()
	e.forgetWaiting()
	if e.child != nil {
		e.child.tell(order{e.status.Mode, e.status.Codes, e.order})
	}
}

// Status is how the eye is now.
func (e *Eye) Status() Status {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.status
}

// Close kills the child, waits for its end, and closes the channels.
func (e *Eye) Close() error {
	e.cancel()
	<-e.done
	return nil
}

// supervise runs one child after the other.
func (e *Eye) supervise(ctx context.Context) {
	defer close(e.done)
	pause := firstPause
	for {
		began := time.Now()
		err := e.runChild(ctx)
		if ctx.Err() != nil {
			break
		}
		if time.Since(began) > calm {
			pause = firstPause
		}
		e.update(func(s *Status) {
			*s = Status{
				State: Waiting, Since: time.Now(), Mode: s.Mode, Codes: s.Codes,
				Restarts: s.Restarts, LastError: err, Camera: CameraOff,
			}
		})
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
		if ctx.Err() != nil {
			break
		}
		pause = min(pause*2, lastPause)
		e.update(func(s *Status) { s.State, s.Since = Starting, time.Now(); s.Restarts++ })
	}
	e.update(func(s *Status) {
		*s = Status{State: Stopped, Since: time.Now(), Restarts: s.Restarts, LastError: s.LastError, Camera: CameraOff}
	})
	discard(e.observations, (*recognizer.Observation).Wipe)
	discard(e.pictures, (*Picture).Wipe)
	close(e.observations)
	close(e.pictures)
	close(e.codes)
}

// runChild starts a child and serves it until it ends, fails or ctx ends; the child is then dead.
// If it fails before it is ready, the system's library may be why: the next does without.
func (e *Eye) runChild(ctx context.Context) error {
	c, err := spawn(e.cfg)
	if err != nil {
		return err
	}
	e.mu.Lock()
	e.child = c
	e.status.PID = c.pid()
	e.tell()
	e.mu.Unlock()
	stop := context.AfterFunc(ctx, c.hangUp)
	err = e.serve(c)
	stop()
	e.darken()
	e.mu.Lock()
	e.child = nil
	e.mu.Unlock()
	if !c.ready && e.cfg.Options.Engine == recognizer.AnyEngine {
		e.cfg.Options.Engine = recognizer.OpenCV
	}
	return c.end(err)
}

// serve takes the child's messages until one cannot be read.
func (e *Eye) serve(c *child) error {
	patience := e.cfg.StartIn
	for {
		k, payload, err := c.next(patience)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return fmt.Errorf("%w for %v", ErrSilent, patience)
		}
		if err == nil {
			err = c.pace.add(time.Now())
		}
		if err == nil && !c.ready && k != kindReady && k != kindFailure {
			err = fmt.Errorf("%w: kind %d before it was ready", ErrProtocol, k)
		}
		if err != nil {
			return err
		}
		switch k {
		case kindReady:
			err = e.ready(c, payload)
			patience = e.cfg.Silence
		case kindBeat:
			err = e.beat(c, payload)
		case kindObservation, kindPicture, kindCode:
			err = e.saw(c, k, payload)
		case kindLight:
			err = e.light(c, payload)
		case kindFailure:
			err = fmt.Errorf("%w: %.500q", ErrExited, payload)
		default:
			err = fmt.Errorf("%w: kind %d is not for the parent", ErrProtocol, k)
		}
		if err != nil {
			return err
		}
	}
}

func (e *Eye) update(change func(*Status)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	change(&e.status)
}

// put replaces what waits in a channel of one.
func put[T any](ch chan T, v T, wipe func(*T)) {
	for {
		select {
		case ch <- v:
			return
		default:
			discard(ch, wipe)
		}
	}
}

func discard[T any](ch chan T, wipe func(*T)) {
	select {
	case old := <-ch:
		wipe(&old)
	default:
	}
}
