package board

import (
	"context"
	"errors"
	"testing"

	"menshen/board/console"
	"menshen/recognizer/eye"
	"menshen/store"
)

// TestROperatorSessionEnds: whoever is blocked, given another role or another secret acts no more in the session that they have, and
// what goes on in it ends: a watch, an aimed camera, a wait for a card.
func TestROperatorSessionEnds(t *testing.T) {
	ctx := context.Background()
	for what, change := range map[string]func(*bench) error{
		"block": func(b *bench) error { return b.desk.ChangeOperator(ctx, b.staff, "eve", console.Manager, true) },
		"role":  func(b *bench) error { return b.desk.ChangeOperator(ctx, b.staff, "eve", console.Auditor, false) },
		"recovery": func(b *bench) error {
			code, err := b.desk.NewRecovery(ctx, b.staff, "eve")
			return errors.Join(err, b.desk.Recover(ctx, "test", "eve", code, console.Secret("another secret")))
		},
		"secret": func(b *bench) error {
			there, err := b.desk.LogIn(ctx, "another line", "eve", console.Secret(secret), "en", nil)
			return errors.Join(err, b.desk.SetSecret(ctx, there, console.Secret(secret), console.Secret("another secret")))
		},
	} {
		t.Run(what, func(t *testing.T) {
			b := newBench(t)
			id := b.someone(1)
			b.run()
			eve := b.operator("eve", store.Manager)
			watch, aim, card := make(chan error, 1), make(chan error, 1), make(chan error, 1)
			asked := make(chan bool)
			go func() { watch <- b.desk.Watch(ctx, eve, func(console.Event) {}) }()
			go func() { aim <- b.desk.Aim(ctx, eve, func(*console.Picture) {}) }()
			go func() {
				_, err := b.desk.AssignCard(ctx, eve, id, "fob", func(console.Step) { close(asked) })
				card <- err
			}()
			b.eventually("the watcher", func() bool {
				b.watchers.mu.Lock()
				defer b.watchers.mu.Unlock()
				return len(b.watchers.all) == 1
			})
			b.eventually("the eye aims", func() bool { return b.eye.Mode() == eye.Aim })
			<-asked
			if err := change(b); err != nil {
				t.Fatal(err)
			}
			for name, ended := range map[string]chan error{"watch": watch, "aim": aim, "card": card} {
				if err := <-ended; !errors.Is(err, console.ErrEnded) {
					t.Errorf("%s goes on, or ended with %v", name, err)
				}
			}
			moves := len(b.relay.Moves())
			if _, err := b.desk.OpenDoor(ctx, eve, "parcel"); !errors.Is(err, console.ErrEnded) || len(b.relay.Moves()) != moves {
				t.Errorf("opening the door: %v", err)
			}
			if err := b.desk.AddOperator(ctx, eve, "mallory", console.Manager, console.Secret(secret)); !errors.Is(err, console.ErrEnded) {
				t.Errorf("making a manager: %v", err)
			}
			if _, err := b.desk.Status(ctx, b.staff); err != nil {
				t.Errorf("the other manager's session: %v", err)
			}
		})
	}
}

// TestROperatorAccountIsReadEachTime: a change that did not pass this desk ends the session too.
func TestROperatorAccountIsReadEachTime(t *testing.T) {
	b := newBench(t)
	b.run()
	tom := b.operator("tom", store.Technician)
	err := b.vault.ChangeOperator(store.Door, tom.Operator, "operator blocked", func(o *store.Operator) error { o.Blocked = true; return nil })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.desk.OpenDoor(context.Background(), tom, "parcel"); !errors.Is(err, console.ErrEnded) {
		t.Errorf("a blocked operator: %v", err)
	}
}
