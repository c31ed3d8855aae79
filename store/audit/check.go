package audit

import (
	"crypto/ed25519"
	"fmt"
	"time"
)

// Report is what a verification found.
type Report struct {
	OK       bool
	Lines    uint64 // that fit
	Pruned   uint64 // that were pruned between others
	First    uint64 // number of the first line; lines before it were pruned
	Last     uint64 // number of the last line that fits
	FirstBad uint64 // number of the first line that does not fit; 0: none
	Problem  string // what is wrong with it
	Signed   time.Time
	Head     Hash // after the last line that fits
	Open     bool // an export of version 1: nothing shows that no lines followed the last one
}

// String is the report in one line.
func (r Report) String() string {
	if r.OK && r.Open {
		return fmt.Sprintf("entries %d to %d are unchanged (%d entries), but this export is of the first form, "+
			"which does not show whether more followed: export again, or give what you know with --expect",
			r.First, r.Last, r.Lines)
	}
	if r.OK {
		return fmt.Sprintf("the audit log is whole: %d entries, %d to %d", r.Lines, r.First, r.Last)
	}
	return fmt.Sprintf("the audit log was changed: first bad entry %d: %s", r.FirstBad, r.Problem)
}

// Checker follows a chain line by line.
type Checker struct {
	r      Report
	head   Hash
	want   uint64
	marked uint64 // first line after the last signature
	known  []Expected
	each   func(*Line) // of those that fit; may be nil
}

// NewChecker begins at line first, before which the hash was base.
func NewChecker(first uint64, base Hash) *Checker {
	if first == 0 {
		first = 1
	}
	return &Checker{r: Report{First: first, Last: first - 1}, head: base, want: first, marked: first}
}

// Want gives the number of the next line.
func (c *Checker) Want() uint64 { return c.want }

// Bad notes that line n is bad. Only the first bad line is kept: nothing can
// be said of the lines after it.
func (c *Checker) Bad(n uint64, problem string) {
	if c.r.FirstBad == 0 {
		c.r.FirstBad, c.r.Problem = n, problem
	}
}

// Line takes the next line.
func (c *Checker) Line(b []byte) {
	var l Line
	if err := l.Decode(b); err != nil {
		c.Bad(c.want, err.Error())
	} else if l.Seq != c.want {
		c.Bad(c.want, fmt.Sprintf("entry %d stands in its place", l.Seq))
	}
	if c.r.FirstBad != 0 {
		return
	}
	c.head = c.head.Next(b)
	c.r.Last = c.want
	c.r.Lines++
	c.want++
	c.compare(&l)
	if c.each != nil && c.r.FirstBad == 0 {
		c.each(&l)
	}
}

// Hashed takes the next line, and the hash that is said to come after it.
func (c *Checker) Hashed(b []byte, after Hash) {
	if c.r.FirstBad == 0 && c.head.Next(b) != after {
		c.Bad(c.want, "it does not fit its hash: it was changed, or what stood before it is missing")
	}
	c.Line(b)
}

// Mark compares the chain with a checkpoint that was signed for a purpose.
func (c *Checker) Mark(m *Checkpoint, purpose string, pub ed25519.PublicKey) {
	switch {
	case c.r.FirstBad != 0:
	case !m.signed(purpose, pub):
		c.Bad(c.want, "the signature there is not this unit's, or was given for another line")
	case m.Seq > c.want-1:
		c.Bad(c.want, fmt.Sprintf("it and all up to %d are missing", m.Seq))
	case m.Seq < c.want-1:
		c.Bad(m.Seq+1, "it was added after what is signed")
	case m.Head != c.head:
		c.Bad(c.marked, fmt.Sprintf("it or one up to %d was changed, together with all hashes after it", m.Seq))
	default:
		c.marked = c.want
	}
}

// Head gives the hash after the last line.
func (c *Checker) Head() Hash { return c.head }

// End compares the end with what was sealed or signed.
func (c *Checker) End(seq uint64, head Hash) Report {
	switch {
	case c.r.FirstBad != 0:
	case c.want-1 < seq:
		c.Bad(c.want, fmt.Sprintf("it and all up to %d are missing", seq))
	case c.want-1 > seq:
		c.Bad(seq+1, "it was added after the end")
	case c.head != head:
		c.Bad(c.r.First, "the hash at the end is another one: a line was changed together with all after it")
	}
	c.reached()
	c.r.Head = c.head
	c.r.OK = c.r.FirstBad == 0
	return c.r
}
