package serialreader

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"menshen/hal"
	"menshen/hal/serial"
)

// Source opens the port. It is called again after the device went away. Closing the port
// must end its Read.
type Source func() (io.ReadCloser, error)

// Device is the source for a serial device of this machine.
func Device(name string, baud int) Source {
	return func() (io.ReadCloser, error) { return serial.Open(name, baud) }
}

// Config describes a reader.
type Config struct {
	Name    string
	Framing Framing
	Content Content
	Away    time.Duration // how long a card must be out of sight to count as a new tap; 1 s when 0
}

// RDM6300 is the 125 kHz module (9600 baud); it repeats a card about ten times a second.
func RDM6300(name string) Config { return Config{Name: name, Framing: STXETX, Content: EM4100} }

// Scanner is a QR or bar code scanner in its serial mode, one code a line.
func Scanner(name string) Config { return Config{Name: name, Framing: Lines, Content: Text} }

// What a reader counts.
const (
	read = iota
	repeated
	tooLong
	checksum
	content
)

// Reader is a reader on a serial port.
type Reader struct {
	cfg    Config
	source Source
	tally  hal.Tally
	hal.LastBeat
	port atomic.Pointer[hal.Heartbeat] // the open port, which comes round while nothing is read
}

var (
	_ hal.Reader  = (*Reader)(nil)
	_ hal.Counter = (*Reader)(nil)
)

// New makes a reader. Nothing is opened before Run.
func New(source Source, cfg Config) (*Reader, error) {
	if cfg.Content == nil || cfg.Framing.End == "" {
		return nil, fmt.Errorf("reader %s: its framing and content must be said, such as those of RDM6300 or Scanner",
			cfg.Name)
	}
	cfg.Away = cmp.Or(cfg.Away, time.Second)
	counts := hal.NewTally("cards and codes", "repeats of one held there",
		"frames without end", "frames of wrong checksum", "frames of other content")
	return &Reader{tally: counts, cfg: cfg, source: source}, nil
}

// Counts implements hal.Counter.
func (r *Reader) Counts() []hal.Count { return r.tally.Counts() }

func (r *Reader) String() string { return r.cfg.Name }

// Run implements hal.Reader. A device that cannot be opened, or is unplugged, is a Fault
// and is tried again.
func (r *Reader) Run(ctx context.Context, emit func(hal.ReaderEvent)) error {
	return hal.KeepOpen(ctx, r.cfg.Name, emit, func(ctx context.Context, up func()) error {
		r.Beat()
		port, err := r.source()
		if err != nil {
			return fmt.Errorf("reader %s: %w", r.cfg.Name, err)
		}
		if l, ok := port.(hal.Heartbeat); ok {
			r.port.Store(&l)
			defer r.port.Store(nil)
		}
		defer context.AfterFunc(ctx, func() { port.Close() })()
		defer port.Close()
		up()
		return fmt.Errorf("reader %s: %w", r.cfg.Name, r.follow(port, emit))
	})
}

// Alive implements hal.Heartbeat: while a port is open, its own.
func (r *Reader) Alive() time.Time {
	at := r.LastBeat.Alive()
	if l := r.port.Load(); l != nil && (*l).Alive().After(at) {
		return (*l).Alive()
	}
	return at
}

// follow reads until the port fails.
func (r *Reader) follow(port io.Reader, emit func(hal.ReaderEvent)) error {
	split := NewSplitter(r.cfg.Framing)
	var last memory
	buf := make([]byte, 256)
	for {
		r.Beat()
		n, err := port.Read(buf)
		for _, b := range buf[:n] {
			frame, err := split.Feed(b)
			if frame == nil && err == nil {
				continue
			}
			e := r.event(frame, err)
			if last.again(frame, e.Fault, e.At, r.cfg.Away) {
				r.tally.Add(repeated, 1)
				continue
			}
			emit(e)
		}
		clear(buf[:n])
		if err != nil {
			return err
		}
	}
}

func (r *Reader) event(frame []byte, err error) (e hal.ReaderEvent) {
	if err == nil {
		e, err = r.cfg.Content(frame)
	}
	e.At, e.Reader = time.Now(), r.cfg.Name
	if err != nil {
		switch {
		case errors.Is(err, ErrTooLong):
			r.tally.Add(tooLong, 1)
		case errors.Is(err, ErrChecksum):
			r.tally.Add(checksum, 1)
		default:
			r.tally.Add(content, 1)
		}
		e.Fault, e.Frame = fmt.Errorf("reader %s: %w", r.cfg.Name, err), true
		return e
	}
	r.tally.Add(read, 1)
	return e
}

// memory knows what was there last, a card by its digest or a kind of fault, so that it
// is reported once.
type memory struct {
	what [sha256.Size]byte
	at   time.Time
}

func (m *memory) again(frame []byte, fault error, at time.Time, away time.Duration) bool {
	what := sha256.Sum256(frame)
	for i, kind := range []error{ErrTooLong, ErrChecksum, ErrContent} {
		if errors.Is(fault, kind) {
			what = [sha256.Size]byte{byte(i)}
		}
	}
	same := what == m.what && at.Sub(m.at) < away
	m.what, m.at = what, at
	return same
}
