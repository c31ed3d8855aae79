package eye

import (
	"context"
	"encoding/binary"
	"fmt"
	"sync"
	"time"

	"menshen/internal/child"
	"menshen/recognizer"
)

// Eye is the parent's side. All methods may be called from any goroutine.
type Eye struct {
	cfg          Config
	observations chan recognizer.Observation
	pictures     chan Picture
	codes        chan Code
	seq          uint64 // of what the child said of frames; as lit, of the goroutine that keeps it
	lit          bool   // the infrared emitter
	cancel       context.CancelFunc
	done         chan struct{}

	mu     sync.Mutex
	status Status
	child  *child.Child // nil: none is running
	order  uint64       // the number of the order in force
}

// Start runs an eye in mode Off, until ctx ends or Close is called. It fails only when no child can
// ever be made; all later errors are in Status, and the child is started again.
func Start(ctx context.Context, cfg Config) (*Eye, error) {
	cfg = cfg.withDefaults()
	if len(cfg.Command) == 0 {
		var err error
		if cfg.Command, err = child.Self("eye"); err != nil {
			return nil, err
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	e := &Eye{
		cfg:          cfg,
		observations: make(chan recognizer.Observation, 1),
		pictures:     make(chan Picture, 1),
		codes:        make(chan Code, 1),
		cancel:       cancel,
		done:         make(chan struct{}),
		status:       Status{Life: child.Life{State: Starting, Since: time.Now()}, Camera: CameraOff},
	}
	go e.run(ctx)
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
	if e.child == nil {
		return
	}
	said := make([]byte, 2, limits[kindMode])
	said[0] = byte(e.status.Mode)
	if e.status.Codes {
		said[1] = 1
	}
	e.child.Tell(kindMode, binary.LittleEndian.AppendUint64(said, e.order))
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

// run keeps a child until ctx ends.
func (e *Eye) run(ctx context.Context) {
	defer close(e.done)
	child.Keep(ctx, &child.Spec{
		Name: "eye", Command: e.cfg.Command, Protocol: &protocol, StartIn: e.cfg.StartIn, Silence: e.cfg.Silence,
		Memory: e.cfg.Memory, Pace: mostMessages, Noise: schemas,
	}, parent{e})
	discard(e.observations, (*recognizer.Observation).Wipe)
	discard(e.pictures, (*Picture).Wipe)
	close(e.observations)
	close(e.pictures)
	close(e.codes)
}

// parent is what an Eye does for its child (child.Parent).
type parent struct{ *Eye }

func (p parent) Config() any { return p.cfg }

func (p parent) Lives(l child.Life) {
	p.update(func(s *Status) {
		switch l.State {
		case Running:
			s.Life = l
		case Stopped:
			*s = Status{Life: l, Camera: CameraOff}
		default:
			*s = Status{Life: l, Mode: s.Mode, Codes: s.Codes, Camera: CameraOff}
		}
	})
}

func (p parent) Began(c *child.Child) {
	p.seq = 0
	p.mu.Lock()
	defer p.mu.Unlock()
	p.child = c
	p.tell()
}

func (p parent) Took(c *child.Child, k child.Kind, payload []byte) error {
	switch k {
	case kindReady:
		return p.ready(payload)
	case kindBeat:
		return p.beat(c, payload)
	case kindObservation, kindPicture, kindCode:
		return p.saw(k, payload)
	case kindLight:
		return p.light(c, payload)
	}
	return fmt.Errorf("%w: kind %d is not for the parent", ErrProtocol, k)
}

// Ended switches the emitter off. If the child was never ready, the system's library may be why:
// the next does without.
func (p parent) Ended(ready bool) {
	p.darken()
	p.mu.Lock()
	p.child = nil
	p.mu.Unlock()
	if !ready && p.cfg.Options.Engine == recognizer.AnyEngine {
		p.cfg.Options.Engine = recognizer.OpenCV
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
