package unit_test

import (
	"testing"
	"time"

	"menshen/board/boardtest"
	"menshen/board/unit"
	"menshen/hal/scene"
	"menshen/internal/i18n"
)

// TestPrompt: what the person at the door is to do is there in words, in both
// languages, and gone when they are.
func TestPrompt(t *testing.T) {
	b := newBench(t)
	b.Enrolled(1)
	b.Later(time.Minute)
	says := func(want string, expected i18n.Message) {
		t.Helper()
		if got := b.State().Faces.Prompt.Message(); got.ID != expected.ID {
			t.Errorf("%s: %q, want %q", want, got, expected)
		}
	}
	says("nobody", i18n.Message{})

	far := boardtest.Look(1)
	far.Embedding, far.Quality.Advice = nil, scene.ComeCloser
	b.Driver.See(&far)
	says("far away", scene.ComeCloser.Message())
	b.Later(time.Minute)
	says("gone again", i18n.Message{})

	signals := b.Unit.Challenge()
	for range 4 {
		near := boardtest.Look(1)
		b.Driver.See(&near)
	}
	act := b.Unit.Asks()
	if act == scene.NoAct {
		t.Fatal("nothing was asked")
	}
	says("challenge", act.Message())
	if said := <-signals; said != unit.SignalFor(act) || said == "" {
		t.Errorf("lamp and buzzer ask for %q, the door for %v", said, act)
	}
	b.Later(time.Minute)
	says("gone without acting", i18n.Message{})

	b.Unit.WithCard(true)
	b.Tap(1)
	says("card read, nobody looks", scene.LookStraight.Message())
}
