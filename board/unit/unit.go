// Package unit is the loop that decides at one door. It joins readers, inputs, the eye and the
// vault to the decision core (package policy), and does what that core says.
//
// # One goroutine decides
//
// Everything that happens at a door (a card, a key, an input's change, an observation of the eye, a
// passing moment, an operator's command) becomes an event of one queue and is handled by one
// goroutine, in order (loop.go). An event leads to an attempt, the attempt to a decision, the
// decision to a record in the vault, and only then to the door: unlock, lamp, buzzer (conclude in
// attempt.go, perform in door.go). So there is one place where the relay moves, and nothing moves
// it without a recorded reason.
//
// Every exported method may be called from any goroutine: it asks the loop and waits for its turn,
// or touches only what is guarded. What the unit is like leaves it as values (State, Event), never
// as words: those are the desk's.
//
// # What must not wait
//
// Reading a card, pressing REX and fire never wait for the eye, for an operator or for a slow disk:
// the record has 150 ms (SlowDisk), after which a card, a PIN, REX and fire still open, the record
// waits in memory, and faces and counted passes are refused until the disk answers again. What
// takes long (erasing, searching, enrolling) runs beside the loop and meets it only for the moment
// in which it needs it (do in calls.go).
package unit

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"menshen/board/config"
	"menshen/board/outbox"
	"menshen/hal"
	"menshen/hal/scene"
	"menshen/policy"
	"menshen/recognizer"
	"menshen/recognizer/calibration"
	"menshen/recognizer/eye"
	"menshen/recognizer/index"
	"menshen/store"
)

// SlowDisk is how long the door waits for a decision to be durable (decision 0004).
const SlowDisk = 150 * time.Millisecond

// Eye is the child process that looks, as the unit needs it; *eye.Eye is one.
type Eye interface {
	Observations() <-chan recognizer.Observation
	Pictures() <-chan eye.Picture // in eye.Aim and eye.EnrolShown; the receiver wipes them
	Codes() <-chan eye.Code
	SetMode(eye.Mode)
	SetCodes(bool)
	Status() eye.Status
	Close() error
}

// Law says whether faces may be used at this door. None of its methods waits; the loop calls them.
type Law interface {
	// Publish takes how the door is at this moment.
	Publish(door policy.DoorFacts, down []policy.CredentialKind)
	// Broken is the rule that keeps faces off now, empty if none does. It is not known
	// before the unit was counted.
	Broken() (rule policy.RuleID, known bool)
}

// Parts are what a unit is made of. Eye may be nil: a door without a camera.
type Parts struct {
	Config  *config.Config
	Vault   *store.Vault
	Wires   *hal.Wires
	Eye     Eye
	Law     Law
	Out     outbox.Box               // in which copies of a person's page go with the person
	Scores  *calibration.Calibration // by which faces are compared; nil: the shipped one
	NoFaces error                    // why no face can be known with the files at hand; nil: one can
	Booting func() bool              // the machine was switched on a moment ago; nil: it was not
	Advise  func(error) error        // adds the remedy to an error of the vault; nil: it stays as it is
	Log     *slog.Logger             // of what happens without an operator at a console; nil: none

	Presenters []scene.Presenter // that tell people at the door what the unit tells; see present
}

// Unit is one door at work. Make it with New, let it work with Run.
type Unit struct {
	cfg   *config.Config
	vault *store.Vault
	hw    *hal.Wires
	eye   Eye
	law   Law
	out   outbox.Box
	now   func() time.Time // the unit's time: the vault's, which knows how far the machine's clock can be trusted
	// steady is for lockouts: a clock that is never set.
	steady func() time.Duration
	advise func(error) error
	boots  func() bool
	log    *slog.Logger

	events  chan any    // hal.ReaderEvent, hal.InputEvent
	calls   chan func() // work of other goroutines for the loop
	stopped chan struct{}
	driven  bool // by a Driver, instead of the loop
	began   time.Time

	// Below, the loop's own.
	door      policy.Door
	doorConf  policy.DoorConfig
	signals   *signals
	front     front
	waiting   []waiter               // who gets the next card
	desks     map[string]*deskReader // by name
	keypad    keypad
	hand      handVisit
	faces     faces
	tries     tries
	strange   strange
	site      site
	trust     trust
	rules     rules
	noted     string // the text of the settings that were recorded last; empty: none yet
	passes    passes
	untaken   []part            // of what the vault holds, not taken up yet
	storeless bool              // the vault was not open yet: who may come in is not known
	back      policy.Withdrawal // a person's gesture at the door
	due       erasures
	notes     notes
	heard     chan struct{} // buffered: records of other doors were applied
	outputs   outputs
	besides   []*beside
	lamps     map[string]*lamp // the signals' outputs, by role
	checking  *Checking        // nil: no self-test is under way
	lines     lines
	heldAt    time.Time         // when holdOutputs did its work last
	slowDisk  time.Duration     // SlowDisk, or what a Driver set
	slow      bool              // the last record was not durable in time
	slowAt    time.Duration     // when, by the clock that is never set
	faults    map[string]string // by device: what is wrong with it now
	counts    map[string]int    // by reader: cards read
	misreads  map[string]misreads

	unrecorded atomic.Pointer[error] // why the vault did not take a record; any goroutine's

	// held while overrides or hours are kept, so that the last ones kept are
	// those in force; any goroutine's
	keeping sync.Mutex
	// so with orders of the whole site
	ordering sync.Mutex

	watchers watchers // anybody's
}

// New joins the parts. It moves nothing yet.
func New(p Parts) (*Unit, error) {
	if p.Log == nil {
		p.Log = slog.New(slog.DiscardHandler)
	}
	if p.Advise == nil {
		p.Advise = func(err error) error { return err }
	}
	if p.Booting == nil {
		p.Booting = func() bool { return false }
	}
	_, contact := p.Wires.Inputs["contact"]
	u := &Unit{
		cfg: p.Config, vault: p.Vault, hw: p.Wires, eye: p.Eye, law: p.Law, out: p.Out, log: p.Log,
		advise: p.Advise, boots: p.Booting,
		now: func() time.Time { return p.Vault.Clock().Now }, steady: p.Vault.Running,
		events: make(chan any, 64), calls: make(chan func()), stopped: make(chan struct{}),
		began: p.Vault.Clock().Host,
		doorConf: policy.DoorConfig{
			HeldAfter:    p.Config.Door.HeldAfter.D(),
			PreAlarm:     p.Config.Door.PreAlarm.D(),
			RelockOnOpen: p.Config.Door.RelockOnOpen,
			Impulse:      p.Config.Relay.Lock == "impulse",
			HasContact:   contact,
			Shunt:        rexShunt,
		},
		lamps: lamps(p.Wires.Signals), slowDisk: SlowDisk,
		site:   newSite(p.Config.Site),
		faults: map[string]string{}, lines: lines{faulty: map[string]bool{}, wrong: map[string]bool{}},
		due: newErasures(), heard: make(chan struct{}, 1), notes: newNotes(),
		counts: map[string]int{}, misreads: map[string]misreads{}, desks: deskReaders(p.Config),
	}
	u.front = front{posts: posts(p.Presenters), heard: map[policy.PersonID]time.Duration{}}
	u.signals, u.outputs = newSignals(outputsOf(u.lamps)), newOutputs(outputsOf(u.lamps))
	u.besides = besides(p.Config, p.Wires.Outputs, u.now())
	var err error
	if u.rules, err = rulesOf(Rules(p.Config)); err != nil {
		return nil, err
	}
	if err := u.makeIndex(p); err != nil {
		return nil, err
	}
	u.untaken = []part{u.loadHours, u.loadOverrides, u.loadTrust, u.recallTries, u.fillIndex, u.loadPasses}
	u.storeless = true
	_ = u.takeUp() // what fails now is tried again, and shown, by keepVault
	u.signals.setResting(u.resting())
	u.publish()
	return u, nil
}

// Close overwrites what the unit knows of faces, once Run has ended or where it never began.
func (u *Unit) Close() {
	u.faces.index.Close()
	u.faces.gallery.forget()
	u.faces.growth.wipe()
}

// rexShunt is how long after a release has ended an opening still belongs to it: a door that is
// pushed late, a REX reported just after the opening.
const rexShunt = 2 * time.Second

// makeIndex makes room for templates, and sets the thresholds.
func (u *Unit) makeIndex(p Parts) error {
	var err error
	if u.faces.index, err = index.New(recognizer.Dim); err != nil {
		return fmt.Errorf("making room for templates: %w", err)
	}
	u.faces.gallery.Index = u.faces.index
	u.faces.dropped, u.faces.growth = map[policy.PersonID]bool{}, newGrowth()
	if u.faces.scores, u.faces.unusable = p.Scores, p.NoFaces; p.Scores == nil {
		if u.faces.scores, err = calibration.Default(); err != nil {
			return err
		}
	}
	u.faces.configure(u.cfg)
	if u.cfg.Faces.Enabled && u.faces.unusable == nil {
		u.vault.UseModel(u.Model())
	}
	return nil
}

// Run works until ctx ends, then leaves the door in its safe state. It returns an error only when
// the unit cannot work at all.
func (u *Unit) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	wait := u.start(ctx)
	err := u.loop(ctx)
	close(u.stopped)
	cancel()
	wait()
	if closeErr := u.hw.Close(); err == nil {
		err = closeErr
	}
	return err
}
