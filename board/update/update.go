// Package update installs another system on a unit, and keeps it or takes it back
// (docs/decisions/0034-updates-from-a-stick.md). It also carries files between the unit and a stick
// (docs/decisions/0050-files-on-a-stick.md).
//
// The door is not root. It writes one [Request] into a folder of its own, [Client]; systemd then
// starts a service of root's, which serves it, [Root], and answers in a folder that only root
// writes. The state of the two systems stands there too, so that the door need not ask for it.
//
// What travels is JSON of this release's: both ends are one program.
package update

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"menshen/board/slots"
	"menshen/internal/safefile"
)

// Folders are where door and root meet.
type Folders struct {
	Asked    string // the door's own, which root reads
	Answered string // root's own, which the door reads
}

// OfSystem are those of the installed service.
func OfSystem() Folders { return Folders{Asked: "/run/menshen", Answered: "/run/menshen-update"} }

const (
	requestFile = "update" // what menshen-update.path waits for
	answerFile  = "answer"
	stateFile   = "state"
	maxAsked    = 64 << 10 // bytes of a request
	maxAnswered = 1 << 20  // bytes of an answer, and of the state
)

// Act is what the door asks for.
type Act string

// The acts.
const (
	Look      Act = "look"      // what is on the stick?
	Install   Act = "install"   // write it to the other slot
	Try       Act = "try"       // restart the unit into the other slot, once
	Keep      Act = "keep"      // the running system becomes the one that starts
	Healthy   Act = "healthy"   // the running system is in order; it is the one that starts
	Unhealthy Act = "unhealthy" // the system on trial is not in order, for this reason
	Told      Act = "told"      // that an update was taken back is on record
	Give      Act = "give"      // files that leave the unit go onto the stick
	List      Act = "list"      // which files are on the stick?
	Take      Act = "take"      // one file of the stick comes into the door's own folder
)

// Request is one act with what it needs.
type Request struct {
	ID      string        `json:"id"`
	Do      Act           `json:"do"`
	Version slots.Version `json:"version,omitempty"` // of Install: what the operator was shown
	Faulty  []string      `json:"faulty,omitempty"`  // of Try: the devices that are faulty before it
	Why     string        `json:"why,omitempty"`     // of Unhealthy
	Names   []string      `json:"names,omitempty"`   // of Give: which files, none: all; of Take: the one
	Replace bool          `json:"replace,omitempty"` // of Give: those with [outbox.SiteEnding] replace what is there
	Limit   int64         `json:"limit,omitempty"`   // of Take: how large it may be, in bytes
}

// Answer is what came of a request so far.
type Answer struct {
	ID      string        `json:"id"`
	Done    bool          `json:"done"`
	Percent int           `json:"percent,omitempty"` // of an installation or a copy
	Refused slots.Refusal `json:"refused,omitempty"` // empty: done
	Detail  string        `json:"detail,omitempty"`  // of a refusal: one line, in English, by the tool that failed
	Bundle  *Bundle       `json:"bundle,omitempty"`  // of Look
	Files   int           `json:"files,omitempty"`   // of Give: how many of the unit's are on the stick now
	Went    []File        `json:"went,omitempty"`    // of Give: those that were copied now, also if it failed then
	Found   []File        `json:"found,omitempty"`   // of List: at most MaxListed
	Left    int           `json:"left,omitempty"`    // of List: how many names are not in Found
	Taken   *File         `json:"taken,omitempty"`   // of Take
}

// Bundle is what a stick holds.
type Bundle struct {
	Name    string        `json:"name"` // of the file
	Version slots.Version `json:"version"`
	Signer  string        `json:"signer"` // as the certificate names them; the signature was checked
	Layout  uint64        `json:"layout"` // of the vault, as that version writes it; 0: not told
}

// Refusals beyond those of package slots.
const (
	NoStick   slots.Refusal = "no stick"
	Sticks    slots.Refusal = "several sticks"
	Unknown   slots.Refusal = "a stick with none of the file systems that are read"
	OnlyRead  slots.Refusal = "a stick with a file system that is only read" // ext4
	InUse     slots.Refusal = "a stick that is mounted by somebody else"
	Protected slots.Refusal = "a stick that is write-protected"
	Full      slots.Refusal = "not enough room on the stick"
	Broken    slots.Refusal = "a stick that was pulled out, or is damaged"
	Differs   slots.Refusal = "read back from the stick as something else"
	NoFile    slots.Refusal = "no such file"
	NotPlain  slots.Refusal = "not a plain file in the top folder"
	TooLarge  slots.Refusal = "a file that is too large"
	StickOff  slots.Refusal = "switched off by the configuration"
	NoBundle  slots.Refusal = "no update on the stick"
	Several   slots.Refusal = "several updates on the stick"
	NotSigned slots.Refusal = "not signed by a key that this unit trusts, or damaged"
	OtherKind slots.Refusal = "for another kind of unit"
	Changed   slots.Refusal = "not the update that was shown"
	Failed    slots.Refusal = "it failed"
)

// State is what the door may know of the two systems.
type State struct {
	Version   slots.Version `json:"version"` // that runs
	Slot      slots.Slot    `json:"slot"`
	OnTrial   bool          `json:"trial,omitempty"`
	Floor     slots.Version `json:"floor,omitempty"`
	Refused   slots.Refusal `json:"refused,omitempty"` // why no update can be installed now; empty: one can
	Newest    *slots.Trial  `json:"newest,omitempty"`  // the newest update; nil: there was none
	TakenBack slots.Cause   `json:"back,omitempty"`    // why the newest update is not what runs
	Err       string        `json:"err,omitempty"`     // why the rest is not known
}

// State reads what root left. Errors: [slots.ErrOneSystem].
func (f Folders) State() (s State, err error) {
	err = read(filepath.Join(f.Answered, stateFile), maxAnswered, &s)
	if errors.Is(err, fs.ErrNotExist) {
		return s, slots.ErrOneSystem
	}
	if err == nil && s.Err != "" {
		err = errors.New(s.Err)
	}
	return s, err
}

// read reads a file of the other side's. It follows no link and waits for no pipe.
func read(path string, limit int64, to any) error {
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return fmt.Errorf("%s is not a file: %w", path, errors.ErrUnsupported)
	}
	raw, err := io.ReadAll(io.LimitReader(f, limit))
	if err != nil {
		return err
	}
	if err := json.Unmarshal(raw, to); err != nil {
		return fmt.Errorf("reading %s: %w", path, err)
	}
	return nil
}

// write replaces a file, whole.
func write(path string, mode fs.FileMode, value any) error {
	raw, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return safefile.Replace(path, mode, func(w io.Writer) error {
		_, err := w.Write(raw)
		return err
	})
}
