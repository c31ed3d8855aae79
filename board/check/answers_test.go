package check

import (
	"context"
	"errors"
	"io"
	"menshen/internal/i18n"
	"menshen/internal/i18n/catalogue"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
)

// shown is what a terminal showed.
type shown struct {
	mu   sync.Mutex
	cond sync.Cond
	all  string
}

func watch(f *os.File) *shown {
	s := &shown{}
	s.cond.L = &s.mu
	go func() {
		buf := make([]byte, 1024)
		for {
			n, err := f.Read(buf)
			s.mu.Lock()
			s.all += string(buf[:n])
			s.cond.Broadcast()
			s.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	return s
}

// wait waits until words were shown so many times. The test's own time limit ends it.
func (s *shown) wait(words string, times int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for strings.Count(s.all, words) < times {
		s.cond.Wait()
	}
}

// TestRSafeTypedAheadAnswersNothing: keys typed while the check is at work neither confirm nor skip
// what is asked next, finished with Enter or not.
func TestRSafeTypedAheadAnswersNothing(t *testing.T) {
	far, near, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer far.Close()
	defer near.Close()
	seen := watch(far)
	ui := &Terminal{Out: near, Lang: i18n.English}
	ui.Listen(near)
	ahead := func(keys, echoed string) {
		if _, err := far.WriteString(keys); err != nil {
			t.Error(err)
		}
		seen.wait(echoed, 1) // the kernel has taken them
	}

	ahead("y\ns\ns\ns\nyy", "s\r\nyy")
	answered := make(chan bool)
	go func() {
		yes, err := ui.Ask(context.Background(), Question{"locked", i18n.Verbatim("Is the door locked?")})
		if err != nil {
			t.Error(err)
		}
		answered <- yes
	}()
	seen.wait("(y, n)", 1)
	select {
	case yes := <-answered:
		t.Fatalf("what was typed ahead answered the question: %v", yes)
	case <-time.After(50 * time.Millisecond):
	}
	if _, err := far.WriteString("n\n"); err != nil {
		t.Fatal(err)
	}
	if <-answered {
		t.Error("a typed n was taken for a yes: keys from before stood in its line")
	}

	ahead("s\nsss\n", "sss\r\n")
	began := make(chan Choice)
	go func() {
		c, err := ui.Begin(context.Background(), 1, 2, Step{ID: "fire", Hands: true, Safety: true})
		if err != nil {
			t.Error(err)
		}
		began <- c
	}()
	seen.wait("q: stop for now", 1)
	if _, err := far.WriteString("\n"); err != nil {
		t.Fatal(err)
	}
	if c := <-began; c != Go {
		t.Errorf("the step was begun with %q", c)
	}

	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		seen.wait("(y, n)", 2)
		cancel()
	}()
	_, err = ui.Ask(ctx, Question{"locked", i18n.Verbatim("Is the door locked?")})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("broken off, a question ends with %v", err)
	}
}

// TestScriptsAnswerAhead: a script writes one answer a line before it is asked, and its end is
// told.
func TestScriptsAnswerAhead(t *testing.T) {
	ui := &Terminal{Out: io.Discard, Lang: catalogue.In("zh"), Plain: true}
	ui.Listen(strings.NewReader("y\nn\n"))
	for _, want := range []bool{true, false} {
		if yes, err := ui.Ask(context.Background(), Question{"q", i18n.Verbatim("?")}); yes != want || err != nil {
			t.Errorf("answered %v, %v; want %v", yes, err, want)
		}
	}
	if _, err := ui.Ask(context.Background(), Question{"q", i18n.Verbatim("?")}); !errors.Is(err, ErrNoAnswer) {
		t.Errorf("after the last answer: %v", err)
	}
}
