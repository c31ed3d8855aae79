package check

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"menshen/internal/screen"
)

// Terminal is an installer at a terminal, or a script that writes one answer a line.
type Terminal struct {
	Out   io.Writer
	Lang  string // "en" or "zh"
	Plain bool   // no colours and nothing overwritten: for screen readers, logs and dumb terminals

	answers answers
	pending bool // a line that counts down is on the screen
}

// Listen takes the answers from in: a terminal, where what is typed before a question does not answer it, or a script with one answer a
// line.
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

// say prints a text, indented.
func (t *Terminal) say(indent, colour string, w Words) {
	t.clear()
	for _, line := range t.lines(indent, w) {
		fmt.Fprintln(t.Out, indent+t.paint(colour, line))
	}
}

// lines breaks a text for the terminal as wide as it is now, less the indentation.
func (t *Terminal) lines(indent string, w Words) []string {
	width, _ := screen.Size(t.Out)
	return screen.Wrap(w.In(t.Lang), max(20, width-1-len(indent)))
}

// Begin implements Installer.
func (t *Terminal) Begin(ctx context.Context, n, of int, s Step) (Choice, error) {
	fmt.Fprintln(t.Out)
	t.say("", bold, Words{En: fmt.Sprintf("Step %d of %d: %s", n, of, s.Title.En), Zh: fmt.Sprintf("第 %d 步，共 %d 步：%s", n, of, s.Title.Zh)})
	t.say("  ", "", s.Do)
	t.say("  ", "", Words{En: "Expected: " + s.Expect.En, Zh: "应为：" + s.Expect.Zh})
	if !s.Hands {
		return Go, nil
	}
	return t.choose(ctx, Words{En: "Enter: begin   s: skip   b: the step before   q: stop for now", Zh: "回车：开始   s：跳过   b：上一步   q：暂停"},
		map[string]Choice{"": Go, "s": Skip, "b": Again, "q": Stop})
}

// Ask implements Installer.
func (t *Terminal) Ask(ctx context.Context, q Question) (bool, error) {
	for {
		answer, err := t.answer(ctx, Words{En: q.En + " (y, n) ", Zh: q.Zh + "（y 是，n 否）"})
		if err != nil {
			return false, err
		}
		switch strings.ToLower(answer) {
		case "y", "yes", "是":
			return true, nil
		case "n", "no", "否":
			return false, nil
		}
		t.say("  ", "", Words{En: "Type y for yes or n for no.", Zh: "请输入 y（是）或 n（否）。"})
	}
}

// Do implements Installer.
func (t *Terminal) Do(task Task) {
	t.say("  ", bold, Words{En: "→ " + task.En + within(" (within %.0f s)", task), Zh: "→ " + task.Zh + within("（%.0f 秒内）", task)})
}

func within(format string, t Task) string {
	if t.Within < 10*time.Second {
		return ""
	}
	return fmt.Sprintf(format, t.Within.Seconds())
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
func (t *Terminal) Tell(w Words) { t.say("    ", "", w) }

// Done implements Installer.
func (t *Terminal) Done(ctx context.Context, r Result) (Choice, error) {
	word := r.Verdict.Words()
	t.say("  ", colours[r.Verdict], Words{En: r.Verdict.Mark() + " " + word.En, Zh: r.Verdict.Mark() + " " + word.Zh})
	for _, n := range r.Notes() {
		t.say("    ", "", n)
	}
	if r.Verdict != Failed {
		return Go, nil
	}
	return t.choose(ctx, Words{En: "a: try again   Enter: go on, as failed   q: stop for now", Zh: "a：重试   回车：按未通过继续   q：暂停"},
		map[string]Choice{"a": Again, "": Go, "q": Stop})
}

// choose asks until one of the keys is typed.
func (t *Terminal) choose(ctx context.Context, w Words, keys map[string]Choice) (Choice, error) {
	for {
		answer, err := t.answer(ctx, Words{En: w.En + " > ", Zh: w.Zh + " > "})
		if err != nil {
			return Stop, err
		}
		if c, ok := keys[strings.ToLower(answer)]; ok {
			return c, nil
		}
	}
}

// ErrNoAnswer means that the answers ended before the questions did.
var ErrNoAnswer = errors.New("the answers ended before the check: answer each question at a terminal, or write one answer a line")

// answer prints a question and waits for a line. Keys typed while the program was at work are not its answer: they would pass, or skip,
// what stands between people and the door.
func (t *Terminal) answer(ctx context.Context, w Words) (string, error) {
	t.clear()
	if err := t.answers.forget(); err != nil {
		return "", fmt.Errorf("throwing away what was typed before: %w", err)
	}
	const indent, answer = "  ", "        " // room for a short answer beside the question
	width, _ := screen.Size(t.Out)
	lines := screen.Hang(w.In(t.Lang), max(20, width-1-len(indent+answer)), 0)
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
