package fusion

import "time"

// Config is what a visit needs to be certain, and how long it may take. Scores are cosines,
// −1…1; evidence of life is 0…1.
type Config struct {
	Threshold float64 // see calibration.Operating; face alone
	Margin    float64 // lead over the next best person
	Verify    float64 // threshold for card + face
	LiveMin   float64
	FramesMin int     // frames that must agree, at least 1
	Same      float64 // a frame that scores less with the mean of the others is another person's

	Window     time.Duration // from the first usable frame to a decision
	GoneAfter  time.Duration // no face for so long: the person left
	RetryAfter time.Duration // pause after a refusal for someone who stays

	// Infrared says that the door has an infrared camera: a decision waits for its word, at most
	// for the window. Where it stays silent, that is doubt: InDoubt asks for an act however sure
	// the rest is.
	Infrared bool

	Challenge When            // Never, or empty: no act is asked for
	LiveHope  float64         // in doubt is from here …
	LiveSure  float64         // … to here
	ActWithin time.Duration   // time for the act, instead of the rest of the window
	Draw      func(n int) int // an unpredictable number from 0 to n-1, to choose the act; nil: math/rand
}

// Defaults sets all but the three thresholds, which come from a calibration.
func Defaults() Config {
	return Config{
		LiveMin: 0.7, FramesMin: 3,
		Same:   0.35, // one pair of strangers in 1,000 reaches it
		Window: 2500 * time.Millisecond, GoneAfter: 1200 * time.Millisecond, RetryAfter: 4 * time.Second,
		Challenge: Never, LiveHope: 0.3, LiveSure: 0.9, ActWithin: 5 * time.Second,
	}
}
