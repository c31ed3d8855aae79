package board

import (
	"context"
	"testing"
	"time"

	"menshen/board/console"
	"menshen/board/host"
	"menshen/policy"
	"menshen/recognizer"
	"menshen/store"
)

// TestSessionsBesideTheLoop enrols, erases, watches and asks for a dossier and the status all at once while the loop runs. Under -race it
// shows that sessions do not touch what is the loop's.
func TestSessionsBesideTheLoop(t *testing.T) {
	b := newBench(t)
	id := b.someone(1)
	b.tapped(1)
	b.later(time.Minute)
	var erased []policy.PersonID
	for n := uint64(2); n < 8; n++ {
		erased = append(erased, b.enrolled(n))
	}
	_, hash, err := b.vault.Notice("en")
	if err != nil {
		t.Fatal(err)
	}
	err = b.vault.ChangePerson(store.Door, id, "consent given", func(p *policy.Person) (err error) {
		*p, err = policy.Consent(*p, policy.Yes{At: b.clock.now(), Notice: hash, Lang: "en", OwnAct: true})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	b.run()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	type act struct {
		name string
		err  error
	}
	done := make(chan act)
	goes := func(name string, f func() error) { go func() { done <- act{name, f()} }() }
	goes("watch", func() error { return b.desk.Watch(ctx, b.staff, func(console.Event) {}) })
	goes("camera", func() error {
		for n := 0; ctx.Err() == nil; n++ {
			o := look(1)
			if n%18 >= 10 {
				o = recognizer.Observation{}
			}
			select {
			case b.eye.seen <- o:
				b.clock.advance(250 * time.Millisecond)
			case <-ctx.Done():
			}
		}
		return nil
	})
	goes("enrol", func() error {
		_, err := b.desk.Enrol(ctx, b.staff, id, func(console.Step) {})
		return err
	})
	goes("erase", func() error {
		for _, who := range erased {
			if _, err := b.desk.RemovePerson(ctx, b.staff, who, "own request"); err != nil {
				return err
			}
		}
		return nil
	})
	goes("dossier", func() error {
		for range 5 {
			if _, err := b.Unit.Dossier(ctx, "auditor"); err != nil {
				return err
			}
		}
		return nil
	})
	goes("status", func() error {
		for range 20 {
			if _, err := b.desk.Status(ctx, b.staff); err != nil {
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
	if b.faces.index.Len() != 1 {
		t.Errorf("%d faces in the index, want the new one", b.faces.index.Len())
	}
}

// TestKernelIsAskedBesideTheLoop: while the kernel takes its time to tell of the storage, the door decides.
func TestKernelIsAskedBesideTheLoop(t *testing.T) {
	b := newBench(t)
	asked := make(chan error, 16)
	b.board = host.Board{Sys: t.TempDir(), Space: func(string) (uint64, uint64, error) {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		asked <- b.do(ctx, func() {}) // never, if the loop itself asks
		return 1 << 30, 1 << 32, nil
	}}
	b.run()
	if _, err := b.desk.Status(context.Background(), b.staff); err != nil {
		t.Fatal(err)
	}
	if err := <-asked; err != nil {
		t.Errorf("status: the loop waits for the kernel: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	watched := make(chan error, 1)
	go func() { watched <- b.desk.Watch(ctx, b.staff, func(console.Event) {}) }()
	if err := <-asked; err != nil {
		t.Errorf("watch: the loop waits for the kernel: %v", err)
	}
	cancel()
	if err := <-watched; err != nil {
		t.Error(err)
	}
}
