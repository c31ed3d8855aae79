package profile

import (
	"menshen/board/config"
	"menshen/internal/i18n"
)

// Plan is what [Board.Draw] draws, for those that draw it another way.
type Plan struct {
	Pins      []Wired        // in the header's order; none of a board that is not known
	Rest      i18n.Message   // what the lock does until the program runs
	Elsewhere []i18n.Message // what is wired to something else than the header
	Power     []i18n.Message // where each part has its supply and its ground
	Found     []Finding      // what does not fit
}

// Wired is a pin with what is wired to it.
type Wired struct {
	Pin
	Use
	Name i18n.Message // of the wire; the zero value: none
}

// Plan gives the wires of a configuration on the board, which is compared with the machine if it is
// that board. A nil board is one that is not known.
func (b *Board) Plan(c *config.Config, m Machine) Plan {
	p := Plan{Rest: b.rest(c), Elsewhere: b.listOffHeader(c), Found: b.Check(c, m)}
	if b == nil {
		return p
	}
	p.Power = b.power(c)
	uses := b.Uses(c, p.Found)
	for _, pin := range b.Pins {
		w := Wired{Pin: pin, Use: uses[pin.Name]}
		if w.Of != "" {
			w.Name = wire(w.Of)
		}
		p.Pins = append(p.Pins, w)
	}
	return p
}

var kinds = [...]string{Free: "free", Supply: "supply", Ground: "ground", Taken: "taken", Relay: "relay",
	Input: "input", Signal: "signal", Data: "data", Line: "line"}

func (k Kind) String() string { return kinds[k] }
