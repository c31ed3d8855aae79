package voice

import (
	"fmt"
	"os"
	"time"

	"menshen/hal/voice/pcm"
	"menshen/internal/child"
	"menshen/internal/confine"
)

// Main is the child's whole life. fd is its end of the socketpair. It returns nil when the parent
// has closed the other end.
func Main(fd uintptr) error {
	return child.Main(fd, &protocol, func(c *child.Conn, cfg Config) error { return speak(c, cfg, openCard) })
}

// opened is a card that can be played on.
type opened struct {
	card
	mode  pcm.Mode
	name  string
	mixer turned
}

// openCard finds the card, lets the process keep that and the recordings alone, and opens it.
func openCard(cfg Config) (o opened, is confine.Report, err error) {
	found, err := pcm.Find(os.DirFS("/sys"), cfg.Card)
	if err != nil {
		return o, is, err
	}
	if is, err = confine.Process(keeps(cfg, found.Path(), found.Control())); err != nil {
		return o, is, fmt.Errorf("confine the voice: %w", err)
	}
	p, err := pcm.Open(found.Path())
	if err != nil {
		return o, is, err
	}
	m := p.Mode
	name := fmt.Sprintf("%v, %d Hz, %d channels of %d bits, %d ms ahead", found, m.Rate, m.Channels, m.Bits,
		1000*m.Buffer/m.Rate)
	return opened{p, m, name, turnUp(found)}, is, nil
}

// turnUp opens what the card may have shut. A card that lets nobody do that is spoken on all the
// same.
func turnUp(c pcm.Card) (t turned) {
	n, err := pcm.TurnUp(c.Control())
	if t.Controls = n; err != nil {
		t.Problem = err.Error()
	}
	return t
}

// keeps is what a voice goes on using: its recordings, and its card's two devices, of sound and of
// controls.
func keeps(cfg Config, devices ...string) confine.Keep {
	return confine.Keep{Off: cfg.Unconfined, Read: cfg.Recordings, Devices: devices, Requests: "AU",
		Memory: cfg.Memory}
}

// speak says what the parent tells until that hangs up. Errors: the card is not there, or is gone.
func speak(c *child.Conn, cfg Config, open func(Config) (opened, confine.Report, error)) error {
	o, is, err := open(cfg)
	if err != nil {
		return err
	}
	if err := c.SendJSON(kindReady, ready{Card: o.name, Mixer: o.mixer, Confined: is}); err != nil {
		return err
	}
	told, gone := make(chan order, 1), make(chan error, 1)
	go func() { gone <- listen(c, told) }()

	p := &speaker{card: o.card, mode: o.mode, files: cfg.Recordings, site: cfg.Language, clock: steady}
	rules := newSpeech()
	busy, idle := time.Duration(o.mode.Period)*time.Second/time.Duration(o.mode.Rate), 250*time.Millisecond
	for beaten := (time.Time{}); ; {
		wait := idle
		if p.playing {
			wait = busy
		}
		select {
		case err := <-gone:
			return err
		case next := <-told:
			rules.tell(next.words(cfg.Language))
		case <-time.After(wait):
		}
		now := time.Now()
		if w := rules.next(now, p.talking); w != nil {
			if err := p.say(w); err != nil {
				return err
			}
		}
		done, err := p.play()
		if err != nil {
			return err
		}
		if done != nil {
			rules.end(now, done)
		}
		if now.Sub(beaten) < beatEvery {
			continue
		}
		beaten = now
		if _, err := p.card.Waiting(); err != nil { // shows a card that was pulled out while it was silent
			return err
		}
		if err := c.SendJSON(kindBeat, p.beat()); err != nil {
			return err
		}
	}
}

func (p *speaker) beat() beat {
	b := beat{Said: p.said, Took: p.took, Talking: p.playing, Problem: p.problem}
	if player, ok := p.card.(*pcm.Player); ok {
		b.Underruns = player.Underruns
	}
	return b
}

// listen takes the parent's messages; of orders the last one counts.
func listen(c *child.Conn, told chan order) error {
	return c.Listen(func(k child.Kind, payload []byte) error {
		if k != kindTell {
			return fmt.Errorf("%w: kind %d is not for the child", child.ErrProtocol, k)
		}
		o, err := parseOrder(payload)
		if err != nil {
			return err
		}
		for {
			select {
			case told <- o:
				return nil
			case <-told:
			}
		}
	})
}
