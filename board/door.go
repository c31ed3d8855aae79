package board

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"menshen/board/compliance"
	"menshen/board/config"
	"menshen/board/desk"
	"menshen/board/dossier"
	"menshen/board/host"
	"menshen/board/outbox"
	"menshen/board/service"
	"menshen/board/unit"
	"menshen/board/wiring"
	"menshen/hal"
	"menshen/hal/scene"
	"menshen/recognizer/calibration"
	"menshen/recognizer/eye"
	"menshen/store"
)

// Parts are what a door is made of. Eye may be nil: a door without a camera.
type Parts struct {
	Config   *config.Config
	Vault    *store.Vault
	Wires    *hal.Wires
	Eye      unit.Eye
	Scores   *calibration.Calibration             // thresholds for faces; nil: the shipped ones
	NoFaces  error                                // why the files for faces cannot be used; nil: they can
	Time     *wiring.TimeSource                   // where the time comes from; nil: by the configuration
	SetClock func(time.Time) error                // of the machine; nil: it is set for real
	Look     func(host.Where) (host.Facts, error) // at the machine; nil: host.Look
	Board    host.Board                           // the zero value: this one
	Booting  func() bool                          // the machine was switched on a moment ago; nil: wiring.Booting
	Updates  desk.Updates                         // nil: the unit has one system
	Log      *slog.Logger                         // of what happens while no console is open; nil: none

	Presenters []scene.Presenter // a display, a voice; none: lamp and buzzer tell all
	Beside     desk.Beside       // how these are
}

// Door is one door put together: the loop that decides, the rules of the law,
// and the desk of its operators.
type Door struct {
	Unit  *unit.Unit
	Law   *compliance.Keeper
	Desk  *desk.Desk
	conf  *config.Config
	vault *store.Vault
	board host.Board
	trial *trial // nil: the unit has one system

	beside desk.Beside
}

// New puts the parts together. The relay does not move before [Door.Run].
func New(p Parts) (*Door, error) {
	if p.Time == nil {
		p.Time = &wiring.TimeSource{Config: p.Config}
	}
	if p.Booting == nil {
		p.Booting = wiring.Booting
	}
	if p.Log == nil {
		p.Log = slog.New(slog.DiscardHandler)
	}
	if p.Board.Space == nil {
		p.Board = host.ThisBoard()
	}
	out := outbox.Box{Dir: outbox.Dir(p.Config.Unit.Dir), Zone: p.Config.Site.Location()}
	d := &Door{conf: p.Config, vault: p.Vault, board: p.Board, beside: p.Beside}
	d.Law = compliance.New(compliance.Parts{Config: p.Config, Vault: p.Vault, Out: out, Look: p.Look,
		Eye: func() (eye.Status, bool) {
			if p.Eye == nil {
				return eye.Status{}, false
			}
			return p.Eye.Status(), true
		},
		Matching: func() *dossier.Matching { return matching(p.Config, d.Unit) },
		Damaged:  func(err error) error { return d.Unit.RecordDamage(err) },
	})
	_ = d.Law.EnsureNotices() // what fails now is tried again, and shown, while the door works
	var err error
	d.Unit, err = unit.New(unit.Parts{Config: p.Config, Vault: p.Vault, Wires: p.Wires, Eye: p.Eye,
		Law: d.Law, Out: out, Presenters: p.Presenters,
		Scores: p.Scores, NoFaces: p.NoFaces, Booting: p.Booting, Advise: wiring.Advise, Log: p.Log})
	if err != nil {
		return nil, err
	}
	d.Desk = desk.New(desk.Parts{Config: p.Config, Vault: p.Vault, Unit: d.Unit, Law: d.Law, Out: out, Time: p.Time,
		SetClock: p.SetClock, Board: p.Board, Updates: p.Updates, Advise: wiring.Advise,
		Beside: p.Beside})
	if p.Updates != nil {
		d.trial = &trial{updates: p.Updates, state: d.Unit.State, ping: d.Unit.PingVault, devices: d.Unit.Devices,
			record: d.Unit.Record, every: trialEvery, steady: trialSteady, log: p.Log}
	}
	return d, nil
}

// LookAtSystem begins to look at the system that has just started, at a door that is stepped. look
// is to be called every few seconds, until it is done; nil: the unit has one system.
func (d *Door) LookAtSystem(ctx context.Context) (look func(now time.Time) (done bool)) {
	if d.trial == nil || !d.trial.begin(ctx) {
		return nil
	}
	return func(now time.Time) bool { return d.trial.look(ctx, now) }
}

// matching says for the dossier how faces are compared; nil: no face can be known.
func matching(c *config.Config, u *unit.Unit) *dossier.Matching {
	how, ok := u.Compares()
	if !ok {
		return nil
	}
	from := how.Scores.Source
	m := &dossier.Matching{Model: how.Scores.Model.Name,
		Source:    from.Pictures + ", " + from.By + ", " + from.Date.String(),
		Threshold: how.At.Threshold, Asked: how.Asked, OneIn: how.At.OneIn, Basis: string(how.At.Basis),
		LiveMin: c.Faces.LiveMin, Frames: c.Faces.Frames, Challenge: c.Challenge(), WithCard: c.Faces.WithCard}
	m.TAR, _ = how.Scores.TAR(how.At.Threshold)
	return m
}

// Run runs the door until ctx ends, then leaves it in its safe state. It gives an error only when
// the unit cannot work at all.
func (d *Door) Run(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	h := health{look: func() host.Health { return d.board.Health(d.conf.Unit.Dir) }, report: d.Unit.Report,
		beside: d.beside, last: map[string]time.Time{}}
	var beside sync.WaitGroup
	beside.Go(func() { d.Law.Run(ctx, d.Unit.Report) })
	beside.Go(func() { h.run(ctx) })
	beside.Go(func() { d.tellFares(ctx) })
	beside.Go(func() { d.tellEvents(ctx) })
	if d.trial != nil {
		beside.Go(func() { d.trial.run(ctx) })
	}
	err := d.Unit.Run(ctx)
	stop()
	beside.Wait()
	return err
}

// Serve serves consoles at the control socket, the serial line and the cable, the courier at its
// socket, and tells systemd that the unit lives, until ctx ends.
func (d *Door) Serve(ctx context.Context, log *slog.Logger) {
	var all sync.WaitGroup
	defer all.Wait()
	if d.conf.Console.Serial != "" {
		all.Go(func() { service.ServeSerial(ctx, d.conf, d.Desk, log) })
	}
	if d.conf.Cable.Enabled {
		all.Go(func() { service.ServeCable(ctx, d.conf, d.Desk, log) })
	}
	all.Go(func() {
		service.ServeControl(ctx, d.conf, service.Requests{"console": service.ConsoleRequest(d.conf, d.Desk),
			"rpc":     service.ProgramRequest(d.conf, d.Desk),
			"dossier": service.DossierRequest(d.Law), "groups": service.GroupsRequest(d.vault, d.Unit),
			"hours": service.HoursRequest(d.conf, d.vault)}, log)
	})
	all.Go(func() {
		service.ServeCourier(ctx, d.conf,
			service.Requests{"courier": service.CourierRequest(desk.NewCourier(d.vault, d.Unit))}, log)
	})
	all.Go(func() { service.Watch(ctx, d.Unit, log) })
}
