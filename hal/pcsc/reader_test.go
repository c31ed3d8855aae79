package pcsc_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"menshen/hal"
	"menshen/hal/aescard"
	"menshen/hal/aescard/aescardtest"
	"menshen/hal/isodep"
	"menshen/hal/pcsc"
)

// wall is a reader at a pcscd that is played.
type wall struct {
	*daemon
	t      *testing.T
	v      *device
	r      *pcsc.Reader
	events chan hal.ReaderEvent
}

const acs = "ACS ACR1252 Reader [ACR1252 Reader PICC] 00 00"

// walled runs a reader; call it in a bubble of synctest.
func walled(t *testing.T, d *daemon, c pcsc.Config) *wall {
	t.Helper()
	w := &wall{daemon: d, t: t, v: &device{name: acs}, events: make(chan hal.ReaderEvent, 64)}
	if d.minor == 0 {
		d.minor = 4
	}
	d.plug(&device{name: "ACS ACR1252 Reader [ACR1252 Reader SAM] 00 01"}, w.v)
	c.Name, c.Match = "office", "picc"
	w.r = pcsc.New(d.source, c)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- w.r.Run(ctx, func(e hal.ReaderEvent) { w.events <- e }) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("ended with %v", err)
		}
	})
	return w
}

// next is what comes within two minutes.
func (w *wall) next() hal.ReaderEvent {
	w.t.Helper()
	select {
	case e := <-w.events:
		return e
	case <-time.After(2 * time.Minute):
		w.t.Fatal("nothing came")
	}
	panic("unreachable")
}

// quiet sees that nothing comes for so long.
func (w *wall) quiet(d time.Duration) {
	w.t.Helper()
	select {
	case e := <-w.events:
		w.t.Errorf("out of nothing: %+v", e)
	case <-time.After(d):
	}
}

// show lays a card on the reader, until something comes of it and for a while more.
func (w *wall) show(atr []byte, exchange app) hal.ReaderEvent {
	w.t.Helper()
	w.lay(w.v, atr, exchange)
	e := w.next()
	w.quiet(3 * time.Second) // it lies there, and is not told again
	w.lay(w.v, nil, nil)
	w.quiet(2 * time.Second)
	return e
}

// smart is an emulated card at the reader.
func smart(card *aescardtest.Card) app {
	_, exchange := on(card)
	return func(apdu []byte) ([]byte, uint32) { return exchange(apdu), 0 }
}

// TestUID: without AES cards the number counts, as one that can be copied.
func TestUID(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := walled(t, &daemon{}, pcsc.Config{})
		for _, uid := range [][]byte{{1, 2, 3, 0}, {4, 1, 2, 3, 4, 5, 0}, {0, 2, 3, 4, 5, 6, 7, 8, 9, 10}} {
			e := w.show(classicATR, numbered(uid...))
			if c := e.Card; c == nil || !bytes.Equal(c.Raw, uid) || c.Bits != 8*len(uid) || c.Layout != "uid" ||
				!c.Clonable || c.Proved || e.Reader != "office" {
				t.Errorf("%d bytes: %+v", len(uid), e)
			}
		}
		if w.r.Issue(time.Now()) || w.r.Retire(time.Now()) || w.r.Carry(time.Now(), nil) {
			t.Error("a reader without AES cards writes some")
		}
		for name, x := range map[string]struct {
			exchange app
			connect  uint32
			want     error
		}{
			"a phone":                    {numbered(0x08, 1, 2, 3), 0, hal.ErrRandom},
			"another kind of number":     {numbered(1, 2, 3, 4, 5, 6, 7, 8), 0, pcsc.ErrNumber},
			"a contact card":             {says(0, 0x6e, 0), 0, pcsc.ErrNumber},
			"a card of another protocol": {nil, 0x8010000f, pcsc.ErrNumber},
			"a card held badly":          {says(0x80100016), 0, isodep.ErrLost},
			"less than a status":         {says(0, 0x90), 0, isodep.ErrLost},
			"a card that talks much":     {says(0x80100008), 0, isodep.ErrTooLong},
			"a card that sleeps":         {late(5*time.Second, numbered(1, 2, 3, 4)), 0, aescard.ErrSlow},
		} {
			w.v.connect = x.connect
			if e := w.show(smartATR, x.exchange); !errors.Is(e.Fault, x.want) || !e.Frame {
				t.Errorf("%s: %+v", name, e)
			}
			w.v.connect = 0
			if e := w.show(smartATR, numbered(9, 9, 9, 9)); e.Card == nil {
				t.Errorf("after %s: %+v", name, e)
			}
		}
	})
}

// TestProved: AES cards are issued, read and retired as at any reader, and a bare number counts no
// more.
func TestProved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := walled(t, &daemon{minor: 5}, pcsc.Config{AES: aesSite})
		for _, card := range []*aescardtest.Card{aescardtest.NTAG(0), aescardtest.Light()} {
			card.Takes = 50 * time.Millisecond
			if e := w.show(smartATR, smart(card)); !errors.Is(e.Fault, aescard.ErrFresh) || !e.Frame {
				t.Errorf("a new card: %+v", e)
			}
			w.r.Issue(time.Now().Add(time.Minute)) // which takes longer than a tap may
			first := w.show(smartATR, smart(card))
			w.r.Issue(time.Time{})
			if first.Card == nil || !first.Card.Proved || first.Card.Clonable || first.Card.Layout != "aes" {
				t.Fatalf("issued: %+v", first)
			}
			if e := w.show(smartATR, smart(card)); e.Card == nil || !bytes.Equal(e.Card.Raw, first.Card.Raw) {
				t.Errorf("shown again: %+v", e)
			}
			w.r.Retire(time.Now().Add(time.Minute))
			if e := w.show(smartATR, smart(card)); e.Card == nil || card.Keys != [5][16]byte{} {
				t.Errorf("retired: %+v", e)
			}
			w.r.Retire(time.Time{})
		}
		for name, atr := range map[string][]byte{"a bank's card": smartATR, "a MIFARE Classic": classicATR} {
			e := w.show(atr, numbered(4, 1, 2, 3, 4, 5, 6))
			if !errors.Is(e.Fault, aescard.ErrNoKind) && !errors.Is(e.Fault, aescard.ErrAnswer) || !e.Frame {
				t.Errorf("%s: %+v", name, e)
			}
		}
		if e := w.show(smartATR, numbered(8, 1, 2, 3)); !errors.Is(e.Fault, hal.ErrRandom) {
			t.Errorf("a card that hides: %+v", e)
		}
	})
}

// TestCarried: a card that lies there is given what it is to carry, once, and brings it from then
// on. One whose owner is not meant stays as it is; one that is pulled away while it is overwritten
// is overwritten when it comes again.
func TestCarried(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := walled(t, &daemon{minor: 5}, pcsc.Config{AES: aesSite})
		sealed, soon := bytes.Repeat([]byte("face"), 50), func() time.Time { return time.Now().Add(time.Minute) }
		for _, card := range []*aescardtest.Card{aescardtest.NTAG(0), aescardtest.Light()} {
			if _, err := aesSite.Issue(card, card.UID); err != nil {
				t.Fatal(err)
			}
			w.lay(w.v, smartATR, smart(card))
			first := w.next()
			if first.Card == nil || first.Card.Written || len(first.Card.Carried.Sealed) > 0 {
				t.Fatalf("before: %+v", first)
			}
			asked := 0
			w.r.Carry(soon(), func(c hal.Card) ([]byte, bool) {
				asked++
				if !bytes.Equal(c.Raw, first.Card.Raw) || c.Carried.Key == [16]byte{} {
					t.Errorf("asked of %+v", c)
				}
				return sealed, true
			})
			e := w.next()
			if e.Card == nil || !e.Card.Written || !bytes.Equal(e.Card.Carried.Sealed, sealed) || asked != 1 {
				t.Fatalf("written: %+v, asked %d times", e, asked)
			}
			w.quiet(3 * time.Second)
			w.r.Carry(soon(), func(hal.Card) ([]byte, bool) { return nil, false })
			w.quiet(3 * time.Second) // it is read once more, and is no new tap
			w.r.Carry(time.Time{}, nil)
			w.lay(w.v, nil, nil)
			w.quiet(2 * time.Second)
			if e := w.show(smartATR, smart(card)); e.Card == nil || e.Card.Written ||
				!bytes.Equal(e.Card.Carried.Sealed, sealed) {
				t.Errorf("a tap: %+v", e)
			}

			// Pulled away while it is overwritten, and held there again.
			w.r.Carry(soon(), func(hal.Card) ([]byte, bool) { return nil, true })
			whole, said := smart(card), 0
			w.lay(w.v, smartATR, func(apdu []byte) ([]byte, uint32) {
				if said++; said > 9 {
					return nil, 0x80100069 // SCARD_W_REMOVED_CARD
				}
				return whole(apdu)
			})
			time.Sleep(time.Second)
			w.lay(w.v, nil, nil)
			time.Sleep(2 * time.Second)
			for len(w.events) > 0 {
				<-w.events
			}
			if said <= 9 {
				t.Fatalf("it was not pulled: %d commands", said)
			}
			if e := w.show(smartATR, smart(card)); e.Card == nil || !e.Card.Written || len(e.Card.Carried.Sealed) > 0 {
				t.Errorf("held there again: %+v", e)
			}
			w.r.Carry(time.Time{}, nil)
			if e := w.show(smartATR, smart(card)); e.Card == nil || len(e.Card.Carried.Sealed) > 0 ||
				!bytes.Equal(e.Card.Raw, first.Card.Raw) {
				t.Errorf("after it was overwritten: %+v", e)
			}
		}
	})
}

// TestTapsAreCounted: a card that flutters at the edge is one tap, one that comes again is two, and
// another one is another, however fast they change.
func TestTapsAreCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := walled(t, &daemon{}, pcsc.Config{})
		one, two := numbered(1, 1, 1, 1), numbered(2, 2, 2, 2)
		w.lay(w.v, smartATR, one)
		w.next()
		for range 20 {
			w.lay(w.v, nil, nil)
			time.Sleep(130 * time.Millisecond)
			w.lay(w.v, smartATR, one)
			w.quiet(300 * time.Millisecond)
		}
		w.lay(w.v, nil, nil)
		w.lay(w.v, smartATR, two) // between two looks
		if e := w.next(); e.Card == nil || e.Card.Raw[0] != 2 {
			t.Errorf("another: %+v", e)
		}
		w.lay(w.v, nil, nil)
		time.Sleep(2 * time.Second)
		w.lay(w.v, smartATR, two)
		if e := w.next(); e.Card == nil || e.Card.Raw[0] != 2 {
			t.Errorf("again: %+v", e)
		}
	})
}

// TestComesAndGoes: each way in which pcscd or the reader may be missing is one fault, which says
// why, and ends when they are back. Then cards are read.
func TestComesAndGoes(t *testing.T) {
	const again = 11 * time.Second // between two tries of a reader that fails, at most
	card := numbered(7, 7, 7, 7)
	for name, x := range map[string]struct {
		goes, comes func(*wall)
		want        error
		says        string
		within      time.Duration
	}{
		"pcscd is killed": {
			func(w *wall) { w.kill() },
			func(w *wall) { w.do(func() { w.down = false }) }, nil, "pcscd is gone", again},
		"the reader is unplugged": {
			func(w *wall) { w.plug() },
			func(w *wall) { w.plug(w.v) }, pcsc.ErrMissing, "plug it in", 400 * time.Millisecond},
		"there are two of them": {
			func(w *wall) { w.plug(w.v, &device{name: "Other PICC 01 00"}) },
			func(w *wall) { w.plug(w.v) }, pcsc.ErrSeveral, "Other PICC", again},
		"another program holds it": {
			func(w *wall) { w.do(func() { w.v.connect = 0x8010000b }); w.lay(w.v, smartATR, card) },
			func(w *wall) { w.do(func() { w.v.connect = 0 }); w.lay(w.v, nil, nil) }, pcsc.ErrBusy, "end it", again},
		"polkit refuses the card": {
			func(w *wall) { w.do(func() { w.v.connect = 0x8010006a }); w.lay(w.v, smartATR, card) },
			func(w *wall) { w.do(func() { w.v.connect = 0 }); w.lay(w.v, nil, nil) }, pcsc.ErrRefused, "polkit", again},
		"polkit refuses us": {
			func(w *wall) { w.kill(); w.do(func() { w.down, w.polkit = false, true }) },
			func(w *wall) { w.do(func() { w.polkit = false }) }, nil, "pcscd is gone", again},
		"pcscd hangs": {
			func(w *wall) { w.do(func() { w.mute = true }) },
			func(w *wall) { w.do(func() { w.mute = false }) }, nil, "in time", again + 5*time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := walled(t, &daemon{}, pcsc.Config{})
				if e := w.show(smartATR, numbered(1, 2, 3, 4)); e.Card == nil {
					t.Fatalf("%+v", e)
				}
				x.goes(w)
				if e := w.next(); e.Fault == nil || e.Frame || x.want != nil && !errors.Is(e.Fault, x.want) ||
					!strings.Contains(e.Fault.Error(), x.says) {
					t.Errorf("gone: %+v", e)
				}
				w.quiet(time.Minute)
				if since := time.Since(w.r.Alive()); since > again {
					t.Errorf("no sign of life for %v", since)
				}
				x.comes(w)
				back := time.Now()
				if e := w.next(); !e.Recovered || time.Since(back) > x.within {
					t.Errorf("back after %v: %+v", time.Since(back), e)
				}
				if e := w.show(smartATR, numbered(4, 3, 2, 1)); e.Card == nil {
					t.Errorf("a card then: %+v", e)
				}
			})
		})
	}
}

func (w *wall) do(f func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f()
}

// TestRefusedFromTheStart: the fault says what to do.
func TestRefusedFromTheStart(t *testing.T) {
	for _, x := range []struct {
		d    *daemon
		want error
	}{{&daemon{polkit: true}, pcsc.ErrRefused}, {&daemon{minor: 9}, pcsc.ErrVersion}} {
		synctest.Test(t, func(t *testing.T) {
			w := walled(t, x.d, pcsc.Config{})
			if e := w.next(); !errors.Is(e.Fault, x.want) || e.Frame {
				t.Errorf("%+v", e)
			}
		})
		if err := pcsc.Look(x.d.source, "picc"); !errors.Is(err, x.want) {
			t.Errorf("look: %v", err)
		}
	}
}
