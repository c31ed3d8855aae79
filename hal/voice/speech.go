package voice

import (
	"strings"
	"time"

	"menshen/hal/scene"
)

// When something is said.
const (
	sayAgain    = 10 * time.Second // the same words
	alarmAgain  = 12 * time.Second // after the end of an alarm's words, while it lasts
	adviceApart = 3 * time.Second  // from the end of one advice to the next
)

// rank is what words may break off: those of their own rank or a lower one, but advice breaks off
// nothing.
type rank uint8

const (
	advice rank = iota // what would make a picture better, or one moment, please
	answer
	alarm // said again and again, and never quietly
)

func rankOf(s scene.Scene) rank {
	switch s.Kind {
	case scene.Alarm, scene.Fire, scene.Evacuation:
		return alarm
	case scene.Waiting:
		return advice
	case scene.Looking, scene.Enrolling, scene.WalkingUp:
		if s.Advice != scene.Fine {
			return advice
		}
	}
	return answer
}

// words are what is said without a stop.
type words struct {
	ids    []string // of phrases
	lang   string
	slowly bool
	volume int // 1 to 100
	rank   rank
	at     time.Duration // when it was told, by the kernel's clock that never jumps; zero: it is said again
}

// key is the same for the same words.
func (w words) key() string { return w.lang + " " + strings.Join(w.ids, " ") }

// speech decides what is said, and when. Time is an argument.
type speech struct {
	last  words // of the scene that counts; without ids: it is silent
	due   bool  // they have not been said yet
	said  map[string]time.Time
	ended time.Time // when the last words did
	was   rank      // theirs
}

func newSpeech() *speech { return &speech{said: map[string]time.Time{}} }

// tell takes the scene that counts from now on.
func (s *speech) tell(w words) {
	s.last, s.due = w, len(w.ids) > 0
}

// next gives what is to be said now, instead of what is being said; nil: nothing. talking are the
// words that are being said.
func (s *speech) next(now time.Time, talking *words) *words {
	w := s.last
	switch {
	case len(w.ids) == 0:
		return nil
	case talking != nil && talking.key() == w.key():
		s.due = false
		return nil
	case w.rank == alarm:
		if !s.due && (talking != nil || now.Sub(s.ended) < alarmAgain) {
			return nil
		}
		if !s.due {
			w.at = 0
		}
	case !s.due:
		return nil
	case now.Sub(s.said[w.key()]) < sayAgain:
		s.due = false
		return nil
	case w.rank == advice && (talking != nil || s.was == advice && now.Sub(s.ended) < adviceApart):
		return nil
	}
	s.due = false
	s.said[w.key()] = now
	return &w
}

// end notes that words have been said to their end.
func (s *speech) end(now time.Time, w *words) { s.ended, s.was = now, w.rank }
