package rc522

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	periph "periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"
	"periph.io/x/host/v3/sysfs"

	"menshen/hal"
	"menshen/hal/aescard"
	"menshen/hal/isodep"
)

// Source opens the SPI port of the chip. It is called again after the chip went away.
type Source func() (spi.PortCloser, error)

// Port is the source for the kernel's /dev/spidev<bus>.<chipSelect>.
func Port(bus, chipSelect int) Source {
	return func() (spi.PortCloser, error) {
		p, err := sysfs.NewSPI(bus, chipSelect)
		if err != nil {
			return nil, fmt.Errorf("open /dev/spidev%d.%d: %w (is SPI enabled in the board's configuration?)",
				bus, chipSelect, err)
		}
		return p, nil
	}
}

// speed is well under the chip's 10 MHz: jumper wires are long.
const speed = 4 * physic.MegaHertz

// Config describes a reader. Zero durations mean the values given.
type Config struct {
	Name    string
	Reset   periph.PinOut // the chip's NRSTPD; nil: not wired
	Sector  *Sector       // where the site's number is on its MIFARE Classic cards; nil: it has none
	AES     *aescard.Site // how the site uses its smart cards; nil: it has none, and with no Sector the UID counts
	Poll    time.Duration // between two looks; 50 ms
	Away    time.Duration // how long a card must be out of sight to count as a new tap; 1 s
	Refresh time.Duration // how often the chip is set up again, since it may go deaf without a sign; 1 min
}

// most is how many cards at once are read in one look.
const most = 4

// Reader is a card reader.
type Reader struct {
	cfg    Config
	source Source
	seen   map[string]time.Time // UIDs in the field; used by Run only
	empty  bool                 // the last look found nothing; used by Run only
	taps   aescard.Taps
	hal.LastBeat
	tally hal.Tally
}

// What a reader counts.
const (
	cards = iota
	garbled
	refused
	common
	inits
)

var (
	_ hal.Reader  = (*Reader)(nil)
	_ hal.Counter = (*Reader)(nil)
	_ hal.Issuer  = (*Reader)(nil)
	_ hal.Retirer = (*Reader)(nil)
	_ hal.Carrier = (*Reader)(nil)
)

// New makes a reader. Nothing is opened before Run.
func New(source Source, cfg Config) *Reader {
	cfg.Poll = cmp.Or(max(0, cfg.Poll), 50*time.Millisecond)
	cfg.Away = cmp.Or(max(0, cfg.Away), time.Second)
	cfg.Refresh = cmp.Or(max(0, cfg.Refresh), time.Minute)
	counts := hal.NewTally("cards", "garbled answers", "cards without a number to open by",
		"cards under the key that all had before", "times the chip was set up")
	return &Reader{tally: counts, cfg: cfg, source: source, seen: map[string]time.Time{},
		taps: aescard.Taps{Site: cfg.AES}}
}

// Counts implements hal.Counter.
func (r *Reader) Counts() []hal.Count { return r.tally.Counts() }

func (r *Reader) String() string { return r.cfg.Name }

// Run implements hal.Reader. A chip that goes away, or loses its settings, is a Fault and
// is set up again.
func (r *Reader) Run(ctx context.Context, emit func(hal.ReaderEvent)) error {
	return hal.KeepOpen(ctx, r.cfg.Name, emit, func(ctx context.Context, up func()) error {
		if err := r.live(ctx, up, emit); err != nil {
			return fmt.Errorf("reader %s: %w", r.cfg.Name, err)
		}
		return nil
	})
}

// live is one life of the chip.
func (r *Reader) live(ctx context.Context, up func(), emit func(hal.ReaderEvent)) error {
	r.Beat()
	port, err := r.source()
	if err != nil {
		return err
	}
	defer port.Close()
	if err := port.LimitSpeed(speed); err != nil {
		return err
	}
	chip, err := NewChip(port, r.cfg.Reset)
	if err != nil {
		return err
	}
	var fresh time.Time
	tick := time.NewTicker(r.cfg.Poll)
	defer tick.Stop()
	defer chip.Field(false)
	for ctx.Err() == nil {
		r.Beat()
		if time.Since(fresh) >= r.cfg.Refresh {
			if err := chip.Init(); err != nil {
				return err
			}
			r.tally.Add(inits, 1)
			fresh, r.empty = time.Now(), false
			up()
		}
		if err := r.look(chip, emit); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
	}
	return ctx.Err()
}

// look finds the cards that are in the field now. It begins with the field off, so that every card
// is idle; where there was none, one that has come is.
func (r *Reader) look(chip *Chip, emit func(hal.ReaderEvent)) error {
	begun := time.Now()
	if err := chip.Check(); err != nil {
		return err
	}
	if !r.empty {
		if err := errors.Join(chip.Field(false), chip.Field(true)); err != nil {
			return err
		}
	}
	for i := range most {
		tag, err := chip.Activate()
		r.empty = i == 0 && errors.Is(err, ErrSilent)
		if err == nil {
			err = r.tapped(chip, tag, emit)
		}
		if err == nil {
			err = chip.Halt()
		}
		switch {
		case errors.Is(err, ErrSilent):
			r.forget(begun)
			return nil
		case anyOf(err, ErrGarbled, ErrCollided, isodep.ErrLost): // a card at the edge of the field: look again
			r.tally.Add(garbled, 1)
			return nil
		case err != nil:
			return err
		}
	}
	r.forget(begun)
	return nil
}

// forget drops the cards that had gone when a look began. It follows that look, so that a unit that
// was too busy to look, or looked for long, does not take a card for gone that is still there.
func (r *Reader) forget(begun time.Time) {
	for uid, at := range r.seen {
		if begun.Sub(at) > r.cfg.Away {
			delete(r.seen, uid)
		}
	}
}

// tapped reports a card that was not here before.
func (r *Reader) tapped(chip *Chip, tag Tag, emit func(hal.ReaderEvent)) error {
	uid := string(tag.UID)
	if hal.RandomUID(tag.UID) {
		uid = "" // one phone, many numbers
	}
	_, known := r.seen[uid]
	if known && !(tag.Smart() && r.taps.Again(tag.UID)) {
		r.seen[uid] = time.Now()
		return nil
	}
	e := hal.ReaderEvent{At: time.Now(), Reader: r.cfg.Name}
	card, err := r.credential(chip, tag)
	what := cards
	switch {
	case err == nil:
		e.Card = &card
	case anyOf(err, cardFaults...):
		what = refused
		e.Fault, e.Frame = fmt.Errorf("reader %s: %w", r.cfg.Name, err), true
	default:
		return err
	}
	r.seen[uid] = time.Now()
	if known && !(card.Written && card.Carried != nil) {
		return nil // told of already
	}
	r.tally.Add(what, 1)
	emit(e)
	return nil
}

// cardFaults are faults of one card, not of the reader: it is not looked at again while it is held
// there.
var cardFaults = append([]error{ErrKey, ErrRefused, ErrBlank, ErrNotBlank, ErrCrowd, ErrFixed, ErrVerify,
	isodep.ErrATS, isodep.ErrProtocol, isodep.ErrTooLong}, aescard.Faults...)

func (r *Reader) credential(chip *Chip, tag Tag) (hal.Card, error) {
	switch classic := r.cfg.Sector != nil && tag.Classic(); {
	case r.cfg.AES != nil && tag.Smart() && !classic:
		return r.proved(chip, tag)
	case (r.cfg.AES != nil || r.cfg.Sector != nil) && !classic:
		return hal.Card{}, ErrKey
	case classic:
		if r.taps.Issuing() {
			return r.cfg.Sector.issue(chip, tag)
		}
		card, old, err := r.cfg.Sector.read(chip, tag)
		if old && err == nil {
			r.tally.Add(common, 1)
		}
		return card, err
	case hal.RandomUID(tag.UID):
		return hal.Card{}, hal.ErrRandom
	}
	return hal.UIDCard(tag.UID), nil
}

func anyOf(err error, of ...error) bool {
	return slices.ContainsFunc(of, func(one error) bool { return errors.Is(err, one) })
}
