package osdp

import (
	"maps"
	"slices"
)

// Place is where a reader is: its address, and the speed of its line.
type Place struct {
	Address byte `json:"address"`
	Baud    int  `json:"baud"`
}

// move is a reader that is not where the configuration says. Once that says another thing it is of
// the past: whoever wrote it knows better.
type move struct {
	File Place   `json:"file"` // as the configuration had it
	At   []Place `json:"at"`   // it is at one of these, the likelier first; two while that is not known
}

// Places gives where a reader may be that the configuration has at file: one place, or two while
// the end of a move was not seen, the new one first.
func (r *Ring) Places(reader string, file Place) ([]Place, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	k, err := r.load()
	if err != nil {
		return nil, err
	}
	if m, ok := k.moved[reader]; ok && m.File == file {
		return m.At, nil
	}
	return []Place{file}, nil
}

// Put keeps, durably, that a reader is at one of these places, the likelier first. One that is
// where the configuration says is forgotten.
func (r *Ring) Put(reader string, file Place, at ...Place) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	k, err := r.load()
	if err != nil {
		return err
	}
	next := maps.Clone(k.moved)
	next[reader] = move{file, at}
	if len(at) == 1 && at[0] == file {
		delete(next, reader)
	}
	if maps.EqualFunc(next, k.moved, func(a, b move) bool { return a.File == b.File && slices.Equal(a.At, b.At) }) {
		return nil
	}
	k.moved = next
	return r.save(reader, k)
}
