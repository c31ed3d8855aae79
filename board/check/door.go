package check

import (
	"context"
	"time"

	"menshen/board/config"
	"menshen/hal"
	"menshen/policy"
	"menshen/store"
)

// Vault is what the check needs of a [store.Vault].
type Vault interface {
	Record(ctx context.Context, e store.Entry) (uint64, error)
}

// Lock is the lock of a door that is being checked. Whoever has it records why it moves before it
// does, and goes on to release it for exit and fire.
type Lock interface {
	// Release unlocks for a while, for the check.
	Release(d time.Duration) error
	// Secure ends a release of the check. It does not end a fire.
	Secure() error
	// Since gives the first move to a state at or after a time, with its reason.
	Since(t time.Time, unlock bool) (at time.Time, why policy.Reason, moved bool)
	Unlocked() bool
	// Restart records and does [Door.Restart]. After it the relay follows an exit or a fire of the
	// meantime.
	Restart() (unlocked bool, err error)
}

// Door is what is checked: the parts of a unit, opened, while its service is stopped; or lent by a
// unit that runs, and then with a Lock.
type Door struct {
	Config  *config.Config
	Vault   Vault
	Relay   hal.Output           // nil where there is a Lock
	Lock    Lock                 // nil: the check moves the relay itself
	Inputs  map[string]hal.Input // by role
	Signals map[string]hal.Output
	Readers []hal.Reader
	Outputs map[string]func(on bool) error // by name: each records why, and switches an output beside the door

	// Restart does to the relay's line what the end and the start of the program do: it gives the
	// line back, reads the level that the wiring alone gives it, and takes it again. nil: this
	// relay has no line that can be given back.
	Restart func() (unlocked bool, err error)
	Camera  func(context.Context) (CameraFacts, error) // nil: none
	// Infrared watches the infrared camera, whose emitter goes on and off, until done; nil: none.
	Infrared func(ctx context.Context, done func(InfraredFacts) bool) error
	// Speak says that people may come in, in the site's language; nil: the door has no voice, or it
	// is another's just now.
	Speak func(context.Context) (VoiceFacts, error)
	// Show has the door show that people may come in, in the site's language, until end is called;
	// nil: the door has no display, or it is another's just now.
	Show     func(context.Context) (f DisplayFacts, end func(), err error)
	Watchdog func(context.Context) (WatchdogFacts, error) // nil: the system has none
	Clock    func() (ClockFacts, error)
	Key      KeyFacts
	Disk     func(context.Context) (DiskFacts, error) // see Disk
	Loader   *LoaderFacts                             // nil: the unit has one system

	// Hush keeps the unit from setting lamps and buzzer itself until over is called; nil: no unit
	// runs.
	Hush func() (over func())
	Now  func() time.Time // by which the events of inputs and lock are dated; nil: time.Now
}

// now gives the time in the site's zone, in which the report and the screen show it.
func (d Door) now() time.Time {
	now := time.Now
	if d.Now != nil {
		now = d.Now
	}
	return now().In(d.Config.Site.Location())
}

// CameraFacts says how the camera worked, as the eye reports it.
type CameraFacts struct {
	State         string // "ok", or what is wrong
	Detail        string
	Width, Height int
	FPS           float64
	Confined      string // how the eye's process is confined
	Models        string
	Engine        string // what computes their networks
}

// VoiceFacts says how the voice spoke, as its process reports it.
type VoiceFacts struct {
	Card      string        // with how it plays
	Took      time.Duration // from the scene to its first sound at the card
	Underruns int           // times that the card had nothing to play in the midst of words
	Confined  string        // how the process is confined
}

// DisplayFacts says how the display showed it, as its process reports.
type DisplayFacts struct {
	Screen   string        // with its size
	Font     string        // why Chinese cannot be written; empty: it can
	Took     time.Duration // from the scene until the screen had it
	Confined string        // how the process is confined
}

// InfraredFacts says what the emitter does to the picture of the infrared camera, as the eye
// measures it in one pair of frames, one lit and one dark.
type InfraredFacts struct {
	State, Detail string  // "ok", or what is wrong
	Changed       float64 // part of the picture that became brighter by the emitter, 0…1
	Face          bool    // the face that the visible camera has is there
	Lit, Dark     float64 // brightness at its place, 0…255
	Middle        float64 // brightness of the middle of the lit picture, 0…255
}

// WatchdogFacts says how the program and the board are watched, as
// systemd and the kernel report it.
type WatchdogFacts struct {
	Service time.Duration // WatchdogSec of the unit's service; 0: not set
	Restart string        // Restart= of the service
	Installed,
	Enabled bool // the service is known to systemd; it starts at boot
	Hardware string        // identity of the board's watchdog; empty: none
	Fed      time.Duration // how often systemd must feed it; 0: it does not
}

// ClockFacts says where the time comes from.
type ClockFacts struct {
	Source string    // "rtc", "sync" (the kernel's clock is disciplined), or "" for nothing
	Now    time.Time // the system's clock
	Floor  time.Time // the last time known to the vault
}

// KeyFacts says where the root key is kept.
type KeyFacts struct {
	Kind  string // "file", "credential" or "tpm"
	Apart bool   // it is not in clear on the unit's own disk
}

// DiskFacts says how the disk worked.
type DiskFacts struct {
	Writes        int
	P50, P99, Max time.Duration // of writing 4 KiB and syncing them
	Free          int64         // bytes
}

// LoaderFacts says what the boot loader in the board's EEPROM tells of itself.
type LoaderFacts struct {
	Built time.Time // zero: the board has no EEPROM
	Tries bool      // it can start an update once, and then the system before
}
