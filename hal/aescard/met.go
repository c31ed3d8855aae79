package aescard

import (
	"hash/maphash"
	"sync"
)

// met is what a site remembers of its cards: which kind each is, the mark of its keys and by
// which cipher it proves itself, so that
// the next tap need not ask. It is in memory only and has no UID, but a hash of it under a seed of
// this process. Where the card was changed at another door it costs one wrong proof.
type met struct {
	mu    sync.Mutex
	seed  maphash.Seed
	cards map[uint64]trait
}

// trait is what there is to know before a proof.
type trait struct {
	product
	mark byte
	lrp  bool // it was switched to LRP
}

// most is how many cards are remembered; with one more all are forgotten.
const most = 4096

func newMet() *met { return &met{seed: maphash.MakeSeed(), cards: map[uint64]trait{}} }

func (m *met) of(uid []byte) (t trait, known bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	t, known = m.cards[maphash.Bytes(m.seed, uid)]
	return t, known
}

func (m *met) remember(uid []byte, t trait) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.cards) >= most {
		clear(m.cards)
	}
	m.cards[maphash.Bytes(m.seed, uid)] = t
}

func (m *met) forget(uid []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.cards, maphash.Bytes(m.seed, uid))
}
