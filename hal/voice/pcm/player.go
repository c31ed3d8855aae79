package pcm

import (
	"encoding/binary"
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// ErrGone: the card is not there, is in use, or was pulled out.
var ErrGone = errors.New("sound card is gone")

// Player plays samples on one device. It is for one goroutine, and never waits.
type Player struct {
	Mode Mode
	// Underruns counts the times that the card had nothing to play while it was playing.
	Underruns int
	k         kernel
	out       []byte
	recent    []int16 // what was written last, at least what still waits
}

// Open makes a device ready, in the mode nearest to what a voice needs. Errors wrap [ErrGone].
func Open(path string) (*Player, error) {
	k, err := openDevice(path)
	if err != nil {
		if errors.Is(err, unix.EBUSY) {
			err = fmt.Errorf("%s is in use by another program: stop it", path)
		}
		return nil, fmt.Errorf("%w: %w", ErrGone, err)
	}
	return open(k)
}

func open(k kernel) (*Player, error) {
	p := &Player{k: k}
	err := p.begin()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrGone, errors.Join(err, k.close()))
	}
	return p, nil
}

// begin sets the mode. The card begins to play once a period is there, and stops when it has
// nothing to play.
func (p *Player) begin() (err error) {
	if p.Mode, err = negotiate(p.k); err != nil {
		return err
	}
	s := make(argument, softwareSize)
	s.putLong(softAvail, uint64(p.Mode.Period))
	s.putLong(softStart, uint64(p.Mode.Period))
	s.putLong(softStop, uint64(p.Mode.Buffer))
	if err := p.k.ioctl(setSoftware, s); err != nil {
		return fmt.Errorf("say when it plays: %w", err)
	}
	return p.prepare()
}

func (p *Player) prepare() error {
	if err := p.k.ioctl(prepare, nil); err != nil {
		return fmt.Errorf("make it ready: %w", err)
	}
	return nil
}

// Write hands over samples, as many as there is room for, and gives their number. A card that ran
// dry goes on with them. Errors wrap [ErrGone].
func (p *Player) Write(samples []int16) (n int, err error) {
	for tries := 0; ; tries++ {
		b := p.frames(samples)
		var taken int
		taken, err = p.k.write(b)
		switch {
		case err == nil:
			n = max(0, taken) / p.frame()
			p.remember(samples[:n])
			return n, nil
		case errors.Is(err, unix.EAGAIN):
			return 0, nil
		case tries > 2 || !errors.Is(err, unix.EPIPE) && !errors.Is(err, unix.ESTRPIPE):
			return 0, fmt.Errorf("%w: play: %w", ErrGone, err)
		}
		if errors.Is(err, unix.EPIPE) {
			p.Underruns++
		}
		if err := p.prepare(); err != nil {
			return 0, fmt.Errorf("%w: %w", ErrGone, err)
		}
	}
}

// frame is how many bytes a sample takes in all channels.
func (p *Player) frame() int { return p.Mode.Bits / 8 * p.Mode.Channels }

func (p *Player) frames(samples []int16) []byte {
	b := p.out[:0]
	for _, s := range samples {
		for range p.Mode.Channels {
			if p.Mode.Bits == 32 {
				b = binary.LittleEndian.AppendUint32(b, uint32(int32(s)<<16))
			} else {
				b = binary.LittleEndian.AppendUint16(b, uint16(s))
			}
		}
	}
	p.out = b
	return b
}

func (p *Player) remember(samples []int16) {
	p.recent = append(p.recent, samples...)
	if over := len(p.recent) - p.Mode.Buffer; over > p.Mode.Buffer {
		p.recent = p.recent[:copy(p.recent, p.recent[over:])]
	}
}

// Waiting gives how many samples the card has still to play. Errors wrap [ErrGone]; it shows so
// that a card was pulled out while nothing is played.
func (p *Player) Waiting() (int, error) {
	s := make(argument, statusSize)
	if err := p.k.ioctl(askStatus, s); err != nil {
		return 0, fmt.Errorf("%w: ask for its state: %w", ErrGone, err)
	}
	switch s.get(statusState) {
	case stateUnplug:
		return 0, ErrGone
	case statePrepared, stateRunning:
		return min(max(0, p.Mode.Buffer-int(s.long(statusFree))), p.Mode.Buffer), nil
	}
	return 0, nil
}

// TakeBack takes back what the card has not played yet, but for keep samples that it may be at just
// now, and gives it: what is written next comes in its place. It gives nothing where the card
// cannot do that (Mode.Rewinds).
func (p *Player) TakeBack(keep int) ([]int16, error) {
	n, err := p.Waiting()
	if n = min(n-keep, len(p.recent)); err != nil || n <= 0 || !p.Mode.Rewinds {
		return nil, err
	}
	a := make(argument, 8)
	a.putLong(0, uint64(n))
	if err := p.k.ioctl(rewind, a); err != nil {
		return nil, nil // it ran dry meanwhile, or cannot after all
	}
	n = max(0, min(n, int(int64(a.long(0)))))
	back := p.recent[len(p.recent)-n:]
	p.recent = p.recent[:len(p.recent)-n]
	return back, nil
}

// Stop ends playing at once and makes the card ready again.
func (p *Player) Stop() error {
	p.recent = p.recent[:0]
	if err := p.k.ioctl(drop, nil); err != nil {
		return fmt.Errorf("%w: stop: %w", ErrGone, err)
	}
	if err := p.prepare(); err != nil {
		return fmt.Errorf("%w: %w", ErrGone, err)
	}
	return nil
}

// Close gives the device back.
func (p *Player) Close() error { return p.k.close() }
