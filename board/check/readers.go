package check

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"menshen/board/config"
	"menshen/hal"
	"menshen/internal/i18n"
)

// taps is how often one card is shown to a reader. keysAsked is what is typed at a keypad: every
// key once, which is no person's PIN.
const (
	taps      = 5
	keysAsked = "1234567890*#"
)

// listening is a reader at work for one step.
type listening struct {
	events chan hal.ReaderEvent
	fault  error
	end    func()
}

func listen(ctx context.Context, r hal.Reader) *listening {
	ctx, cancel := context.WithCancel(ctx)
	l := &listening{events: make(chan hal.ReaderEvent)}
	var all sync.WaitGroup
	all.Go(func() {
		err := r.Run(ctx, func(e hal.ReaderEvent) {
			select {
			case l.events <- e:
			case <-ctx.Done():
			}
		})
		if ctx.Err() == nil { // it gave up by itself
			select {
			case l.events <- hal.ReaderEvent{Reader: r.String(), Fault: fmt.Errorf("reader ended: %w", err)}:
			case <-ctx.Done():
			}
		}
	})
	l.end = func() { cancel(); all.Wait() }
	return l
}

// next waits for the next card, button or code; nil: none came in time. A fault of
// the reader is kept in l.fault.
func (l *listening) next(ctx context.Context, within time.Duration) (*hal.ReaderEvent, error) {
	t := time.NewTimer(within)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-t.C:
			return nil, nil
		case e := <-l.events:
			if e.Recovered {
				l.fault = nil
				continue
			}
			l.fault = errors.Join(e.Fault)
			return &e, nil
		}
	}
}

// silent gives the problem of a reader from which nothing comes.
func (l *listening) silent() *Problem {
	if l.fault != nil {
		return problem(i18n.M("check.reader-reports", "The reader reports: %v", l.fault),
			i18n.M("check.repair-then-again", "Repair what it says, then try again."))
	}
	return problem(i18n.M("check.reader-silent", "Nothing came from the reader."),
		i18n.M("check.check-reader", "Check its supply (is its lamp on, does it beep?), its data lines and their "+
			"pins, and whether the card is of its kind."))
}

// readerStep checks that one card or code is read each time it is shown, with the same content.
func readerStep(c config.Reader, reader hal.Reader) Step {
	thing := i18n.M("check.card", "card")
	if c.Kind == "scanner" {
		thing = i18n.M("check.code", "code")
	}
	return Step{
		ID: "reader " + c.Name, Hands: true, look: lookAt(reader),
		Title:  i18n.M("check.reader-named", "Reader %s", c.Name),
		Do:     i18n.M("check.show-times", "Show one %v %d times. The door stays locked.", thing, taps),
		Expect: i18n.M("check.read-each-time", "It is read each time, and always the same."),
		run: func(ctx context.Context, r *run) error {
			l := listen(ctx, reader)
			defer l.end()
			// half a second, in which the reader reports when it is not there
			if e, err := l.next(ctx, r.Patience/120); err != nil {
				return err
			} else if e != nil && e.Fault != nil {
				return l.lost(ctx, r, c)
			}
			var first *hal.ReaderEvent
			read, bad := 0, 0
			for read < taps {
				r.Do(Task{"tap", i18n.M("check.show-of", "Show the %v (%d of %d).", thing, read+1, taps), r.Patience})
				e, err := l.next(ctx, r.Patience)
				switch {
				case err != nil:
					return err
				case e == nil:
					return l.lost(ctx, r, c)
				case e.Fault != nil && !e.Frame && c.Kind == "osdp":
					return l.lost(ctx, r, c)
				case e.Fault != nil:
					bad++
					if bad > taps {
						return l.silent()
					}
					r.Tell(i18n.M("check.not-read", "Not read: %v", e.Fault))
					continue
				case e.Card == nil && e.Code == "": // a key of its keypad
					continue
				}
				if first == nil {
					first = e
				}
				if !alike(first, e) {
					return problem(i18n.M("check.not-the-same", "What was read is not the same each time."),
						i18n.M("check.use-same-card",
							"Use the same card each time. If you did, there is noise on the data lines: "+
								"check their screen, length and ground."))
				}
				read++
			}
			linkFacts(r, reader)
			r.measured("read_rate", i18n.M("check.read-rate", "Read rate"), 100*float64(read)/float64(read+bad), "%")
			if first.Card != nil {
				layout := i18n.Verbatim(first.Card.Layout)
				if layout.IsZero() {
					layout = i18n.M("check.unknown-layout", "unknown")
				}
				r.fact("format", i18n.M("check.format", "Format"),
					i18n.M("check.format-bits", "%v, %d bits", layout, first.Card.Bits))
				if first.Card.Clonable {
					r.remark = i18n.M("check.card-can-be-copied", "This kind of card can be copied.")
				}
			}
			return nil
		},
	}
}

// alike reports whether two events gave the same card or code.
func alike(a, b *hal.ReaderEvent) bool {
	if a.Card == nil || b.Card == nil {
		return a.Card == b.Card && a.Code == b.Code
	}
	return bytes.Equal(a.Card.Credential(), b.Card.Credential())
}

// keypadStep checks that each key is read as itself.
func keypadStep(c config.Reader, reader hal.Reader) Step {
	s := Step{
		ID: "keypad " + c.Name, Hands: true,
		Title:  i18n.M("check.keypad-named", "Keypad %s", c.Name),
		Do:     i18n.M("check.type-each-key", "Type each key once, in this order: %s", keysAsked),
		Expect: i18n.M("check.keys-read-right", "Each key is read as what it is."),
		run: func(ctx context.Context, r *run) error {
			l := listen(ctx, reader)
			defer l.end()
			r.Do(Task{"type", i18n.M("check.type-keys", "Type %s", keysAsked), r.Patience})
			for i, want := range keysAsked {
				e, err := l.next(ctx, r.Patience)
				switch {
				case err != nil:
					return err
				case e == nil:
					if i == 0 {
						return l.silent()
					}
					return problem(i18n.M("check.key-did-not-come", "Key %c was not received.", want),
						i18n.M("check.type-in-order", "Type all keys in the order shown; look for a key that is worn."))
				case e.Button != hal.Button(want):
					return problem(i18n.M("check.another-key-came", "Instead of key %c another came.", want),
						i18n.M("check.type-again-in-order",
							"Try again and type in the order shown. If it happens again: "+
								"set keypad = 4 or 8 in the configuration, as the reader's manual says."))
				}
			}
			r.measured("keys", i18n.M("check.keys-read", "Keys read"), float64(len(keysAsked)), "")
			return nil
		},
	}
	if c.Keypad == 0 {
		s.absent = i18n.M("check.no-keypad", "[[reader]] %s has no keypad in the configuration.", c.Name)
	}
	return s
}
