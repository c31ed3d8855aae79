package voice

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"menshen/hal/voice/pcm"
	"menshen/hal/voice/recording"
)

// fakeCard plays in simulated time. It is a clock too.
type fakeCard struct {
	mode      pcm.Mode
	ring      []int16
	played    []int16
	now       time.Duration
	underruns int
	stops     int
	stuck     bool
	gone      error
}

var mode = pcm.Mode{Rate: 48000, Channels: 2, Bits: 16, Period: 480, Buffer: 4000, Rewinds: true}

func (c *fakeCard) Write(b []int16) (int, error) {
	n := min(len(b), c.mode.Buffer-len(c.ring))
	if c.stuck {
		n = 0
	}
	c.ring = append(c.ring, b[:n]...)
	return n, c.gone
}

func (c *fakeCard) Waiting() (int, error) { return len(c.ring), c.gone }

func (c *fakeCard) TakeBack(keep int) ([]int16, error) {
	if !c.mode.Rewinds || len(c.ring) <= keep {
		return nil, c.gone
	}
	back := slices.Clone(c.ring[keep:])
	c.ring = c.ring[:keep]
	return back, c.gone
}

func (c *fakeCard) Stop() error { c.ring = nil; c.stops++; return c.gone }

// pass lets time go by, in periods: the card plays, then the speaker hands over more.
func (c *fakeCard) pass(t *testing.T, p *speaker, d time.Duration) (done []*words) {
	t.Helper()
	for end := c.now + d; c.now < end; c.now += 10 * time.Millisecond {
		w, err := p.play()
		if err != nil {
			t.Fatal(err)
		}
		if w != nil {
			done = append(done, w)
		}
		n := min(c.mode.Period, len(c.ring))
		if p.playing && n < c.mode.Period {
			c.underruns++
		}
		c.played, c.ring = append(c.played, c.ring[:n]...), c.ring[n:]
	}
	return done
}

// steadyTone is a recording at a card's rate without an end that falls: each break of it would be a
// click.
func steadyTone(hertz float64, d time.Duration) *recording.Recording {
	r := &recording.Recording{Rate: mode.Rate, Samples: make([]int16, int(d)*mode.Rate/int(time.Second))}
	for i := range r.Samples {
		r.Samples[i] = int16(10000 * math.Sin(2*math.Pi*hertz*float64(i)/float64(mode.Rate)))
	}
	return r
}

// folder has recordings by name: "en/scene.a".
func folder(t *testing.T, all map[string]*recording.Recording) string {
	t.Helper()
	dir := t.TempDir()
	for name, r := range all {
		path := filepath.Join(dir, name+".wav")
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, r.WAV(), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func speaking(t *testing.T, m pcm.Mode) (*speaker, *fakeCard) {
	t.Helper()
	c := &fakeCard{mode: m, now: time.Hour}
	dir := folder(t, map[string]*recording.Recording{"en/a": steadyTone(400, time.Second),
		"en/b": steadyTone(700, time.Second), "zh/a": steadyTone(900, time.Second)})
	return &speaker{card: c, mode: m, files: recording.Files{dir}, site: "en",
		clock: func() time.Duration { return c.now }}, c
}

func some(ids ...string) *words {
	return &words{ids: ids, lang: "en", volume: 100, rank: answer, at: time.Hour}
}

// steepest gives the largest step between two samples.
func steepest(samples []int16) (most int) {
	for i := 1; i < len(samples); i++ {
		d := int(samples[i]) - int(samples[i-1])
		most = max(most, d, -d)
	}
	return most
}

// heardAt gives where a recording begins in what was played, at or after a place; −1: nowhere.
func heardAt(played []int16, from int, want []int16) int {
	for i := from; i+len(want) <= len(played); i++ {
		if slices.Equal(played[i:i+len(want)], want) {
			return i
		}
	}
	return -1
}

// TestSay: a phrase is played sample by sample as it was recorded; then the card rests.
func TestSay(t *testing.T) {
	p, c := speaking(t, mode)
	if err := p.say(some("a")); err != nil {
		t.Fatal(err)
	}
	done := c.pass(t, p, 2*time.Second)
	want := steadyTone(400, time.Second).Samples
	if len(done) != 1 || c.stops != 1 || p.playing || p.said != 1 || c.underruns > 0 {
		t.Errorf("%d done, %d stops, playing %v, %d said, %d underruns", len(done), c.stops, p.playing, p.said,
			c.underruns)
	}
	if len(c.played) < len(want) || !slices.Equal(c.played[:len(want)], want) {
		t.Error("other samples are played than were recorded")
	}
	if slices.ContainsFunc(c.played[len(want):], func(s int16) bool { return s != 0 }) {
		t.Error("more is played than was recorded")
	}
}

// TestPhrasesFollow: with a pause, and a longer one and slower for somebody who needs more time.
func TestPhrasesFollow(t *testing.T) {
	for slowly, want := range map[bool]time.Duration{false: 2300 * time.Millisecond, true: 3300 * time.Millisecond} {
		p, c := speaking(t, mode)
		w := some("a", "b")
		w.slowly = slowly
		p.say(w)
		if done := c.pass(t, p, 4*time.Second); len(done) != 1 || c.underruns > 0 {
			t.Fatalf("%d done, %d underruns", len(done), c.underruns)
		}
		last := len(c.played)
		for last > 0 && c.played[last-1] == 0 {
			last--
		}
		got := time.Duration(last) * time.Second / time.Duration(mode.Rate)
		if (got - want).Abs() > 60*time.Millisecond {
			t.Errorf("slowly %v: %v, want %v", slowly, got, want)
		}
	}
}

// TestBreakOff: words that come in the midst of others are heard within 60 ms where the card can
// take back what waits, and within 120 ms where it cannot; without a click.
func TestBreakOff(t *testing.T) {
	only := mode
	only.Rewinds, only.Buffer = false, 1920
	for name, c := range map[string]struct {
		mode pcm.Mode
		most time.Duration
	}{"takes back": {mode, 60 * time.Millisecond}, "only forward": {only, 120 * time.Millisecond}} {
		p, card := speaking(t, c.mode)
		p.say(some("a"))
		card.pass(t, p, 500*time.Millisecond)
		at := len(card.played)
		w := some("b")
		w.at = card.now
		p.say(w)
		card.pass(t, p, 2*time.Second)
		if s := steepest(card.played); s > 1000 { // 700 Hz at 10,000 has steps of 916
			t.Errorf("%s: a step of %d is a click", name, s)
		}
		begin := heardAt(card.played, at, steadyTone(700, time.Second).Samples)
		after := time.Duration(begin-at) * time.Second / time.Duration(mode.Rate)
		t.Logf("%s: after %v", name, after)
		if begin < 0 || after > c.most || card.underruns > 0 {
			t.Errorf("%s: heard after %v, %d underruns", name, after, card.underruns)
		}
		// The card is given them ahead of that by what may wait, and no later.
		ahead := time.Duration(c.mode.Buffer) * time.Second / time.Duration(c.mode.Rate)
		if p.took < after-ahead-10*time.Millisecond || p.took > after {
			t.Errorf("%s: handed over after %v, heard after %v", name, p.took, after)
		}
	}
}

// TestVolume: full, and half of it, which sounds half as loud.
func TestVolume(t *testing.T) {
	for volume, want := range map[int]float64{100: 0, 50: -12.04, 10: -40, 1: -80} {
		if got := 20 * math.Log10(amplitude(volume)); math.Abs(got-want) > 0.01 {
			t.Errorf("%d: %.2f dB, want %.2f", volume, got, want)
		}
	}
	p, c := speaking(t, mode)
	w := some("a")
	w.volume = 50
	p.say(w)
	c.pass(t, p, time.Second)
	if loudest := slices.Max(c.played); loudest != 2500 {
		t.Errorf("the loudest sample is %d", loudest)
	}
}

// TestLanguage: the person's where it was recorded, or else the site's; what was never recorded is
// left out and told, and the rest is said.
func TestLanguage(t *testing.T) {
	p, c := speaking(t, mode)
	w := some("a", "none", "b")
	w.lang = "zh"
	p.say(w)
	if done := c.pass(t, p, 4*time.Second); len(done) != 1 || !strings.Contains(p.problem, "zh/b.wav") {
		t.Errorf("%d done, %q", len(done), p.problem)
	}
	for i, hertz := range []float64{900, 700} {
		at := i * int(1.3*float64(mode.Rate))
		if want := steadyTone(hertz, time.Second).Samples; !slices.Equal(c.played[at:at+len(want)], want) {
			t.Errorf("not %v Hz at %d", hertz, at)
		}
	}
	p.say(some("none"))
	if done := c.pass(t, p, time.Second); len(done) != 1 || p.said != 1 || p.playing {
		t.Errorf("nothing to say: %d done, %d said, playing %v", len(done), p.said, p.playing)
	}
}

// TestAfterTheEnd: new words while silence still waits are heard at once.
func TestAfterTheEnd(t *testing.T) {
	p, c := speaking(t, mode)
	p.say(some("a"))
	for len(c.pass(t, p, 10*time.Millisecond)) == 0 {
	}
	at := len(c.played)
	c.pass(t, p, 100*time.Millisecond)
	p.say(some("b"))
	c.pass(t, p, 2*time.Second)
	begin := heardAt(c.played, at, steadyTone(700, time.Second).Samples)
	if most := at + int(0.12*float64(mode.Rate)); begin < 0 || begin > most || c.underruns > 0 {
		t.Errorf("heard at %d, after %d; %d underruns", begin, at, c.underruns)
	}
}

// TestStuck: a card that takes nothing more is given up, and one that is gone at once.
func TestStuck(t *testing.T) {
	p, c := speaking(t, mode)
	p.say(some("a"))
	c.pass(t, p, 100*time.Millisecond)
	c.stuck = true
	if _, err := p.play(); err != nil {
		t.Fatal(err)
	}
	c.now += stuck + time.Second
	if _, err := p.play(); !errors.Is(err, pcm.ErrGone) {
		t.Error(err)
	}
	p, c = speaking(t, mode)
	p.say(some("a"))
	c.pass(t, p, 100*time.Millisecond)
	c.gone = pcm.ErrGone
	_, play := p.play()
	if say := p.say(some("b")); !errors.Is(play, pcm.ErrGone) || !errors.Is(say, pcm.ErrGone) {
		t.Error(play, say)
	}
}
