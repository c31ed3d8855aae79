package hal

import (
	"context"
	"time"
)

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
	Tamper    bool      // it or a head of it was opened, as it said last
	Inputs    []string  // of each of its own, "on" or "off"; none while it is not Secure
	Outputs   []string  // likewise

	ConfigAddress, ConfigSpeed int // what the configuration says, also after a move
}

// Mover is a reader that the unit can give another place on its line. Both acts come back when the
// reader is at its new place or, with an error, where that is known. The place outlives the unit's
// restart until the configuration says another one.
type Mover interface {
	SetAddress(ctx context.Context, address byte) error
	// SetSpeed is of all readers on the line. tell hears which one goes to which speed. A ctx that
	// ends takes back what was begun.
	SetSpeed(ctx context.Context, baud int, tell func(reader string, baud int)) error
}

// FileTaker is a reader that takes files, such as its firmware.
type FileTaker interface {
	// SendFile begins; File tells how far it is. Errors: the reader has no session, or is at
	// another file.
	SendFile(File) error
	EndFile()
	File() FileProgress
}

// File is one for a reader. What types there are is the maker's to say; 0 is the usual one, of a
// file that the reader knows by its content.
type File struct {
	Type byte
	Data []byte
}

// FileProgress is how far a file is on its way to a reader.
type FileProgress struct {
	Sent, Size int  // bytes; Size 0: there was none
	Alone      bool // the reader wants nothing else meanwhile: it reads no cards
	Waits      bool // it has all, and works on it
	Ended      bool
	Err        error // then: why the reader does not have it; nil: it has
	Restarts   bool  // it says that it begins again, to use it
}
