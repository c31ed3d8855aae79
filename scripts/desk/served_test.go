package desk_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"testing"

	"menshen/board/page"
	"menshen/site/seat"
)

// serve serves the page at the loopback, as "menshen-site desk" does, before the unit's cable.
func (u *unit) serve(t *testing.T) {
	t.Helper()
	var built bytes.Buffer
	if err := page.WriteServed(&built); err != nil {
		t.Fatal(err)
	}
	at, err := seat.Listen(0)
	if err != nil {
		t.Fatal(err)
	}
	u.addresses = make(chan string, 16)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() {
		ended <- seat.Serve(ctx, at, seat.Config{Page: built.Bytes(),
			Open: func() (io.ReadWriteCloser, error) { return net.Dial("unix", u.cable.socket) },
			Tell: func(address string) { u.addresses <- address },
			Log:  slog.New(slog.NewTextHandler(&u.log, nil))})
	}()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}
