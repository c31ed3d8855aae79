package board

import (
	"testing"
	"time"

	"menshen/recognizer"
	"menshen/recognizer/fusion"
)

// TestPrompt: what the person at the door is to do is there in words, in both languages, and gone when they are.
func TestPrompt(t *testing.T) {
	b := newBench(t)
	b.enrolled(1)
	b.later(time.Minute)
	says := func(want string, of func(lang string) string) {
		t.Helper()
		for _, lang := range []string{"en", "zh"} {
			expected := ""
			if of != nil {
				expected = of(lang)
			}
			if got := b.prompt(b.clock.now(), lang); got != expected {
				t.Errorf("%s, %s: %q, want %q", want, lang, got, expected)
			}
		}
	}
	says("nobody", nil)

	far := look(1)
	far.Embedding, far.Quality.Advice = nil, recognizer.ComeCloser
	b.observe(&far)
	says("far away", recognizer.ComeCloser.Text)
	b.later(time.Minute)
	says("gone again", nil)

	b.faces.conf.Challenge = fusion.Always
	b.faces.visit.Configure(b.faces.conf)
	for len(b.signals.next) > 0 {
		<-b.signals.next
	}
	for range 4 {
		near := look(1)
		b.observe(&near)
	}
	act := b.faces.visit.Asks()
	if act == fusion.NoAct {
		t.Fatal("nothing was asked")
	}
	says("challenge", act.Text)
	if said := <-b.signals.next; said != askedBy[act] || said == "" {
		t.Errorf("lamp and buzzer ask for %q, the door for %v", said, act)
	}
	b.later(time.Minute)
	says("gone without acting", nil)

	b.cfg.Faces.WithCard = true
	b.tapped(1)
	says("card read, nobody looks", recognizer.LookStraight.Text)
}
