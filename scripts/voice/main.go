// Command voice makes the recordings of all that a door says, in each language, by espeak-ng:
//
//	go run ./scripts/voice FOLDER
//
// FOLDER/LANG/ID.wav, and FOLDER/SHA256SUMS. Each is trimmed, at the same loudness, with room for
// its peaks, faded in and out, and measured as a site's own would be; one that is not good ends the
// command. The same version of espeak-ng gives the same bytes.
package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"log"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"menshen/hal/scene"
	"menshen/hal/voice/recording"
	"menshen/internal/i18n"
	"menshen/internal/i18n/catalogue"
)

// rate of the recordings: twice it is what most sound cards take, and half of it all that
// espeak-ng's 22,050 hold.
const rate = 24000

// voices are espeak-ng's, with words a minute and pitch, by language: calm, and clear. Their text
// is UTF-8 whatever the locale.
var voices = map[string][]string{
	"en": {"-b", "1", "-v", "en-us", "-s", "145", "-p", "45"},
	"zh": {"-b", "1", "-v", "cmn-latn-pinyin", "-s", "160", "-p", "45"}, // its "cmn" reads pinyin as English words
}

// spoken are words that are written otherwise than they are said.
var spoken = map[string]*strings.Replacer{
	"en": strings.NewReplacer("#", "the hash key"),
	"zh": strings.NewReplacer("#", "井号键"),
}

// Silence that is left before and after, and how long the ends are faded.
const (
	lead, tail      = 10 * time.Millisecond, 80 * time.Millisecond
	fadeIn, fadeOut = 5 * time.Millisecond, 30 * time.Millisecond
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: go run ./scripts/voice FOLDER")
	}
	if err := record(os.Args[1]); err != nil {
		log.Fatalf("  FAIL  %v", err)
	}
}

func record(folder string) error {
	var sums strings.Builder
	n, bytes, length := 0, 0, time.Duration(0)
	for _, lang := range catalogue.Languages() {
		if err := os.MkdirAll(filepath.Join(folder, lang.Code()), 0o755); err != nil {
			return err
		}
		for _, p := range scene.Phrases() {
			name := lang.Code() + "/" + p.ID + ".wav"
			r, err := say(lang, p)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			raw := r.WAV()
			if err := os.WriteFile(filepath.Join(folder, name), raw, 0o644); err != nil {
				return err
			}
			fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(raw), name)
			n, bytes, length = n+1, bytes+len(raw), length+r.Length()
		}
	}
	if err := os.WriteFile(filepath.Join(folder, "SHA256SUMS"), []byte(sums.String()), 0o644); err != nil {
		return err
	}
	fmt.Printf("  ok    %d phrases, %v, %.1f MB in %s\n", n, length.Round(time.Second), float64(bytes)/1e6, folder)
	return nil
}

// say makes one recording, and refuses one that is not good.
func say(lang i18n.Language, p scene.Phrase) (*recording.Recording, error) {
	voice, ok := voices[lang.Code()]
	if !ok {
		return nil, fmt.Errorf("no voice of espeak-ng is named for this language: add one to scripts/voice")
	}
	words := spoken[lang.Code()].Replace(lang.Say(p.Words))
	// A word that the voice cannot read is spelt in another's, "(en)", which nobody understands.
	sounds, err := exec.Command("espeak-ng", append(voice, "-q", "-x", "--", words)...).Output()
	if err != nil {
		return nil, fmt.Errorf("espeak-ng: %w", err)
	}
	if bytes.ContainsAny(sounds, "()") {
		return nil, fmt.Errorf("%q is not read in its own language: %s", words, sounds)
	}
	file, err := os.CreateTemp("", "voice*.wav")
	if err != nil {
		return nil, err
	}
	defer os.Remove(file.Name())
	defer file.Close()
	out, err := exec.Command("espeak-ng", append(voice, "-w", file.Name(), "--", words)...).CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("espeak-ng: %w %s", err, out)
	}
	raw, err := os.ReadFile(file.Name())
	if err != nil {
		return nil, err
	}
	r, err := recording.Parse(raw)
	if err != nil {
		return nil, err
	}
	r = trimmed(resampled(r))
	amplify(r)
	fade(r)
	if found := recording.Measure(r).Problems(); len(found) > 0 {
		return nil, fmt.Errorf("%q: %v", words, found)
	}
	return r, nil
}

func resampled(r *recording.Recording) *recording.Recording {
	s := recording.NewResampler(r, rate)
	out := &recording.Recording{Rate: rate, Samples: make([]int16, s.Len())}
	s.Read(out.Samples)
	return out
}

func samples(d time.Duration) int { return int(d * rate / time.Second) }

// trimmed leaves a little silence before and after.
func trimmed(r *recording.Recording) *recording.Recording {
	loudest := 0
	for _, s := range r.Samples {
		loudest = max(loudest, abs(s))
	}
	first, last := len(r.Samples), 0
	for i, s := range r.Samples {
		if abs(s) > loudest/100 { // 40 dB below
			first, last = min(first, i), i
		}
	}
	padded := make([]int16, samples(lead))
	padded = append(padded, r.Samples[first:last+1]...)
	return &recording.Recording{Rate: r.Rate, Samples: append(padded, make([]int16, samples(tail))...)}
}

func abs(s int16) int { return max(int(s), -int(s)) }

// amplify brings the speech to its level, or as near to it as its peaks allow.
func amplify(r *recording.Recording) {
	m := recording.Measure(r)
	factor := math.Pow(10, min(recording.Level-m.Level, recording.MostPeak-0.1-m.Peak)/20)
	for i, s := range r.Samples {
		r.Samples[i] = int16(math.Round(float64(s) * factor))
	}
}

func fade(r *recording.Recording) {
	for i := range samples(fadeIn) {
		r.Samples[i] = int16(int(r.Samples[i]) * i / samples(fadeIn))
	}
	for i := range samples(fadeOut) {
		at := len(r.Samples) - 1 - i
		r.Samples[at] = int16(int(r.Samples[at]) * i / samples(fadeOut))
	}
}
