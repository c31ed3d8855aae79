package osdp_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"menshen/hal/osdp"
	"menshen/hal/osdp/osdptest"
)

// The five attacks of "Badge of Shame" (Petro and Vargas, Bishop Fox, 2023), in their order, and
// what an attacker with full control of the wire may do besides.

// tapped is the card of these tests, which must not be seen on the line.
var tapped = []byte{0xde, 0xad, 0xbe, 0xef, 0x55, 0xaa, 0x12}

// listen keeps all that goes over the line.
func listen(w *osdptest.Wire) *bytes.Buffer {
	var all bytes.Buffer
	keep := func(b []byte) []byte { all.Write(b); return b }
	w.ToReaders, w.ToUnit = keep, keep
	return &all
}

// 1. Encryption is optional: a reader that has none, or does not insist on it, is not used.
func TestAttackEncryptionIsOptional(t *testing.T) {
	w := newWire(t, 5)
	r := w.Readers[0]
	r.Insecure, r.Lax = true, true
	line := listen(w)
	r.Tap(56, tapped...)
	w.Run(time.Minute)
	if e := w.Take(); cards(e, 0) != 0 || r.Polls != 0 || bytes.Contains(line.Bytes(), tapped) {
		t.Errorf("%d cards, %d polls in clear", cards(e, 0), r.Polls)
	}
	if s := w.Bus.State(0); s.Secure || !errors.Is(s.Why, osdp.ErrNoChannel) {
		t.Errorf("%+v", s)
	}
}

// 2. Downgrade: somebody in between says for the reader that it can do no Secure Channel, and goes
// on in clear. Abilities are asked inside the session only; what is said before is not believed.
func TestAttackDowngrade(t *testing.T) {
	w := newWire(t, 5)
	r := w.Readers[0]
	r.Lax = true
	asked := 0
	w.ToReaders = func(b []byte) []byte {
		f, err := osdp.Parse(b[1:])
		if err != nil {
			t.Fatal(err)
		}
		if c, err := osdp.ParseCommand(f.Payload); err == nil && f.Security == nil {
			if _, ok := c.(osdp.AskAbilities); ok {
				asked++
			}
		}
		return b
	}
	w.ToUnit = func(b []byte) []byte { // answers the challenge in the reader's place
		if f, err := osdp.Parse(b[1:]); err == nil && f.Security != nil {
			f.Security, f.Payload = nil, osdp.Encode(osdp.Nak{Reason: osdp.NakNoSecurity})
			b, _ = f.Append(nil)
		}
		return b
	}
	r.Tap(56, tapped...)
	w.Run(time.Minute)
	if e := w.Take(); asked > 0 || cards(e, 0) > 0 || w.Bus.State(0).Secure || r.Polls > 0 {
		t.Errorf("abilities asked %d times in clear, %d cards", asked, cards(e, 0))
	}
	w.ToUnit = nil // the attacker is gone: nothing of it remains
	w.Run(osdp.OfflineAfter + time.Second)
	if e := w.Take(); cards(e, 0) != 1 {
		t.Errorf("%d cards after the attack, %v", cards(e, 0), w.Bus.State(0).Why)
	}
}

// 3. Install mode that stays open: a reader of the attacker's, under the default key, asks for the
// site's key. It is open for one reader, for its time, and closes with the key.
func TestAttackInstallMode(t *testing.T) {
	w := newWire(t, 5, 6)
	own := w.Readers[0].Key
	attackers := &osdptest.Reader{Address: 5, Factory: true, Lax: true}
	w.Run(2 * time.Second)

	w.Readers[0] = attackers // put in the place of the reader
	attackers.Tap(56, tapped...)
	w.Run(time.Minute)
	if e := w.Take(); cards(e, 0) > 0 || attackers.Sessions > 0 || attackers.Key == own || w.Bus.State(0).Secure {
		t.Fatalf("%d sessions under the default key with no install open", attackers.Sessions)
	}
	w.Bus.Install(w.Now, 1, osdp.Key{66}, w.Now.Add(10*time.Minute)) // of the other reader
	w.Run(2 * time.Minute)
	if attackers.Sessions > 0 || w.Readers[1].Key != (osdp.Key{66}) {
		t.Fatalf("%d sessions in another reader's install", attackers.Sessions)
	}
	w.Bus.Install(w.Now, 0, osdp.Key{55}, w.Now.Add(time.Minute)) // nobody is there who could take it
	attackers.Deaf = true
	w.Run(61 * time.Second)
	attackers.Deaf = false
	w.Run(time.Minute)
	if attackers.Sessions > 0 || attackers.Key == (osdp.Key{55}) {
		t.Error("the install was open after its time")
	}
	closed := 0
	for _, e := range w.Take() {
		if e.Closed && !e.Taken && e.Reader == 0 {
			closed++
		}
	}
	if closed != 1 {
		t.Errorf("its end was told %d times", closed)
	}
}

// 4. Weak keys: see TestPatternsAreNoSecrets; and a key for each install, TestKeysOfInstalls.

// 5. The capture of the key: it never goes over the line but within the install. Whoever makes a
// reader fail, to have it exchanged, sees nothing before an operator opens one. What is seen then
// opens this reader's sessions alone, and no more after its next install, under the key it has.
func TestAttackKeyCapture(t *testing.T) {
	w := newWire(t, 5)
	line := listen(w)
	w.Run(time.Minute)
	for range 20 { // whatever the attacker does to the reader
		w.Readers[0].Unplug()
		w.Run(10 * time.Second)
	}
	next := osdp.Key{1: 0x77, 2: 0x99, 9: 0x42}
	keyset := []byte{0x75, 1, 16}
	if bytes.Contains(line.Bytes(), keyset) {
		t.Fatal("a key was sent without an install")
	}
	w.Take()
	w.Bus.Install(w.Now, 0, next, w.Now.Add(10*time.Minute))
	w.Run(5 * time.Second)
	if s := w.Bus.State(0); !s.Secure || !s.Installs.IsZero() || w.Readers[0].Key != next {
		t.Fatalf("not installed: %+v", s)
	}
	if bytes.Contains(line.Bytes(), keyset) || bytes.Contains(line.Bytes(), next[:]) {
		t.Error("the new key went over the line in clear")
	}
	var scan osdp.Scanner
	scan.Feed(line.Bytes())
	for f, ok := scan.Next(); ok; f, ok = scan.Next() {
		if len(f.Security) == 2 && f.Security[1] == 0 {
			t.Fatal("the default key was tried at a reader that has its own")
		}
	}
}

// A reader that was taken down opens nothing after another was installed in its place.
func TestAttackTakenReader(t *testing.T) {
	w := newWire(t, 5)
	w.Run(time.Second)
	taken := w.Readers[0]
	w.Readers[0] = &osdptest.Reader{Address: 5, Factory: true}
	w.Bus.Install(w.Now, 0, osdp.Key{1}, w.Now.Add(10*time.Minute))
	w.Run(20 * time.Second)
	if !w.Bus.State(0).Secure {
		t.Fatal(w.Bus.State(0).Why)
	}
	w.Take()
	w.Readers[0] = taken
	taken.Unplug()
	taken.Tap(56, tapped...)
	w.Run(time.Minute)
	if e := w.Take(); cards(e, 0) > 0 || w.Bus.State(0).Secure || !errors.Is(w.Bus.State(0).Why, osdp.ErrOtherKey) {
		t.Errorf("the reader that was taken: %d cards, %+v", cards(e, 0), w.Bus.State(0))
	}
}

// A recorded tap does not open again, in its session or in another.
func TestAttackReplay(t *testing.T) {
	w := newWire(t, 5)
	w.Run(time.Second)
	var answers [][]byte
	w.ToUnit = func(b []byte) []byte { answers = append(answers, bytes.Clone(b)); return b }
	w.Readers[0].Tap(56, tapped...)
	w.Run(10 * time.Second)
	if cards(w.Take(), 0) != 1 {
		t.Fatal("no tap to record")
	}
	n := 0
	w.ToUnit = func([]byte) []byte { n++; return answers[n%len(answers)] }
	w.Run(2 * time.Minute)
	if e := w.Take(); cards(e, 0) > 0 {
		t.Errorf("%d replayed cards", cards(e, 0))
	}
	if n := counts(w, 0, "answers of wrong MAC"); n == 0 {
		t.Error("no wrong MAC was counted")
	}
}

// A frame whose MAC is guessed costs the session, so that the next guess needs another one.
func TestAttackForgedMAC(t *testing.T) {
	w := newWire(t, 5)
	w.Run(time.Minute)
	w.Take()
	guesses := 0
	w.ToUnit = func(b []byte) []byte {
		f, err := osdp.Parse(b[1:])
		if err != nil || len(f.Security) != 1 {
			return b
		}
		guesses++
		f.Payload = append(osdp.Encode(osdp.CardBits{Bits: 56, Raw: tapped}), byte(guesses), 0, 0, 0)
		b, _ = f.Append(nil)
		return b
	}
	w.Run(10 * time.Minute)
	e := w.Take()
	if cards(e, 0) > 0 || !errors.Is(downs(e)[0], osdp.ErrMAC) || guesses > 80 {
		t.Errorf("%d cards, %d guesses, %v", cards(e, 0), guesses, downs(e)[0])
	}
}

// In a session, what is said in clear is not taken.
func TestAttackInjection(t *testing.T) {
	w := newWire(t, 5)
	w.Run(time.Second)
	w.ToUnit = func(b []byte) []byte {
		f, err := osdp.Parse(b[1:])
		if err != nil {
			t.Fatal(err)
		}
		f.Security, f.Payload = nil, osdp.Encode(osdp.CardBits{Bits: 56, Raw: tapped})
		in, _ := f.Append(nil)
		return append(in, b...)
	}
	w.Run(time.Minute)
	if e := w.Take(); cards(e, 0) > 0 || len(downs(e)) > 0 || counts(w, 0, "answers in clear, not taken") == 0 {
		t.Errorf("%d cards, %v", cards(e, 0), downs(e))
	}
}

// A reader that does not encrypt what people hold or type is not used, even in a session.
func TestAttackMACAlone(t *testing.T) {
	w := newWire(t, 5)
	w.Readers[0].Plain = true
	w.Readers[0].Tampered = true
	w.Run(time.Second)
	if !w.Bus.State(0).Secure {
		t.Fatal("what is no secret may be said so:", w.Bus.State(0).Why)
	}
	w.Readers[0].Tap(56, tapped...)
	w.Run(200 * time.Millisecond)
	if e := w.Take(); cards(e, 0) > 0 || len(downs(e)) != 1 || !errors.Is(downs(e)[0], osdp.ErrPlain) {
		t.Errorf("%d cards, %v", cards(e, 0), downs(e))
	}
}

// A reader that says busy for ever is offline like one that is silent.
func TestAttackBusyForEver(t *testing.T) {
	w := newWire(t, 5)
	w.Run(time.Second)
	w.Readers[0].Busy = 1e6
	w.Run(10 * time.Second)
	if w.Bus.State(0).Secure {
		t.Error("online by being busy")
	}
}

func counts(w *osdptest.Wire, reader int, of string) uint64 {
	for _, c := range w.Bus.Counts(reader) {
		if c.Of == of {
			return c.N
		}
	}
	panic("nothing counts " + of)
}
