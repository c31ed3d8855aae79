// Package checktest plays an installer at the terminal of 'menshen check', for tests.
package checktest

import (
	"io"
	"strings"
	"sync"
	"time"
)

// Door is what the installer sees of a door, and does to it.
type Door interface {
	Unlocked() bool
	Moves() int // of the relay, up to now
	Open()      // the door itself, whatever the lock does
	Shut()
	Press(down bool) // the exit button
	Alarm(on bool)   // the fire input
	Tap()            // a card
}

// Installer reads the screen, does what it asks for at the door, and answers what they see there.
// The steps of lamps and buzzer are skipped: nobody sees or hears them.
type Installer struct {
	Passphrase string
	Door       Door
	More       map[string]func(send func(string)) // deeds before all others, by the words on the screen

	mu    sync.Mutex
	shown strings.Builder
}

// Shown gives what the screen has shown.
func (i *Installer) Shown() string {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.shown.String()
}

type deed struct {
	screen string
	do     func()
}

// Sit works at the terminal until it ends.
func (i *Installer) Sit(tty io.ReadWriter) {
	deeds := i.deeds(func(s string) { _, _ = io.WriteString(tty, s+"\n") })
	unread, buf := "", make([]byte, 4096)
	for {
		n, err := tty.Read(buf)
		if err != nil {
			return
		}
		i.mu.Lock()
		i.shown.Write(buf[:n])
		i.mu.Unlock()
		unread = strings.ReplaceAll(unread+string(buf[:n]), "\r\n  ", " ") // lines of one text are read as one
		for {
			at, found := len(unread), deed{}
			for _, d := range deeds {
				if n := strings.Index(unread, d.screen); n >= 0 && n < at {
					at, found = n, d
				}
			}
			if found.do == nil {
				break
			}
			unread = unread[at+len(found.screen):]
			time.Sleep(20 * time.Millisecond)
			found.do()
		}
	}
}

func (i *Installer) deeds(send func(string)) []deed {
	yes := func(so func() bool) func() {
		return func() {
			if so() {
				send("y")
			} else {
				send("n")
			}
		}
	}
	var more []deed
	for words, typed := range i.More {
		more = append(more, deed{words, func() { typed(send) }})
	}
	always := func() bool { return true }
	locked := func() bool { return !i.Door.Unlocked() }
	heard, skip := 0, false
	begin := func() {
		if skip {
			send("s")
		} else {
			send("")
		}
		skip = false
	}
	skips := func() { skip = true }
	task := func(words string) string { return "\x1b[1m→ " + words }
	return append(more, []deed{
		{"Passphrase of anna: ", func() { send(i.Passphrase) }},
		{"Do you accept this commitment? (y, n) ", yes(always)},
		{"to the minute? (y, n) ", yes(always)},
		{"Is the door locked? (y, n) ", yes(locked)},
		{"Is the door locked again? (y, n) ", yes(locked)},
		{"leave it closed. (y, n) ", yes(i.Door.Unlocked)},
		{"when you pressed? (y, n) ", yes(i.Door.Unlocked)},
		{"is it still open? (y, n) ", yes(i.Door.Unlocked)},
		{"from where you stand? (y, n) ", func() { heard = i.Door.Moves(); send("y") }},
		{"even for a moment? (y, n) ", yes(func() bool { return i.Door.Moves() != heard })},
		{"without power? Try it. (y, n) ", yes(always)},
		{"was the door locked? (y, n) ", yes(always)},
		{"and the door locked? (y, n) ", yes(locked)},
		{task("Open the door."), i.Door.Open},
		{task("Close the door."), i.Door.Shut},
		{task("Press the exit button"), func() { i.Door.Press(true) }},
		{task("Let it go."), func() { i.Door.Press(false) }},
		{task("Raise the fire input."), func() { i.Door.Alarm(true) }},
		{task("Clear the fire input."), func() { i.Door.Alarm(false) }},
		{task("Show the card ("), i.Door.Tap},
		{"q: stop for now > ", begin},
		{"lamp\x1b[0m", skips},
		{"buzzer\x1b[0m", skips},
	}...)
}
