package fact

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	"menshen/policy"
)

// Pass is what was told about a visitor's pass that is for several doors, or for another one than
// that where it was given. Each door spends only what it was lent, and the door that gave the pass
// spends and lends only what it has not lent: so it opens no more often than it says, whatever is
// lost, repeated or late. It is always told whole.
type Pass struct {
	ID    policy.PersonID `cbor:"id"`
	Given Said[Given]     `cbor:"given"` // by the door that holds the rest; never changes
	Host  policy.PersonID `cbor:"host,omitzero"`
	// Alone says that the host was erased: nobody is named any more.
	Alone  bool    `cbor:"alone,omitempty"`
	Ended  bool    `cbor:"ended,omitempty"` // for ever
	Shares []Share `cbor:"shares"`          // of the giver, and of each door that it is for, by their handles
}

// Given is what a pass is good for.
type Given struct {
	Door   string    `cbor:"door"` // name of the unit that gave it, which its code is signed with
	From   time.Time `cbor:"from"`
	Until  time.Time `cbor:"until"`
	Uses   int       `cbor:"uses"`             // at all doors together
	Digits []byte    `cbor:"digits,omitempty"` // hash of those for a keypad, by the site's key
	Here   bool      `cbor:"here,omitempty"`   // it opens the door of its giver too
}

// Share is what one door may spend of a pass, and has spent. Both only grow. The door which gave the
// pass is lent nothing: it spends from the rest.
type Share struct {
	_     struct{} `cbor:",toarray"`
	Door  DoorID
	Lent  uint32 // only the door that gave the pass lends
	Spent uint32 // only this door spends
}

// What a pass may be at most, whoever told it.
const (
	mostDoors = 1000
	mostUses  = 1000 // more than a code can say
)

// Check gives [policy.ErrPass] for a pass that no door may take.
func (p Pass) Check() error {
	if p.Given.At.IsZero() || len(p.Shares) > mostDoors || p.Given.Value.Uses > mostUses {
		return policy.ErrPass
	}
	return p.Pass().Check()
}

// Pass gives it as policy knows it.
func (p Pass) Pass() policy.Pass {
	g := p.Given.Value
	return policy.Pass{ID: p.ID, Door: g.Door, From: g.From, Until: g.Until, Uses: g.Uses}
}

// Giver is the door that gave the pass.
func (p Pass) Giver() DoorID { return p.Given.At.Door }

// For reports whether the pass is for a door.
func (p Pass) For(door DoorID) bool {
	if door == p.Giver() {
		return p.Given.Value.Here
	}
	_, is := slices.BinarySearchFunc(p.Shares, door, shareOf)
	return is
}

// At gives the share of a door.
func (p Pass) At(door DoorID) Share {
	if i, is := slices.BinarySearchFunc(p.Shares, door, shareOf); is {
		return p.Shares[i]
	}
	return Share{Door: door}
}

// Left is how often the pass still opens at a door.
func (p Pass) Left(door DoorID) int {
	if !p.For(door) {
		return 0
	}
	return p.held(door)
}

// held is what a door may spend or lend.
func (p Pass) held(door DoorID) int {
	if door == p.Giver() {
		return p.rest()
	}
	s := p.At(door)
	return int(max(0, int64(s.Lent)-int64(s.Spent)))
}

// rest is what the giver has neither lent nor spent.
func (p Pass) rest() int {
	rest := int64(p.Given.Value.Uses)
	for _, s := range p.Shares {
		if s.Door == p.Giver() {
			rest -= int64(s.Spent)
		} else {
			rest -= int64(s.Lent)
		}
	}
	return int(max(0, rest))
}

// Spent is how many uses are known to be spent.
func (p Pass) Spent() int {
	var n int64
	for _, s := range p.Shares {
		n += int64(s.Spent)
	}
	return int(min(n, int64(p.Given.Value.Uses)))
}

// Spend counts n uses at a door that has a share, and gives the pass after that. A negative n gives
// some back, of which no door was told.
func (p Pass) Spend(door DoorID, n int) Pass {
	p.Shares = slices.Clone(p.Shares)
	if i, is := slices.BinarySearchFunc(p.Shares, door, shareOf); is {
		p.Shares[i].Spent = uint32(max(0, int64(p.Shares[i].Spent)+int64(n)))
	}
	return p
}

// Lend lends to each door that has spent its own, and gives the pass after that; false: there is
// none, or nothing is left. Only the giver may call it. A door gets half of its even share of the
// rest, and at least one: so those that are cut off have some, and some are left for those that
// need more.
func (p Pass) Lend() (Pass, bool) {
	rest, lent := p.rest(), false
	portion := max(1, rest/(2*max(1, p.doors())))
	p.Shares = slices.Clone(p.Shares)
	for i, s := range p.Shares {
		if n := min(portion, rest); s.Door != p.Giver() && s.Spent >= s.Lent && n > 0 && !p.Ended {
			p.Shares[i].Lent += uint32(n)
			rest, lent = rest-n, true
		}
	}
	return p, lent
}

// doors is how many doors it is for.
func (p Pass) doors() (n int) {
	for _, s := range p.Shares {
		if p.For(s.Door) {
			n++
		}
	}
	return n
}

// Doubt gives the pass with nothing left to spend or lend at a door, whose vault was put back to an
// older state: it may have spent and lent all of that already.
func (p Pass) Doubt(door DoorID) Pass { return p.Spend(door, p.held(door)) }

// Ahead reports whether o, which other doors told, knows of something that only this door does, and
// that p, its own, lacks: its vault was put back.
func (p Pass) Ahead(o Pass, door DoorID) bool {
	return slices.ContainsFunc(o.Shares, func(s Share) bool {
		own := p.At(s.Door)
		return s.Door == door && s.Spent > own.Spent || door == p.Giver() && s.Lent > own.Lent
	})
}

// Equal reports whether the same was told.
func (p Pass) Equal(o Pass) bool { return bytes.Equal(encode(p), encode(o)) }

// Merge joins what was told about one pass. Of two that were given under one handle the earlier one
// counts.
func (p Pass) Merge(o Pass) Pass {
	first := p
	if o.Given.before(p.Given) {
		first = o
	}
	first.Host = p.Host
	if bytes.Compare(o.Host[:], p.Host[:]) > 0 {
		first.Host = o.Host
	}
	first.Alone, first.Ended = p.Alone || o.Alone, p.Ended || o.Ended
	if first.Alone {
		first.Host = policy.PersonID{}
	}
	first.Shares = mergeShares(p.Shares, o.Shares)
	return first
}

func mergeShares(a, b []Share) (all []Share) {
	for _, s := range append(slices.Clone(a), b...) {
		i, is := slices.BinarySearchFunc(all, s.Door, shareOf)
		if !is {
			all = slices.Insert(all, i, s)
			continue
		}
		all[i].Lent, all[i].Spent = max(all[i].Lent, s.Lent), max(all[i].Spent, s.Spent)
	}
	return all
}

func shareOf(s Share, door DoorID) int { return cmp.Compare(string(s.Door[:]), string(door[:])) }

// GivePass makes what is told of a pass. digits is the hash of those for a keypad; nil: it has
// none. at is the stamp of the door that gives it, and doors are those that it is for. Each has been
// lent some.
func GivePass(p policy.Pass, host policy.PersonID, digits []byte, at Stamp, doors []DoorID) Pass {
	out := Pass{ID: p.ID, Host: host, Given: Said[Given]{at, Given{Door: p.Door, From: plain(p.From),
		Until: plain(p.Until), Uses: p.Uses, Digits: bytes.Clone(digits), Here: slices.Contains(doors, at.Door)}}}
	for _, door := range append([]DoorID{at.Door}, doors...) {
		out.Shares = mergeShares(out.Shares, []Share{{Door: door}})
	}
	out, _ = out.Lend()
	return out
}
