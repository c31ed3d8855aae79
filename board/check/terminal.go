package check

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"menshen/internal/i18n"
	"menshen/internal/screen"
)

// Terminal is the [Installer] at a terminal, or a script that writes one answer a line.
type Terminal struct {
	Out   io.Writer
	Lang  i18n.Language
	Plain bool // no colours, and no line is overwritten: for screen readers, logs and dumb terminals

	answers answers
	looks   bool // the step that began last can show what comes
	pending bool // the last line on the screen is one that counts down
}

// Listen takes the answers from in. At a terminal, what is typed before a question does not answer
// it. Otherwise in is a script with one answer a line.
func (t *Terminal) Listen(in io.Reader) { t.answers = answersOf(in) }

var _ Installer = (*Terminal)(nil)

// colours by verdict.
var colours = map[Verdict]string{Passed: "32", PassedOpen: "32", Failed: "31;1", Skipped: "33", Open: "33"}

const bold = "1"

func (t *Terminal) paint(colour, s string) string {
	if t.Plain || colour == "" {
		return s
	}
	return "\x1b[" + colour + "m" + s + "\x1b[0m"
}

// say prints a text with an indentation.
func (t *Terminal) say(indent, colour string, m i18n.Message) {
	t.clear()
	for _, line := range t.lines(indent, m) {
		fmt.Fprintln(t.Out, indent+t.paint(colour, line))
	}
}

// lines breaks a text to the present width of the terminal, less the indentation.
func (t *Terminal) lines(indent string, m i18n.Message) []string {
	width, _ := screen.Size(t.Out)
	return screen.Wrap(t.Lang.Say(m), max(20, width-1-len(indent)))
}

// Begin implements Installer.
func (t *Terminal) Begin(ctx context.Context, n, of int, s Step) (Choice, error) {
	fmt.Fprintln(t.Out)
	t.say("", bold, i18n.M("check.step-of", "Step %d of %d: %v", n, of, s.Title))
	t.say("  ", "", s.Do)
	t.say("  ", "", i18n.M("check.expected", "Expected: %v", s.Expect))
	if !s.Hands {
		return Go, nil
	}
	keys := i18n.M("check.begin-keys", "Enter: begin   s: skip   b: the step before   q: stop for now")
	t.looks = s.Looks()
	return t.choose(ctx, keys, map[string]Choice{"": Go, "s": Skip, "b": Again, "q": Stop})
}

// Ask implements Installer.
func (t *Terminal) Ask(ctx context.Context, q Question) (bool, error) {
	for {
		answer, err := t.answer(ctx, i18n.M("check.yes-or-no", "%v (y, n) ", q.Text))
		if err != nil {
			return false, err
		}
		switch strings.ToLower(answer) {
		case "y", "yes", "是":
			return true, nil
		case "n", "no", "否":
			return false, nil
		}
		t.say("  ", "", i18n.M("check.type-y-or-n", "Type y for yes or n for no."))
	}
}

// Line asks for words, and gives them without the blanks around them.
func (t *Terminal) Line(ctx context.Context, question i18n.Message) (string, error) {
	return t.answer(ctx, question)
}

// Do implements Installer.
func (t *Terminal) Do(task Task) {
	text := task.Text
	if task.Within >= 10*time.Second {
		text = i18n.M("check.within-seconds", "%v (within %.0f s)", text, task.Within.Seconds())
	}
	t.say("  ", bold, i18n.Join(i18n.Verbatim("→ "), text))
}

// Waiting implements Installer.
func (t *Terminal) Waiting(left time.Duration) {
	if t.Plain || left < 2*time.Second {
		return
	}
	fmt.Fprintf(t.Out, "\r    … %d s \x1b[K", int(left.Seconds()+0.5))
	t.pending = true
}

func (t *Terminal) clear() {
	if t.pending {
		fmt.Fprint(t.Out, "\r\x1b[K")
	}
	t.pending = false
}

// Tell implements Installer.
func (t *Terminal) Tell(m i18n.Message) { t.say("    ", "", m) }

// Done implements Installer.
func (t *Terminal) Done(ctx context.Context, r Result) (Choice, error) {
	t.say("  ", colours[r.Verdict], i18n.Join(i18n.Verbatim(r.Verdict.Mark()+" "), r.Verdict.Message()))
	for _, n := range r.Notes(t.Lang) {
		t.say("    ", "", i18n.Verbatim(n))
	}
	if r.Verdict != Failed {
		return Go, nil
	}
	return t.choose(ctx, i18n.M("check.failed-keys", "a: try again   Enter: go on, as failed   q: stop for now"),
		map[string]Choice{"a": Again, "": Go, "q": Stop})
}

// choose asks until one of the keys is typed, and gives it.
func (t *Terminal) choose(ctx context.Context, m i18n.Message, keys map[string]Choice) (Choice, error) {
	if t.looks {
		m, keys["p"] = i18n.Join(i18n.M("check.look-key", "p: pulses"), i18n.Verbatim("   "), m), Look
	}
	for {
		answer, err := t.answer(ctx, i18n.Join(m, i18n.Verbatim(" > ")))
		if err != nil {
			return Stop, err
		}
		if c, ok := keys[strings.ToLower(answer)]; ok {
			return c, nil
		}
	}
}

// ErrNoAnswer means that the answers ended before the questions did.
var ErrNoAnswer = i18n.E("check.no-answer",
	"the answers ended before the check: answer each question at a terminal, or write one answer a line")

// answer prints a question and waits for a line. Keys typed while the program was at work are
// dropped: they could pass or skip a step on which people's safety depends.
func (t *Terminal) answer(ctx context.Context, m i18n.Message) (string, error) {
	t.clear()
	if err := t.answers.forget(); err != nil {
		return "", fmt.Errorf("throwing away what was typed before: %w", err)
	}
	const indent, answer = "  ", "        " // room for a short answer beside the question
	width, _ := screen.Size(t.Out)
	lines := screen.Hang(t.Lang.Say(m), max(20, width-1-len(indent+answer)), 0)
	fmt.Fprint(t.Out, indent+strings.Join(lines, "\n"+indent)+" ")
	s, err := t.answers.next(ctx)
	if err != nil || t.Plain {
		fmt.Fprintln(t.Out)
	}
	if errors.Is(err, io.EOF) {
		err = ErrNoAnswer
	}
	return s, err
}
