package fact

import (
	"bytes"
	"slices"
	"time"

	"menshen/policy"
)

// Person is what was told about one person. The zero value says nothing.
type Person struct {
	About  Said[About]    `cbor:"about"`
	Lease  Said[Lease]    `cbor:"lease"`
	Groups Said[[]string] `cbor:"groups"`

	// Minor says that they are under 14, so that a guardian consents for them (R-MINOR).
	Minor Said[bool] `cbor:"minor,omitzero"`

	// A block has a name of its own. Whoever ends blocks names those that they saw, so that one
	// they did not see stays.
	Blocks []Stamp `cbor:"blocks,omitempty"` // sorted
	Lifted []Stamp `cbor:"lifted,omitempty"` // sorted

	Credentials []Credential `cbor:"credentials,omitempty"` // sorted by ID

	// NoFace is the last time that the person took back a consent, or refused to give one.
	NoFace Stamp `cbor:"noface,omitzero"`

	// Faces says whether each door has a face of the person. A door tells of itself alone: the
	// stamp's door is the one that is meant. One that never had a face tells nothing.
	Faces []Said[bool] `cbor:"faces,omitempty"` // sorted by door
}

// About is who a person is.
type About struct {
	Name      policy.Private `cbor:"name"`
	Apartment policy.Private `cbor:"apartment"`
	Lang      string         `cbor:"lang"`
	LongOpen  bool           `cbor:"longopen,omitempty"`
}

// Lease is from when and until when a person may come in; zero: no limit.
type Lease struct {
	From  time.Time `cbor:"from,omitzero"`
	Until time.Time `cbor:"until,omitzero"`
}

// Credential is a card or a PIN. All but Revoked and Taken never changes.
type Credential struct {
	ID      string            `cbor:"id"`
	At      Stamp             `cbor:"at"`   // when it was given
	Hash    []byte            `cbor:"hash"` // of its number, by the site's key
	Given   policy.Credential `cbor:"given"`
	Revoked bool              `cbor:"revoked,omitempty"`
	// Taken says that it was revoked, and its number given to somebody else afterwards.
	Taken bool `cbor:"taken,omitempty"`
}

// Works reports whether the credential was not revoked.
func (c Credential) Works() bool { return !c.Revoked && !c.Taken }

// Known reports whether the person was ever entered.
func (p Person) Known() bool { return !p.About.At.IsZero() }

// Blocked reports whether there is a block that nobody has ended.
func (p Person) Blocked() bool { return len(less(p.Blocks, p.Lifted)) > 0 }

// FaceAt reports whether a door has a face of the person, by a consent that they did not take back.
func (p Person) FaceAt(door DoorID) bool {
	i, told := slices.BinarySearchFunc(p.Faces, door, byDoor)
	return told && p.keeps(p.Faces[i])
}

// FaceDoors are the doors that have a face of the person, by a consent that they did not take back.
func (p Person) FaceDoors() (all []DoorID) {
	for _, f := range p.Faces {
		if p.keeps(f) {
			all = append(all, f.At.Door)
		}
	}
	return all
}

// keeps reports whether a door that said so still has the face: a later withdrawal ends it.
func (p Person) keeps(f Said[bool]) bool { return f.Value && p.NoFace.Compare(f.At) < 0 }

// Last is the highest count in the facts.
func (p Person) Last() uint64 {
	last := max(p.About.At.Count, p.Lease.At.Count, p.Groups.At.Count, p.Minor.At.Count, p.NoFace.Count)
	for _, set := range [][]Stamp{p.Blocks, p.Lifted} {
		for _, s := range set {
			last = max(last, s.Count)
		}
	}
	for _, c := range p.Credentials {
		last = max(last, c.At.Count)
	}
	for _, f := range p.Faces {
		last = max(last, f.At.Count)
	}
	return last
}

// Equal reports whether the facts are the same.
func (p Person) Equal(o Person) bool { return bytes.Equal(encode(p), encode(o)) }

// Merge joins the facts of one person.
func (p Person) Merge(o Person) Person {
	return Person{
		About:       p.About.merge(o.About),
		Lease:       p.Lease.merge(o.Lease),
		Groups:      p.Groups.merge(o.Groups),
		Minor:       p.Minor.merge(o.Minor),
		Blocks:      union(p.Blocks, o.Blocks),
		Lifted:      union(p.Lifted, o.Lifted),
		Credentials: mergeCredentials(p.Credentials, o.Credentials),
		NoFace:      laterStamp(p.NoFace, o.NoFace),
		Faces:       mergeFaces(p.Faces, o.Faces),
	}
}

func mergeFaces(a, b []Said[bool]) (all []Said[bool]) {
	for _, f := range append(slices.Clone(a), b...) {
		i, known := slices.BinarySearchFunc(all, f.At.Door, byDoor)
		if known {
			all[i] = all[i].merge(f)
		} else {
			all = slices.Insert(all, i, f)
		}
	}
	return all
}

func byDoor(f Said[bool], door DoorID) int { return bytes.Compare(f.At.Door[:], door[:]) }

func mergeCredentials(a, b []Credential) (all []Credential) {
	for _, c := range append(slices.Clone(a), b...) {
		i, known := slices.BinarySearchFunc(all, c.ID, byID)
		if known {
			all[i] = all[i].merge(c)
		} else {
			all = slices.Insert(all, i, c)
		}
	}
	return all
}

func byID(c Credential, id string) int { return bytes.Compare([]byte(c.ID), []byte(id)) }

func (c Credential) merge(o Credential) Credential {
	revoked, taken := c.Revoked || o.Revoked, c.Taken || o.Taken
	c.Revoked, c.Taken, o.Revoked, o.Taken = false, false, false, false
	c = Said[Credential]{c.At, c}.merge(Said[Credential]{o.At, o}).Value
	c.Revoked, c.Taken = revoked, taken
	return c
}
