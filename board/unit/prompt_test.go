package unit_test

import (
	"testing"
	"time"

	"menshen/board/boardtest"
	"menshen/board/unit"
	"menshen/recognizer/fusion"
)

// TestPrompt: what the person at the door is to do is there in words, in both languages, and gone when they are.
func TestPrompt(t *testing.T) {
	b := newBench(t)
	b.Enrolled(1)
	b.Later(time.Minute)
	says := func(want string, of func(lang string) string) {
		t.Helper()
		for _, lang := range []string{"en", "zh"} {
			expected := ""
			if of != nil {
				expected = of(lang)
			}
			if got := b.State().Faces.Prompt.Text(lang); got != expected {
				t.Errorf("%s, %s: %q, want %q", want, lang, got, expected)
			}
		}
	}
	says("nobody", nil)

	far := boardtest.Look(1)
	far.Embedding, far.Quality.Advice = nil, fusion.ComeCloser
	b.Driver.See(&far)
	says("far away", fusion.ComeCloser.Text)
	b.Later(time.Minute)
	says("gone again", nil)

	signals := b.Unit.Challenge()
	for range 4 {
		near := boardtest.Look(1)
		b.Driver.See(&near)
	}
	act := b.Unit.Asks()
	if act == fusion.NoAct {
		t.Fatal("nothing was asked")
	}
	says("challenge", act.Text)
	if said := <-signals; said != unit.SignalFor(act) || said == "" {
		t.Errorf("lamp and buzzer ask for %q, the door for %v", said, act)
	}
	b.Later(time.Minute)
	says("gone without acting", nil)

	b.Config.Faces.WithCard = true
	b.Tap(1)
	says("card read, nobody looks", fusion.LookStraight.Text)
}
