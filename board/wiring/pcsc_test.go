package wiring

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"menshen/board/config"
	"menshen/hal"
	"menshen/hal/pcsc"
)

// TestPCSC: a reader of pcscd's knows AES cards where a secret is configured, and none is made with
// a secret that cannot be read.
func TestPCSC(t *testing.T) {
	r := config.Reader{Name: "gate", Kind: "pcsc"}
	reader, err := newPCSC(r)
	if err != nil || reader.String() != "gate" || reader.(hal.Issuer).Issue(time.Now().Add(time.Minute)) {
		t.Errorf("without a secret: %v, %v", reader, err)
	}
	r.AES = filepath.Join(t.TempDir(), "cards.key")
	if _, err := newPCSC(r); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("with a secret that is not there: %v", err)
	}
	if err := os.WriteFile(r.AES, []byte(secretOfCards), 0o600); err != nil {
		t.Fatal(err)
	}
	reader, err = newPCSC(r)
	if err != nil || !reader.(hal.Issuer).Issue(time.Now().Add(time.Minute)) {
		t.Errorf("with a secret: %v, %v", reader, err)
	}
}

// able is a driver that can do all that one may be asked for.
type able struct{ hal.Reader }

func (able) Run(ctx context.Context, _ func(hal.ReaderEvent)) error         { <-ctx.Done(); return ctx.Err() }
func (able) Issue(time.Time) bool                                           { return true }
func (able) Retire(time.Time) bool                                          { return true }
func (able) Carry(time.Time, func(hal.Card) (sealed []byte, yes bool)) bool { return true }
func (able) Counts() []hal.Count                                            { return []hal.Count{{Of: "cards", N: 1}} }

var (
	_ hal.Issuer  = (*pcsc.Reader)(nil)
	_ hal.Retirer = (*pcsc.Reader)(nil)
	_ hal.Carrier = (*pcsc.Reader)(nil)
)

// TestLateReaderCanDoAll: a reader whose secret came late writes, retires and lets carry as one
// that was there from the start.
func TestLateReaderCanDoAll(t *testing.T) {
	var there atomic.Bool
	late := &lateReader{name: "gate", make: func() (hal.Reader, error) {
		if there.Load() {
			return able{}, nil
		}
		return nil, os.ErrNotExist
	}}
	can := func() int {
		n := len(late.Counts())
		for _, yes := range []bool{late.Issue(time.Time{}), late.Retire(time.Time{}), late.Carry(time.Time{}, nil)} {
			if yes {
				n++
			}
		}
		return n
	}
	if can() != 0 {
		t.Error("it can do things before it is there")
	}
	ctx, cancel := context.WithCancel(t.Context())
	there.Store(true)
	ended := make(chan error)
	go func() { ended <- late.Run(ctx, func(hal.ReaderEvent) {}) }()
	for tries := 0; can() != 4 && tries < 6000; tries++ {
		time.Sleep(10 * time.Millisecond)
	}
	if can() != 4 {
		t.Errorf("it can do %d of 4 things", can())
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
