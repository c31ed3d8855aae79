package hal

import (
	"context"
	"time"
)

// Waits between two tries to bring a lost device back.
const (
	retryFirst = 250 * time.Millisecond
	retryMost  = 10 * time.Second
)

// KeepOpen keeps a reader's device open until ctx ends. life is one life of the device: it opens
// the device, calls up once that is known to work, reads until it fails, and returns why. It must
// return soon after ctx ends. KeepOpen emits one Fault when a life ends and one Recovered when a
// later one is up. It waits between lives, longer each time until one lasts.
func KeepOpen(ctx context.Context, reader string, emit func(ReaderEvent),
	life func(ctx context.Context, up func()) error) error {
	wait, down := retryFirst, false
	up := func() {
		if down {
			emit(ReaderEvent{At: time.Now(), Reader: reader, Recovered: true})
		}
		down = false
	}
	for {
		begun := time.Now()
		err := life(ctx, up)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if !down {
			emit(ReaderEvent{At: time.Now(), Reader: reader, Fault: err})
			down = true
		}
		if time.Since(begun) > retryMost {
			wait = retryFirst
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
		wait = min(2*wait, retryMost)
	}
}
