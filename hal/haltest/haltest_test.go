package haltest_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"menshen/hal"
	"menshen/hal/haltest"
)

func TestReaderPlaysInOrder(t *testing.T) {
	r := &haltest.Reader{Name: "front", Script: []hal.ReaderEvent{{Button: '1'}}}
	ctx, cancel := context.WithCancel(context.Background())
	got := make(chan hal.ReaderEvent, 4)
	ended := make(chan error)
	go func() { ended <- r.Run(ctx, func(e hal.ReaderEvent) { got <- e }) }()
	r.Tap(hal.Card{Bits: 26})
	r.Type("2#")
	for _, want := range []hal.ReaderEvent{{Button: '1'}, {Card: &hal.Card{Bits: 26}}, {Button: '2'}, {Button: '#'}} {
		e := <-got
		if e.Button != want.Button || (e.Card == nil) != (want.Card == nil) || e.Reader != "front" || e.At.IsZero() {
			t.Errorf("got %+v, want %+v", e, want)
		}
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestInputReportsEachChange(t *testing.T) {
	i := &haltest.Input{Name: "rex"}
	broken := errors.New("broken")
	at := time.Unix(1000, 0)
	i.Set(true, at)
	i.Set(false, at.Add(time.Second))
	i.Fail(broken, at.Add(2*time.Second))
	ctx, cancel := context.WithCancel(context.Background())
	var got []hal.InputEvent
	i.Run(ctx, func(e hal.InputEvent) {
		if got = append(got, e); len(got) == 3 {
			cancel()
		}
	})
	if !got[0].Active || got[1].Active || got[1].At != at.Add(time.Second) || got[2].Fault != broken {
		t.Errorf("got %+v", got)
	}
	if _, err := i.Active(); err != broken {
		t.Errorf("active: %v", err)
	}
}

func TestOutputRecordsItsMoves(t *testing.T) {
	o := &haltest.Output{Name: "strike"}
	o.Set(true)
	o.Set(true)
	o.Err = errors.New("coil")
	if err := o.Set(false); err != o.Err || !o.On() {
		t.Errorf("failed move: %v, on %v", err, o.On())
	}
	o.Close()
	if m := o.Moves(); len(m) != 2 || !m[0].On || m[1].On || !o.Closed() {
		t.Errorf("moves %v", m)
	}
}
