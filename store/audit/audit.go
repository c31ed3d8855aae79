// Package audit is a log in which every change shows. Its lines are JSON, each hashed together with
// the hash before it, and the unit's Ed25519 key (RFC 8032) signs the hash from time to time.
//
//	H(0) = 32 zero bytes
//	H(n) = SHA-256("menshen audit 1\n" ‖ H(n−1) ‖ line n)
//
// A line is hashed as the exact bytes that were recorded and that an export shows. Inserting,
// removing, changing or reordering any line changes every hash after it, and the signed
// hashes no longer fit. An export begins with the signed span of its entries, and each kind
// of signed line has a purpose of its own, so nothing can be cut off its end. An older export
// is a whole export of an earlier day; what was known of the log later ([Expected])
// distinguishes it from the present one.
//
// A person appears in a line under a pseudonym that is different in each line and can be made only
// with that person's own key. What is about them alone is sealed under that key. When the key is
// erased, the lines still prove that nothing was changed, but no longer tell whom they were about,
// nor which of them were about the same person.
package audit

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"menshen/internal/exact"
)

// Line is one entry as it is recorded, hashed and exported. Its JSON has no spaces and
// its fields are in this order.
type Line struct {
	Seq    uint64            `json:"n"` // 1, 2, 3, … without a gap
	At     time.Time         `json:"at"`
	Kind   Kind              `json:"kind"`
	By     string            `json:"by"`            // "door", or an operator's id
	Who    string            `json:"who,omitempty"` // the person's pseudonym for this line, hex
	Door   string            `json:"door,omitempty"`
	Means  string            `json:"means,omitempty"`
	Grant  *bool             `json:"grant,omitempty"`  // decisions only
	Why    string            `json:"why,omitempty"`    // reason
	Detail map[string]string `json:"detail,omitempty"` // figures and dates only
	Trace  []Check           `json:"trace,omitempty"`  // of a decision about no known person
	Sealed []byte            `json:"sealed,omitempty"` // what is about the person alone, under their key
}

// Check is one rule's part in a decision.
type Check struct {
	Rule   string `json:"rule"`
	Pass   bool   `json:"pass"`
	Detail string `json:"detail,omitempty"`
}

// Hash is the hash of the chain after a line.
type Hash [32]byte

// MarshalText gives small hex digits.
func (h Hash) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "%x", h[:]), nil }

// UnmarshalText reads small hex digits, and nothing else.
func (h *Hash) UnmarshalText(b []byte) error {
	if n, err := hex.Decode(h[:], b[:min(len(b), 2*len(h))]); err != nil || n != len(h) ||
		!bytes.Equal(hex.AppendEncode(nil, h[:]), b) {
		return fmt.Errorf("hash must be %d hex digits in small letters", 2*len(h))
	}
	return nil
}

// Next gives the hash after line, when h is the hash before it.
func (h Hash) Next(line []byte) Hash {
	s := sha256.New()
	s.Write([]byte("menshen audit 1\n"))
	s.Write(h[:])
	s.Write(line)
	return Hash(s.Sum(nil))
}

// Encode gives the exact bytes of a line. Bytes that are not UTF-8 become U+FFFD.
func (l *Line) Encode() ([]byte, error) {
	b, err := json.Marshal(l)
	if err != nil || !bytes.Contains(b, []byte(`\ufffd`)) {
		return b, err
	}
	var clean Line // U+FFFD itself is encoded differently from bytes that it replaces
	if err := json.Unmarshal(b, &clean); err != nil {
		return nil, err
	}
	return json.Marshal(&clean)
}

// Decode reads a line, and refuses bytes that Encode would not have made.
func (l *Line) Decode(b []byte) error {
	*l = Line{}
	return decode(b, l)
}

// decode reads JSON, and refuses any that is not byte for byte what encoding gives, so that
// each value has one form only.
func decode(b []byte, v any) error {
	if exact.Decode(b, v) != nil {
		return errors.New("line is not in the recorded form")
	}
	return nil
}

// The purposes for which a checkpoint is signed. A signature for one fits no other, so a mark
// cannot be passed off as the end.
const (
	markPurpose = "menshen audit mark 2\n"
	endPurpose  = "menshen audit end 2\n"
	oldPurpose  = "menshen audit checkpoint 1\n" // marks and ends of exports of version 1, alike
)

// Checkpoint is the unit's signed statement that the hash of the chain after line Seq was Head.
type Checkpoint struct {
	Unit [16]byte  `json:"-"`
	Seq  uint64    `json:"n"`
	Head Hash      `json:"head"`
	At   time.Time `json:"at"`
	Sig  []byte    `json:"sig"`
}

func (c *Checkpoint) message(purpose string) []byte {
	m := append([]byte(purpose), c.Unit[:]...)
	m = binary.BigEndian.AppendUint64(m, c.Seq)
	m = append(m, c.Head[:]...)
	return binary.BigEndian.AppendUint64(m, uint64(c.At.UnixNano()))
}

// sign signs the checkpoint for one purpose.
func (c *Checkpoint) sign(purpose string, k ed25519.PrivateKey) {
	c.Sig = ed25519.Sign(k, c.message(purpose))
}

// signed reports whether the unit with this public key signed the checkpoint for that purpose.
func (c *Checkpoint) signed(purpose string, pub ed25519.PublicKey) bool {
	return len(pub) == ed25519.PublicKeySize && ed25519.Verify(pub, c.message(purpose), c.Sig)
}
