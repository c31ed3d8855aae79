package osdp_test

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"menshen/hal"
	"menshen/hal/osdp"
	"menshen/hal/osdp/osdptest"
)

// A reader tells how it is when its session begins, when that changes, and when it is asked; no tap
// waits for that.
func TestStates(t *testing.T) {
	w := newWire(t, 5)
	r := w.Readers[0]
	r.Inputs, r.Outputs, r.Heads = osdp.Inputs{0, 1}, osdp.Outputs{0}, osdp.Readers{0}
	r.Files = &osdptest.Files{Receives: 1440}
	w.Run(time.Second)
	s := w.Bus.State(0)
	if !s.Secure || !slices.Equal(s.Inputs, r.Inputs) || !slices.Equal(s.Outputs, r.Outputs) ||
		!slices.Equal(s.Heads, r.Heads) {
		t.Fatalf("%+v", s)
	}
	if r.Takes != osdp.MaxFrame {
		t.Errorf("it was told that the unit takes %d bytes", r.Takes)
	}
	w.Take()
	r.Inputs = osdp.Inputs{1, 1}
	w.Run(time.Second)
	r.Heads = osdp.Readers{osdp.HeadTampered}
	w.Run(time.Second)
	got := w.Take()
	if len(got) != 2 || !reflect.DeepEqual(got[0].Reply, r.Inputs) || !reflect.DeepEqual(got[1].Reply, r.Heads) {
		t.Errorf("%+v", got)
	}
	w.Bus.Send(0, osdp.Out{{Output: 0, Control: osdp.OutOn}})
	w.Run(time.Second)
	if s := w.Bus.State(0); !slices.Equal(r.Outputs, osdp.Outputs{1}) || !slices.Equal(s.Outputs, r.Outputs) {
		t.Errorf("%v, and the unit knows of %v", r.Outputs, s.Outputs)
	}
	w.Take()
	r.Polls = 0
	w.Run(time.Minute)
	asked := map[reflect.Type]int{}
	for _, e := range w.Take() {
		asked[reflect.TypeOf(e.Command)]++
	}
	for _, c := range []osdp.Command{osdp.AskLocal{}, osdp.AskInputs{}, osdp.AskOutputs{}, osdp.AskReaders{}} {
		if n := asked[reflect.TypeOf(c)]; n != 2 {
			t.Errorf("%T was asked %d times in a minute", c, n)
		}
	}
}

// What a reader says that it cannot do, it is not asked.
func TestStatesOfASmallReader(t *testing.T) {
	w := newWire(t, 5)
	w.Run(time.Minute)
	for _, c := range w.Bus.Counts(0) {
		if c.Of == "commands refused" && c.N > 0 {
			t.Errorf("it refused %d commands", c.N)
		}
	}
	for _, e := range w.Take() {
		switch e.Command.(type) {
		case osdp.AskInputs, osdp.AskOutputs, osdp.AskReaders:
			t.Errorf("%T", e.Command)
		}
	}
}

// A reader that knows too little refuses what it is asked, and keeps its session.
func TestRefusedStates(t *testing.T) {
	w := newWire(t, 5)
	w.Readers[0].Refuses = func(c osdp.Command) bool {
		switch c.(type) {
		case osdp.AskInputs, osdp.AskReaders, osdp.ReceiveSize:
			return true
		}
		return false
	}
	w.Readers[0].Inputs, w.Readers[0].Heads = osdp.Inputs{1}, osdp.Readers{1}
	w.Readers[0].Files = &osdptest.Files{Receives: 1440}
	w.Run(time.Minute)
	if s := w.Bus.State(0); !s.Secure || s.Inputs != nil || s.Heads != nil || len(downs(w.Take())) > 0 {
		t.Errorf("%+v", s)
	}
}

func TestReadersInputs(t *testing.T) {
	far := &osdptest.Reader{Address: 5, Factory: true, Inputs: osdp.Inputs{0, 1}, Heads: osdp.Readers{0}}
	r := newRig(t, far)
	r.install()
	ctx, cancel := context.WithCancel(context.Background())
	var ran sync.WaitGroup
	defer ran.Wait()
	defer cancel()
	watch := func(in hal.Input) chan hal.InputEvent {
		events := make(chan hal.InputEvent, 10)
		ran.Go(func() { in.Run(ctx, func(e hal.InputEvent) { events <- e }) })
		return events
	}
	bell, none, tamper := watch(r.reader().Input(0)), watch(r.reader().Input(2)), watch(r.reader().Tamper())
	is := func(events chan hal.InputEvent, active bool, fault error) {
		t.Helper()
		select {
		case e := <-events:
			if e.Active != active || !errors.Is(e.Fault, fault) {
				t.Errorf("%+v, want %v, %v", e, active, fault)
			}
		case <-time.After(time.Minute):
			t.Fatal("nothing came")
		}
	}
	is(bell, false, nil)
	is(none, false, osdp.ErrNoInput)
	is(tamper, false, nil)
	r.far.Do(func() { far.Inputs = osdp.Inputs{1, 1} })
	is(bell, true, nil)
	if l := r.reader().Link(); !slices.Equal(l.Inputs, []string{"on", "on"}) || l.Tamper {
		t.Errorf("%+v", l)
	}
	r.far.Do(func() { far.Heads = osdp.Readers{osdp.HeadTampered} })
	is(tamper, true, nil)
	r.far.Do(func() { far.Heads = osdp.Readers{osdp.HeadAway} })
	is(tamper, false, osdp.ErrHead)
	r.far.Do(func() { far.Deaf = true })
	is(tamper, false, osdp.ErrSilent)
	is(bell, true, osdp.ErrSilent)
}

// An output does what it is to do, also after the reader's power was off.
func TestReadersOutputs(t *testing.T) {
	far := &osdptest.Reader{Address: 5, Factory: true, Outputs: osdp.Outputs{0, 0}}
	r := newRig(t, far)
	out := r.reader().Output(1)
	if err := out.Set(true); err != nil { // before there is a session
		t.Fatal(err)
	}
	r.install()
	is := func(want byte, says string) {
		t.Helper()
		await(t, func() (right bool) {
			r.far.Do(func() { right = slices.Equal(far.Outputs, osdp.Outputs{0, want}) })
			return right && slices.Equal(r.reader().Link().Outputs, []string{"off", says})
		})
	}
	is(1, "on")
	r.far.Do(func() { far.Unplug(); far.Outputs = osdp.Outputs{0, 0} })
	is(1, "on")
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	is(0, "off")
}
