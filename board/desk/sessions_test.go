package desk_test

import (
	"context"
	"errors"
	"testing"

	"menshen/board/boardtest"
	"menshen/board/desk"
	"menshen/internal/i18n"
	"menshen/recognizer/eye"
	"menshen/store"
)

// TestROperatorSessionEnds: an operator who is blocked, or gets another role or another secret,
// cannot act any more in a session that they have, and what goes on in it ends: a watch, an
// aimed camera, a wait for a card.
func TestROperatorSessionEnds(t *testing.T) {
	ctx := context.Background()
	for what, change := range map[string]func(*bench) error{
		"block": func(b *bench) error {
			return b.Desk.ChangeOperator(ctx, b.Staff, "eve", desk.Manager, true)
		},
		"role": func(b *bench) error {
			return b.Desk.ChangeOperator(ctx, b.Staff, "eve", desk.Auditor, false)
		},
		"recovery": func(b *bench) error {
			code, err := b.Desk.NewRecovery(ctx, b.Staff, "eve")
			return errors.Join(err, b.Desk.Recover(ctx, "test", "eve", code, desk.Secret("another secret")))
		},
		"secret": func(b *bench) error {
			there, err := b.Desk.LogIn(ctx, "another line", "eve", desk.Secret(boardtest.Secret), i18n.English, nil)
			return errors.Join(err, b.Desk.SetSecret(ctx, there, desk.Secret(boardtest.Secret),
				desk.Secret("another secret")))
		},
	} {
		t.Run(what, func(t *testing.T) {
			b := newBench(t)
			id := b.Someone(1)
			b.Start()
			eve := b.Operator("eve", store.Manager)
			watch, aim, card := make(chan error, 1), make(chan error, 1), make(chan error, 1)
			asked := make(chan bool)
			go func() { watch <- b.Desk.Watch(ctx, eve, func(desk.Event) {}) }()
			go func() { aim <- b.Desk.Aim(ctx, eve, func(*desk.Picture) {}) }()
			go func() {
				_, err := b.Desk.AssignCard(ctx, eve, id, "fob", func(desk.Step) { close(asked) })
				card <- err
			}()
			b.Eventually("the watcher", func() bool { return b.Driver.Watchers() == 1 })
			b.Eventually("the eye aims", func() bool { return b.Eye.Mode() == eye.Aim })
			<-asked
			if err := change(b); err != nil {
				t.Fatal(err)
			}
			for name, ended := range map[string]chan error{"watch": watch, "aim": aim, "card": card} {
				if err := <-ended; !errors.Is(err, desk.ErrEnded) {
					t.Errorf("%s goes on, or ended with %v", name, err)
				}
			}
			moves := len(b.Relay.Moves())
			if _, err := b.Desk.OpenDoor(ctx, eve, "parcel"); !errors.Is(err, desk.ErrEnded) ||
				len(b.Relay.Moves()) != moves {
				t.Errorf("opening the door: %v", err)
			}
			if err := b.Desk.AddOperator(ctx, eve, "mallory", desk.Manager,
				desk.Secret(boardtest.Secret)); !errors.Is(err, desk.ErrEnded) {
				t.Errorf("making a manager: %v", err)
			}
			if _, err := b.Desk.Status(ctx, b.Staff); err != nil {
				t.Errorf("the other manager's session: %v", err)
			}
		})
	}
}

// TestROperatorAccountIsReadEachTime: a change that did not pass this desk ends the session too.
func TestROperatorAccountIsReadEachTime(t *testing.T) {
	b := newBench(t)
	b.Start()
	tom := b.Operator("tom", store.Technician)
	err := b.Vault.ChangeOperator(store.Door, tom.Operator, "operator blocked", func(o *store.Operator) error {
		o.Blocked = true
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Desk.OpenDoor(context.Background(), tom, "parcel"); !errors.Is(err, desk.ErrEnded) {
		t.Errorf("a blocked operator: %v", err)
	}
}
