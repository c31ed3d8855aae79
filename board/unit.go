package board

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"menshen/board/config"
	"menshen/board/host"
	"menshen/board/outbox"
	"menshen/hal"
	"menshen/policy"
	"menshen/recognizer"
	"menshen/recognizer/calibration"
	"menshen/recognizer/eye"
	"menshen/recognizer/index"
	"menshen/store"
)

// SlowDisk is how long the door waits for a decision to be durable (design decision 4).
const SlowDisk = 150 * time.Millisecond

// Eye is the child process that looks, as the unit needs it; *eye.Eye is one.
type Eye interface {
	Observations() <-chan recognizer.Observation
	Pictures() <-chan eye.Picture // in mode eye.Aim; the receiver wipes them
	Codes() <-chan eye.Code
	SetMode(eye.Mode)
	SetCodes(bool)
	Status() eye.Status
	Close() error
}

// Parts are what a unit is made of. Eye may be nil: a door without a camera.
type Parts struct {
	Config  *config.Config
	Vault   *store.Vault
	Wires   *hal.Wires
	Eye     Eye
	Scores  *calibration.Calibration             // by which faces are compared; nil: the shipped one
	NoFaces error                                // why no face can be known with the files at hand, of wiring.CheckFaces; nil: one can
	Time    *TimeSource                          // what the vault's clock is trusted by; nil: by the configuration
	Log     *slog.Logger                         // of what goes on without anybody at a console; nil: none
	Look    func(host.Where) (host.Facts, error) // nil: host.Look
}

// Unit is one door at work. Make it with New, let it work with Run.
type Unit struct {
	cfg   *config.Config
	vault *store.Vault
	hw    *hal.Wires
	eye   Eye
	now   func() time.Time // the unit's time: the vault's, which knows how far the machine's clock can be trusted
	// steady is for rests: the clock that nobody sets.
	steady func() time.Duration
	log    *slog.Logger

	events  chan any    // hal.ReaderEvent, hal.InputEvent
	calls   chan func() // work of other goroutines for the loop
	stopped chan struct{}
	began   time.Time
	counted counted

	// Below, the loop's own.
	door      policy.Door
	doorConf  policy.DoorConfig
	signals   *signals
	verdict   verdict  // of the rules
	waiting   []waiter // who gets the next card
	keypad    keypad
	faces     faces
	tries     tries
	strange   strange
	site      site
	passes    passes
	untaken   []part            // of what the vault holds, not taken up yet
	storeless bool              // the vault was not open yet: nobody can tell who may come in
	back      policy.Withdrawal // somebody's gesture at the door
	due       erasures
	outputs   outputs
	out       outbox.Box
	heldAt    time.Time // when holdOutputs did its work last
	source    *TimeSource
	setClock  func(time.Time) error
	slow      bool              // the last record was not durable in time
	faults    map[string]string // by device: what is wrong with it now
	counts    map[string]int    // by reader: cards read
	misreads  map[string]misreads

	unrecorded atomic.Pointer[error] // why the vault did not take a record; any goroutine's
	board      host.Board

	watchers watchers // anybody's
}

// New joins the parts. It moves nothing yet.
func New(p Parts) (*Unit, error) {
	if p.Time == nil {
		p.Time = &TimeSource{conf: p.Config}
	}
	if p.Look == nil {
		p.Look = host.Look
	}
	if p.Log == nil {
		p.Log = slog.New(slog.DiscardHandler)
	}
	_, contact := p.Wires.Inputs["contact"]
	u := &Unit{
		cfg: p.Config, vault: p.Vault, hw: p.Wires, eye: p.Eye, now: func() time.Time { return p.Vault.Clock().Now }, steady: p.Vault.Running, log: p.Log,
		events: make(chan any, 64), calls: make(chan func()), stopped: make(chan struct{}),
		began: p.Vault.Clock().Host, counted: counted{look: p.Look},
		doorConf: policy.DoorConfig{
			HeldAfter:    p.Config.Door.HeldAfter.D(),
			PreAlarm:     p.Config.Door.PreAlarm.D(),
			RelockOnOpen: p.Config.Door.RelockOnOpen,
			Impulse:      p.Config.Relay.Lock == "impulse",
			HasContact:   contact,
			Shunt:        rexShunt,
		},
		signals:  newSignals(p.Wires.Signals),
		site:     newSite(p.Config.Site),
		source:   p.Time,
		setClock: setSystemClock,
		out:      outbox.Box{Dir: outbox.Dir(p.Config.Unit.Dir), Zone: p.Config.Site.Location()},
		outputs:  newOutputs(p.Wires.Signals),
		faults:   map[string]string{},
		due:      newErasures(),
		counts:   map[string]int{}, misreads: map[string]misreads{}, board: host.ThisBoard(),
	}
	if err := u.makeIndex(p); err != nil {
		return nil, err
	}
	u.untaken, u.storeless = []part{u.loadOverrides, u.recallTries, u.fillIndex, u.loadPasses}, true
	_ = errors.Join(u.ensureNotices(), u.takeUp()) // what fails now is tried again, and shown, by keepVault
	u.publish()
	return u, nil
}

// rexShunt is how long after a release has ended an opening still belongs to it: a door that is pushed late, a REX
// reported just after the opening.
const rexShunt = 2 * time.Second

// makeIndex makes room for templates, and sets the thresholds.
func (u *Unit) makeIndex(p Parts) error {
	var err error
	if u.faces.index, err = index.New(recognizer.Dim); err != nil {
		return fmt.Errorf("making room for templates: %w", err)
	}
	if u.faces.scores, u.faces.unusable = p.Scores, p.NoFaces; p.Scores == nil {
		if u.faces.scores, err = calibration.Default(); err != nil {
			return err
		}
	}
	u.faces.configure(u.cfg)
	return nil
}

// Run works until ctx ends, then leaves the door in its safe state. It returns an error only when the unit cannot work at all.
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
