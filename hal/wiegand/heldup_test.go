package wiegand_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	periph "periph.io/x/conn/v3/gpio"

	"menshen/hal"
	"menshen/hal/gpio"
	"menshen/hal/wiegand"
)

// kernel is the queue of edges that the kernel keeps for a program that does not always get to run.
// Edges are numbered and come at their own time; the oldest are lost when the queue is full.
type kernel struct {
	begun  time.Time
	edges  []gpio.Edge // by time
	given  int         // how many were handed over or lost
	heldUp func() time.Duration
	closed atomic.Bool
}

const kernelQueue = 1024

// Next is held up where gpio's own may be: after it has set its deadline, and after the
// kernel has an event.
func (k *kernel) Next(wait time.Duration) (gpio.Edge, error) {
	deadline := time.Now().Add(wait)
	time.Sleep(k.heldUp())
	if k.given < len(k.edges) {
		wait = min(time.Until(deadline), k.edges[k.given].At-time.Since(k.begun))
	}
	time.Sleep(max(0, wait))
	time.Sleep(k.heldUp())
	waiting := k.given
	for now := time.Since(k.begun); waiting < len(k.edges) && k.edges[waiting].At <= now; {
		waiting++
	}
	switch {
	case k.closed.Load():
		return gpio.Edge{}, gpio.ErrClosed
	case waiting == k.given:
		return gpio.Edge{}, gpio.ErrQuiet
	}
	k.given = max(k.given, waiting-kernelQueue) + 1
	return k.edges[k.given-1], nil
}

func (k *kernel) Level(int) (periph.Level, error) { return periph.High, nil }

func (k *kernel) Wall(at time.Duration) time.Time { return k.begun.Add(at) }

func (k *kernel) Close() error {
	k.closed.Store(true)
	return nil
}

// TestCardsAreReadHoweverBusyTheUnit: the times of the edges tell where a frame ends. So a reader
// whose goroutine is held up before, within and after a frame, for longer than the gap that ends
// one, reads every card.
func TestCardsAreReadHoweverBusyTheUnit(t *testing.T) {
	for worst, oneIn := range map[time.Duration]int{
		5 * time.Millisecond: 2, 50 * time.Millisecond: 5, 500 * time.Millisecond: 20, 5 * time.Second: 200,
	} {
		t.Run(fmt.Sprint(worst), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { heldUp(t, worst, oneIn, 2000) })
		})
	}
}

// heldUp sends cards at the paces of real readers to a reader that is held up in one of so many
// looks, for up to worst.
func heldUp(t *testing.T, worst time.Duration, oneIn, cards int) {
	r := rand.New(rand.NewPCG(uint64(worst), 5))
	k := &kernel{begun: time.Now(), heldUp: func() time.Duration {
		if r.IntN(oneIn) > 0 {
			return 0
		}
		return time.Duration(r.Int64N(int64(worst)))
	}}
	at := time.Second
	var want []uint64
	for range cards {
		n := uint64(r.IntN(1 << 16))
		want = append(want, n)
		period := 200*time.Microsecond + time.Duration(r.Int64N(int64(19*time.Millisecond)))
		for _, one := range wiegand.H10301.Encode(17, n) {
			e := gpio.Edge{At: at, Seq: uint32(len(k.edges) + 1)}
			if one {
				e.Line = 1
			}
			k.edges = append(k.edges, e)
			at += period
		}
		at += time.Second // people do not tap faster
	}
	reader, err := wiegand.New(func() (gpio.Edges, error) { return k, nil }, wiegand.Config{Name: "front"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	read := 0
	reader.Run(ctx, func(e hal.ReaderEvent) {
		switch {
		case e.Card == nil:
			t.Errorf("card %d: %v", read, e.Fault)
		case e.Card.Number != want[read]:
			t.Errorf("card %d is another one", read)
		}
		if read++; read == len(want) || t.Failed() {
			cancel()
		}
	})
	if read != len(want) {
		t.Errorf("%d of %d cards", read, len(want))
	}
}
