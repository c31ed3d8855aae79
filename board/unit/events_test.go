package unit

import "testing"

// TestWatcherLosesTheOldest: the door never waits for a slow line.
func TestWatcherLosesTheOldest(t *testing.T) {
	u := &Unit{}
	w := u.Watch()
	for i := range watched + 10 {
		u.watchers.tell(Event{Bits: i})
	}
	if e := <-w.Events(); e.Bits != 10 || w.Missed() != 10 || w.Missed() != 0 {
		t.Errorf("first left is %d", e.Bits)
	}
	left := len(w.Events())
	w.Leave()
	if u.watchers.tell(Event{}); len(w.Events()) != left {
		t.Error("an event reached a watcher that has left")
	}
}
