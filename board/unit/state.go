package unit

import (
	"context"
	"maps"
	"slices"
	"time"

	"menshen/hal"
	"menshen/hal/scene"
	"menshen/policy"
	"menshen/recognizer/calibration"
	"menshen/recognizer/eye"
	"menshen/store"
)

// State is the unit at one moment.
type State struct {
	At        time.Time
	Up        time.Duration // since the start
	Door      policy.DoorState
	Unlocked  bool
	Lockdown  bool
	Evacuated bool              // by an operator, here or for the whole site, and not by fire
	Own       store.Overrides   // of both, what an operator set for this door alone
	Storeless bool              // who may come in is not known
	Aiming    bool              // the camera is being aimed
	Checking  bool              // a self-test is under way
	Raised    []string          // alarms that last, but duress: "held", "mains", "line rex"; sorted
	Resting   policy.Signal     // what the lamp shows when nothing is to be said
	Faults    map[string]string // by device: "reader outside", "input rex", "relay", "vault", …
	Readers   []ReaderState
	Inputs    []InputState  // by role
	Outputs   []OutputState // beside the door, in the order of the configuration
	Codes     CodeState
	Faces     FaceState
	Eye       *eye.Status // nil: no camera
	Scene     scene.Scene // what is told at the door
	Bell      *BellState  // nil: nobody waits at it
}

// ReaderState is what has come to a reader since the start.
type ReaderState struct {
	Name           string
	Cards, Misread int
	Counts         []hal.Count // of a reader that counts by kind
	Desk           bool        // it lies on a desk
	Away           string      // why one on a desk is not there now, which is no fault; empty: it is
}

// InputState is an input as it is now.
type InputState struct {
	Role   string
	Active bool
	Err    error
}

// CodeState tells of wrong codes.
type CodeState struct {
	Wrong    int           // that count
	Lockout  time.Duration // of the keypad: how long it still lasts; 0: none
	Guessing bool          // the alarm is raised
}

// FaceState tells of face entry.
type FaceState struct {
	Off      Off
	People   int // with a face in memory
	Rows     int // templates in memory
	Locked   bool
	Failures int           // refused in a row
	Lockout  time.Duration // of faces: how long it still lasts; 0: none
	Asked    float64       // at most one stranger in so many attempts
	At       calibration.Operating
	Measured string // when the site's own calibration was made
	There    Presence
	Unusable bool // the files that faces need cannot be used
}

// Presence is who stands at the door. State.Scene says what they are told.
type Presence int

const (
	Absent Presence = iota
	Present
	Taken // a person whose face is being taken
)

// State asks the loop.
func (u *Unit) State(ctx context.Context) (s State, err error) {
	err = u.do(ctx, func() { s = u.state() })
	return s, err
}

// FacesOff is why no face opens now.
func (u *Unit) FacesOff(ctx context.Context) (off Off, err error) {
	err = u.do(ctx, func() { off = u.facesOff() })
	return off, err
}

// Unusable reports whether the files that faces need cannot be used:
// then the eye makes no pictures.
func (u *Unit) Unusable() bool { return u.faces.unusable != nil }

func (u *Unit) state() State {
	now, steady := u.now(), u.steady()
	s := State{
		At: now, Up: u.vault.Clock().Host.Sub(u.began),
		Door: u.door.State, Unlocked: u.door.Unlocked, Lockdown: u.site.lockdown(),
		Evacuated: u.site.evacuation(), Own: u.site.overrides,
		Storeless: u.storeless, Aiming: u.faces.aiming, Checking: u.checking != nil,
		Raised:  slices.Sorted(maps.Keys(u.outputs.raised)),
		Resting: u.resting(),
		Faults:  maps.Clone(u.faults),
		Codes: CodeState{Wrong: u.tries.codes.Wrong(u.site.conf.Keypad.Limits(), steady),
			Lockout: u.tries.codes.Lockout(steady), Guessing: u.tries.guessing},
		Faces: u.faceState(now), Scene: u.scene(now),
	}
	for _, r := range u.hw.Readers {
		state := ReaderState{Name: r.String(), Cards: u.counts[r.String()], Misread: u.misreads[r.String()].n}
		if counter, counts := r.(hal.Counter); counts {
			state.Counts = counter.Counts()
		}
		if d := u.desks[r.String()]; d != nil {
			state.Desk = true
			if d.away != nil {
				state.Away = d.away.Error()
			}
		}
		s.Readers = append(s.Readers, state)
	}
	for _, role := range slices.Sorted(maps.Keys(u.hw.Inputs)) {
		active, err := u.hw.Inputs[role].Active()
		s.Inputs = append(s.Inputs, InputState{role, active, err})
	}
	s.Outputs = u.outputStates()
	if b := u.front.bell; b.rung() {
		s.Bell = &BellState{b.began, b.rings, b.coming}
	}
	if u.eye != nil {
		status := u.eye.Status()
		s.Eye = &status
	}
	return s
}

func (u *Unit) faceState(now time.Time) FaceState {
	f := &u.faces
	s := FaceState{
		Off: u.facesOff(), People: f.index.Len(), Rows: f.index.Rows(), Locked: f.index.Locked(),
		Failures: u.tries.faces.Failures, Lockout: u.tries.faces.Lockout(u.steady()),
		Asked: f.strangerIn, At: f.inForce(u.cfg.Faces.WithCard), Unusable: f.unusable != nil,
	}
	if u.cfg.Faces.Calibration != "" {
		s.Measured = f.scores.Source.Date.String()
	}
	switch {
	case f.taking != nil:
		s.There = Taken
	case f.card != nil, now.Sub(f.seen) <= f.conf.GoneAfter:
		s.There = Present
	}
	return s
}

// Devices are the readers and inputs by name, to be asked whether they live (hal.Heartbeat).
func (u *Unit) Devices() map[string]any {
	all := map[string]any{}
	for _, r := range u.hw.Readers {
		all["reader "+r.String()] = r
	}
	for role, in := range u.hw.Inputs {
		all["input "+role] = in
	}
	return all
}

// Readers are the unit's, in the order of its configuration.
func (u *Unit) Readers() []hal.Reader { return u.hw.Readers }

// PingLoop asks the loop for a sign of life.
func (u *Unit) PingLoop(ctx context.Context) error { return u.do(ctx, func() {}) }

// PingVault asks the vault for one: an empty transaction that is made durable. It
// may take as long as the disk.
func (u *Unit) PingVault() error { return u.vault.Ping() }

// ReportVault keeps how the vault answered.
func (u *Unit) ReportVault(ctx context.Context, err error) error {
	return u.do(ctx, func() {
		if err != nil {
			u.vaultFault(err)
		} else {
			u.recovered("vault")
		}
	})
}
