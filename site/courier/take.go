package courier

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"menshen/site/post"
)

// take puts what came from the stream into the basket, with whatever else is there already, and
// hands over to the unit what follows on what it has.
func (k *courier) take(ctx context.Context, l *line, m jetstream.Msg) error {
	authors := map[post.ID]bool{}
	for n := 0; m != nil; {
		about, err := m.Metadata()
		if err != nil {
			return err
		}
		if author, ok := k.sort(m.Subject(), m.Data(), about.Sequence.Stream); ok {
			authors[author] = true
		}
		k.read = about.Sequence.Stream
		k.caught = k.caught || about.NumPending == 0
		n += len(m.Data())
		m = nil
		if n < atOnce {
			select {
			case m = <-l.letters:
			default:
			}
		}
	}
	return k.handOverAll(ctx, authors)
}

// handOverAll hands over what came of some authors. Where the unit took anything, it is asked
// again to take what it did not take before: it may have learned of the door whose record that is.
func (k *courier) handOverAll(ctx context.Context, authors map[post.ID]bool) error {
	for len(authors) > 0 {
		taken := k.status.Taken
		for author := range authors {
			if err := k.handOver(ctx, author); err != nil {
				return err
			}
		}
		clear(authors)
		for author := range k.gaps {
			authors[author] = k.status.Taken > taken
		}
		maps.DeleteFunc(authors, func(_ post.ID, again bool) bool { return !again })
	}
	return nil
}

// sort looks at one message, and puts a record that the unit has not into the basket.
func (k *courier) sort(subject string, record []byte, at uint64) (author post.ID, news bool) {
	author, byAuthor, err := post.Author(subject)
	if err != nil {
		return author, false
	}
	own := author == k.Ticket.Door
	if own && byAuthor {
		k.last = max(k.last, at)
	}
	h, err := k.Index(record)
	if err != nil || h.Author != author {
		k.status.Refused++
		return author, false
	}
	k.lately[author] = time.Now()
	k.status.heard(author)
	if own {
		if byAuthor && h.Number <= k.heads[author] {
			k.posted = max(k.posted, h.Number)
		}
		return author, false
	}
	k.status.carriedCame = k.status.carriedCame || !byAuthor
	if h.Number <= k.heads[author] {
		return author, false
	}
	k.basket.put(numbered{h, slices.Clone(record)}, byAuthor)
	return author, true
}

// handOver gives the unit an author's records that follow on what it has. Where it does not take
// one, another record of the same number is tried. What then does not follow, or is not taken,
// waits in the basket.
func (k *courier) handOver(ctx context.Context, author post.ID) error {
	for tries := 0; ; {
		k.basket.forget(author, k.heads[author])
		next := k.heads[author] + 1
		if tries >= len(k.basket[author][next]) {
			break
		}
		taken, err := k.apply(ctx, author, next)
		if err != nil {
			return err
		}
		if tries++; taken {
			tries = 0
		} else {
			k.basket.turn(author, next)
		}
	}
	switch _, known := k.gaps[author]; {
	case len(k.basket[author]) == 0:
		delete(k.gaps, author)
	case !known:
		k.gaps[author] = time.Now()
	}
	return nil
}

// goOn looks after what has waited in the basket for a while. What the unit still does not take is
// thrown away. A piece of a chain is handed over from its beginning: what comes before it nobody
// may have any more. The unit then asks for what it missed, in a record of its own.
func (k *courier) goOn(ctx context.Context) error {
	for author, since := range k.gaps {
		if time.Since(since) < k.Patience {
			continue
		}
		delete(k.gaps, author)
		if err := k.handOver(ctx, author); err != nil {
			return err
		}
		k.status.Refused += k.basket.drop(author, k.heads[author]+1)
		begins := k.basket.beginning(author)
		if begins == 0 {
			continue
		}
		taken, err := k.apply(ctx, author, begins)
		if err != nil {
			return err
		}
		if !taken {
			k.status.Refused += k.basket.drop(author, begins)
		}
		if err := k.handOver(ctx, author); err != nil {
			return err
		}
	}
	return nil
}

// apply hands over an author's records from a number on, and reports whether the unit took any.
func (k *courier) apply(ctx context.Context, author post.ID, from uint64) (taken bool, err error) {
	ours, stop := context.WithTimeout(ctx, within)
	defer stop()
	if err := k.Unit.Apply(ours, k.basket.from(author, from, atOnce)); err != nil {
		return false, unitError{err}
	}
	before := k.heads[author]
	if err := k.look(ctx); err != nil {
		return false, err
	}
	taken = k.heads[author] > before
	if taken {
		k.status.Taken += k.heads[author] - max(before, from-1)
	}
	return taken, nil
}

// Limits of the basket, an author. What does not fit in is asked for again.
const (
	versions   = 4    // of one number: a forged one must not keep the right one out
	inBasket   = 1024 // numbers
	basketRoom = 8 << 20
)

// basket holds records that wait for the ones before them, by author and number.
type basket map[post.ID]map[uint64][]numbered

// put adds a record. What its author's own courier published is tried first.
func (b basket) put(r numbered, first bool) {
	of := b[r.Author]
	if of == nil {
		of = map[uint64][]numbered{}
		b[r.Author] = of
	}
	have := of[r.Number]
	if len(have) == 0 && (len(of) >= inBasket || weight(of)+len(r.record) > basketRoom) ||
		slices.ContainsFunc(have, func(n numbered) bool { return string(n.record) == string(r.record) }) {
		return
	}
	if first {
		have = slices.Insert(have, 0, r)
	} else {
		have = append(have, r)
	}
	of[r.Number] = have[:min(len(have), versions)]
}

func weight(of map[uint64][]numbered) (n int) {
	for _, have := range of {
		for _, r := range have {
			n += len(r.record)
		}
	}
	return n
}

// from gives the records from a number on, without a gap, until they weigh so much.
func (b basket) from(author post.ID, number uint64, most int) (records [][]byte) {
	for n := 0; len(b[author][number]) > 0 && (n == 0 || n < most); number++ {
		r := b[author][number][0].record
		records, n = append(records, r), n+len(r)
	}
	return records
}

// beginning gives the lowest number of a record with which a piece of the chain begins, 0: there
// is none.
func (b basket) beginning(author post.ID) (lowest uint64) {
	for number, have := range b[author] {
		if have[0].First == number && (lowest == 0 || number < lowest) {
			lowest = number
		}
	}
	return lowest
}

// turn puts the version of a record that is tried first behind the others.
func (b basket) turn(author post.ID, number uint64) {
	have := b[author][number]
	b[author][number] = append(have[1:len(have):len(have)], have[0])
}

// drop throws all versions of a record away, and says how many there were.
func (b basket) drop(author post.ID, number uint64) uint64 {
	n := len(b[author][number])
	delete(b[author], number)
	return uint64(n)
}

// forget throws away what the unit has.
func (b basket) forget(author post.ID, upTo uint64) {
	for number := range b[author] {
		if number <= upTo {
			delete(b[author], number)
		}
	}
	if len(b[author]) == 0 {
		delete(b, author)
	}
}
