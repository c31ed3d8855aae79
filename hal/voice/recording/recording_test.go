package recording

import (
	"bytes"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// tone is a sine of a frequency in Hz and an amplitude, as speech with silence around it.
func tone(rate int, hertz, amplitude float64, lead, length, tail time.Duration) *Recording {
	n := func(d time.Duration) int { return int(d * time.Duration(rate) / time.Second) }
	r := &Recording{Rate: rate, Samples: make([]int16, n(lead+length+tail))}
	for i := range n(length) {
		r.Samples[n(lead)+i] = int16(math.Round(amplitude * math.Sin(2*math.Pi*hertz*float64(i)/float64(rate))))
	}
	return r
}

const amplitude = 4634 // a sine at Level

// TestParse: what is written is read, and two channels become their mean.
func TestParse(t *testing.T) {
	want := tone(24000, 440, 9000, 0, time.Second, 0)
	got, err := Parse(want.WAV())
	if err != nil || got.Rate != want.Rate || !slices.Equal(got.Samples, want.Samples) {
		t.Fatalf("%v", err)
	}
	raw := want.WAV()
	raw[22], raw[32] = 2, 4 // two channels
	got, err = Parse(raw)
	mean := int16((int(want.Samples[2]) + int(want.Samples[3])) / 2)
	if err != nil || len(got.Samples) != 12000 || got.Samples[1] != mean {
		t.Fatalf("two channels: %v", err)
	}
	// As recorders write it: another chunk of an odd length before, tags behind.
	odd := slices.Concat(want.WAV()[:12], []byte("LIST\x03\x00\x00\x00abc\x00"), want.WAV()[12:],
		[]byte("id3 \x00\x00\x00\x00"))
	if got, err = Parse(odd); err != nil || !slices.Equal(got.Samples, want.Samples) {
		t.Fatalf("with other chunks: %v", err)
	}
}

// TestParseRefuses: what cannot be used is refused with the remedy.
func TestParseRefuses(t *testing.T) {
	good := tone(24000, 440, 9000, 0, time.Second, 0).WAV()
	with := func(at int, value ...byte) []byte {
		raw := bytes.Clone(good)
		copy(raw[at:], value)
		return raw
	}
	for want, raw := range map[string][]byte{
		"no WAV file":     []byte("ID3\x04 an MP3 file"),
		"no sound":        good[:36],
		"cut short":       good[:len(good)-2],
		"8 bits":          with(34, 8),
		"kind 3":          with(20, 3), // floating point
		"3 channels":      with(22, 3, 0),
		"0 channels":      with(22, 0, 0),
		"96000 samples":   with(24, 0, 0x77, 1, 0),
		"half a sample":   slices.Concat(with(40, 0x81, 0xbb, 0, 0), []byte{0}),
		"0s long":         with(40, 2, 0, 0, 0),
		"a format of":     with(16, 4, 0, 0, 0),
		"more than 4 MiB": make([]byte, MostBytes+1),
		"20.8":            tone(8000, 440, 9000, 0, 20800*time.Millisecond, 0).WAV(),
	} {
		_, err := Parse(raw)
		if !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), want) ||
			!strings.Contains(err.Error(), "sox IN") {
			t.Errorf("%q: %v", want, err)
		}
	}
}

// FuzzParse: whatever the bytes are, a recording that is given can be used, and its file gives it
// again.
func FuzzParse(f *testing.F) {
	f.Add(tone(8000, 440, 9000, 0, LeastLength, 0).WAV())
	f.Add([]byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\xfe\xff\x01\x00"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, err := Parse(raw)
		if err != nil {
			return
		}
		if d := r.Length(); d < LeastLength || d > MostLength || r.Rate < leastRate || r.Rate > mostRate {
			t.Fatalf("%v at %d is accepted", d, r.Rate)
		}
		Measure(r).Problems()
		again, err := Parse(r.WAV())
		if err != nil || again.Rate != r.Rate || !slices.Equal(again.Samples, r.Samples) {
			t.Fatal(err)
		}
	})
}

// TestMeasure: the measures of a sine are known.
func TestMeasure(t *testing.T) {
	m := Measure(tone(24000, 1000, amplitude, 100*time.Millisecond, time.Second, 300*time.Millisecond))
	if math.Abs(m.Level-Level) > 0.05 || math.Abs(m.Peak-(Level+3.01)) > 0.05 || m.Noise != silence || m.Clipped != 0 ||
		m.Lead != 100*time.Millisecond || m.Tail != 300*time.Millisecond || m.Length != 1400*time.Millisecond {
		t.Errorf("%+v", m)
	}
	if found := m.Problems(); len(found) > 0 {
		t.Error(found)
	}
}

// TestProblems: each mistake of a speaker is told, and alone.
func TestProblems(t *testing.T) {
	noisy := tone(24000, 1000, amplitude, 140*time.Millisecond, time.Second, 0)
	for i := range noisy.Samples {
		noisy.Samples[i] += int16(400 * (i%2*2 - 1))
	}
	clipped := tone(24000, 1000, amplitude, 0, time.Second, 0)
	copy(clipped.Samples[500:], []int16{math.MaxInt16, math.MaxInt16, math.MaxInt16, math.MaxInt16})
	peaky := tone(24000, 1000, amplitude, 0, time.Second, 0)
	peaky.Samples[500] = math.MaxInt16
	for want, r := range map[string]*Recording{
		"nothing is heard": {Rate: 24000, Samples: make([]int16, 24000)},
		"too quiet":        tone(24000, 1000, amplitude/2, 0, time.Second, 0),
		"too loud: make":   tone(24000, 1000, 2*amplitude, 0, time.Second, 0),
		"noise":            noisy,
		"cut off 1 times":  clipped,
		"has no room":      peaky,
		"the first 0.4 s":  tone(24000, 1000, amplitude, 480*time.Millisecond, time.Second, 0),
		"the last 0.8 s":   tone(24000, 1000, amplitude, 0, time.Second, time.Second),
		"14 s long":        tone(24000, 1000, amplitude, 0, 14*time.Second, 0),
	} {
		found := Measure(r).Problems()
		if len(found) != 1 || !strings.Contains(found[0].String(), want) {
			t.Errorf("%q: %v", want, found)
		}
	}
}

// level is that of a sine in the middle of samples, by its own frequency.
func level(samples []int16, rate int, hertz float64) float64 {
	re, im := 0.0, 0.0
	middle := samples[len(samples)/4 : len(samples)*3/4]
	for i, s := range middle {
		a := 2 * math.Pi * hertz * float64(i) / float64(rate)
		re, im = re+float64(s)*math.Cos(a), im+float64(s)*math.Sin(a)
	}
	return 2 * math.Hypot(re, im) / float64(len(middle))
}

// TestResample: a tone keeps its level and pitch at each rate of a card, and what does not fit the
// new rate is gone instead of folded back.
func TestResample(t *testing.T) {
	for _, from := range []int{8000, 22050, 24000, 44100, 48000} {
		for _, to := range []int{8000, 11025, 16000, 24000, 32000, 44100, 48000, 96000, 192000} {
			in := tone(from, 1000, 10000, 0, time.Second, 0)
			s := NewResampler(in, to)
			out := make([]int16, 2*to)
			n := 0
			for got := s.Read(out[n:min(n+777, len(out))]); got > 0; got = s.Read(out[n:min(n+777, len(out))]) {
				n += got
			}
			if n != s.Len() || n < to-1 || n > to+1 {
				t.Errorf("%d to %d: %d samples of %d", from, to, n, s.Len())
			}
			if l := level(out[:n], to, 1000); math.Abs(20*math.Log10(l/10000)) > 0.1 {
				t.Errorf("%d to %d: %.0f instead of 10000", from, to, l)
			}
		}
	}
	in := tone(48000, 7000, 10000, 0, time.Second, 0)
	out := make([]int16, 8000)
	NewResampler(in, 8000).Read(out)
	if l := level(out, 8000, 1000); 20*math.Log10(l/10000) > -60 { // 7,000 Hz would fold to 1,000
		t.Errorf("%.0f of a tone that does not fit is left", l)
	}
	same := NewResampler(in, 48000)
	equal := make([]int16, 48000)
	if same.Read(equal); !slices.Equal(equal, in.Samples) {
		t.Error("the same rate changes samples")
	}
}

// TestStretch: longer by the factor, at the same pitch and level, from the first sample to the
// last.
func TestStretch(t *testing.T) {
	in := tone(24000, 437, 10000, 0, 2*time.Second, 0)
	for _, times := range []float64{1, 1.1, 1.25, 1.5, 2, 7} {
		out := Stretch(in, times)
		want := 2 * min(times, 2)
		if got := out.Length().Seconds(); math.Abs(got-want) > 0.1 {
			t.Errorf("%v times: %.2f s, want %.2f", times, got, want)
		}
		// A hop that went wrong would be a step; a sine of 437 Hz has none above 1,150.
		for i := 1; i < len(out.Samples); i++ {
			if d := int(out.Samples[i]) - int(out.Samples[i-1]); max(d, -d) > 1400 {
				t.Fatalf("%v times: a step of %d at %d", times, d, i)
			}
		}
		if m := Measure(out); math.Abs(m.Level-Measure(in).Level) > 0.5 {
			t.Errorf("%v times: level %.1f instead of %.1f", times, m.Level, Measure(in).Level)
		}
	}
}

// TestAnyStretchAndRate: no recording makes either fail, or end early.
func TestAnyStretchAndRate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := &Recording{Rate: rapid.IntRange(leastRate, mostRate).Draw(t, "rate")}
		r.Samples = rapid.SliceOfN(rapid.Int16(), 1, 3000).Draw(t, "samples")
		times := rapid.Float64Range(1, 2).Draw(t, "times")
		long := Stretch(r, times)
		if len(long.Samples) < len(r.Samples) {
			t.Fatalf("%d samples became %d", len(r.Samples), len(long.Samples))
		}
		s := NewResampler(long, rapid.SampledFrom([]int{8000, 44100, 48000}).Draw(t, "to"))
		if out := make([]int16, s.Len()+10); s.Read(out) != s.Len() || s.Read(out) != 0 {
			t.Fatal("it ends early, or never")
		}
	})
}

// BenchmarkResample is a second of speech for the most common card.
func BenchmarkResample(b *testing.B) {
	in := tone(24000, 440, 9000, 0, time.Second, 0)
	out := make([]int16, 480)
	for b.Loop() {
		for s := NewResampler(in, 48000); s.Read(out) > 0; {
		}
	}
}

// BenchmarkStretch is a second of speech for somebody who needs more time.
func BenchmarkStretch(b *testing.B) {
	in := tone(24000, 440, 9000, 0, time.Second, 0)
	for b.Loop() {
		Stretch(in, 1.2)
	}
}

// TestFiles: the files of a folder, with a site's own before those of the package.
func TestFiles(t *testing.T) {
	shipped, own := t.TempDir(), t.TempDir()
	write := func(folder, name string, raw []byte) {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, raw, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	a, b := tone(24000, 440, 9000, 0, time.Second, 0), tone(16000, 440, 9000, 0, time.Second, 0)
	write(shipped, "en/scene.opened.wav", a.WAV())
	write(shipped, "en/scene.wait.wav", a.WAV())
	write(own, "en/scene.opened.wav", b.WAV())
	write(own, "en/scene.wait.wav", []byte("an MP3"))
	f := Files{own, shipped}
	if r, err := f.Read("en", "scene.opened"); err != nil || r.Rate != b.Rate {
		t.Errorf("%v, the site's own is not taken", err)
	}
	if r, err := f.Read("en", "scene.wait"); r == nil || r.Rate != a.Rate || !errors.Is(err, ErrFormat) ||
		!strings.Contains(err.Error(), "en/scene.wait.wav") {
		t.Errorf("a site's own that cannot be used: %v, %v", r, err)
	}
	if _, err := f.Read("en", "scene.refused"); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	for _, name := range []string{"../en/scene.opened", "scene/../opened", "", ".."} {
		if _, err := f.Read("en", name); !errors.Is(err, os.ErrNotExist) && !errors.Is(err, ErrName) {
			t.Errorf("%q: %v", name, err)
		}
		if _, err := f.Read(name, "scene.opened"); err == nil {
			t.Errorf("%q is a language", name)
		}
	}
}
