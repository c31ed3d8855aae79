package osdp

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sync"

	"menshen/internal/safefile"
)

// Ring keeps which key each reader has, and where it is since it was moved: the salts of its
// installs and its places, in one file of the unit. The keys are made from the salts and the site's
// secret, and are not in the file. It is for any goroutine.
type Ring struct {
	path string
	mu   sync.Mutex
	site map[string]func() ([]byte, error)
}

// NewRing is of a file, which is read when a key is asked for. It need not be there.
func NewRing(path string) *Ring { return &Ring{path: path, site: map[string]func() ([]byte, error){}} }

// Secret says where the site's secret of a reader comes from. It is asked each time that a key is
// wanted.
func (r *Ring) Secret(reader string, site func() ([]byte, error)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.site[reader] = site
}

// derive makes a key; r.mu is held.
func (r *Ring) derive(reader string, s Salt) (Key, error) {
	site, err := r.site[reader]()
	if err != nil {
		return Key{}, err
	}
	defer clear(site)
	return Derive(site, reader, s)
}

// Keys gives the keys that a reader may have: its own, and one of an install whose end was not
// seen. None: it was never installed.
func (r *Ring) Keys(reader string) ([]Key, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f, err := r.load()
	if err != nil {
		return nil, err
	}
	var all []Key
	for _, s := range f.salts[reader] {
		k, err := r.derive(reader, s)
		if err != nil {
			return nil, err
		}
		all = append(all, k)
	}
	return all, nil
}

// New makes a key for an install. From then on the reader may have it, or the one that it had.
func (r *Ring) New(reader string) (k Key, err error) {
	s := NewSalt()
	return k, r.change(reader, func(salts []Salt) ([]Salt, error) {
		k, err = r.derive(reader, s)
		return append(salts[:min(len(salts), mostSalts-1)], s), err
	})
}

// mostSalts are kept of a reader. One whose installs always end unseen loses the last but one.
const mostSalts = 4

// Keep forgets all keys of a reader but the one that it has.
func (r *Ring) Keep(reader string, k Key) error { return r.choose(reader, k, true) }

// Forget forgets a key that the reader did not get.
func (r *Ring) Forget(reader string, k Key) error { return r.choose(reader, k, false) }

// choose leaves the salt of a key alone, or all others.
func (r *Ring) choose(reader string, k Key, keep bool) error {
	return r.change(reader, func(salts []Salt) (left []Salt, err error) {
		for _, s := range salts {
			own, err := r.derive(reader, s)
			if err != nil {
				return nil, err
			}
			if (own == k) == keep {
				left = append(left, s)
			}
		}
		return left, nil
	})
}

// ringFile is the file's content.
type ringFile struct {
	Version int                 `json:"version"`
	Readers map[string][]string `json:"readers"`         // salts in hex, the oldest first
	Moved   map[string]move     `json:"moved,omitempty"` // those that are not where the configuration says
}

// kept is the file's content, read.
type kept struct {
	salts map[string][]Salt
	moved map[string]move
}

const ringVersion = 1

func (r *Ring) load() (kept, error) {
	k := kept{salts: map[string][]Salt{}, moved: map[string]move{}}
	raw, err := safefile.Read(r.path)
	if errors.Is(err, fs.ErrNotExist) {
		return k, nil
	} else if err != nil {
		return k, fmt.Errorf("reading which keys the readers have: %w", err)
	}
	var f ringFile
	if err := json.Unmarshal(raw, &f); err != nil || f.Version != ringVersion {
		return k, fmt.Errorf("%s is not a list of readers' keys of version %d: move it away and install the "+
			"readers again", r.path, ringVersion)
	}
	for reader, salts := range f.Readers {
		for _, text := range salts {
			s, err := hex.DecodeString(text)
			if err != nil || len(s) != len(Salt{}) {
				return k, fmt.Errorf("%s: reader %s: %q is no salt: install the reader again", r.path, reader, text)
			}
			k.salts[reader] = append(k.salts[reader], Salt(s))
		}
	}
	for reader, m := range f.Moved {
		if len(m.At) > 0 { // else it tells nothing
			k.moved[reader] = m
		}
	}
	return k, nil
}

// change rewrites the salts of a reader, durably, unless nothing changes.
func (r *Ring) change(reader string, to func([]Salt) ([]Salt, error)) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	k, err := r.load()
	if err != nil {
		return err
	}
	next, err := to(slices.Clone(k.salts[reader]))
	if err != nil || slices.Equal(next, k.salts[reader]) {
		return err
	}
	k.salts[reader] = next
	return r.save(reader, k)
}

// save writes the file, durably.
func (r *Ring) save(reader string, k kept) error {
	f := ringFile{Version: ringVersion, Readers: map[string][]string{}, Moved: k.moved}
	for reader, salts := range k.salts {
		for _, s := range salts {
			f.Readers[reader] = append(f.Readers[reader], hex.EncodeToString(s[:]))
		}
	}
	raw, err := json.MarshalIndent(f, "", "\t")
	if err == nil {
		err = safefile.Write(r.path, append(raw, '\n'))
	}
	if err != nil && !errors.Is(err, safefile.ErrNotWiped) { // what is unlinked is no secret
		return fmt.Errorf("keeping which key reader %s has, and where it is: %w", reader, err)
	}
	return nil
}

// Path is the file's.
func (r *Ring) Path() string { return r.path }
