package console_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"menshen/board/console"
	"menshen/policy"
)

// fullDesk is a fakeDesk that can do all that a desk may do besides.
type fullDesk struct {
	*fakeDesk
	clock    *fakeClock
	events   chan console.Event
	pictures func(i int) *console.Picture // nil: the end
	every    time.Duration                // between pictures
	shown    chan struct{}                // one for each picture offered

	operators []console.Operator
	code      string
	set       time.Time
	slow      chan struct{} // closed when a look-up has begun
	onFile    onFile
}

func newFullDesk(clock *fakeClock) *fullDesk {
	return &fullDesk{fakeDesk: newDesk(), clock: clock, events: make(chan console.Event), shown: make(chan struct{}, 1000),
		operators: []console.Operator{{Name: "mei", Role: console.Manager, HasCard: true, Commitment: "2", LastLogin: now}}}
}

// Find is the fake's, and with slow set it ends only after somebody broke it off.
func (d *fullDesk) Find(ctx context.Context, s console.Session, words string) ([]policy.Person, error) {
	if d.slow != nil {
		close(d.slow)
		<-ctx.Done()
	}
	return d.fakeDesk.Find(ctx, s, words)
}

func (d *fullDesk) Watch(ctx context.Context, s console.Session, show func(console.Event)) error {
	for {
		select {
		case e := <-d.events:
			show(e)
		case <-ctx.Done():
			return nil
		}
	}
}

func (d *fullDesk) Aim(ctx context.Context, s console.Session, show func(*console.Picture)) error {
	err := d.enter(s, "aim", console.Installer, console.Technician, console.Manager)
	d.fakeDesk.mu.Unlock()
	if err != nil {
		return err
	}
	for i := 0; ; i++ {
		p := d.pictures(i)
		if p == nil {
			break
		}
		d.clock.advance(d.every)
		show(p)
		d.shown <- struct{}{}
	}
	<-ctx.Done()
	d.fakeDesk.mu.Lock()
	defer d.fakeDesk.mu.Unlock()
	d.note("aim ended")
	return nil
}

func (d *fullDesk) Clock(_ context.Context, s console.Session) (console.ClockState, error) {
	err := d.enter(s, "clock", console.Installer, console.Technician, console.Manager, console.Auditor)
	defer d.fakeDesk.mu.Unlock()
	return console.ClockState{Now: d.clock.Now(), From: "rtc"}, err
}

func (d *fullDesk) ConfirmTime(_ context.Context, s console.Session) error {
	defer d.fakeDesk.mu.Unlock()
	return d.enter(s, "confirm time", console.Manager)
}

func (d *fullDesk) SetTime(_ context.Context, s console.Session, t time.Time) error {
	err := d.enter(s, "set time", console.Technician, console.Manager)
	defer d.fakeDesk.mu.Unlock()
	d.set = t
	return err
}

func (d *fullDesk) Operators(_ context.Context, s console.Session) ([]console.Operator, error) {
	err := d.enter(s, "staff", console.Manager, console.Auditor)
	defer d.fakeDesk.mu.Unlock()
	return append([]console.Operator(nil), d.operators...), err
}

func (d *fullDesk) AddOperator(_ context.Context, s console.Session, name string, role console.Role, secret console.Secret) error {
	err := d.enter(s, "add operator", console.Manager)
	defer d.fakeDesk.mu.Unlock()
	if err == nil {
		d.operators = append(d.operators, console.Operator{Name: name, Role: role})
	}
	return err
}

func (d *fullDesk) ChangeOperator(_ context.Context, s console.Session, name string, role console.Role, blocked bool) error {
	err := d.enter(s, "change operator", console.Manager)
	defer d.fakeDesk.mu.Unlock()
	for i := range d.operators {
		if d.operators[i].Name == name && err == nil {
			d.operators[i].Role, d.operators[i].Blocked = role, blocked
		}
	}
	return err
}

func (d *fullDesk) SetSecret(_ context.Context, s console.Session, present, _ console.Secret) error {
	err := d.enter(s, "secret of "+s.Operator, console.Installer, console.Technician, console.Manager, console.Auditor)
	defer d.fakeDesk.mu.Unlock()
	if err == nil && string(present) != "open sesame" {
		err = console.ErrRefused
	}
	return err
}

func (d *fullDesk) AssignOperatorCard(ctx context.Context, s console.Session, name string, step console.Progress) error {
	err := d.enter(s, "operator card of "+name, console.Installer, console.Technician, console.Manager, console.Auditor)
	d.fakeDesk.mu.Unlock()
	if err != nil {
		return err
	}
	step(console.Step{Text: "tap the new card at the door"})
	select {
	case <-d.card:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (d *fullDesk) NewRecovery(_ context.Context, s console.Session, name string) (console.Secret, error) {
	err := d.enter(s, "recovery of "+name, console.Manager)
	defer d.fakeDesk.mu.Unlock()
	d.code = "a1b2c-d3e4f"
	return console.Secret(d.code), err
}

func (d *fullDesk) Recover(_ context.Context, _ console.LineName, name string, code, secret console.Secret) error {
	d.fakeDesk.mu.Lock()
	defer d.fakeDesk.mu.Unlock()
	d.note("recover " + name)
	if d.code == "" || string(code) != d.code {
		return console.ErrRefused
	}
	d.code = ""
	return nil
}

func (d *fullDesk) Stored(_ context.Context, s console.Session, id policy.PersonID) (console.Page, error) {
	err := d.enter(s, "stored", console.Manager, console.Auditor)
	defer d.fakeDesk.mu.Unlock()
	if err != nil {
		return console.Page{}, err
	}
	return console.Page{Person: d.people[d.index(id)], Stored: []console.Fact{{Name: "template", State: "512 numbers, taken 2026-11-01"}},
		Notice: "Face entry, your choice", Decisions: d.records, Acts: []console.Act{{At: now, By: "mei", What: "looked up"}}}, nil
}

func (d *fullDesk) Copy(_ context.Context, s console.Session, id policy.PersonID, recipient string) (console.Copy, error) {
	err := d.enter(s, "copy for "+recipient, console.Manager, console.Auditor)
	defer d.fakeDesk.mu.Unlock()
	got := console.Copy{Path: "/unit.out/page.html.age", Until: now.Add(7 * 24 * time.Hour)}
	if recipient == "" {
		got.Passphrase = console.Secret("one-two-three")
	}
	return got, err
}

func (d *fullDesk) Dossier(_ context.Context, s console.Session) (path, key string, err error) {
	err = d.enter(s, "dossier", console.Manager, console.Auditor)
	defer d.fakeDesk.mu.Unlock()
	return "/unit.out/dossier.html", "3b6a27bc", err
}

func (d *fullDesk) AddPass(_ context.Context, s console.Session, id policy.PersonID, from, until time.Time, uses int) (console.Pass, error) {
	err := d.enter(s, "pass", console.Manager)
	defer d.fakeDesk.mu.Unlock()
	return console.Pass{Key: "8c1f0000", Code: console.Secret("481516"), QR: [][]bool{{true, false}, {false, true}}, From: from, Until: until, Uses: uses}, err
}

func (d *fullDesk) ListPasses(_ context.Context, s console.Session) ([]console.PassState, error) {
	err := d.enter(s, "passes", console.Manager, console.Auditor)
	defer d.fakeDesk.mu.Unlock()
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	return []console.PassState{
		{Pass: console.Pass{Key: "8c1f0000", From: at, Until: at.Add(2 * time.Hour), Uses: 3}, Host: "Li Na", By: "mei", Used: 1},
		{Pass: console.Pass{Key: "01020304", From: at, Until: at.Add(time.Hour), Uses: 1}, By: "mei", State: policy.ReasonRevoked},
	}, err
}

func (d *fullDesk) EndPass(_ context.Context, s console.Session, key string) error {
	err := d.enter(s, "pass ended "+key, console.Manager)
	defer d.fakeDesk.mu.Unlock()
	return err
}

var everybody = []console.Role{console.Installer, console.Technician, console.Manager, console.Auditor}

func (d *fullDesk) UnlockFaces(_ context.Context, s console.Session, pass console.Secret) error {
	err := d.enter(s, "unlock", console.Technician, console.Manager)
	defer d.fakeDesk.mu.Unlock()
	if err == nil && string(pass) != "correct horse" {
		err = &console.Problem{Err: errors.New("that is not the passphrase"), Remedy: "try again; cards go on working"}
	}
	return err
}

func (d *fullDesk) SetPassphrase(_ context.Context, s console.Session, pass console.Secret) error {
	err := d.enter(s, fmt.Sprintf("passphrase of %d", len(pass)), console.Manager)
	defer d.fakeDesk.mu.Unlock()
	return err
}

func (d *fullDesk) Backup(_ context.Context, s console.Session, recipient string, faces bool) (string, error) {
	err := d.enter(s, fmt.Sprintf("backup for %s, faces %v", recipient, faces), console.Manager)
	defer d.fakeDesk.mu.Unlock()
	return "/var/lib/menshen/out/backup-1", err
}

func (d *fullDesk) ExportAudit(_ context.Context, s console.Session) (path, key string, err error) {
	err = d.enter(s, "export", console.Manager, console.Auditor)
	defer d.fakeDesk.mu.Unlock()
	return "/var/lib/menshen/out/audit-1", "a0b1", err
}

func (d *fullDesk) Rotate(_ context.Context, s console.Session, why string) error {
	err := d.enter(s, "rotate: "+why, console.Manager)
	defer d.fakeDesk.mu.Unlock()
	return err
}

func (d *fullDesk) Retention(_ context.Context, s console.Session, run bool) (console.Retention, error) {
	err := d.enter(s, "retention", console.Manager, console.Auditor)
	defer d.fakeDesk.mu.Unlock()
	r := console.Retention{Events: 90 * 24 * time.Hour, Acts: 3 * 365 * 24 * time.Hour, Oldest: now.Add(-time.Hour), Overdue: 7}
	if run {
		r.LastRun, r.Removed, r.Overdue = now, 7, 0
	}
	return r, err
}

func (d *fullDesk) Receipts(_ context.Context, s console.Session) ([]console.Erasure, error) {
	err := d.enter(s, "receipts", console.Manager, console.Auditor)
	defer d.fakeDesk.mu.Unlock()
	return []console.Erasure{{Number: 9, At: now, What: "template", Why: "withdrawn", Sought: 64, Signed: true, JSON: `{"seq":9,"sig":"ab"}`}}, err
}

func (d *fullDesk) CheckVault(_ context.Context, s console.Session) (string, error) {
	err := d.enter(s, "check", everybody...)
	defer d.fakeDesk.mu.Unlock()
	return "", err
}
