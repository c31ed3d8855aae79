// Package osdptest emulates readers of an OSDP line, and lines that misbehave.
//
// A Reader was written from public descriptions of the protocol. It shares frames and messages with
// package osdp, so it proves how the two sides act on each other and not how they look on the line:
// that, libosdp does (peer_test.go of package osdp).
package osdptest

import (
	"crypto/rand"
	"fmt"

	"menshen/hal/osdp"
)

// Reader is an emulated reader, without input or output. Its exported fields may be changed between
// two calls.
type Reader struct {
	Address    byte
	Key        osdp.Key
	Factory    bool // it takes the default key (its "install mode")
	Insecure   bool // it knows no Secure Channel
	Lax        bool // it answers polls in clear, as many do
	Plain      bool // in its Secure Channel it authenticates and does not encrypt
	Deaf       bool // it is there and does not answer
	Busy       int  // so many next commands find it busy
	Identity   osdp.Identity
	Tampered   bool
	Failing    bool         // its supply
	Inputs     osdp.Inputs  // nil: it has none
	Outputs    osdp.Outputs // nil: it has none
	Heads      osdp.Readers // nil: none beside itself
	Refuses    func(osdp.Command) bool
	Baud       int           // it hears only what is sent at it; 0: anything
	OwnAddress bool          // it does not hear what is for everybody
	Fixed      bool          // it refuses another place
	GoesTo     *osdp.LineSet // where it goes, whatever it is told
	Files      *Files        // nil: it takes none

	// What it was told last.
	LEDs   []osdp.LED
	Buzzer []osdp.Buzzer
	Texts  []osdp.Text
	Takes  uint16 // bytes of a frame, that the unit does; 0: it was not told

	Sessions int
	Polls    int

	scan     osdp.Scanner
	waiting  []osdp.Reply // what polls will get
	begun    *osdp.Channel
	channel  *osdp.Channel
	unit     osdp.Nonce
	sequence byte
	heard    []byte        // the last command, as it came
	answer   []byte        // the answer to it
	told     [3]string     // its states, as the unit knows them
	goes     *osdp.LineSet // after its answer
}

// Tap holds a card to the reader.
func (r *Reader) Tap(bits int, raw ...byte) {
	r.waiting = append(r.waiting, osdp.CardBits{Coding: 1, Bits: bits, Raw: raw})
}

// Press types keys.
func (r *Reader) Press(keys string) {
	r.waiting = append(r.waiting, osdp.Keys{Digits: []byte(keys)})
}

// Say gives an answer to the next poll.
func (r *Reader) Say(a osdp.Reply) { r.waiting = append(r.waiting, a) }

// Waiting is how much the unit has not fetched.
func (r *Reader) Waiting() int { return len(r.waiting) }

// Unplug takes the power: the session is over. What was tapped before is kept, as readers do that
// have a memory.
func (r *Reader) Unplug() { r.begun, r.channel, r.heard, r.answer, r.sequence = nil, nil, nil, nil, 0 }

// Received takes bytes of the line, sent at a speed (0: not known), and gives what the reader
// answers.
func (r *Reader) Received(baud int, b []byte) (answer []byte) {
	if r.Baud != 0 && baud != 0 && r.Baud != baud {
		return nil
	}
	r.scan.Feed(b)
	for f, ok := r.scan.Next(); ok; f, ok = r.scan.Next() {
		if !f.Reply && (f.Address == r.Address || f.Address == osdp.Broadcast && !r.OwnAddress) && !r.Deaf {
			answer = append(answer, r.hear(f)...)
			r.goNow()
		}
	}
	return answer
}

// goNow is at another place from now on, if it was told so.
func (r *Reader) goNow() {
	if to := r.goes; to != nil {
		r.Unplug()
		r.goes, r.Address, r.Baud = nil, to.Address, int(to.Baud)
	}
}

// Pause tells it that the line was quiet: a command that had begun does not go on.
func (r *Reader) Pause() { r.scan.Reset() }

// hear takes one command.
func (r *Reader) hear(f osdp.Frame) []byte {
	whole, err := f.Append(nil)
	if err != nil {
		panic(err) // it was read as one
	}
	if f.Sequence != 0 && string(whole) == string(r.heard) {
		return r.answer
	}
	if r.Busy > 0 {
		r.Busy--
		return r.send(f, osdp.Busy{}, nil)
	}
	if f.Sequence == 0 {
		r.begun, r.channel = nil, nil
	} else if f.Sequence != r.sequence%3+1 {
		r.channel = nil
		return r.send(f, osdp.Nak{Reason: osdp.NakSequence}, nil)
	}
	r.sequence, r.heard = f.Sequence, whole
	r.answer = r.act(f)
	return r.answer
}

func (r *Reader) act(f osdp.Frame) []byte {
	if r.Insecure && f.Security != nil {
		return r.send(f, osdp.Nak{Reason: osdp.NakNoSecurity}, nil)
	}
	payload, sealed := f.Payload, r.channel != nil
	if sealed {
		var err error
		if payload, err = r.channel.Open(f); err != nil {
			r.channel = nil
			return r.send(f, osdp.Nak{Reason: osdp.NakInClear}, nil)
		}
	}
	if !sealed && len(f.Security) == 1 {
		return r.send(f, osdp.Nak{Reason: osdp.NakInClear}, nil)
	}
	c, err := osdp.ParseCommand(payload)
	if err != nil {
		return r.send(f, osdp.Nak{Reason: osdp.NakCommand}, r.channel)
	}
	switch c := c.(type) {
	case osdp.Challenge:
		return r.challenged(f, c)
	case osdp.Confirm:
		return r.confirmed(f, c)
	case osdp.AskIdentity:
		return r.send(f, r.Identity, r.channel)
	case osdp.AskAbilities:
		return r.send(f, r.abilities(), r.channel)
	}
	if !sealed && !r.Lax {
		return r.send(f, osdp.Nak{Reason: osdp.NakInClear}, nil)
	}
	return r.send(f, r.obey(c), r.channel)
}

func (r *Reader) abilities() osdp.Abilities {
	all := osdp.Abilities{
		{Function: osdp.CanCards, Level: 1}, {Function: osdp.CanLamp, Level: 4, Count: 1},
		{Function: osdp.CanBuzzer, Level: 2, Count: 1}, {Function: osdp.CanText, Level: 1, Count: 1},
		{Function: osdp.CanSecurity, Level: 1, Count: 1},
	}
	for function, n := range map[byte]int{osdp.CanInputs: len(r.Inputs), osdp.CanOutputs: len(r.Outputs)} {
		if n > 0 {
			all = append(all, osdp.Ability{Function: function, Level: 1, Count: byte(n)})
		}
	}
	if n := len(r.Heads); n > 0 {
		all = append(all, osdp.Ability{Function: osdp.CanHeads, Count: byte(n)})
	}
	if r.Files != nil && r.Files.Receives > 0 {
		n := r.Files.Receives
		all = append(all, osdp.Ability{Function: osdp.CanReceive, Level: byte(n), Count: byte(n >> 8)})
	}
	return all
}

// obey does what a command says.
func (r *Reader) obey(c osdp.Command) osdp.Reply {
	if r.Refuses != nil && r.Refuses(c) {
		return osdp.Nak{Reason: osdp.NakCommand}
	}
	switch c := c.(type) {
	case osdp.Poll:
		return r.polled()
	case osdp.AskLocal:
		return r.state(0)
	case osdp.AskInputs:
		return r.state(1)
	case osdp.AskReaders:
		return r.state(2)
	case osdp.AskOutputs:
		return r.Outputs
	case osdp.LEDs:
		r.LEDs = append(r.LEDs, c...)
	case osdp.Buzzer:
		r.Buzzer = append(r.Buzzer, c)
	case osdp.Text:
		r.Texts = append(r.Texts, c)
	case osdp.Out:
		return r.out(c)
	case osdp.SetKey:
		r.Key, r.Factory = c.Key, false
	case osdp.SetLine:
		return r.setLine(c)
	case osdp.FilePart:
		return r.Files.take(c)
	case osdp.Abort:
		return r.Files.abort()
	case osdp.ReceiveSize:
		r.Takes = c.Bytes
	default:
		return osdp.Nak{Reason: osdp.NakCommand}
	}
	return osdp.Ack{}
}

func (r *Reader) setLine(c osdp.SetLine) osdp.Reply {
	if r.Fixed {
		return osdp.Nak{Reason: osdp.NakRecord}
	}
	to := osdp.LineSet(c)
	if r.GoesTo != nil {
		to = *r.GoesTo
	}
	r.goes = &to
	return to
}

func (r *Reader) polled() osdp.Reply {
	r.Polls++
	for i, was := range r.told {
		if now := r.state(i); was == "" { // the unit does not know it
			r.told[i] = was
		} else if r.told[i] != was {
			return now
		}
	}
	if len(r.waiting) == 0 {
		return osdp.Ack{}
	}
	next := r.waiting[0]
	r.waiting = r.waiting[1:]
	return next
}

// state is one of its states, which the unit is told now.
func (r *Reader) state(i int) osdp.Reply {
	s := [...]osdp.Reply{osdp.Local{Tamper: r.Tampered, Power: r.Failing}, r.Inputs, r.Heads}[i]
	r.told[i] = string(osdp.Encode(s))
	return s
}

// out switches outputs for good: it has no clock.
func (r *Reader) out(all osdp.Out) osdp.Reply {
	for _, c := range all {
		if int(c.Output) >= len(r.Outputs) || c.Control != osdp.OutOn && c.Control != osdp.OutOff {
			return osdp.Nak{Reason: osdp.NakRecord}
		}
		r.Outputs[c.Output] = 0
		if c.Control == osdp.OutOn {
			r.Outputs[c.Output] = 1
		}
	}
	return osdp.Ack{}
}

func (r *Reader) challenged(f osdp.Frame, c osdp.Challenge) []byte {
	key, own := r.Key, byte(1)
	if len(f.Security) == 2 && f.Security[1] == 0 {
		if key, own = osdp.DefaultKey(), 0; !r.Factory {
			return r.send(f, osdp.Nak{Reason: osdp.NakNoSecurity}, nil)
		}
	}
	var n osdp.Nonce
	rand.Read(n[:])
	r.channel, r.begun, r.unit = nil, osdp.NewChannel(key, c.Unit, n), c.Unit
	return r.frame(f, osdp.Challenged{ID: [8]byte{1, 2, 3}, Reader: n, Cryptogram: r.begun.ReaderCryptogram()},
		[]byte{0x12, own})
}

func (r *Reader) confirmed(f osdp.Frame, c osdp.Confirm) []byte {
	if r.begun == nil || c.Cryptogram != r.begun.UnitCryptogram() {
		return r.send(f, osdp.Nak{Reason: osdp.NakNoSecurity}, nil)
	}
	r.channel, r.begun = r.begun, nil
	r.Sessions++
	return r.frame(f, osdp.Confirmed{MAC: r.channel.InitialMAC()}, []byte{0x14, 1})
}

// send answers a command; in a channel, sealed.
func (r *Reader) send(to osdp.Frame, a osdp.Reply, c *osdp.Channel) []byte {
	if c == nil {
		return r.frame(to, a, nil)
	}
	seal := c.Seal
	if r.Plain {
		seal = c.Sign
	}
	f, err := seal(osdp.Frame{Address: to.Address, Reply: true, Sequence: to.Sequence, Payload: osdp.Encode(a)})
	if err != nil {
		panic(fmt.Sprintf("osdptest: %T is too long", a))
	}
	return bytesOf(f)
}

func (r *Reader) frame(to osdp.Frame, a osdp.Reply, security []byte) []byte {
	f := osdp.Frame{Address: to.Address, Reply: true, Sequence: to.Sequence, Security: security,
		Payload: osdp.Encode(a)}
	if _, busy := a.(osdp.Busy); busy {
		f.Sequence = 0
	}
	return bytesOf(f)
}

func bytesOf(f osdp.Frame) []byte {
	b, err := f.Append([]byte{0xff})
	if err != nil {
		panic(fmt.Sprintf("osdptest: %v", err))
	}
	return b
}
