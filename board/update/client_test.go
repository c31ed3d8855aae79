package update

import (
	"context"
	"errors"
	"testing"
	"time"

	"menshen/board/slots"
)

func TestClientAsksRoot(t *testing.T) {
	u := newTwoSystems(t)
	u.stick = []slots.Version{"1.1"}
	c := Client{Folders: u.Folders, Poll: time.Millisecond, Taken: 50 * time.Millisecond}
	if _, err := c.Do(t.Context(), Request{Do: Look}, nil); !errors.Is(err, errNotTaken) {
		t.Errorf("without a service: %v", err)
	}
	done := make(chan struct{})
	ctx, stop := context.WithCancel(t.Context())
	go func() { // as systemd does
		defer close(done)
		for ctx.Err() == nil {
			if err := u.Serve(ctx); err != nil {
				t.Error(err)
			}
			time.Sleep(time.Millisecond)
		}
	}()
	c.Taken = time.Minute
	a, err := c.Do(t.Context(), Request{Do: Look}, nil)
	if err != nil || a.Bundle == nil || a.Bundle.Version != "1.1" {
		t.Errorf("%+v, %v", a, err)
	}
	if a, err := c.Do(t.Context(), Request{Do: Try}, nil); err != nil || a.Refused != slots.RefusedNothing {
		t.Errorf("%+v, %v", a, err)
	}
	stop()
	<-done
	if s, err := (Folders{Answered: t.TempDir()}).State(); !errors.Is(err, slots.ErrOneSystem) {
		t.Errorf("%+v, %v", s, err)
	}
}
