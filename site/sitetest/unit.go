// Package sitetest has doors that are all chain and nothing else, for tests of what carries records
// between doors: each record is sealed, numbered, linked and signed, and a door believes no other.
package sitetest

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"filippo.io/age"

	"menshen/site/courier"
	"menshen/site/post"
)

// Unit is such a door. Its methods are safe for several goroutines.
type Unit struct {
	ID      post.ID
	key     ed25519.PrivateKey
	members map[post.ID]ed25519.PublicKey
	readers []age.Recipient
	dir     string // empty: in memory only
	applied func(author post.ID, number uint64)

	mu      sync.Mutex
	chains  map[post.ID]map[uint64][]byte
	heads   map[post.ID]uint64
	first   uint64 // where the present piece of the own chain begins
	refused int    // records that it did not believe
	notes   uint64 // that it has made
	note    []byte // the present one
	news    chan struct{}
	heard   map[post.ID]string // what others' present notes say
}

// Site makes the doors of a site, with the same identities each time. dir has a folder for each;
// empty: in memory only. Folders that are there already go on.
func Site(dir string, doors int) []*Unit {
	members := map[post.ID]ed25519.PublicKey{}
	var readers []age.Recipient
	all := make([]*Unit, doors)
	for i := range all {
		seed := sha256.Sum256([]byte("door " + strconv.Itoa(i)))
		u := &Unit{ID: post.ID(seed[:16]), key: ed25519.NewKeyFromSeed(seed[:]), first: 1,
			chains: map[post.ID]map[uint64][]byte{}, heads: map[post.ID]uint64{},
			news: make(chan struct{}), heard: map[post.ID]string{}}
		if dir != "" {
			u.dir = filepath.Join(dir, u.ID.String())
		}
		identity, err := age.GenerateX25519Identity()
		if err != nil {
			panic(err) // crypto/rand does not fail
		}
		readers = append(readers, identity.Recipient())
		members[u.ID] = u.key.Public().(ed25519.PublicKey)
		all[i] = u
	}
	for _, u := range all {
		u.members, u.readers = members, readers
	}
	return all
}

// OnApply has f called with each record that the unit applies.
func (u *Unit) OnApply(f func(author post.ID, number uint64)) { u.applied = f }

// A record: author, number, where its piece of the chain begins, the hash of the one before, a
// sealed body, a signature.
const (
	numberAt = 16
	firstAt  = numberAt + 8
	beforeAt = firstAt + 8
	bodyAt   = beforeAt + sha256.Size
)

// Index reads what stands on a record in clear.
func Index(record []byte) (courier.Head, error) {
	if len(record) < bodyAt+ed25519.SignatureSize {
		return courier.Head{}, errors.New("no record")
	}
	return courier.Head{Author: post.ID(record[:numberAt]), Number: binary.BigEndian.Uint64(record[numberAt:]),
		First: binary.BigEndian.Uint64(record[firstAt:])}, nil
}

// Make makes a record that follows on another (nil: none), signed with any key.
func Make(h courier.Head, key ed25519.PrivateKey, before, sealed []byte) []byte {
	r := binary.BigEndian.AppendUint64(bytes.Clone(h.Author[:]), h.Number)
	r = binary.BigEndian.AppendUint64(r, h.First)
	hash := hashOf(before)
	r = append(append(r, hash[:]...), sealed...)
	return append(r, ed25519.Sign(key, r)...)
}

func hashOf(record []byte) (hash [sha256.Size]byte) {
	if record != nil {
		hash = sha256.Sum256(record)
	}
	return hash
}

// Write has the unit make a record, sealed to all doors.
func (u *Unit) Write(text string) error {
	var sealed bytes.Buffer
	w, err := age.Encrypt(&sealed, u.readers...)
	if err == nil {
		_, err = io.WriteString(w, text)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return fmt.Errorf("sealing: %w", err)
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if err := u.load(); err != nil {
		return err
	}
	n := u.heads[u.ID]
	h := courier.Head{Author: u.ID, Number: n + 1, First: u.first}
	return u.add(h, Make(h, u.key, u.chains[u.ID][n], sealed.Bytes()))
}

// Forget drops all records of the unit's own chain. Those that it makes from now on are a new
// piece of it.
func (u *Unit) Forget() {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.chains, u.ID)
	u.first = u.heads[u.ID] + 1
}

func (u *Unit) add(h courier.Head, record []byte) error {
	if u.dir != "" {
		folder := filepath.Join(u.dir, h.Author.String())
		path := filepath.Join(folder, strconv.FormatUint(h.Number, 10))
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(path+".new", record, 0o600); err != nil {
			return err
		}
		if err := os.Rename(path+".new", path); err != nil {
			return err
		}
	}
	u.keep(h, record)
	return nil
}

func (u *Unit) keep(h courier.Head, record []byte) {
	if u.chains[h.Author] == nil {
		u.chains[h.Author] = map[uint64][]byte{}
	}
	u.chains[h.Author][h.Number], u.heads[h.Author] = record, h.Number
}

// load reads what another process of the same unit added.
func (u *Unit) load() error {
	for author := range u.members {
		for u.dir != "" {
			next := u.heads[author] + 1
			raw, err := os.ReadFile(filepath.Join(u.dir, author.String(), strconv.FormatUint(next, 10)))
			if errors.Is(err, os.ErrNotExist) {
				break
			}
			if err != nil {
				return err
			}
			u.keep(courier.Head{Author: author, Number: next}, raw)
		}
	}
	return nil
}

// Heads is of [courier.Unit].
func (u *Unit) Heads(context.Context) (map[post.ID]uint64, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if err := u.load(); err != nil {
		return nil, err
	}
	return maps.Clone(u.heads), nil
}

// Records is of [courier.Unit].
func (u *Unit) Records(_ context.Context, author post.ID, from uint64, most int) (some [][]byte, err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if err := u.load(); err != nil {
		return nil, err
	}
	for n := 0; from <= u.heads[author] && (n == 0 || n < most); from++ {
		if r := u.chains[author][from]; r != nil {
			some = append(some, r)
			n += len(r)
		}
	}
	return some, nil
}

// Apply is of [courier.Unit].
func (u *Unit) Apply(_ context.Context, records [][]byte) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if err := u.load(); err != nil {
		return err
	}
	for _, r := range records {
		h, err := Index(r)
		if err == nil && h.Number <= u.heads[h.Author] {
			continue
		}
		if err != nil || !u.believes(r, h) {
			u.refused++
			return nil
		}
		if err := u.add(h, bytes.Clone(r)); err != nil {
			return err
		}
		if u.applied != nil {
			u.applied(h.Author, h.Number)
		}
	}
	return nil
}

// Refused counts the records that the unit did not believe.
func (u *Unit) Refused() int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.refused
}

// believes reports whether a record is its author's, and follows on what the unit has, or begins a
// piece.
func (u *Unit) believes(r []byte, h courier.Head) bool {
	key, member := u.members[h.Author]
	if !member || h.Number != u.heads[h.Author]+1 && h.Number != h.First {
		return false
	}
	before := hashOf(u.chains[h.Author][h.Number-1])
	signed := len(r) - ed25519.SignatureSize
	return (h.Number == h.First || bytes.Equal(r[beforeAt:bodyAt], before[:])) && ed25519.Verify(key, r[:signed],
		r[signed:])
}

// Same reports whether two doors have the same heads, and no record of theirs differs.
func Same(a, b *Unit) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a != b {
		b.mu.Lock()
		defer b.mu.Unlock()
	}
	if a.load() != nil || b.load() != nil {
		return false
	}
	for author := range a.members {
		if a.heads[author] != b.heads[author] {
			return false
		}
		for n, r := range a.chains[author] {
			if other := b.chains[author][n]; other != nil && !bytes.Equal(r, other) {
				return false
			}
		}
	}
	return true
}
