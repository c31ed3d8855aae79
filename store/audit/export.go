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
//	{"menshen-audit":1,"unit":"…","first":…,"base":"…","at":"…","sig":"…"}    where the log begins, signed
//	<hash after it, hex> {"n":…,…}                                           one entry a line
//	{"mark":{"n":…,"head":"…","at":"…","sig":"…"}}                           every 1000 entries, signed
//	{"gap":{"from":…,"to":…,…,"sig":"…"}}                                    in the place of pruned lines, signed
//	{"end":{"n":…,"head":"…","at":"…","sig":"…"}}                            where it ends, signed
//
// The hashes tell which line was changed; the signatures, that nobody changed a line and all hashes after it. Longest line taken: 1 MiB.
const (
	maxLine   = 1 << 20
	markEvery = 1000
)

// Header is the first line of an export: the unit's word on where the log begins.
type Header struct {
	Version int       `json:"menshen-audit"`
	Unit    unitID    `json:"unit"`
	First   uint64    `json:"first"`
	Base    Hash      `json:"base"` // hash before line First
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
	m := append([]byte("menshen audit export 1\n"), h.Unit[:]...)
	m = binary.BigEndian.AppendUint64(m, h.First)
	m = append(m, h.Base[:]...)
	return binary.BigEndian.AppendUint64(m, uint64(h.At.UnixNano()))
}

// footer is a line that is no entry.
type footer struct {
	Gap  *Gap        `json:"gap,omitempty"`
	Mark *Checkpoint `json:"mark,omitempty"`
	End  *Checkpoint `json:"end,omitempty"`
}

// Export writes a log.
type Export struct {
	w    *bufio.Writer
	key  ed25519.PrivateKey
	unit unitID
	at   time.Time
	seq  uint64
	head Hash
}

// NewExport writes the header, signed with key.
func NewExport(w io.Writer, h Header, key ed25519.PrivateKey) (*Export, error) {
	h.Version, h.First = 1, max(h.First, 1)
	h.At = h.At.UTC()
	h.Sig = ed25519.Sign(key, h.message())
	e := &Export{w: bufio.NewWriter(w), key: key, unit: h.Unit, at: h.At, seq: h.First - 1, head: h.Base}
	return e, e.json(&h)
}

// Line writes the next entry.
func (e *Export) Line(b []byte) error {
	e.seq, e.head = e.seq+1, e.head.Next(b)
	fmt.Fprintf(e.w, "%x ", e.head[:])
	if err := e.raw(b); err != nil || e.seq%markEvery != 0 {
		return err
	}
	return e.json(footer{Mark: e.sign(e.seq, e.head, e.at)})
}

func (e *Export) sign(seq uint64, head Hash, at time.Time) *Checkpoint {
	c := &Checkpoint{Unit: e.unit, Seq: seq, Head: head, At: at.UTC()}
	c.Sign(e.key)
	return c
}

// Gap writes a gap in the place of lines.
func (e *Export) Gap(g *Gap) error {
	e.seq, e.head = g.To, g.After
	return e.json(footer{Gap: g})
}

// Close signs and writes the end: the number of the log's last line, and the hash after it. It does not close the writer below.
func (e *Export) Close(seq uint64, head Hash, at time.Time) error {
	if err := e.json(footer{End: e.sign(seq, head, at)}); err != nil {
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

// Verify checks an export against the public key of the unit that made it. A log that was changed gives a report with OK false and the
// first bad line; an error means that reading failed, that it is no export, or that its beginning is not signed by this unit.
func Verify(r io.Reader, pub ed25519.PublicKey) (Report, error) {
	s := bufio.NewScanner(r)
	s.Buffer(nil, maxLine)
	if !s.Scan() {
		return Report{}, errors.Join(ErrNoExport, s.Err())
	}
	var h Header
	if err := json.Unmarshal(s.Bytes(), &h); err != nil || h.Version == 0 {
		return Report{}, ErrNoExport
	}
	if h.Version != 1 {
		return Report{}, fmt.Errorf("%w of a version known here: %d", ErrNoExport, h.Version)
	}
	if err := decode(s.Bytes(), &h); err != nil {
		return Report{}, fmt.Errorf("%w: first %w", ErrNoExport, err)
	}
	if len(pub) != ed25519.PublicKeySize || !ed25519.Verify(pub, h.message(), h.Sig) {
		return Report{}, fmt.Errorf("the export's first line is %w", ErrSigner)
	}
	c := NewChecker(h.First, h.Base)
	for s.Scan() {
		if rep, ended := c.exported(s.Bytes(), h.Unit, pub); ended {
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
func (c *Checker) exported(b []byte, unit unitID, pub ed25519.PublicKey) (rep Report, ended bool) {
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
	var f footer
	switch err := decode(b, &f); {
	case err != nil:
		c.Bad(c.want, "a signed note in its place is damaged")
	case f.Gap != nil:
		f.Gap.Unit = unit
		c.Gap(f.Gap, pub)
	case f.Mark != nil:
		f.Mark.Unit = unit
		c.Mark(f.Mark, pub)
	case f.End != nil:
		f.End.Unit = unit
		c.Mark(f.End, pub)
		rep = c.End(f.End.Seq, f.End.Head)
		rep.Signed = f.End.At
		return rep, true
	default:
		c.Bad(c.want, "a note that says nothing")
	}
	return rep, false
}
