package desk_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"menshen/board/boardtest"
	"menshen/board/desk"
	"menshen/board/unit"
	"menshen/hal/haltest"
	"menshen/hal/scene"
	"menshen/policy"
	"menshen/recognizer"
	"menshen/recognizer/eye"
	"menshen/store"
	"menshen/store/audit"
)

// kindsOf are the kinds of scenes, each once where it is told several times in a row.
func kindsOf(all []scene.Scene) (kinds []scene.Kind) {
	for _, s := range all {
		kinds = append(kinds, s.Kind)
	}
	return slices.Compact(kinds)
}

// TestRNoticeDoorLeadsThroughEnrolment: while an operator serves a person the door tells them each
// step in their own language: the notice, the question, the pictures, and what came of it.
func TestRNoticeDoorLeadsThroughEnrolment(t *testing.T) {
	b := newBench(t)
	var door haltest.Presenter
	b.Tellers = []scene.Presenter{&door}
	b.Reassemble()
	b.Driver.PresentAtOnce()
	id := b.Someone(1)
	err := b.Vault.ChangePerson(store.Door, id, audit.PersonCorrected, func(p *policy.Person) error {
		p.Lang, p.LongOpen = "zh", true
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	b.Tap(1)
	b.Later(time.Minute)
	b.Start()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	door.Told()
	told := func(last scene.Kind) (all []scene.Scene) {
		t.Helper()
		b.Eventually("the door's word", func() bool {
			for _, s := range door.Told() {
				if s.Kind != scene.Opened { // to the face that is known from now on, while it stays there
					all = append(all, s)
				}
			}
			return len(all) > 0 && all[len(all)-1].Kind == last
		})
		for _, s := range all {
			if s.Kind != scene.Ready && (s.Lang != "zh" || !s.Unhurried) {
				t.Errorf("not in their manner: %+v", s)
			}
		}
		return all
	}
	if err := b.Desk.ShowNotice(ctx, b.Staff, id); err != nil {
		t.Fatal(err)
	}
	told(scene.Notice)
	n, err := b.Desk.Notice(ctx, b.Staff, "zh")
	if err != nil {
		t.Fatal(err)
	}
	yes := desk.ConsentGiven{Person: id, Notice: n.Hash, Lang: "zh"}
	if err := b.Desk.Consent(ctx, b.Staff, yes, b.tapOnce(2)); err == nil {
		t.Fatal("another card was taken for consent")
	}
	if all := told(scene.NotStored); all[0].Kind != scene.Consent || all[0].Within != 2*desk.AsksAtTheDoor {
		t.Errorf("asked with %+v", all[0])
	}
	if err := b.Desk.Consent(ctx, b.Staff, yes, b.tapOnce(1)); err != nil {
		t.Fatal(err)
	}
	b.Clock.Advance(time.Minute)
	if err := b.Driver.Do(ctx, b.Driver.Tick); err != nil {
		t.Fatal(err)
	}
	told(scene.Ready)

	shown := make(chan struct{})
	go func() { // the person stands before the camera for ten frames, is away for eight, and comes again
		defer close(shown)
		for n := 0; ctx.Err() == nil; n++ {
			o := boardtest.Look(1)
			if n%18 >= 10 {
				o = recognizer.Observation{}
			}
			select {
			case b.Eye.Seen <- o:
				if b.Eye.Mode() == eye.Enrol { // what came of it stays until it is looked at
					b.Clock.Advance(250 * time.Millisecond)
				}
			case <-ctx.Done():
			}
		}
	}()
	if _, err := b.Desk.Enrol(ctx, b.Staff, id, func(desk.Step) {}); err != nil {
		t.Fatal(err)
	}
	want := []scene.Kind{scene.Standing, scene.Enrolling, scene.SteppingOut, scene.WalkingUp, scene.Waiting,
		scene.Stored}
	if kinds := kindsOf(told(scene.Stored)); !isSubsequence(kinds, want) {
		t.Errorf("told %v, want %v in this order", kinds, want)
	}
	cancel()
	<-shown
}

// isSubsequence reports whether all is told in the order of want; a presenter may miss some that
// come too fast, but neither the first nor the last.
func isSubsequence(all, want []scene.Kind) bool {
	at := 0
	for _, k := range all {
		i := slices.Index(want[at:], k)
		if i < 0 {
			return false
		}
		at += i
	}
	return len(all) > 1 && all[0] == want[0] && at == len(want)-1
}

// TestBellAtTheDesk: whoever may open the door may answer the bell, and the status says that
// somebody waits.
func TestBellAtTheDesk(t *testing.T) {
	b := newBench(t)
	ctx := context.Background()
	if _, err := b.Desk.AnswerBell(ctx, b.Staff, desk.BellComing); !errors.Is(err, unit.ErrNotRung) {
		t.Errorf("nobody rang: %v", err)
	}
	b.Input("bell", true)
	s, err := b.Desk.Status(ctx, b.Staff)
	if err != nil || s.Bell == nil || s.Bell.Coming || !s.Bell.At.Equal(b.Clock.Now()) {
		t.Fatalf("%+v, %v", s.Bell, err)
	}
	if _, err := b.Desk.AnswerBell(ctx, b.Operator("aud", store.Auditor), desk.BellOpen); err == nil || b.Relay.On() {
		t.Errorf("an auditor opened: %v", err)
	}
	if _, err := b.Desk.AnswerBell(ctx, b.Staff, desk.BellComing); err != nil {
		t.Fatal(err)
	}
	if s, err = b.Desk.Status(ctx, b.Staff); err != nil || !s.Bell.Coming {
		t.Errorf("%+v, %v", s.Bell, err)
	}
	if d, err := b.Desk.AnswerBell(ctx, b.Staff, desk.BellOpen); err != nil || !d.Grant || !b.Relay.On() {
		t.Errorf("%+v, %v", d, err)
	}
	if s, err = b.Desk.Status(ctx, b.Staff); err != nil || s.Bell != nil {
		t.Errorf("%+v, %v", s.Bell, err)
	}
}
