package serial_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"menshen/hal/serial"
)

// TestROperatorCarrier: Read ends when the carrier goes, also on a line that is never quiet, and
// not before there was a carrier.
func TestROperatorCarrier(t *testing.T) {
	for _, busy := range []bool{false, true} {
		port, far, _ := cable(t)
		var lines atomic.Int64
		port.Modem(func(int) (int, error) { return int(lines.Load()), nil })
		lines.Store(unix.TIOCM_DSR) // another line than DCD
		ctx, cancel := context.WithTimeout(context.Background(), 250*time.Millisecond)
		if err := port.AwaitCarrier(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("without carrier: %v", err)
		}
		cancel()
		time.AfterFunc(150*time.Millisecond, func() { lines.Store(unix.TIOCM_DSR | unix.TIOCM_CD) })
		if err := port.AwaitCarrier(context.Background()); err != nil {
			t.Fatal(err)
		}
		quit := make(chan struct{})
		talk := make(chan struct{})
		go func() {
			defer close(talk)
			for busy {
				select {
				case <-quit:
					return
				case <-time.After(5 * time.Millisecond):
					far.Write([]byte("x"))
				}
			}
		}()
		drop := time.AfterFunc(300*time.Millisecond, func() { lines.Store(0) })
		b := make([]byte, 16)
		err := error(nil)
		for err == nil {
			_, err = port.Read(b)
		}
		if drop.Stop() || !errors.Is(err, serial.ErrHungUp) {
			t.Errorf("busy %v: %v", busy, err)
		}
		close(quit)
		<-talk
	}
}

// TestCarrierOfALineWithoutModemLines: a pseudo terminal has none, and says so. Without
// AwaitCarrier they are not read.
func TestCarrierOfALineWithoutModemLines(t *testing.T) {
	port, far, _ := cable(t)
	if err := port.AwaitCarrier(context.Background()); err == nil || !strings.Contains(err.Error(), "may have none") {
		t.Errorf("a pty has a carrier: %v", err)
	}
	if _, err := far.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	if n, err := port.Read(make([]byte, 1)); n != 1 || err != nil {
		t.Errorf("read %d, %v", n, err)
	}
}
