// Package slots knows the two systems on a unit's storage: which one runs, which one starts next,
// and what may be done about it (docs/decisions/0033-the-image.md, 0034-updates-from-a-stick.md).
//
// The decisions are methods of [Disk], a value; the files are in autoboot.go, state.go and
// machine.go. Only root can read and write those.
package slots

import "fmt"

// Slot is one of the two systems.
type Slot string

// The slots.
const (
	A Slot = "a"
	B Slot = "b"
)

// ParseSlot parses "a" or "b".
func ParseSlot(s string) (Slot, error) {
	if Slot(s) == A || Slot(s) == B {
		return Slot(s), nil
	}
	return "", fmt.Errorf("a slot is a or b, not %.20q", s)
}

// Other is the other one.
func (s Slot) Other() Slot {
	if s == A {
		return B
	}
	return A
}

// BootPartition is the number of the partition with the slot's kernel, RootPartition of that with
// its root.
func (s Slot) BootPartition() int { return map[Slot]int{A: 2, B: 3}[s] }

// RootPartition is the number of the partition with the slot's root.
func (s Slot) RootPartition() int { return map[Slot]int{A: 5, B: 6}[s] }

// Bad is the count of starts from which on a slot is not to be started: it was tried so often and
// never became healthy, or it was not kept yet.
const Bad = 3

// Stage is how far a trial is. The words are stored.
type Stage string

// The stages.
const (
	Writing Stage = "writing" // the other slot is being written, or that failed
	Written Stage = "written" // the other slot holds a whole system, which was not started yet
	Begun   Stage = "begun"   // the unit was restarted to try it
	Started Stage = "started" // its own services ran
	Kept    Stage = "kept"    // it was kept
)

// Trial is the newest update that was written to this unit, and what came of it.
type Trial struct {
	Slot    Slot     `json:"slot"`
	Version Version  `json:"version"`
	From    Version  `json:"from"` // what ran before
	Stage   Stage    `json:"stage"`
	Faulty  []string `json:"faulty,omitempty"` // devices that were faulty before the restart
	Why     string   `json:"why,omitempty"`    // why it is not healthy, in English, by the system on trial
	Told    bool     `json:"told,omitempty"`   // that it was taken back is in the audit log
}

// Disk is what is known of the two systems at one start.
type Disk struct {
	Running   Slot
	Committed Slot // the one that autoboot.txt names: it starts next
	Tried     bool // the firmware says that this start is a try
	Loader    Loader
	Starts    map[Slot]int
	Floor     Version
	Trial     *Trial // nil: none yet
}

// OnTrial reports whether the running system is not the one that starts next.
func (d Disk) OnTrial() bool { return d.Running != d.Committed }

// Refusal is why something about the two systems cannot be done. The words travel between root and
// the door.
type Refusal string

// The refusals.
const (
	RefusedOnTrial  Refusal = "a system is on trial"
	RefusedFirmware Refusal = "the boot loader in the EEPROM is too old to try a system"
	RefusedOld      Refusal = "older than the version floor"
	RefusedVersion  Refusal = "not a version"
	RefusedNotTried Refusal = "the running system is not on trial"
	RefusedNothing  Refusal = "no update waits for its trial"
)

func (r Refusal) Error() string { return string(r) }

// Target is the slot to which a system may be written. Errors: RefusedOnTrial, RefusedFirmware.
func (d Disk) Target() (Slot, error) {
	switch {
	case d.OnTrial():
		return "", RefusedOnTrial
	case !d.Loader.Tries():
		return "", RefusedFirmware
	}
	return d.Running.Other(), nil
}

// Admits says whether a version may be installed: nil, RefusedVersion or RefusedOld.
func (d Disk) Admits(v Version) error {
	switch {
	case v.Check() != nil:
		return RefusedVersion
	case v.Compare(d.Floor) < 0:
		return RefusedOld
	}
	return nil
}

// Tryable says whether the other system may be started for its trial: nil, RefusedNothing, or an
// error of [Disk.Target].
func (d Disk) Tryable() error {
	to, err := d.Target()
	if err == nil && (d.Trial == nil || d.Trial.Slot != to || d.Trial.Stage != Written) {
		return RefusedNothing
	}
	return err
}

// Keepable says whether the running system may become the one that starts: nil or RefusedNotTried.
// A system that the firmware started without being told to try it is not kept.
func (d Disk) Keepable() error {
	if !d.OnTrial() || !d.Tried || d.Trial == nil || d.Trial.Slot != d.Running ||
		d.Trial.Stage != Begun && d.Trial.Stage != Started {
		return RefusedNotTried
	}
	return nil
}

// Cause is why a system was taken back. The words travel, and are stored in the audit log.
type Cause string

// The causes.
const (
	NeverStarted Cause = "it did not start" // or the boot loader ignored the flag
	DidNotFinish Cause = "it stopped before it was healthy"
	NotHealthy   Cause = "not healthy"            // Trial.Why tells more
	StoppedLater Cause = "it stopped starting up" // after it had been kept
)

// TakenBack tells whether the newest update is not the system that runs, and why; empty: it is, or
// it waits for its trial.
func (d Disk) TakenBack() Cause {
	t := d.Trial
	switch {
	case t == nil || t.Slot == d.Running || d.OnTrial() || t.Stage == Writing || t.Stage == Written:
		return ""
	case t.Stage == Kept:
		return StoppedLater
	case t.Why != "":
		return NotHealthy
	case t.Stage == Begun:
		return NeverStarted
	}
	return DidNotFinish
}
