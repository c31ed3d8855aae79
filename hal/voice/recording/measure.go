package recording

import (
	"math"
	"slices"
	"time"

	"menshen/internal/i18n"
)

// What a recording should be. Levels are in dB below the largest sample that a file can have
// (dBFS).
const (
	Level     = -20.0 // of the speech, its pauses left out
	LevelOff  = 2.5   // and how far it may be from that
	MostPeak  = -1.0  // headroom: the card's converter needs some between the samples
	MostNoise = -50.0 // of what is heard in the pauses
	MostLead  = 150 * time.Millisecond
	MostTail  = 400 * time.Millisecond
	MostSaid  = 12 * time.Second // people walk on
)

// frame is the time over which a level is taken. One that is pause below the loudest may be between
// words, and one that is quiet below is no speech.
const (
	frame = 20 * time.Millisecond
	pause = 10.0
	quiet = 25.0
)

// silence is the level of samples that are all zero.
const silence = -120.0

// Measured is what a recording is like.
type Measured struct {
	Length     time.Duration
	Lead, Tail time.Duration // silence before and after
	Level      float64       // of the speech, dBFS
	Peak       float64       // dBFS
	Noise      float64       // of the quietest moment between the words, dBFS
	Clipped    int           // times that it stays at the largest sample
}

// Measure takes the measures of a recording.
func Measure(r *Recording) Measured {
	levels := r.levels()
	m := Measured{Length: r.Length(), Level: silence, Peak: silence, Noise: silence}
	loudest := silence
	for _, l := range levels {
		loudest = max(loudest, l)
	}
	first, last, power, n := len(levels), -1, 0.0, 0
	for i, l := range levels {
		if l < loudest-quiet || l <= silence {
			continue
		}
		first, last = min(first, i), i
		power += math.Pow(10, l/10)
		n++
	}
	if n > 0 {
		m.Level = 10 * math.Log10(power/float64(n))
		m.Lead = time.Duration(first) * frame
		m.Tail = time.Duration(len(levels)-1-last) * frame
	}
	if len(levels) > 0 && slices.Min(levels) < loudest-pause {
		m.Noise = slices.Min(levels)
	}
	run := 0
	for _, s := range r.Samples {
		m.Peak = max(m.Peak, decibel(math.Abs(float64(s))))
		if s < math.MaxInt16 && s > math.MinInt16+1 {
			run = 0
		} else if run++; run == 3 {
			m.Clipped++
		}
	}
	return m
}

// levels gives the level of each frame, dBFS.
func (r *Recording) levels() (all []float64) {
	n := max(1, int(frame*time.Duration(r.Rate)/time.Second))
	for at := 0; at < len(r.Samples); at += n {
		all = append(all, rms(r.Samples[at:min(at+n, len(r.Samples))]))
	}
	return all
}

// rms is the level of samples, dBFS.
func rms(samples []int16) float64 {
	sum := 0.0
	for _, s := range samples {
		sum += float64(s) * float64(s)
	}
	return decibel(math.Sqrt(sum / float64(max(1, len(samples)))))
}

func decibel(amplitude float64) float64 {
	return max(silence, 20*math.Log10(amplitude/(math.MaxInt16+1)))
}

// Problems says what to mend, for the person who speaks; none: it is good.
func (m Measured) Problems() (all []i18n.Message) {
	add := func(is bool, what i18n.Message) {
		if is {
			all = append(all, what)
		}
	}
	if m.Level <= silence+quiet {
		return []i18n.Message{i18n.M("voice.silent", "nothing is heard: is the microphone on?")}
	}
	add(m.Clipped > 0, i18n.M("voice.clipped", "too loud for the microphone: it is cut off %d times; "+
		"speak from further away, or turn the microphone down", m.Clipped))
	add(m.Clipped == 0 && m.Peak > MostPeak, i18n.M("voice.no-headroom", "its loudest moment has no room: "+
		"make all of it %.1f dB quieter", m.Peak-MostPeak))
	add(m.Level < Level-LevelOff, i18n.M("voice.quiet", "too quiet: speak nearer, or make it %.0f dB louder",
		Level-m.Level))
	add(m.Level > Level+LevelOff, i18n.M("voice.loud", "too loud: make it %.0f dB quieter", m.Level-Level))
	add(m.Noise > MostNoise, i18n.M("voice.noise", "noise in the pauses: find a quieter room, "+
		"or go nearer to the microphone"))
	add(m.Lead > MostLead, i18n.M("voice.lead", "cut off the first %.1f s: people wait for the words",
		(m.Lead-MostLead/2).Seconds()))
	add(m.Tail > MostTail, i18n.M("voice.tail", "cut off the last %.1f s", (m.Tail-MostTail/2).Seconds()))
	add(m.Length > MostSaid, i18n.M("voice.long", "%.0f s long: say it in %.0f",
		m.Length.Seconds(), MostSaid.Seconds()))
	return all
}

// Loudness gives the level of n parts of a recording, dBFS.
func (r *Recording) Loudness(n int) []float64 {
	parts := make([]float64, n)
	for i := range parts {
		parts[i] = rms(r.Samples[i*len(r.Samples)/n : (i+1)*len(r.Samples)/n])
	}
	return parts
}
