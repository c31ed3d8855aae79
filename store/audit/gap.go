package audit

import (
	"crypto/ed25519"
	"encoding/binary"
	"fmt"
	"time"
)

// Gap stands in the place of lines that were pruned: the unit's signed statement that lines From to
// To, and no others, led from the hash Before to the hash After.
type Gap struct {
	Unit   unitID    `json:"-"`
	From   uint64    `json:"from"`
	To     uint64    `json:"to"`
	Before Hash      `json:"before"`
	After  Hash      `json:"after"`
	At     time.Time `json:"at"` // when they were pruned
	Sig    []byte    `json:"sig"`
}

func (g *Gap) message() []byte {
	m := append([]byte("menshen audit gap 1\n"), g.Unit[:]...)
	m = binary.BigEndian.AppendUint64(m, g.From)
	m = binary.BigEndian.AppendUint64(m, g.To)
	m = append(append(m, g.Before[:]...), g.After[:]...)
	return binary.BigEndian.AppendUint64(m, uint64(g.At.UnixNano()))
}

// Sign signs the gap.
func (g *Gap) Sign(k ed25519.PrivateKey) { g.Sig = ed25519.Sign(k, g.message()) }

// Gap takes a gap in the place of lines.
func (c *Checker) Gap(g *Gap, pub ed25519.PublicKey) {
	switch {
	case c.r.FirstBad != 0:
	case !ed25519.Verify(pub, g.message(), g.Sig):
		c.Bad(c.want, "lines are missing, and the note about it is not signed by this unit")
	case g.From != c.want || g.To < g.From || g.Before != c.head:
		c.Bad(c.want, fmt.Sprintf("lines are missing, and the note about it is on %d to %d", g.From, g.To))
	default:
		c.head, c.want, c.r.Last = g.After, g.To+1, g.To
		c.r.Pruned += g.To - g.From + 1
		c.compare(nil)
	}
}
