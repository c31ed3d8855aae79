package unit_test

import (
	"context"
	"testing"
	"time"

	"menshen/board/boardtest"
	"menshen/board/desk"
	"menshen/board/host"
	"menshen/hal"
	"menshen/hal/haltest"
	"menshen/policy"
	"menshen/recognizer"
	"menshen/store/audit"
)

// TestSessionsBesideTheLoop enrols, erases, watches and asks for a dossier and the status all at
// once while the loop runs. Under -race it shows that sessions do not touch what is the loop's.
func TestSessionsBesideTheLoop(t *testing.T) {
	b := newBench(t)
	id := b.Someone(1)
	b.Tap(1)
	b.Later(time.Minute)
	var erased []policy.PersonID
	for n := uint64(2); n < 8; n++ {
		erased = append(erased, b.Enrolled(n))
	}
	b.Consent(id)
	b.Start()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	type act struct {
		name string
		err  error
	}
	done := make(chan act)
	goes := func(name string, f func() error) { go func() { done <- act{name, f()} }() }
	goes("watch", func() error { return b.Desk.Watch(ctx, b.Staff, func(desk.Event) {}) })
	goes("camera", func() error {
		for n := 0; ctx.Err() == nil; n++ {
			o := boardtest.Look(1)
			if n%18 >= 10 {
				o = recognizer.Observation{}
			}
			select {
			case b.Eye.Seen <- o:
				b.Clock.Advance(250 * time.Millisecond)
			case <-ctx.Done():
			}
		}
		return nil
	})
	goes("enrol", func() error {
		_, err := b.Desk.Enrol(ctx, b.Staff, id, func(desk.Step) {})
		return err
	})
	goes("erase", func() error {
		for _, who := range erased {
			if _, err := b.Desk.RemovePerson(ctx, b.Staff, who, "own request"); err != nil {
				return err
			}
		}
		return nil
	})
	goes("dossier", func() error {
		for range 5 {
			if _, err := b.Law.Dossier(ctx, "auditor", true); err != nil {
				return err
			}
		}
		return nil
	})
	goes("status", func() error {
		for range 20 {
			if _, err := b.Desk.Status(ctx, b.Staff); err != nil {
				return err
			}
		}
		return nil
	})
	for n := range 6 {
		if n == 4 { // all but the watch and the camera, which go on until they are ended
			cancel()
		}
		if a := <-done; a.err != nil {
			t.Errorf("%s: %v", a.name, a.err)
		}
	}
	if b.State().Faces.People != 1 {
		t.Errorf("%d faces in the index, want the new one", b.State().Faces.People)
	}
}

// TestDeviceAheadOfTheClock: an event that a device dates an hour ahead happens now. It does not
// end the release that is running.
func TestDeviceAheadOfTheClock(t *testing.T) {
	b := newBench(t)
	b.Someone(1)
	b.Tap(1)
	b.Driver.Device(hal.InputEvent{At: b.Clock.Now().Add(time.Hour), Input: "contact"})
	if !b.Relay.On() {
		t.Errorf("the door is locked again: %+v", b.Entries()[:3])
	}
}

// TestLateEventLeavesTheRelease: an event that reaches the loop three seconds late does not make
// the release three seconds shorter.
func TestLateEventLeavesTheRelease(t *testing.T) {
	b := newBench(t)
	b.Someone(1)
	tapped := b.Clock.Now()
	b.Tap(1)
	b.Later(3 * time.Second)
	b.Driver.Device(hal.InputEvent{At: tapped, Input: "contact"})
	if b.Later(time.Second); !b.Relay.On() {
		t.Errorf("the door is locked again: %+v", b.Entries()[:3])
	}
}

// TestKernelIsAskedBesideTheLoop: while the kernel takes its time to tell of
// the storage, the door decides.
func TestKernelIsAskedBesideTheLoop(t *testing.T) {
	b := newBench(t)
	asked := make(chan error, 16)
	b.Board = host.Board{Sys: t.TempDir(), Space: func(string) (uint64, uint64, error) {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		asked <- b.Driver.Do(ctx, func() {}) // never, if the loop itself asks
		return 1 << 30, 1 << 32, nil
	}}
	b.Start()
	if _, err := b.Desk.Status(context.Background(), b.Staff); err != nil {
		t.Fatal(err)
	}
	if err := <-asked; err != nil {
		t.Errorf("status: the loop waits for the kernel: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	watched := make(chan error, 1)
	go func() { watched <- b.Desk.Watch(ctx, b.Staff, func(desk.Event) {}) }()
	if err := <-asked; err != nil {
		t.Errorf("watch: the loop waits for the kernel: %v", err)
	}
	cancel()
	if err := <-watched; err != nil {
		t.Error(err)
	}
}

// TestContactComesLate: a door that stands open when its contact is heard first was not forced.
func TestContactComesLate(t *testing.T) {
	b := newBench(t)
	contact := &haltest.Input{Name: "contact"}
	contact.Fail(hal.ErrGone, b.Clock.Now())
	b.Wires.Inputs["contact"] = contact
	b.StartUnit()
	b.Eventually("the fault of the contact", func() bool { return b.State().Faults["input contact"] != "" })
	contact.Set(true, b.Clock.Now())
	contact.Fail(nil, b.Clock.Now())
	b.Eventually("the open door", func() bool { return b.State().Door == policy.Open })
	if n := b.Count(audit.Alarm); n != 0 {
		t.Errorf("%d alarms for a door that was found open", n)
	}
}
