package audit

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// An export is text:
//
//	{"menshen-audit":2,"unit":"…","first":…,"base":"…","last":…,"head":"…","at":"…","sig":"…"}
//	<hash after it, hex> {"n":…,…}
//	{"mark":{"n":…,"head":"…","at":"…","sig":"…"}}
//	{"gap":{"from":…,"to":…,…,"sig":"…"}}
//	{"end":{"n":…,"head":"…","at":"…","sig":"…"}}
//
// The first line says where the log begins and ends, signed. Then comes a line for each entry;
// after every 1000 a signed mark; in the place of pruned lines a signed gap. The last line says
// again where the log ends, signed.
//
// The hashes show which line was changed. The signatures show a change of a line together with all
// hashes after it. A line of more than 1 MiB is refused.
//
// In version 1 the first line had no "last" and "head", and marks and ends were signed for the same
// purpose, so that a mark could be passed off as the end. Such exports are still verified, but do
// not show where the log ended ([Report.Open]).
const (
	maxLine   = 1 << 20
	markEvery = 1000
)

// Header is the first line of an export: the unit's signed statement of
// where the log begins and ends.
type Header struct {
	Version int       `json:"menshen-audit"`
	Unit    unitID    `json:"unit"`
	First   uint64    `json:"first"`
	Base    Hash      `json:"base"`           // hash before line First
	Last    uint64    `json:"last,omitempty"` // 0 when there are no lines, and in version 1
	Head    *Hash     `json:"head,omitempty"` // hash after line Last; nil in version 1
	At      time.Time `json:"at"`
	Sig     []byte    `json:"sig"`
}

type unitID [16]byte

func (u unitID) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, u[:]), nil }
func (u *unitID) UnmarshalText(b []byte) error {
	if len(b) != 2*len(u) {
		return errors.New("unit must be 32 hex digits")
	}
	_, err := hex.Decode(u[:], b)
	return err
}

func (h *Header) message() []byte {
	m := fmt.Appendf(nil, "menshen audit export %d\n", h.Version)
	m = append(m, h.Unit[:]...)
	m = binary.BigEndian.AppendUint64(m, h.First)
	m = append(m, h.Base[:]...)
	if h.Head != nil {
		m = binary.BigEndian.AppendUint64(m, h.Last)
		m = append(m, h.Head[:]...)
	}
	return binary.BigEndian.AppendUint64(m, uint64(h.At.UnixNano()))
}

// footer is a line that is not an entry.
type footer struct {
	Gap  *Gap        `json:"gap,omitempty"`
	Mark *Checkpoint `json:"mark,omitempty"`
	End  *Checkpoint `json:"end,omitempty"`
}

// Export writes a log.
type Export struct {
	w    *bufio.Writer
	key  ed25519.PrivateKey
	span Header
	seq  uint64
	head Hash
}

// NewExport writes the header, signed with key. h says where the log begins (First, where 0 means
// 1, and Base) and ends (Last); head is the hash after line Last.
func NewExport(w io.Writer, h Header, head Hash, key ed25519.PrivateKey) (*Export, error) {
	h.Version, h.First, h.Head = 2, max(h.First, 1), &head
	h.At = h.At.UTC()
	h.Sig = ed25519.Sign(key, h.message())
	e := &Export{w: bufio.NewWriter(w), key: key, span: h, seq: h.First - 1, head: h.Base}
	return e, e.json(&h)
}

// Line writes the next entry.
func (e *Export) Line(b []byte) error {
	e.seq, e.head = e.seq+1, e.head.Next(b)
	fmt.Fprintf(e.w, "%x ", e.head[:])
	if err := e.raw(b); err != nil || e.seq%markEvery != 0 {
		return err
	}
	return e.json(footer{Mark: e.sign(markPurpose, e.seq, e.head)})
}

func (e *Export) sign(purpose string, seq uint64, head Hash) *Checkpoint {
	c := &Checkpoint{Unit: e.span.Unit, Seq: seq, Head: head, At: e.span.At}
	c.sign(purpose, e.key)
	return c
}

// Gap writes a gap in the place of lines.
func (e *Export) Gap(g *Gap) error {
	e.seq, e.head = g.To, g.After
	return e.json(footer{Gap: g})
}

// Close signs and writes the end that the header names, whatever lines were written. It does not
// close the underlying writer.
func (e *Export) Close() error {
	if err := e.json(footer{End: e.sign(endPurpose, e.span.Last, *e.span.Head)}); err != nil {
		return err
	}
	return e.w.Flush()
}

func (e *Export) json(v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return e.raw(b)
}

func (e *Export) raw(b []byte) error {
	e.w.Write(b)
	return e.w.WriteByte('\n') // bufio keeps the first error
}

// Errors of Verify: the export as a whole cannot be judged.
var (
	ErrNoExport = errors.New("not a menshen audit export")
	ErrSigner   = errors.New("signed by another unit, or not at all")
)

// Verify checks an export against the public key of the unit that made it, and against
// what was known of the log earlier. A changed log gives a report with OK false and the
// first bad line. Errors: [ErrNoExport], [ErrSigner] when its beginning is not signed by
// this unit, those of reading.
func Verify(r io.Reader, pub ed25519.PublicKey, known ...Expected) (Report, error) {
	return Read(r, pub, nil, known...)
}

// Read is Verify, and calls each for every line that fits, in order. Only the report, at the end,
// says whether the lines are the unit's own.
func Read(r io.Reader, pub ed25519.PublicKey, each func(*Line), known ...Expected) (Report, error) {
	s := bufio.NewScanner(r)
	s.Buffer(nil, maxLine)
	if !s.Scan() {
		return Report{}, errors.Join(ErrNoExport, s.Err())
	}
	var h Header
	if err := json.Unmarshal(s.Bytes(), &h); err != nil || h.Version == 0 {
		return Report{}, ErrNoExport
	}
	if h.Version > 2 {
		return Report{}, fmt.Errorf("%w of a version known here: %d", ErrNoExport, h.Version)
	}
	h = Header{}
	if err := decode(s.Bytes(), &h); err != nil {
		return Report{}, fmt.Errorf("%w: first %w", ErrNoExport, err)
	}
	if (h.Head != nil) != (h.Version == 2) || h.Head == nil && h.Last != 0 {
		return Report{}, fmt.Errorf("%w: its first line does not say what version %d says", ErrNoExport, h.Version)
	}
	if len(pub) != ed25519.PublicKeySize || !ed25519.Verify(pub, h.message(), h.Sig) {
		return Report{}, fmt.Errorf("the export's first line is %w", ErrSigner)
	}
	c := NewChecker(h.First, h.Base)
	c.known, c.each = known, each
	for s.Scan() {
		if rep, ended := c.exported(s.Bytes(), &h, pub); ended {
			if s.Scan() {
				c.Bad(rep.Last+1, "there are lines after the signed end")
				rep = c.End(rep.Last, c.Head())
			}
			return rep, s.Err()
		}
	}
	if err := s.Err(); errors.Is(err, bufio.ErrTooLong) {
		c.Bad(c.Want(), "line is longer than 1 MiB")
	} else if err != nil {
		return Report{}, err
	}
	c.Bad(c.Want(), "the export ends without the unit's signature: it was cut off")
	return c.End(0, Hash{}), nil
}

// exported takes one line of an export after the first. ended is true after the signed end.
func (c *Checker) exported(b []byte, h *Header, pub ed25519.PublicKey) (rep Report, ended bool) {
	if !bytes.HasPrefix(b, []byte("{")) {
		var hash Hash
		head, line, _ := bytes.Cut(b, []byte(" "))
		if err := hash.UnmarshalText(head); err != nil {
			c.Bad(c.want, "line has no hash")
			return rep, false
		}
		c.Hashed(line, hash)
		return rep, false
	}
	mark, end := markPurpose, endPurpose
	if h.Version == 1 {
		mark, end = oldPurpose, oldPurpose
	}
	var f footer
	switch err := decode(b, &f); {
	case err != nil:
		c.Bad(c.want, "a signed note in its place is damaged")
	case f.Gap != nil:
		f.Gap.Unit = h.Unit
		c.Gap(f.Gap, pub)
	case f.Mark != nil:
		f.Mark.Unit = h.Unit
		c.Mark(f.Mark, mark, pub)
	case f.End != nil:
		f.End.Unit = h.Unit
		c.Mark(f.End, end, pub)
		if h.Head != nil && (f.End.Seq != h.Last || f.End.Head != *h.Head || !f.End.At.Equal(h.At)) {
			c.Bad(c.want, fmt.Sprintf("the export ends here, but its first line says that it goes up to %d", h.Last))
		}
		rep = c.End(f.End.Seq, f.End.Head)
		rep.Signed, rep.Open = f.End.At, h.Version == 1
		return rep, true
	default:
		c.Bad(c.want, "a note that says nothing")
	}
	return rep, false
}
