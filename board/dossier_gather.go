package board

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"time"

	"menshen/board/config"
	"menshen/board/console"
	"menshen/board/dossier"
	"menshen/board/notice"
	"menshen/hal"
	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
)

// Dossier gathers what the unit can say of itself to somebody who holds it to the law, and records who asked. It reads the whole log
// and every template, beside the loop: of 10,000 people with faces in 2.2 s (MENSHEN_FIGURES=10000 go test -run TestCountOfManyPeople -v ./board; two cores of a virtual
// server machine that had other work). It fails rather than leave something out, but for damaged records, which are a fault of their own.
func (u *Unit) Dossier(ctx context.Context, by store.Actor) (dossier.Data, error) {
	return u.dossier(ctx, by, true)
}

// SealedDossier makes the dossier as the file that leaves the unit.
func (u *Unit) SealedDossier(ctx context.Context, by store.Actor) ([]byte, error) {
	d, err := u.Dossier(ctx, by)
	if err != nil {
		return nil, err
	}
	return u.sealDossier(d)
}

// DossierAtRest makes the dossier of a unit that does not run. What only a running unit can tell is marked as not known in it.
func DossierAtRest(ctx context.Context, c *config.Config) (file []byte, err error) {
	v, err := OpenVault(c)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, v.Close()) }()
	u, err := New(Parts{Config: c, Vault: v, Wires: &hal.Wires{}})
	if err != nil {
		return nil, err
	}
	defer u.faces.index.Close()
	d, err := u.dossier(ctx, localUser(uint32(os.Getuid())), false)
	if err != nil {
		return nil, err
	}
	return u.sealDossier(d)
}

var _ console.Dossiers = (*Desk)(nil)

// Dossier writes the dossier into the unit's folder for what leaves it.
func (d *Desk) Dossier(ctx context.Context, s console.Session) (path, key string, err error) {
	by, err := d.allow(s, seesPeople)
	if err != nil {
		return "", "", err
	}
	file, err := d.u.SealedDossier(ctx, by)
	if err != nil {
		return "", "", err
	}
	path, err = d.u.writeOut("dossier", ".html", func(w io.Writer) error { _, err := w.Write(file); return err })
	return path, hex.EncodeToString(d.u.vault.PublicKey()), err
}

// DossierRequest answers the control socket with the dossier's file.
func (u *Unit) DossierRequest() Request {
	return func(ctx context.Context, by store.Actor, _ []string, line io.ReadWriter) error {
		file, err := u.SealedDossier(ctx, by)
		if err != nil {
			return err
		}
		_, err = line.Write(file)
		return err
	}
}

func (u *Unit) sealDossier(d dossier.Data) ([]byte, error) {
	page, err := dossier.Page(&d)
	if err != nil {
		return nil, err
	}
	return dossier.Seal(page, func(b []byte) []byte { return u.vault.Sign(dossier.Purpose, b) })
}

func (u *Unit) dossier(ctx context.Context, by store.Actor, running bool) (d dossier.Data, err error) {
	zone := u.site.calendar.Zone
	made := store.Entry{At: u.now(), Kind: audit.DossierMade, Actor: by, Door: u.cfg.Unit.Name}
	if _, err := u.vault.Record(ctx, made); err != nil {
		return d, err
	}
	program, err := program()
	if err != nil {
		return d, err
	}
	place, unit := notice.Facts{Place: u.cfg.Unit.Location}, u.vault.Unit()
	_, commitment := notice.Commitment("en")
	found, facts := u.reviewedNow(ctx, running)
	d = dossier.Data{Made: u.now().In(zone), Unit: hex.EncodeToString(unit[:]), Key: hex.EncodeToString(u.vault.PublicKey()), Running: running, Software: program,
		Door: u.cfg.Unit.Name, Place: dossier.Words{EN: place.Where("en"), ZH: place.Where("zh")}, Handler: u.cfg.Unit.Handler, Contact: u.cfg.Unit.Contact,
		Rules: dossier.Rules(found), Facts: facts, Commitment: commitment}
	if u.eye != nil {
		d.Confined = u.eye.Status().Confined.String()
	}
	for _, part := range []struct {
		what   string
		gather func(*dossier.Data) error
	}{
		{"people", u.dossierPeople}, {"erasures", u.dossierErasures}, {"acts", u.dossierLog}, {"papers", u.dossierPapers}, {"how faces are compared", u.dossierMatching},
	} {
		if err := ctx.Err(); err != nil {
			return d, err
		}
		if err := u.damaged(part.gather(&d)); err != nil {
			return d, fmt.Errorf("gathering %s for the dossier: %w", part.what, err)
		}
	}
	return d, nil
}

// program names the program that runs by its source's version and by the SHA-256 of its file.
func program() (string, error) {
	version := "menshen"
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				version += " " + s.Value
			}
			if s.Key == "vcs.modified" && s.Value == "true" {
				version += " with changes"
			}
		}
	}
	f, err := os.Open("/proc/self/exe")
	if err != nil {
		return "", fmt.Errorf("reading the program's own file: %w", err)
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", fmt.Errorf("reading the program's own file: %w", err)
	}
	return fmt.Sprintf("%s, SHA-256 %x", version, sum.Sum(nil)), nil
}

// reviewedNow counts everything anew, so that all figures of a dossier are of one moment, and holds the rules against it. What could not be
// counted stays as old as it is, with its date. Of a unit that does not run, neither its doors nor its processes are there to be looked at.
func (u *Unit) reviewedNow(ctx context.Context, running bool) ([]policy.Finding, policy.UnitFacts) {
	_ = u.countAll(ctx)
	found, facts := u.Review()
	if !running {
		facts.Doors, facts.Machine = nil, policy.MachineFacts{}
		found = policy.Review(facts)
	}
	facts.Calendar = policy.Calendar{} // a setting, and no fact
	return found, facts
}

// dossierPeople counts people by where they stand with face entry, templates, and the notices that faces stand on.
func (u *Unit) dossierPeople(d *dossier.Data) error {
	people, err := u.vault.People()
	if err = u.damaged(err); err != nil {
		return err
	}
	d.Faces = dossier.Faces{People: len(people), States: map[string]int{}}
	agreed := map[[32]byte]int{}
	for _, lang := range notice.Languages {
		if _, hash, err := u.vault.Notice(lang); err == nil {
			agreed[hash] = 0
		} else if !errors.Is(err, store.ErrUnknown) {
			return err
		}
	}
	for _, p := range people {
		state := string(p.Face.State)
		if state == "" {
			state = "never"
		}
		d.Faces.States[state]++
		if p.Face.State == policy.FaceEnrolled {
			agreed[p.Face.Notice]++
		}
	}
	if d.Notices, err = u.dossierNotices(agreed); err != nil {
		return err
	}
	err = u.vault.Templates(func(_ policy.PersonID, rows [][]float32) error { d.Faces.Templates += len(rows); return nil })
	if errors.Is(err, store.ErrFacesLocked) {
		d.Faces.Templates, err = -1, nil
	}
	return err
}

// dossierNotices names the notices: those in force, and those that somebody with a face agreed to.
func (u *Unit) dossierNotices(agreed map[[32]byte]int) (all []dossier.Notice, err error) {
	for hash, people := range agreed {
		n := dossier.Notice{Lang: "?", SHA256: hex.EncodeToString(hash[:]), People: people}
		if _, n.Lang, err = u.vault.NoticeByHash(hash); err != nil && !errors.Is(err, store.ErrUnknown) {
			return nil, err
		}
		_, now, err := u.vault.Notice(n.Lang)
		n.InForce = err == nil && now == hash
		all = append(all, n)
	}
	dossier.Sort(all)
	return all, nil
}

// dossierErasures takes the receipts, and holds each to its signature.
func (u *Unit) dossierErasures(d *dossier.Data) (err error) {
	d.Receipts, err = u.vault.Receipts()
	for _, r := range d.Receipts {
		if !r.Verify(u.vault.PublicKey()) {
			d.BadReceipt++
		}
	}
	return err
}

// dossierLog verifies the log, reads it once, and counts acts, months and ages.
func (u *Unit) dossierLog(d *dossier.Data) error {
	rep, err := u.vault.VerifyAudit()
	if err != nil {
		d.Audit.Problem = err.Error()
		return err
	}
	d.Audit = dossier.Audit{OK: rep.OK, Lines: uint64(rep.Lines), Problem: rep.Problem, Signed: rep.Signed}
	r, err := u.vault.RetentionReport()
	if err != nil {
		return err
	}
	days := func(d time.Duration) int { return int(d / (24 * time.Hour)) }
	d.Retention = dossier.Retention{EventDays: days(r.Retention.Events), ActDays: days(r.Retention.Acts), LastRun: r.LastRun, Removed: r.Removed, Overdue: r.Overdue, Oldest: r.Oldest}
	counted := dossier.NewLog(d.Made)
	for from := uint64(1); ; {
		page, err := u.vault.Entries(from, 4096, false)
		if err = u.damaged(err); err != nil {
			return err
		}
		for _, e := range page {
			counted.Add(e)
		}
		if len(page) < 4096 {
			break
		}
		from = page[len(page)-1].Seq + 1
	}
	d.Acts, d.Months, d.Retention.Ages = counted.Acts(), counted.Months(), counted.Ages
	return nil
}

func (u *Unit) dossierPapers(d *dossier.Data) error {
	all, err := u.vault.Papers("")
	for _, p := range all {
		d.Papers = append(d.Papers, dossier.Paper{Number: p.Seq, Kind: p.Kind, At: p.At, SHA256: fmt.Sprintf("%x", sha256.Sum256(p.Body))})
	}
	return err
}

// dossierMatching says at which error rate faces are compared. It works the operating point out again, by calibration and index, which any goroutine may
// ask: the one that decides belongs to the loop.
func (u *Unit) dossierMatching(d *dossier.Data) error {
	c, cal := u.cfg.Faces, u.faces.scores
	if !c.Enabled || u.faces.unusable != nil {
		return nil
	}
	at := cal.Verify(u.faces.asked)
	if !c.WithCard {
		at = cal.Identify(u.faces.index.Len(), u.faces.asked)
	}
	day := fmt.Sprintf("%04d-%02d-%02d", cal.Source.Date.Year, cal.Source.Date.Month, cal.Source.Date.Day)
	d.Matching = &dossier.Matching{Model: cal.Model.Name, Source: cal.Source.Pictures + ", " + cal.Source.By + ", " + day, Threshold: at.Threshold, Asked: u.faces.asked,
		OneIn: at.OneIn, Basis: string(at.Basis), LiveMin: c.LiveMin, Frames: c.Frames, Challenge: c.Challenge, WithCard: c.WithCard}
	d.Matching.TAR, _ = cal.TAR(at.Threshold)
	return nil
}
