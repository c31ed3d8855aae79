package rc522

import (
	"time"

	"menshen/hal/aescard"
	"menshen/hal/isodep"
)

// margin is added to what a card may take: cards time their answers by our carrier, which they may
// lose for a moment.
const margin = time.Millisecond

// Smart reports whether the card speaks ISO/IEC 14443-4 (its SAK says so).
func (t Tag) Smart() bool { return t.SAK&0x24 == 0x20 }

// Smart is a conversation with the selected card, until the next Activate or Halt. Its methods
// together take as long as Talk was told, at most; then the error is aescard.ErrSlow.
type Smart struct {
	chip     *Chip
	link     *isodep.Link
	deadline time.Time
}

// Talk begins a conversation of so long at most with the card that was selected last.
func (c *Chip) Talk(most time.Duration) (*Smart, error) {
	in, err := c.exchange(withCRC(isodep.RATS()...), 0, isodep.Activation+margin)
	if err != nil {
		return nil, err
	}
	raw, err := in.content()
	if err != nil {
		return nil, err
	}
	ats, err := isodep.ParseATS(raw)
	if err != nil {
		return nil, err
	}
	s := &Smart{c, isodep.New(ats, sizeFIFO), time.Now().Add(most)}
	if ats.Guard > most {
		return nil, aescard.ErrSlow
	}
	time.Sleep(ats.Guard)
	c.smart = s
	return s, nil
}

// Exchange sends a command and gives the answer. After an error the card is mute until the field
// was off. Errors: aescard.ErrSlow, those of package isodep, and those of the wires.
func (s *Smart) Exchange(command []byte) ([]byte, error) { return s.follow(s.link.Command(command)) }

// leave ends the conversation: the card is halted.
func (s *Smart) leave() error {
	_, err := s.follow(s.link.Deselect())
	return err
}

// follow does what the link says until it is over. What the card sent garbled, or on top of
// another, is lost.
func (s *Smart) follow(step isodep.Step) ([]byte, error) {
	for step.Send != nil {
		left := time.Until(s.deadline)
		if left <= 0 {
			return nil, aescard.ErrSlow
		}
		in, err := s.chip.exchange(withCRC(step.Send...), 0, min(step.Wait+margin, left))
		switch {
		case err == nil:
			block, err := in.content()
			if err != nil {
				step = s.link.Lost()
			} else {
				step = s.link.Heard(block)
			}
		case anyOf(err, ErrSilent, ErrGarbled, ErrCollided):
			step = s.link.Lost()
		default:
			return nil, err
		}
	}
	return step.Answer, step.Err
}
