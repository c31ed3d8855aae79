package console_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"menshen/board/desk"
	"menshen/board/rights"
	"menshen/internal/i18n"
	"menshen/policy"
)

// fullDesk is a fakeDesk that can do all that a desk may do besides.
type fullDesk struct {
	*fakeDesk
	clock    *fakeClock
	events   chan desk.Event
	pictures func(i int) *desk.Picture // nil: the end
	every    time.Duration             // between pictures
	shown    chan struct{}             // one for each picture offered

	operators []desk.Operator
	code      string
	set       time.Time
	slow      chan struct{} // closed when a look-up has begun
	onFile    onFile
	hours     hoursDesk
}

func newFullDesk(clock *fakeClock) *fullDesk {
	return &fullDesk{fakeDesk: newDesk(), clock: clock, events: make(chan desk.Event), shown: make(chan struct{}, 1000),
		operators: []desk.Operator{{Name: "mei", Role: desk.Manager, HasCard: true, Commitment: "2", LastLogin: now}}}
}

// Find is the fake's; with slow set it ends only after it was broken off.
func (d *fullDesk) Find(ctx context.Context, s desk.Session, words string) ([]policy.Person, error) {
	if d.slow != nil {
		close(d.slow)
		<-ctx.Done()
	}
	return d.fakeDesk.Find(ctx, s, words)
}

func (d *fullDesk) Watch(ctx context.Context, s desk.Session, show func(desk.Event)) error {
	for {
		select {
		case e := <-d.events:
			show(e)
		case <-ctx.Done():
			return nil
		}
	}
}

func (d *fullDesk) Aim(ctx context.Context, s desk.Session, show func(*desk.Picture)) error {
	err := d.enter(s, "aim", desk.Installer, desk.Technician, desk.Manager)
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

func (d *fullDesk) Clock(_ context.Context, s desk.Session) (desk.ClockState, error) {
	err := d.enter(s, "clock", desk.Installer, desk.Technician, desk.Manager, desk.Auditor)
	defer d.fakeDesk.mu.Unlock()
	return desk.ClockState{Now: d.clock.Now(), From: "rtc"}, err
}

func (d *fullDesk) ConfirmTime(_ context.Context, s desk.Session) error {
	defer d.fakeDesk.mu.Unlock()
	return d.enter(s, "confirm time", desk.Manager)
}

func (d *fullDesk) SetTime(_ context.Context, s desk.Session, t time.Time) error {
	err := d.enter(s, "set time", desk.Technician, desk.Manager)
	defer d.fakeDesk.mu.Unlock()
	d.set = t
	return err
}

func (d *fullDesk) Operators(_ context.Context, s desk.Session) ([]desk.Operator, error) {
	err := d.enter(s, "staff", desk.Manager, desk.Auditor)
	defer d.fakeDesk.mu.Unlock()
	return append([]desk.Operator(nil), d.operators...), err
}

func (d *fullDesk) AddOperator(_ context.Context, s desk.Session, name string, role desk.Role,
	secret desk.Secret) error {
	err := d.enter(s, "add operator", desk.Manager)
	defer d.fakeDesk.mu.Unlock()
	if err == nil {
		d.operators = append(d.operators, desk.Operator{Name: name, Role: role})
	}
	return err
}

func (d *fullDesk) ChangeOperator(_ context.Context, s desk.Session, name string, role desk.Role, blocked bool) error {
	err := d.enter(s, "change operator", desk.Manager)
	defer d.fakeDesk.mu.Unlock()
	for i := range d.operators {
		if d.operators[i].Name == name && err == nil {
			d.operators[i].Role, d.operators[i].Blocked = role, blocked
		}
	}
	return err
}

func (d *fullDesk) SetSecret(_ context.Context, s desk.Session, present, _ desk.Secret) error {
	err := d.enter(s, "secret of "+s.Operator, desk.Installer, desk.Technician, desk.Manager, desk.Auditor)
	defer d.fakeDesk.mu.Unlock()
	if err == nil && string(present) != "open sesame" {
		err = desk.ErrRefused
	}
	return err
}

func (d *fullDesk) AssignOperatorCard(ctx context.Context, s desk.Session, name string, step desk.Progress) error {
	err := d.enter(s, "operator card of "+name, desk.Installer, desk.Technician, desk.Manager, desk.Auditor)
	d.fakeDesk.mu.Unlock()
	if err != nil {
		return err
	}
	step(desk.Step{Text: "tap the new card at the door"})
	select {
	case <-d.card:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (d *fullDesk) NewRecovery(_ context.Context, s desk.Session, name string) (desk.Secret, error) {
	err := d.enter(s, "recovery of "+name, desk.Manager)
	defer d.fakeDesk.mu.Unlock()
	d.code = "a1b2c-d3e4f"
	return desk.Secret(d.code), err
}

func (d *fullDesk) Recover(_ context.Context, _ desk.LineName, name string, code, secret desk.Secret) error {
	d.fakeDesk.mu.Lock()
	defer d.fakeDesk.mu.Unlock()
	d.note("recover " + name)
	if d.code == "" || string(code) != d.code {
		return desk.ErrRefused
	}
	d.code = ""
	return nil
}

func (d *fullDesk) Stored(_ context.Context, s desk.Session, id policy.PersonID) (rights.Page, error) {
	err := d.enter(s, "stored", desk.Manager, desk.Auditor)
	defer d.fakeDesk.mu.Unlock()
	if err != nil {
		return rights.Page{}, err
	}
	var decisions []rights.Decision
	for _, r := range d.records {
		decisions = append(decisions, rights.Decision{Seq: r.Seq, Decision: r.Decision, Told: r.Told})
	}
	return rights.Page{Person: d.people[d.index(id)],
		Stored: []rights.Fact{{Name: "template", State: "512 numbers, taken 2026-11-01"}},
		Notice: "Face entry, your choice", Decisions: decisions, Acts: []rights.Done{{At: now, By: "mei",
			What: "looked up"}}}, nil
}

func (d *fullDesk) Copy(_ context.Context, s desk.Session, id policy.PersonID, recipient string) (desk.Copy, error) {
	err := d.enter(s, "copy for "+recipient, desk.Manager, desk.Auditor)
	defer d.fakeDesk.mu.Unlock()
	got := desk.Copy{Path: "/unit.out/page.html.age", Until: now.Add(7 * 24 * time.Hour)}
	if recipient == "" {
		got.Passphrase = desk.Secret("one-two-three")
	}
	return got, err
}

func (d *fullDesk) Dossier(_ context.Context, s desk.Session) (path, key string, err error) {
	err = d.enter(s, "dossier", desk.Manager, desk.Auditor)
	defer d.fakeDesk.mu.Unlock()
	return "/unit.out/dossier.html", "3b6a27bc", err
}

func (d *fullDesk) AddPass(_ context.Context, s desk.Session, id policy.PersonID, from, until time.Time,
	uses int, doors ...string) (desk.Pass, error) {
	err := d.enter(s, "pass", desk.Manager)
	defer d.fakeDesk.mu.Unlock()
	qr := [][]bool{{true, false}, {false, true}}
	if uses == 37 { // of the size of a real one
		qr = slices.Repeat([][]bool{make([]bool, 37)}, 37)
	}
	return desk.Pass{ID: "8c1f0000", Code: desk.Secret("481516"), QR: qr, From: from, Until: until, Uses: uses}, err
}

func (d *fullDesk) PrintPass(_ context.Context, s desk.Session, p desk.Pass, label bool) (string, error) {
	err := d.enter(s, fmt.Sprintf("print pass, label %v", label), desk.Manager)
	defer d.fakeDesk.mu.Unlock()
	return "/unit.out/pass-" + p.ID + ".html", err
}

func (d *fullDesk) PassesOf(ctx context.Context, s desk.Session, _ policy.PersonID) ([]desk.PassState, error) {
	all, err := d.ListPasses(ctx, s)
	return all[:1], err
}

func (d *fullDesk) ListPasses(_ context.Context, s desk.Session) ([]desk.PassState, error) {
	err := d.enter(s, "passes", desk.Manager, desk.Auditor)
	defer d.fakeDesk.mu.Unlock()
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	return []desk.PassState{
		{Pass: desk.Pass{ID: "8c1f0000", From: at, Until: at.Add(2 * time.Hour), Uses: 3}, Host: "Li Na",
			By: "mei", Used: 1},
		{Pass: desk.Pass{ID: "01020304", From: at, Until: at.Add(time.Hour), Uses: 1}, By: "mei",
			State: policy.ReasonRevoked},
	}, err
}

func (d *fullDesk) EndPass(_ context.Context, s desk.Session, id string) error {
	err := d.enter(s, "pass ended "+id, desk.Manager)
	defer d.fakeDesk.mu.Unlock()
	return err
}

var everybody = []desk.Role{desk.Installer, desk.Technician, desk.Manager, desk.Auditor}

func (d *fullDesk) UnlockFaces(_ context.Context, s desk.Session, pass desk.Secret) error {
	err := d.enter(s, "unlock", desk.Technician, desk.Manager)
	defer d.fakeDesk.mu.Unlock()
	if err == nil && string(pass) != "correct horse" {
		err = i18n.Problem(errors.New("that is not the passphrase"), i18n.Verbatim("try again; cards still work"))
	}
	return err
}

func (d *fullDesk) SetPassphrase(_ context.Context, s desk.Session, pass desk.Secret) error {
	err := d.enter(s, fmt.Sprintf("passphrase of %d", len(pass)), desk.Manager)
	defer d.fakeDesk.mu.Unlock()
	return err
}

func (d *fullDesk) Backup(_ context.Context, s desk.Session, recipient string, faces bool) (string, error) {
	err := d.enter(s, fmt.Sprintf("backup for %s, faces %v", recipient, faces), desk.Manager)
	defer d.fakeDesk.mu.Unlock()
	return "/var/lib/menshen/out/backup-1", err
}

func (d *fullDesk) ExportAudit(_ context.Context, s desk.Session) (path, key string, err error) {
	err = d.enter(s, "export", desk.Manager, desk.Auditor)
	defer d.fakeDesk.mu.Unlock()
	return "/var/lib/menshen/out/audit-1", "a0b1", err
}

func (d *fullDesk) CopyToStick(_ context.Context, s desk.Session, names []string, step desk.Progress) (int,
	[]desk.StickFile, error) {
	err := d.enter(s, fmt.Sprintf("stick %q", names), desk.Manager, desk.Auditor)
	defer d.fakeDesk.mu.Unlock()
	if err == nil && slices.Contains(names, "none") {
		err = i18n.Problem(errors.New("there is no USB stick"),
			i18n.Verbatim("plug one with FAT or exFAT into the unit"))
	}
	if err != nil {
		return 0, nil, err
	}
	step(desk.Step{Text: "copying to the stick, and reading back", Done: 50, Wanted: 100})
	return 3, []desk.StickFile{{Name: "dossier-20261122-093000.html", Size: 1 << 20},
		{Name: "list-people-20261122-093000.csv", Size: 20_000, As: "list-people-20261122-093000-2.csv"}}, nil
}

func (d *fullDesk) ListStick(_ context.Context, s desk.Session) ([]desk.StickFile, int, error) {
	err := d.enter(s, "stick list", desk.Manager, desk.Auditor)
	defer d.fakeDesk.mu.Unlock()
	return []desk.StickFile{{Name: "tenants.csv", Size: 20_000, At: now}, {Name: "住户名单.csv", Size: 1, At: now},
		{Name: "a long name that goes on and on until the table has no more room for it.csv", Size: 5 << 30, At: now},
	}, 2, err
}

func (d *fullDesk) Rotate(_ context.Context, s desk.Session, why string) error {
	err := d.enter(s, "rotate: "+why, desk.Manager)
	defer d.fakeDesk.mu.Unlock()
	return err
}

func (d *fullDesk) Retention(_ context.Context, s desk.Session, run bool) (desk.Retention, error) {
	err := d.enter(s, "retention", desk.Manager, desk.Auditor)
	defer d.fakeDesk.mu.Unlock()
	r := desk.Retention{Events: 90 * 24 * time.Hour, Acts: 3 * 365 * 24 * time.Hour,
		Oldest: now.Add(-time.Hour), Overdue: 7}
	if run {
		r.LastRun, r.Removed, r.Overdue = now, 7, 0
	}
	return r, err
}

func (d *fullDesk) Receipts(_ context.Context, s desk.Session) ([]desk.Erasure, error) {
	err := d.enter(s, "receipts", desk.Manager, desk.Auditor)
	defer d.fakeDesk.mu.Unlock()
	return []desk.Erasure{{Number: 9, At: now, What: "template", Why: "withdrawn", Sought: 64, Signed: true,
		JSON: `{"seq":9,"sig":"ab"}`}}, err
}

func (d *fullDesk) WritePage(_ context.Context, s desk.Session, page desk.Page, lang string) (string, error) {
	err := d.enter(s, "page "+string(page)+" "+lang, everybody...)
	defer d.fakeDesk.mu.Unlock()
	return "/unit.out/" + string(page) + "-20261122-093000.html", err
}

func (d *fullDesk) WriteReceipts(_ context.Context, s desk.Session) (string, error) {
	err := d.enter(s, "write receipts", desk.Manager, desk.Auditor)
	defer d.fakeDesk.mu.Unlock()
	return "/unit.out/receipts-20261122-093000.jsonl", err
}

func (d *fullDesk) CheckVault(_ context.Context, s desk.Session) (string, error) {
	err := d.enter(s, "check", everybody...)
	defer d.fakeDesk.mu.Unlock()
	return "", err
}
