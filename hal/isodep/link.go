package isodep

import (
	"errors"
	"fmt"
	"time"
)

// Errors of a conversation.
var (
	ErrLost     = errors.New("the card does not answer any more: hold it closer and still")
	ErrProtocol = errors.New("the card breaks the rules of ISO/IEC 14443-4")
	ErrTooLong  = errors.New("the card's answer is too long")
)

// The first byte of a block (7.1.2).
const (
	iBlock   = 0x02
	chained  = 0x10 // of an I-block: more follows
	rACK     = 0xa2
	rNAK     = 0xb2
	deselect = 0xc2
	wtx      = 0xf2
	number   = 0x01 // of I- and R-blocks

	overhead = 3    // first byte and CRC
	tries    = 3    // how often a block that was lost is asked for
	longest  = 1024 // bytes of an answer; the cards here give 256 at most
	patience = 32   // how often a card may ask for more time in one command
)

// Step is what to do next: send a block and tell the link what came, or take the answer. Exactly
// one of Send, Answer and Err is set, but for the answer to Deselect, where all are empty.
type Step struct {
	Send   []byte        // a block, without its CRC
	Wait   time.Duration // how long the card may take to begin its answer
	Answer []byte        // all of it
	Err    error         // ErrLost, ErrProtocol, ErrTooLong: the conversation is over
}

// Link is a conversation with one card. It is for one goroutine.
type Link struct {
	ats    ATS
	room   int  // bytes of content in one block to the card
	block  byte // the reader's block number, 0 or 1
	left   []byte
	sent   []byte // the last I-block, for when it must be sent again
	answer []byte
	lost   int // in a row
	waits  int // in this command
	phase  phase
}

// phase is what the reader is about.
type phase int

const (
	sending   phase = iota // I-blocks to the card; its acknowledgement or its answer is next
	receiving              // the card chains its answer
	leaving                // DESELECT was sent
)

// New begins a conversation with a card. most is the longest frame that the reader's chip sends, in
// bytes, CRC included.
func New(ats ATS, most int) *Link { return &Link{ats: ats, room: min(ats.Frame, most) - overhead} }

// Command begins a command, in as many blocks as it takes.
func (l *Link) Command(apdu []byte) Step {
	l.left, l.answer, l.lost, l.waits, l.phase = apdu, nil, 0, 0, sending
	return l.next()
}

// Deselect ends the conversation: the card is then halted (8).
func (l *Link) Deselect() Step {
	l.lost, l.phase = 0, leaving
	return l.send(deselect)
}

// next sends the next part of the command.
func (l *Link) next() Step {
	part, first := l.left, byte(iBlock)
	if len(part) > l.room {
		part, first = part[:l.room], first|chained
	}
	l.left = l.left[len(part):]
	l.sent = append([]byte{first | l.block}, part...)
	return l.send(l.sent...)
}

func (l *Link) send(block ...byte) Step {
	if l.phase == leaving {
		return Step{Send: block, Wait: Activation} // 8.1
	}
	return Step{Send: block, Wait: l.ats.Wait}
}

func (l *Link) fail(err error) Step { return Step{Err: err} }

// Heard takes what the card answered, without its CRC, which was right.
func (l *Link) Heard(in []byte) Step {
	if len(in) == 0 {
		return l.Lost()
	}
	first, content := in[0], in[1:]
	switch {
	case first == wtx && l.phase != leaving:
		return l.wait(content)
	case first == deselect && l.phase == leaving && len(content) == 0:
		return Step{}
	case l.phase == leaving:
		return l.Lost()
	case first&^(chained|number) == iBlock:
		return l.heardI(first, content)
	case first&^number == rACK && len(content) == 0:
		return l.acknowledged(first & number)
	}
	return l.fail(fmt.Errorf("%w: block %02x", ErrProtocol, first))
}

// heardI takes a part of the answer.
func (l *Link) heardI(first byte, content []byte) Step {
	switch {
	case first&number != l.block, l.phase == sending && len(l.left) > 0:
		return l.fail(fmt.Errorf("%w: an answer out of turn", ErrProtocol))
	case len(l.answer)+len(content) > longest:
		return l.fail(ErrTooLong)
	}
	l.block, l.lost = l.block^number, 0 // rule B
	l.answer = append(l.answer, content...)
	if first&chained == 0 {
		return Step{Answer: append([]byte{}, l.answer...)}
	}
	if len(content) == 0 {
		return l.fail(fmt.Errorf("%w: an empty part of an answer", ErrProtocol))
	}
	l.phase = receiving
	return l.send(rACK | l.block) // rule 2
}

// acknowledged goes on with the command (rule 7), or repeats its last block (rule 6).
func (l *Link) acknowledged(n byte) Step {
	switch {
	case l.phase != sending:
		return l.fail(fmt.Errorf("%w: an acknowledgement out of turn", ErrProtocol))
	case n != l.block:
		if l.lost++; l.lost > tries {
			return l.fail(ErrLost)
		}
		return l.send(l.sent...)
	case len(l.left) == 0: // the whole command is there: its answer is due, not this
		return l.fail(fmt.Errorf("%w: an acknowledgement instead of an answer", ErrProtocol))
	}
	l.block, l.lost = l.block^number, 0 // rule B
	return l.next()
}

// wait grants the card more time, once (rule 3 and 7.3).
func (l *Link) wait(content []byte) Step {
	if len(content) != 1 {
		return l.fail(fmt.Errorf("%w: more time asked for without how much", ErrProtocol))
	}
	times := content[0] & 0x3f // the other bits tell how strong the field is
	if times == 0 || times > 59 {
		return l.fail(fmt.Errorf("%w: %d times as long asked for", ErrProtocol, times))
	}
	if l.waits++; l.waits > patience {
		return l.fail(ErrLost)
	}
	l.lost = 0
	return Step{Send: []byte{wtx, times}, Wait: min(time.Duration(times)*l.ats.Wait, periods(14))}
}

// Lost takes that nothing came in time, or something garbled.
func (l *Link) Lost() Step {
	if l.lost++; l.lost > tries {
		return l.fail(ErrLost)
	}
	switch l.phase {
	case leaving: // rule 8
		return l.send(deselect)
	case receiving: // rule 5
		return l.send(rACK | l.block)
	}
	return l.send(rNAK | l.block) // rule 4
}
