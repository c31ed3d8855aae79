package service_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"menshen/board/boardtest"
	"menshen/board/desk"
	"menshen/internal/i18n"
)

// TestROperatorEachLineCountsAlone: wrong tries at the control socket count for that user of the
// machine alone, and staff is told until when it is locked.
func TestROperatorEachLineCountsAlone(t *testing.T) {
	b, _ := socketed(t)
	ctx := context.Background()
	atSocket := func(secret string) error {
		line := desk.LineName(fmt.Sprintf("local user %d", os.Geteuid()))
		_, err := b.Desk.LogIn(ctx, line, "anna", desk.Secret(secret), i18n.English, nil)
		return err
	}
	for range 4 {
		if err := atSocket("wrong"); !errors.Is(err, desk.ErrRefused) {
			t.Fatal(err)
		}
	}
	anna := call(t, b.Config)
	for _, answer := range [][2]string{{"log-in: ", "anna"}, {"secret: ", "wrong"}} { // the fifth, typed at the socket
		anna.see(answer[0])
		anna.hit(answer[1] + "\r")
	}
	anna.see("Name or secret is wrong.")
	if err := atSocket(boardtest.Secret); !errors.Is(err, desk.ErrLockedOut) {
		t.Errorf("at the socket: %v", err)
	}
	s, err := b.Desk.LogIn(ctx, "serial", "anna", desk.Secret(boardtest.Secret), i18n.English, nil)
	if err != nil {
		t.Fatalf("at the serial line: %v", err)
	}
	locked := func() time.Time {
		all, err := b.Desk.Operators(ctx, s)
		if err != nil || len(all) != 1 {
			t.Fatalf("%+v, %v", all, err)
		}
		return all[0].LockedTill
	}
	if got := locked(); !got.Equal(b.Clock.Now().Add(time.Minute)) {
		t.Errorf("locked until %v", got)
	}
	b.Clock.Advance(time.Minute)
	if got := locked(); !got.IsZero() {
		t.Errorf("a lock that is over is told as one until %v", got)
	}
}
