package hal

import "time"

// Installer is a reader that has a key of its own from the unit, and says nothing without it.
type Installer interface {
	// Install has the reader take a new key, until then; a time in the past ends it. Once the
	// reader has it, it ends by itself. Errors: the key cannot be kept, or the line is not open.
	Install(until time.Time) error
	// Link may be called at any time, from any goroutine.
	Link() Link
}

// Link is how a reader is connected that the unit talks with.
type Link struct {
	Address   int
	Speed     int       // baud
	Secure    bool      // under the reader's own key
	Why       error     // why not
	Next      time.Time // then: of the next try
	Installs  time.Time // it may take a new key until then; zero: it may not
	Installed time.Time // since when it has the key of an install since the start; zero: there was none
	Device    string    // maker, model, serial number and version; empty: it has not said
	Proven    bool      // Device was said under the reader's own key: else anybody on the line may have
	Abilities []string  // "lamp", "buzzer", …
	Supply    bool      // its supply fails, as it said last
}
