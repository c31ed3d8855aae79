package service_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"menshen/board/cable"
	"menshen/board/service"

	"github.com/creack/pty"
)

// TestRLocalCableLine: a laptop that has the port open finds console and protocol at the gadget's
// line; beside a network it finds nothing, and the reason is told.
func TestRLocalCableLine(t *testing.T) {
	b := newBench(t)
	b.Start()
	for _, c := range []struct{ whole, end error }{{nil, context.Canceled}, {cable.ErrForeign, cable.ErrForeign}} {
		far, near, err := pty.Open()
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		go func() {
			ended <- service.ServeCableAt(ctx, near.Name(), func() error { return c.whole }, b.Config, b.Desk)
		}()
		var got typed
		read := make(chan struct{})
		go func() { defer close(read); _, _ = io.Copy(&got, far) }()
		if c.whole == nil {
			await(t, "the greeting", func() bool { return got.has("log-in: ") })
			if _, err := far.WriteString("\x00\r?menshen-rpc\r"); err != nil {
				t.Fatal(err)
			}
			await(t, "the protocol", func() bool { return got.has(`"method":"hello"`) })
			cancel()
		}
		if err := <-ended; !errors.Is(err, c.end) {
			t.Errorf("a gadget of which is told %v: ended with %v", c.whole, err)
		}
		cancel()
		near.Close()
		far.Close()
		<-read
		if c.whole != nil && len(bytes.Trim(got.text.Bytes(), "\x00")) > 0 {
			t.Errorf("beside a network it said %q", got.text.String())
		}
	}
}

// await waits until it is so.
func await(t *testing.T, what string, so func() bool) {
	t.Helper()
	for until := time.Now().Add(time.Minute); !so(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatal("never came: " + what)
		}
	}
}
