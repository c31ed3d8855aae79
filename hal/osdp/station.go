package osdp

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"menshen/hal"
)

// Why there is no session. Each says what to look at.
var (
	ErrNotAsked = errors.New("the reader was not asked yet")
	ErrSilent   = errors.New("the reader does not answer: look at its power, its two data wires, its address and speed")
	ErrNoisy    = errors.New("only damaged answers come: look for a loose wire, a missing terminator, " +
		"or two readers at one address")
	ErrNoKey    = errors.New("the reader has no key yet: install it")
	ErrOtherKey = errors.New("the reader has another key than this unit gave it: if it was exchanged, install it; " +
		"else somebody put another one there")
	ErrDefaultKey = errors.New("the reader offers the default key, which everybody knows: if it is new, install it; " +
		"else somebody put another one there")
	ErrPlain     = errors.New("the reader authenticates cards and keys but does not encrypt them: it is not used")
	ErrNoChannel = errors.New("the reader refuses a Secure Channel: without one it is not used")
	ErrMoved     = errors.New("the reader goes to another address or speed")
	ErrForgot    = errors.New("the reader ended the session: its power was off, or somebody is on the line")
)

// ErrSupply is a fault of a reader that works yet.
var ErrSupply = errors.New("its supply fails, it says: look at its power")

// Waits between two tries to begin a session.
const (
	firstWait   = 500 * time.Millisecond
	mostWait    = OfflineAfter
	steadyAfter = 30 * time.Second // a session of this length makes the next wait short
	tries       = 3                // of one step of a handshake
	stateEvery  = 30 * time.Second // a reader tells changes by itself; one may be lost with its session
	busyPause   = 100 * time.Millisecond
)

// State is what is known of a reader.
type State struct {
	Address   byte      // where it is asked
	Secure    bool      // a session under its own key
	Why       error     // why not
	Next      time.Time // then: of the next try
	Installs  time.Time // an install is open until then; zero: none
	Installed time.Time // the last one that came to its end
	Proven    bool      // Identity and Abilities were told inside a session; else they are hearsay
	Identity  Identity
	Abilities Abilities
	Inputs    Inputs // as it said last, as are the next two
	Outputs   Outputs
	Heads     Readers
	File      hal.FileProgress // of the last one
}

// phase is how far a session has come.
type phase int

const (
	greet     phase = iota // who is there, in clear: nothing of it is believed
	challenge              // the handshake
	confirm
	rekey // the install's new key
	meet  // what are you, and how
	up    // poll
)

// station is one reader as the bus sees it.
type station struct {
	State
	place     int
	addresses []byte // each may be the reader's; the others than Address are asked in turn
	keys      []Key
	tally     hal.Tally
	baud      int // of the line
	longest   int // bytes of a command

	phase    phase
	at       int // which of the keys is tried; len(keys): the default key
	channel  *Channel
	nonce    Nonce
	sequence byte
	met      int       // of the questions of meet
	states   []Command // questions how it is, for its next turns
	queue    []Command
	queued   bool    // the last turn but polls was of the queue: then it is the file's
	command  Command // that was sent
	sent     []byte  // as it was sent; nil: the next command is a new one
	tried    int     // times that it went unanswered
	garbled  bool    // meanwhile something came that was no frame

	due     time.Time // its next turn
	heard   time.Time // the last reply of the session
	began   time.Time // the session
	asked   time.Time // for its state
	wait    time.Duration
	install *install
	file    *transfer // on its way; nil: none
}

// What is counted.
const (
	countCards = iota
	countAsked
	countUnanswered
	countGarbled
	countStray
	countClear
	countMAC
	countRefused
	countBusy
	countSessions
)

func newTally() hal.Tally {
	return hal.NewTally("cards", "questions", "questions without an answer", "damaged answers",
		"answers to nothing asked", "answers in clear, not taken", "answers of wrong MAC", "commands refused",
		"times busy", "sessions")
}

func newStation(place int, c Setup) *station {
	s := &station{place: place, addresses: slices.Clone(c.Addresses), keys: slices.Clone(c.Keys),
		State: State{Why: ErrNotAsked}, tally: newTally()}
	if len(s.addresses) > 0 {
		s.Address = s.addresses[0]
	}
	return s
}

// ask gives the next command as it goes over the line.
func (s *station) ask(now time.Time, nonce func() Nonce) []byte {
	s.tally.Add(countAsked, 1)
	if s.sent != nil {
		return s.sent // bit by bit as before, so that a reader that heard it knows
	}
	if s.phase == up && s.install != nil {
		s.phase = rekey
	}
	if s.sequence = s.sequence%3 + 1; s.phase == greet {
		s.sequence = 0
	}
	f := Frame{Address: s.Address, Sequence: s.sequence}
	switch s.phase {
	case greet:
		s.command = AskIdentity{}
	case challenge:
		s.nonce = nonce()
		s.command, f.Security = Challenge{s.nonce}, []byte{scsChallenge, s.ownKey()}
	case confirm:
		s.command, f.Security = Confirm{s.channel.UnitCryptogram()}, []byte{scsConfirm, s.ownKey()}
	case rekey:
		s.command, s.install.sent = SetKey{s.keys[s.install.key]}, true
	case meet:
		s.command = s.meeting()[s.met]
	case up:
		s.command = s.pick(now)
		s.mayMove()
	}
	if s.seal(f) != nil { // a command that is too long for a frame
		s.command = Poll{}
		s.seal(f)
	}
	return s.sent
}

// seal makes the bytes of the command.
func (s *station) seal(f Frame) (err error) {
	f.Payload = Encode(s.command)
	if s.phase > confirm {
		if f, err = s.channel.Seal(f); err != nil {
			return err
		}
	}
	s.sent, err = f.Append([]byte{mark})
	return err
}

// take takes a frame that has the sequence of what was asked, or says busy. done: it was the
// answer.
func (s *station) take(now time.Time, f Frame) (done bool, events []Event) {
	if isBusy(f) {
		s.tally.Add(countBusy, 1)
		s.due = now.Add(busyPause)
		if s.phase > confirm && now.Sub(s.heard) < OfflineAfter {
			return true, nil
		}
		return true, s.unheard(now)
	}
	switch s.phase {
	case greet:
		return true, s.greeted(now, f)
	case challenge:
		return true, s.challenged(now, f)
	case confirm:
		return true, s.confirmed(now, f)
	}
	payload, err := s.channel.Open(f)
	switch {
	case errors.Is(err, ErrClear):
		return s.inClear(now, f)
	case errors.Is(err, ErrMAC):
		s.tally.Add(countMAC, 1)
		return true, s.fail(now, ErrMAC)
	case err != nil:
		return true, s.fail(now, err)
	}
	defer clear(payload)
	s.answered(now)
	r, err := ParseReply(append([]byte(nil), payload...))
	if err != nil { // of no use, but it is the reader's
		r = Ack{}
	}
	switch s.phase {
	case rekey:
		return true, s.rekeyed(now, r)
	case meet:
		return true, s.meets(now, r)
	}
	if isSecret(r) && !isEncrypted(f) {
		return true, s.fail(now, ErrPlain)
	}
	return true, s.said(now, r)
}

// isSecret reports whether a reply may go over the line encrypted only.
func isSecret(r Reply) bool {
	switch r.(type) {
	case CardBits, CardText, Keys:
		return true
	}
	return false
}

// answered ends a question.
func (s *station) answered(now time.Time) {
	s.sent, s.tried, s.garbled, s.heard = nil, 0, false, now
	s.due = now
	switch s.command.(type) {
	case Poll:
		if len(s.queue) == 0 && (s.file == nil || now.Before(s.file.due)) {
			s.due = now.Add(pollEvery)
		}
	case AskLocal, AskInputs, AskOutputs, AskReaders:
		s.due = time.Time{} // at once: it was to be polled
	}
}

// step goes on with the next phase.
func (s *station) step(now time.Time, p phase) {
	s.answered(now)
	s.phase, s.due = p, now
}

// note keeps what a reader says of its inputs, outputs and heads.
func (s *station) note(r Reply) {
	switch r := r.(type) {
	case Inputs:
		s.Inputs = r
	case Outputs:
		s.Outputs = r
	case Readers:
		s.Heads = r
	}
}

// said hands on what the reader says in its session.
func (s *station) said(now time.Time, r Reply) []Event {
	asked := s.command
	switch r.(type) {
	case Ack:
		if _, poll := asked.(Poll); poll {
			return nil
		}
	case Nak:
		s.tally.Add(countRefused, 1)
	case CardBits, CardText:
		s.tally.Add(countCards, 1)
	}
	s.note(r)
	switch asked.(type) {
	case Out:
		if _, ok := r.(Ack); ok {
			s.states = append(s.states, AskOutputs{}) // what became of it
		}
	case SetLine:
		s.moved(now, r)
	case FilePart, Abort:
		s.fileAnswered(now, r)
	}
	return []Event{{Reply: r, Command: asked}}
}

// inClear takes a frame in clear where only a sealed one counts. That a reader has no session any
// more can be said in no other way. Whoever else says it only costs a session.
func (s *station) inClear(now time.Time, f Frame) (done bool, events []Event) {
	r, err := ParseReply(f.Payload)
	if _, ack := r.(Ack); ack && s.phase == rekey && f.Security == nil {
		return true, s.rekeyed(now, r) // the reader follows the new key at once; the handshake will show
	}
	s.tally.Add(countClear, 1)
	nak, ok := r.(Nak)
	switch {
	case err != nil || !ok || f.Security != nil:
		return false, nil
	case nak.Reason == NakCheck: // it was damaged on its way
		return true, s.silent(now)
	}
	return true, s.fail(now, ErrForgot)
}

// silent is a question without an answer.
func (s *station) silent(now time.Time) []Event {
	s.tally.Add(countUnanswered, 1)
	if s.tried++; s.tried >= tries {
		s.due = now.Add(replyWithin) // others have their turns
	} else {
		s.due = now
	}
	_, moves := s.command.(SetLine)
	switch {
	case moves && s.tried >= tries: // it may have heard, and be away
	case s.phase > rekey && now.Sub(s.heard) < OfflineAfter, s.phase <= rekey && s.tried < tries:
		return nil
	case s.phase == rekey: // it may have taken the key before it fell silent
		s.at = s.install.key
	}
	return s.unheard(now)
}

// unheard gives up a reader that does not answer.
func (s *station) unheard(now time.Time) []Event {
	if s.garbled {
		return s.fail(now, ErrNoisy)
	}
	return s.fail(now, ErrSilent)
}

// fail is down, until a wait that is longer each time.
func (s *station) fail(now time.Time, why error) (events []Event) {
	if s.phase > confirm && now.Sub(s.began) > steadyAfter {
		s.wait = 0
	}
	if s.Secure || s.Why != why {
		events = []Event{{Down: why}}
	}
	if s.file != nil {
		s.endedFile(fmt.Errorf("%w: %w", ErrFileLost, why))
	}
	s.elsewhere()
	s.again(now)
	s.Secure, s.Why = false, why
	s.due = now.Add(s.wait)
	s.Next, s.wait = s.due, min(max(2*s.wait, firstWait), mostWait)
	return events
}

// again begins from the start, at once.
func (s *station) again(now time.Time) {
	if s.file != nil {
		s.endedFile(ErrFileLost)
	}
	s.phase, s.channel, s.sent, s.queue, s.tried, s.garbled, s.due = greet, nil, nil, nil, 0, false, now
}
