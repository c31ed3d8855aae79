package pcsc

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"menshen/hal"
	"menshen/hal/aescard"
	"menshen/hal/isodep"
)

// Config describes a reader. Zero durations mean the values given.
type Config struct {
	Name  string
	Match string        // a part of the name that pcscd has for it; empty: the only one there is
	AES   *aescard.Site // how the site uses its smart cards; nil: the UID counts
	Poll  time.Duration // between two looks; 100 ms
	Away  time.Duration // how long a card must be out of sight to count as a new tap; 1 s
}

// tries is how often a card is read that is lost again and again, while it is held there.
const tries = 5

// Reader is a card reader.
type Reader struct {
	cfg    Config
	source Source
	taps   aescard.Taps
	last   last // it and missing are used by Run only
	// missing says that it was told that pcscd does not know the reader.
	missing bool
	hal.LastBeat
	tally hal.Tally
}

// last is the card that was there last.
type last struct {
	events uint32 // pcscd's count when it was dealt with
	dealt  bool   // with that count
	uid    string // empty: none, or one that makes up its number
	known  bool   // uid was reported, and has not been away for long
	at     time.Time
	lost   int // how often the card that is there now was lost
}

// What a reader counts.
const (
	cards = iota
	lost
	refused
	sessions
)

var (
	_ hal.Reader    = (*Reader)(nil)
	_ hal.Counter   = (*Reader)(nil)
	_ hal.Heartbeat = (*Reader)(nil)
	_ hal.Issuer    = (*Reader)(nil)
	_ hal.Retirer   = (*Reader)(nil)
	_ hal.Carrier   = (*Reader)(nil)
)

// New makes a reader. Nothing is opened before Run.
func New(source Source, cfg Config) *Reader {
	cfg.Poll = cmp.Or(max(0, cfg.Poll), 100*time.Millisecond)
	cfg.Away = cmp.Or(max(0, cfg.Away), time.Second)
	counts := hal.NewTally("cards", "cards lost while they were read", "cards without a number to open by",
		"sessions with pcscd")
	return &Reader{cfg: cfg, source: source, tally: counts, taps: aescard.Taps{Site: cfg.AES}}
}

// Counts implements hal.Counter.
func (r *Reader) Counts() []hal.Count { return r.tally.Counts() }

func (r *Reader) String() string { return r.cfg.Name }

// Issue implements hal.Issuer. A new AES card that is held to the reader until then becomes the
// site's; one of the site's gets its keys from the present secret.
func (r *Reader) Issue(until time.Time) bool { return r.taps.Issue(until) }

// Retire implements hal.Retirer.
func (r *Reader) Retire(until time.Time) bool { return r.taps.Retire(until) }

// Carry implements hal.Carrier.
func (r *Reader) Carry(until time.Time, write func(hal.Card) ([]byte, bool)) bool {
	return r.taps.Carry(until, write)
}

// Run implements hal.Reader. A pcscd that is not there, and a reader that it does not know, are a
// Fault until they come.
func (r *Reader) Run(ctx context.Context, emit func(hal.ReaderEvent)) error {
	return hal.KeepOpen(ctx, r.cfg.Name, emit, func(ctx context.Context, up func()) error {
		if err := r.live(ctx, up, emit); err != nil {
			return fmt.Errorf("reader %s: %w", r.cfg.Name, err)
		}
		return nil
	})
}

// live is one life of the reader. A card that takes too long ends a session with pcscd, and not it.
func (r *Reader) live(ctx context.Context, up func(), emit func(hal.ReaderEvent)) error {
	for {
		err := r.session(ctx, up, emit)
		if !errors.Is(err, aescard.ErrSlow) || ctx.Err() != nil {
			return err
		}
	}
}

// session looks at the reader until something fails.
func (r *Reader) session(ctx context.Context, up func(), emit func(hal.ReaderEvent)) error {
	r.Beat()
	c, err := dial(r.source)
	if err != nil {
		return err
	}
	defer c.close()
	defer context.AfterFunc(ctx, func() { _ = c.close() })()
	r.tally.Add(sessions, 1)
	tick := time.NewTicker(r.cfg.Poll)
	defer tick.Stop()
	for ctx.Err() == nil {
		r.Beat()
		s, err := c.find(r.cfg.Match)
		told := r.missing
		r.missing = errors.Is(err, ErrMissing)
		switch {
		case told && r.missing: // wait for it here, where it is seen as soon as it is plugged in
		case err != nil:
			return err
		default:
			if err := r.look(c, s, func(e hal.ReaderEvent) { up(); emit(e) }); err != nil {
				return err
			}
			up()
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
	}
	return ctx.Err()
}

// look deals with a card that came since the last look.
func (r *Reader) look(c *client, s slot, emit func(hal.ReaderEvent)) error {
	l, now := &r.last, time.Now()
	switch {
	case s.State&present == 0:
		l.dealt, l.lost = false, 0
		l.known = l.known && now.Sub(l.at) <= r.cfg.Away
		return nil
	case l.dealt && l.events == s.Events && (l.uid == "" || !r.taps.Again([]byte(l.uid))): // it lies there
		l.at = now
		return nil
	case now.Sub(l.at) > r.cfg.Away: // between two looks that were far apart another may have gone and come
		l.known = false
	}
	uid, found, err := r.read(c, s)
	if errors.Is(err, errLost) {
		r.tally.Add(lost, 1)
		if l.lost++; l.lost < tries {
			return nil // at the edge of the field: look again
		}
		err = isodep.ErrLost
	}
	if err != nil && !slices.ContainsFunc(cardFaults, func(of error) bool { return errors.Is(err, of) }) {
		return err
	}
	again := l.known && l.uid == uid && !(found.Written && found.Carried != nil)
	*l = last{events: s.Events, dealt: true, uid: uid, known: true, at: time.Now()}
	if !again {
		r.report(found, err, emit)
	}
	if errors.Is(err, aescard.ErrSlow) { // pcscd waits for the card still
		return err
	}
	return nil
}

// cardFaults are faults of one card, not of the reader.
var cardFaults = append([]error{ErrNumber, isodep.ErrLost, isodep.ErrTooLong}, aescard.Faults...)

// report tells of a card.
func (r *Reader) report(found hal.Card, err error, emit func(hal.ReaderEvent)) {
	e := hal.ReaderEvent{At: time.Now(), Reader: r.cfg.Name}
	if err == nil {
		r.tally.Add(cards, 1)
		e.Card = &found
	} else {
		r.tally.Add(refused, 1)
		e.Fault, e.Frame = fmt.Errorf("reader %s: %w", r.cfg.Name, err), true
	}
	emit(e)
}

// read gives the credential of the card that is there, and its number; an empty one where it makes
// one up.
func (r *Reader) read(c *client, s slot) (uid string, found hal.Card, err error) {
	act, most := r.taps.Next()
	k, err := c.open(s, time.Now().Add(most))
	if err != nil {
		return "", hal.Card{}, err
	}
	defer func() {
		if !errors.Is(err, aescard.ErrSlow) {
			err = errors.Join(err, k.close())
		}
	}()
	raw, err := k.uid()
	switch {
	case err != nil:
		return "", hal.Card{}, err
	case hal.RandomUID(raw):
		return "", hal.Card{}, hal.ErrRandom
	case r.cfg.AES == nil:
		return string(raw), hal.UIDCard(raw), nil
	case storage(s.atr()):
		return string(raw), hal.Card{}, aescard.ErrNoKind
	}
	found, err = act.Card(k, raw)
	return string(raw), found, err
}
