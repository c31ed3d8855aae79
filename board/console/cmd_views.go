package console

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"menshen/board/desk"
	"menshen/internal/i18n"
	"menshen/internal/screen"
)

func viewCommands() []command {
	return []command{
		{name: "live", run: live,
			about:   i18n.M("console.help-live", "show the status, kept up to date, until a key is pressed"),
			example: "live"},
		{name: "watch", usage: "[WORD] [--json]", right: desk.OpensDoor, needs: has[Watcher], run: watch,
			about: i18n.M("console.help-watch",
				"show events as they happen, or those with a word in them, until a key is pressed"),
			example: "watch reader"},
		{name: "aim", usage: "[blocks|ascii|words]", right: desk.OpensDoor, needs: has[Aimer], run: aim,
			about: i18n.M("console.help-aim",
				"show the camera's picture, to aim it; this is recorded, the lamp is on, nothing is stored"),
			example: "aim ascii"},
	}
}

// viewing runs f until a key is pressed.
func (c *console) viewing(ctx context.Context, f func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer c.line.onKey(c.line.onKey(func(rune) { cancel() }))
	err := f(ctx)
	if errors.Is(err, context.Canceled) {
		err = nil
	}
	return err
}

// untilKey runs f until it ends or one of keys is pressed, and gives that key; 0: f ended first.
// Ctrl-C and Ctrl-D count as the last of keys. What was typed before is thrown away.
func (c *console) untilKey(ctx context.Context, keys string, f func(context.Context) error) (rune, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var pressed atomic.Int32
	c.line.flush()
	defer c.line.onKey(c.line.onKey(func(k rune) {
		if k == keyCancel || k == keyLeave {
			k, _ = utf8.DecodeLastRuneInString(keys)
		}
		if strings.ContainsRune(keys, k) && pressed.CompareAndSwap(0, k) {
			cancel()
		}
	}))
	err := f(ctx)
	if k := pressed.Load(); k != 0 && err != nil {
		return k, nil
	}
	return 0, err
}

// liveEvery is how long the live status waits between two looks.
const liveEvery = time.Second

// live shows the status until a key is pressed: in place on a terminal; in
// plain mode only what has changed.
func live(ctx context.Context, c *console, _ []string) error {
	return c.viewing(ctx, func(ctx context.Context) error {
		before := map[string]string{}
		if !c.plain {
			defer c.put(clearScreen)
		}
		for {
			s, err := c.desk.Status(ctx, c.who)
			if err != nil {
				return err
			}
			if facts := c.statusFacts(s, c.lang); c.plain {
				c.changes(before, facts)
			} else {
				c.drawFacts(facts)
			}
			if err := c.wait(ctx, liveEvery); err != nil {
				return err
			}
		}
	})
}

// Escape sequences of ECMA-48 that each VT100 has.
const (
	clearScreen = "\x1b[H\x1b[J"
	home        = "\x1b[H"
	clearRight  = "\x1b[K"
	clearBelow  = "\x1b[J"
)

// drawFacts draws facts over the ones before, without a flicker.
func (c *console) drawFacts(facts []desk.Fact) {
	var b strings.Builder
	b.WriteString(home)
	var lines []string
	for _, f := range facts {
		lines = append(lines, screen.Hang(c.factLine(f), c.width()-1, 2)...)
	}
	for _, l := range lines[:min(len(lines), c.height()-2)] {
		b.WriteString(l + clearRight + "\r\n")
	}
	b.WriteString(c.lang.Say(i18n.M("console.any-key-ends", "Press any key to end this.")) + clearRight + clearBelow)
	c.put(b.String())
}

// changes prints the facts that differ from before, and remembers them. Clock and
// running time are printed once.
func (c *console) changes(before map[string]string, facts []desk.Fact) {
	for _, f := range facts {
		if now := c.factLine(f); before[f.Name] != now &&
			(f.Name != "clock" && f.Name != "running" || before[f.Name] == "") {
			before[f.Name] = now
			c.hanging(now, 2)
		}
	}
}

func (c *console) factLine(f desk.Fact) string {
	s := c.lang.Say(i18n.Word(string(f.Name)))
	if f.State != "" {
		s += ": " + f.State
	}
	switch {
	case f.Fault == "":
	case c.plain:
		s += c.lang.Say(i18n.M("console.with-fault", "; fault: ")) + f.Fault
	default:
		s += "  ! " + f.Fault
	}
	return s
}

// wait waits for d, or gives ctx's error when ctx ends first.
func (c *console) wait(ctx context.Context, d time.Duration) error {
	over := make(chan struct{})
	t := c.o.Clock.AfterFunc(d, func() { close(over) })
	defer t.Stop()
	select {
	case <-over:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func watch(ctx context.Context, c *console, words []string) error {
	a, err := parse(words, "json")
	if err != nil {
		return err
	}
	if !a.has("json") {
		c.say(i18n.M("console.any-key-ends", "Press any key to end this."))
	}
	lost := 0
	return c.viewing(ctx, func(ctx context.Context) error {
		return c.desk.(Watcher).Watch(ctx, c.who, func(e desk.Event) {
			lost += e.Lost
			if !strings.Contains(e.Source+" "+e.Text, a.rest()) || ctx.Err() != nil {
				return
			}
			c.event(e, lost, a.has("json"))
			lost = 0
		})
	})
}

// event prints one event.
func (c *console) event(e desk.Event, lost int, asJSON bool) {
	if asJSON {
		t := table{cols: []column{{key: "at"}, {key: "source"}, {key: "text"}, {key: "fault"}, {key: "lost"}}}
		t.add(e.At, e.Source, e.Text, e.Fault, lost)
		_ = c.showJSON(t) // strings, numbers and a time always can be JSON
		return
	}
	if lost > 0 {
		c.say(i18n.M("console.events-left-out", "(%d events left out: the line is too slow)", lost))
	}
	mark := " "
	if e.Fault {
		mark = "!"
	}
	c.hanging(fmt.Sprintf("%s %s %s: %s", e.At.In(c.o.Location).Format("15:04:05.000"), mark, e.Source, e.Text),
		len("15:04:05.000 ! "))
}
