package osdp

import (
	"slices"
	"time"
)

// A reader that is told another address or speed answers in the old ones and goes. When its answer
// is lost it may be at either address; a session under its own key shows at which.

// mayMove notes where the reader may be once it has heard its command.
func (s *station) mayMove() {
	if move, ok := s.command.(SetLine); ok && move.Address != s.Address {
		s.addresses = []byte{s.Address, move.Address}
	}
}

// moved follows the reader to where it says that it goes. One that goes to another speed is at this
// one no more.
func (s *station) moved(now time.Time, r Reply) {
	switch r := r.(type) {
	case Nak:
		s.addresses = []byte{s.Address}
	case LineSet:
		if r.Address < Broadcast {
			s.Address, s.addresses = r.Address, []byte{r.Address}
		}
		s.again(now)
		s.Secure, s.Why = false, ErrMoved
		if s.Next = now.Add(movePause); r.Baud != uint32(s.baud) {
			s.Next = now.Add(OfflineAfter)
		}
		s.due = s.Next
	}
}

// movePause is what a reader has to get ready at its new address.
const movePause = 100 * time.Millisecond

// elsewhere asks at the next address that may be the reader's.
func (s *station) elsewhere() {
	at := slices.Index(s.addresses, s.Address)
	s.Address = s.addresses[(at+1)%len(s.addresses)]
}
