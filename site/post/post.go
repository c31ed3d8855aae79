// Package post is what the hub and the couriers of a site agree on: who is who, the subjects under
// which records travel, a door's ticket, and how both ends of a line prove themselves.
//
// Why it is so: docs/decisions/0072-a-postman-for-a-site.md.
package post

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/fxamacker/cbor/v2"
)

// ID names a site, or a door of it (the unit's own identity). It is written as 32 hex digits.
type ID [16]byte

func (id ID) String() string { return hex.EncodeToString(id[:]) }

// ParseID reads an ID.
func ParseID(text string) (ID, error) {
	var id ID
	if n, err := hex.Decode(id[:], []byte(text)); err != nil || n != len(id) || len(text) != 2*len(id) {
		return ID{}, fmt.Errorf("%.40q is no identity: write 32 hex digits, as the door's console shows them", text)
	}
	return id, nil
}

// Stream is the hub's only stream. It holds what was published under Records and Carried.
const Stream = "SITE"

// StartedAt is the key of the stream's metadata under which the hub writes a new random value each
// time it starts. A hub whose disk was emptied, exchanged or rolled back was started since.
const StartedAt = "menshen-start"

// MaxRecord is the greatest length of a record, in bytes.
const MaxRecord = 1 << 20

// Records is the subject of the records that a door made. Only that door's courier may publish
// there.
func Records(site, door ID) string { return "site." + site.String() + "." + door.String() }

// Carried is the subject of an author's records that another door's courier brought, since the hub
// had lost them. Only the courier of by may publish there.
func Carried(site, by, author ID) string {
	return "carried." + site.String() + "." + by.String() + "." + author.String()
}

// Heads is the subject on which a door says what it has. It is not stored.
func Heads(site, door ID) string { return "heads." + site.String() + "." + door.String() }

// Notes is the subject of what a door tells that nobody keeps. Only that door's courier may publish
// there.
func Notes(site, door ID) string { return "notes." + site.String() + "." + door.String() }

// MaxNote is the greatest length of a note, in bytes.
const MaxNote = 20_000

// Inbox is the prefix of the subjects on which a door gets answers. No other may listen there.
func Inbox(door ID) string { return "_INBOX_" + door.String() }

// Author gives the door whose records travel under a subject of the stream, and whether its own
// courier put them there.
func Author(subject string) (door ID, own bool, err error) {
	words := strings.Split(subject, ".")
	switch {
	case words[0] == "site" && len(words) == 3:
		door, err = ParseID(words[2])
		return door, true, err
	case words[0] == "carried" && len(words) == 4:
		door, err = ParseID(words[3])
		return door, false, err
	}
	return ID{}, false, fmt.Errorf("no subject of a site: %.80q", subject)
}

// Said is what a door says under Heads.
type Said struct {
	Heads map[ID]uint64 `cbor:"1,keyasint"` // by author: the last record that it has
	Read  uint64        `cbor:"2,keyasint"` // up to which message it has read the stream
	Start string        `cbor:"3,keyasint"` // of which stream: the value of StartedAt
}

const maxDoors = 4096

var reading, _ = cbor.DecOptions{MaxMapPairs: maxDoors, MaxArrayElements: 16, MaxNestedLevels: 4}.DecMode()

// Bytes encodes what a door says.
func (s Said) Bytes() []byte {
	raw, err := cbor.Marshal(s)
	if err != nil {
		panic(err) // maps, numbers and text
	}
	return raw
}

// ParseSaid reads what a door says.
func ParseSaid(raw []byte) (Said, error) {
	var s Said
	if err := reading.Unmarshal(raw, &s); err != nil {
		return Said{}, errors.New("what a door says of itself cannot be read")
	}
	return s, nil
}
