// Package libcamera runs the camera modules on ribbon cables, which give raw frames that only
// libcamera can develop, as a service beside the door (menshen-camera). It starts a pipeline of
// GStreamer (gst-launch-1.0 with libcamerasrc) and puts its frames into a named pipe, where the
// eye reads them (package pipe).
//
// The pipeline runs only while the pipe is read: a door whose faces are switched off has its
// camera off. One that ends, gives no first frame in eight seconds, or none for three seconds
// later, is ended, the pipe is closed, so that its reader knows, and another is started after a
// pause: a quarter of a second for a camera that works between its failures, up to half a minute
// for one that does not. A picture that does not change is for the eye to notice: it closes the
// pipe, which ends the pipeline.
//
// A loop of the service that hangs is noticed as well: it gives no sign of life any more (Alive,
// Watchdog).
//
// Of frames the newest alone is kept, and they are never written to a file. The service reads
// nothing but its configuration and needs no network and no socket.
package libcamera

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"menshen/hal"
	"menshen/hal/camera/pipe"
)

// How long a pipeline may take, and the pauses after those that failed ([pauses]).
const (
	firstIn    = 8 * time.Second
	nextIn     = 3 * time.Second
	firstPause = 250 * time.Millisecond
	lastPause  = 30 * time.Second
	calm       = 2 * time.Second        // a pipeline with frames for so long has worked
	lookAt     = 250 * time.Millisecond // between two looks for the reader
	aliveIn    = time.Second            // between two signs of life while the service waits
	sentIn     = 10 * time.Second       // without a sign of life of what sends, there is none of the service
)

// Service is one camera and its pipe. Zero fields take the defaults named.
type Service struct {
	Camera Camera
	Pipe   string       // the named pipe's path
	Source Source       // another source of frames than libcamera, for tests
	Log    *slog.Logger // slog.Default()
	Alive  func()       // called again and again, with pauses shorter than Hangs, while no loop hangs

	command []string      // instead of GStreamer, for tests
	silence time.Duration // nextIn
}

// Run serves until ctx ends; then it gives nil. It fails when no pipeline could ever be started:
// GStreamer is not installed (ErrMissing), or there is no pipe.
func (s Service) Run(ctx context.Context) error {
	if s.Log == nil {
		s.Log = slog.Default()
	}
	if s.Alive == nil {
		s.Alive = func() {}
	}
	if s.silence == 0 {
		s.silence = nextIn
	}
	if s.Source.Elements == nil {
		s.Source = s.Camera.source()
	}
	if s.command == nil {
		var err error
		if s.command, err = s.Camera.command(s.Source); err != nil {
			return err
		}
	}
	for waits := (pauses{}); ; {
		out, err := s.await(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		worked, err := s.show(ctx, out)
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, ErrMissing):
			return err
		case errors.Is(err, pipe.ErrNoReader):
			s.Log.Info("the camera is off: its pipe is not read any more")
			waits = pauses{}
			continue
		}
		pause := waits.after(worked)
		s.Log.Error("the camera fails; it is started again", "why", err, "in", pause)
		s.rest(ctx, pause)
	}
}

// pauses are those between two pipelines. They double from one that failed to the next, and begin
// again after one that worked: with libcamera 0.4 some cameras fail every few seconds, and the door
// shall see in between.
type pauses struct{ last time.Duration }

// after is the pause after a pipeline that gave frames for a while.
func (p *pauses) after(worked time.Duration) time.Duration {
	if p.last == 0 || worked >= calm {
		p.last = firstPause
	} else {
		p.last = min(2*p.last, lastPause)
	}
	return p.last
}

// await waits until the pipe is read.
func (s Service) await(ctx context.Context) (*pipe.Writer, error) {
	for {
		s.Alive()
		short, cancel := context.WithTimeout(ctx, aliveIn)
		out, err := pipe.Await(short, s.Pipe)
		cancel()
		if ctx.Err() != nil || !errors.Is(err, context.DeadlineExceeded) {
			return out, err
		}
	}
}

// rest waits for a while.
func (s Service) rest(ctx context.Context, d time.Duration) {
	for ; d > 0 && ctx.Err() == nil; d -= aliveIn {
		s.Alive()
		select {
		case <-ctx.Done():
		case <-time.After(min(d, aliveIn)):
		}
	}
}

// show runs one pipeline into the pipe until it has no reader (pipe.ErrNoReader), the pipeline
// fails, or ctx ends, and says for how long frames came. No pixel of ours is left afterwards.
func (s Service) show(ctx context.Context, out *pipe.Writer) (time.Duration, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	p, err := start(ctx, s.command, s.Camera)
	if err != nil {
		out.Close()
		return 0, err
	}
	s.Log.Info("the camera is on: its pipe is read",
		"id", s.Camera.ID, "width", s.Camera.Width, "height", s.Camera.Height)
	box := &newest{fresh: make(chan struct{}, 1)}
	var sending hal.LastBeat
	sending.Beat()
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		cancel(send(ctx, box, out, &sending))
	}()
	worked, err := s.receive(box, p, &sending)
	cancel(err)
	select {
	case <-sent: // the last frame was written as a whole
	case <-time.After(aliveIn): // its reader does not take it: Close ends the Write
	}
	out.Close() // the reader knows
	p.stop()
	<-sent
	box.frame.Wipe()
	return worked, context.Cause(ctx)
}

// receive puts the pipeline's frames into the box until it fails, or is ended with its context, and
// says how long after the first one the last came. The service lives while this loop and the one
// that sends do.
func (s Service) receive(box *newest, p *pipeline, sending hal.Heartbeat) (worked time.Duration, err error) {
	var f hal.Frame
	defer func() { f.Wipe() }()
	var first time.Time
	patience := firstIn
	for seq := uint64(1); ; seq++ {
		if time.Since(sending.Alive()) < sentIn {
			s.Alive()
		}
		if err = p.read(&f, patience); err != nil {
			return worked, err
		}
		f.Seq, f.At = seq, time.Now()
		if seq == 1 {
			first = f.At
		}
		worked = f.At.Sub(first)
		box.put(&f)
		patience = s.silence
	}
}

// send writes the newest frame again and again, and notices when the reader has left.
func send(ctx context.Context, box *newest, out *pipe.Writer, alive *hal.LastBeat) error {
	var f hal.Frame
	defer func() { f.Wipe() }()
	tick := time.NewTicker(lookAt)
	defer tick.Stop()
	for {
		alive.Beat()
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
			if !out.HasReader() {
				return pipe.ErrNoReader
			}
		case <-box.fresh:
			if !box.take(&f) {
				continue
			}
			if err := out.Write(&f, time.Since(f.At)); err != nil {
				return err
			}
		}
	}
}
