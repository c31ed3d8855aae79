package unit

import (
	"time"

	"menshen/hal"
)

// keypad gathers the keys of a PIN. '#' ends it, '*' clears it, and keys that come too late start anew.
type keypad struct {
	keys []byte
	last time.Time
}

const (
	keyPause = 10 * time.Second // between two keys
	pinMax   = 16               // digits kept; a longer entry is nobody's PIN
)

// press takes one key; it gives the PIN when that was the last. The caller wipes it.
func (k *keypad) press(key hal.Key, at time.Time) []byte {
	k.expire(at)
	k.last = at
	switch {
	case key == '*':
		k.forget()
	case key == '#':
		pin := append([]byte(nil), k.keys...)
		k.forget()
		return pin
	case key >= '0' && key <= '9' && len(k.keys) <= pinMax:
		if k.keys == nil {
			k.keys = make([]byte, 0, pinMax+1)
		}
		k.keys = append(k.keys, byte(key))
	}
	return nil
}

// expire forgets the keys of somebody who went away.
func (k *keypad) expire(now time.Time) {
	if len(k.keys) > 0 && now.Sub(k.last) > keyPause {
		k.forget()
	}
}

func (k *keypad) forget() {
	clear(k.keys)
	k.keys = k.keys[:0]
}
