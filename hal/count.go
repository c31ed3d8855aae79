package hal

import "sync/atomic"

// Counter is a reader that counts what it has received since the program started. A cable that gets
// worse shows in these numbers long before cards are refused.
type Counter interface {
	// Counts may be called at any time, from any goroutine. Order and names are always the same.
	Counts() []Count
}

// Count is how often something has happened.
type Count struct {
	Of string // "cards", "parity wrong", "edges lost"
	N  uint64
}

// Tally counts for a driver. A count is named by its place in the list given to NewTally.
// Copies share their counts.
type Tally struct {
	names []string
	n     []atomic.Uint64
}

// NewTally makes one with all counts at zero.
func NewTally(names ...string) Tally { return Tally{names, make([]atomic.Uint64, len(names))} }

// Add adds n to the count at that place in the list.
func (t Tally) Add(place int, n uint64) { t.n[place].Add(n) }

// Counts implements Counter.
func (t Tally) Counts() []Count {
	all := make([]Count, len(t.names))
	for i, name := range t.names {
		all[i] = Count{name, t.n[i].Load()}
	}
	return all
}
