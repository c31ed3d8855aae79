package policy

import "time"

// DoorState is what the door and its lock are like.
type DoorState string

// The states.
const (
	Locked   DoorState = "locked"   // secured and closed
	Released DoorState = "released" // unlocked, still closed
	Open     DoorState = "open"     // opened after a release
	Held     DoorState = "held"     // open for too long
	Forced   DoorState = "forced"   // opened without a release
)

// DoorConfig is how one door behaves. Durations are 0 for "never" unless said otherwise.
type DoorConfig struct {
	HeldAfter time.Duration // open longer than this is an alarm
	PreAlarm  time.Duration // a warning this long before HeldAfter; none if not shorter
	Shunt     time.Duration // an opening is not forced this long after a release, or before a late report of REX
	// secure the strike as soon as the door opens (otherwise when it closes, or the release ends)
	RelockOnOpen bool
	Impulse      bool // the lock takes a pulse and cannot be held: each release moves the relay again
	HasContact   bool // without a door contact, open, held and forced are not known
}

// DoorEventKind is a kind of event at a door.
type DoorEventKind string

// The events.
const (
	EvRelease DoorEventKind = "release" // a granted decision; For says how long
	EvOpened  DoorEventKind = "opened"
	EvClosed  DoorEventKind = "closed"
	EvFireOn  DoorEventKind = "fire on"
	EvFireOff DoorEventKind = "fire off"
	// the contact's line is faulty; the next EvOpened or EvClosed says how the door is
	EvNoSight DoorEventKind = "no sight"
	EvTick    DoorEventKind = "tick" // time has passed

	EvEvacuateOn  DoorEventKind = "evacuate on" // an operator unlocks the door for all, as fire does
	EvEvacuateOff DoorEventKind = "evacuate off"
	EvFreeOn      DoorEventKind = "free on" // free passage begins; see FreePassage
	EvFreeOff     DoorEventKind = "free off"
	EvLockdown    DoorEventKind = "lockdown" // ends release and free passage at once; fire and evacuation stay
)

// DoorEvent is one event at one time.
type DoorEvent struct {
	At     time.Time
	Kind   DoorEventKind
	Late   time.Duration // EvClosed: how long before At the door closed; a contact tells it once it rests
	For    time.Duration // EvRelease
	Reason Reason        // EvRelease, EvFireOn: why; goes into the record of the relay's move
}

// Door is the state of a door. The zero value is locked and closed.
// [Door.Step] gives the next state.
type Door struct {
	State      DoorState
	Unlocked   bool      // what the relay should be
	ReleasedAt time.Time // when the last release began; zero: there was none
	RelockAt   time.Time // end of the release; zero: none running
	OpenedAt   time.Time // zero: closed
	Fire       bool
	PreAlarmed bool
	Blind      bool // the contact's line is faulty: whether the door is open is not known

	Evacuation bool
	Free       bool // free passage: unlocked for all

	EndedAt time.Time // when the last release ended, for Shunt
	HeldAt  time.Time // when standing open becomes an alarm; zero: never
	Last    time.Time // time of the last event
}

// EffectKind is what the unit must do.
type EffectKind string

// The effects.
const (
	DoUnlock EffectKind = "unlock" // energise or release the strike's relay, by the board's polarity
	DoLock   EffectKind = "lock"
	DoAlarm  EffectKind = "alarm"  // Name: AlarmHeld, AlarmForced, AlarmFire or AlarmEvacuate
	DoQuiet  EffectKind = "quiet"  // the alarm of that Name is over
	DoSignal EffectKind = "signal" // Name: a word of the lamp and buzzer vocabulary
)

// The alarms.
const (
	AlarmHeld     = "held"
	AlarmForced   = "forced"
	AlarmFire     = "fire"
	AlarmEvacuate = "evacuate"
	AlarmGuessing = "guessing" // too many wrong codes within an hour; the unit raises it, not the door
)

// Effect is one thing to do, with the reason that is recorded before it is done.
type Effect struct {
	Kind   EffectKind
	Name   string
	Reason Reason
}
