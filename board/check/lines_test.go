package check

import (
	"os"
	"testing"
	"time"

	"menshen/hal"
)

// TestContactThatChatters: it counts as one for the whole step in which it does, and in the next
// only if it goes on. What it does meanwhile still reaches the lock.
func TestContactThatChatters(t *testing.T) {
	ls := newLines(map[string]hal.Input{"rex": nil})
	chatters := func() bool {
		_, _, chatters, _ := ls.state("rex")
		return chatters
	}
	at := time.Unix(1000, 0)
	ls.take("rex", hal.InputEvent{At: at})
	ls.take("rex", hal.InputEvent{At: at, Fault: hal.ErrChatter})
	c, changed := ls.take("rex", hal.InputEvent{At: at, Active: true, Bounce: unrest})
	if !changed || !c.Active || !chatters() {
		t.Errorf("pressed while it chatters: %+v, a change: %v, chatters: %v", c, changed, chatters())
	}
	ls.forget()
	if !chatters() {
		t.Error("it goes on in the next step, and does not count")
	}
	ls.take("rex", hal.InputEvent{At: at, Active: true})
	if !chatters() {
		t.Error("it came to rest, and the step in which it chattered forgot that")
	}
	ls.forget()
	if chatters() {
		t.Error("it rests, and the next step counts it as one that chatters")
	}
}

// TestInputThatGoesAway is not known until it reports again, and its state then is a change.
func TestInputThatGoesAway(t *testing.T) {
	ls := newLines(map[string]hal.Input{"fire": nil})
	ls.take("fire", hal.InputEvent{})
	ls.take("fire", hal.InputEvent{Fault: os.ErrClosed})
	if _, known, _, err := ls.state("fire"); known || err == nil {
		t.Errorf("away: known %v, %v", known, err)
	}
	if _, changed := ls.take("fire", hal.InputEvent{}); !changed {
		t.Error("its state after it came back is not a change")
	}
	if _, known, _, err := ls.state("fire"); !known || err != nil {
		t.Errorf("back: known %v, %v", known, err)
	}
}
