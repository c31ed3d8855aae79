package voice

import (
	"fmt"
	"math"
	"slices"
	"time"

	"menshen/hal/voice/pcm"
	"menshen/hal/voice/recording"
)

// How words follow each other.
const (
	pause, slowPause = 300 * time.Millisecond, 900 * time.Millisecond // between two phrases
	slower           = 1.2                                            // times as long, for somebody who needs more time
	fadeOut          = 5 * time.Millisecond                           // of words that are broken off
	gap              = 40 * time.Millisecond                          // between them and the next
	nearCard         = 8 * time.Millisecond                           // what the card may be at: it is not taken back
	stuck            = 2 * time.Second                                // without taking a sample: the card is gone
)

// card is what a speaker needs of a sound card (pcm.Player).
type card interface {
	Write([]int16) (int, error)
	Waiting() (int, error)
	TakeBack(keep int) ([]int16, error)
	Stop() error
}

// speaker says words on a card. It is for one goroutine, and never waits.
type speaker struct {
	card  card
	mode  pcm.Mode
	files recording.Files
	site  string // the language of what another has no recording of

	talking *words
	next    []string             // phrases of talking that are still to come
	phrase  *recording.Resampler // being said; nil: the next one
	silent  int                  // samples of silence before what comes
	made    []int16              // and not taken by the card yet
	old     int                  // how many of these are of words that are broken off
	quiet   int                  // samples of silence since the last sound
	playing bool                 // the card is, if only silence
	moved   time.Duration        // when the card took something

	said    int
	took    time.Duration
	problem string
	clock   func() time.Duration
}

// in gives how many samples a time is.
func (p *speaker) in(d time.Duration) int { return int(d * time.Duration(p.mode.Rate) / time.Second) }

// say breaks off what is being said, and begins. Errors: the card is gone.
func (p *speaker) say(w *words) error {
	var waiting []int16
	if p.playing {
		back, err := p.card.TakeBack(p.in(nearCard))
		if err != nil {
			return err
		}
		waiting = slices.Concat(back, p.made)
	}
	p.made, p.silent, p.quiet = nil, 0, 0
	if p.talking != nil && p.playing {
		p.made = p.faded(waiting)
		p.silent = p.in(gap)
	}
	p.old, p.moved = len(p.made), p.clock()
	p.talking, p.next, p.phrase = w, w.ids, nil
	return nil
}

// faded gives the end of words that are broken off.
func (p *speaker) faded(waiting []int16) []int16 {
	n := p.in(fadeOut)
	for len(waiting) < n {
		waiting = append(waiting, p.more()...)
	}
	for i := range n {
		waiting[i] = int16(int(waiting[i]) * (n - i) / n)
	}
	return waiting[:n]
}

// play hands over what the card has room for, and gives the words of which the last sound has been
// handed over; nil: none. Errors: the card is gone, or takes nothing.
func (p *speaker) play() (done *words, err error) {
	for p.talking != nil || p.playing {
		if len(p.made) == 0 && p.talking != nil && p.over() {
			done, p.talking = p.talking, nil
		}
		if len(p.made) == 0 && p.talking == nil && p.quiet >= p.mode.Buffer { // all that waits is silence
			p.playing = false
			return done, p.card.Stop()
		}
		if len(p.made) == 0 {
			p.made = p.more()
		}
		n, err := p.card.Write(p.made)
		if err == nil && n == 0 && p.clock()-p.moved > stuck {
			err = fmt.Errorf("%w: it takes nothing for %v", pcm.ErrGone, stuck)
		}
		if err != nil || n == 0 {
			return done, err
		}
		p.playing, p.moved = true, p.clock()
		p.heard(p.made[:n])
		p.made = p.made[n:]
	}
	return done, nil
}

// over reports whether all of the words has been made.
func (p *speaker) over() bool { return p.silent == 0 && p.phrase == nil && len(p.next) == 0 }

// heard notes what was handed over.
func (p *speaker) heard(samples []int16) {
	last := len(samples) - 1
	for last >= 0 && samples[last] == 0 {
		last--
	}
	if w := p.talking; w != nil && w.at > 0 && last >= p.old {
		p.took, w.at = p.clock()-w.at, 0
		p.said++
	}
	p.old = max(0, p.old-len(samples))
	if last < 0 {
		p.quiet += len(samples)
	} else {
		p.quiet = len(samples) - 1 - last
	}
}

// more gives the next samples: a period at most, of silence when nothing is to be said.
func (p *speaker) more() []int16 {
	out := make([]int16, p.mode.Period)
	if p.silent == 0 && p.phrase == nil {
		p.begin()
	}
	if p.silent > 0 {
		out = out[:min(len(out), p.silent)]
		p.silent -= len(out)
		return out
	}
	if p.phrase == nil {
		return out
	}
	out = out[:p.phrase.Read(out)]
	loud := amplitude(p.talking.volume)
	for i, s := range out {
		out[i] = int16(float64(s) * loud)
	}
	if len(out) < p.mode.Period {
		if p.phrase = nil; len(p.next) > 0 {
			p.silent = p.in(p.pause())
		}
	}
	if len(out) == 0 {
		return p.more()
	}
	return out
}

// amplitude is what a volume multiplies samples with: half of it sounds half as loud.
func amplitude(volume int) float64 { return math.Pow(10, 40*math.Log10(float64(volume)/100)/20) }

func (p *speaker) pause() time.Duration {
	if p.talking.slowly {
		return slowPause
	}
	return pause
}

// begin takes up the next phrase. One without a recording is left out.
func (p *speaker) begin() {
	for p.phrase == nil && len(p.next) > 0 {
		r := p.read(p.next[0])
		if p.next = p.next[1:]; r == nil {
			continue
		}
		if p.talking.slowly {
			r = recording.Stretch(r, slower)
		}
		p.phrase = recording.NewResampler(r, p.mode.Rate)
	}
}

// read gives a phrase in the language of the words, or else the site's.
func (p *speaker) read(id string) *recording.Recording {
	r, err := p.files.Read(p.talking.lang, id)
	if err != nil {
		p.problem = err.Error()
	}
	if r == nil && p.site != p.talking.lang {
		r, _ = p.files.Read(p.site, id)
	}
	return r
}
