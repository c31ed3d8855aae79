package compliance

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"menshen/board/dossier"
	"menshen/board/notice"
	"menshen/board/release"
	"menshen/internal/i18n"
	"menshen/internal/i18n/catalogue"
	"menshen/policy"
	manifest "menshen/recognizer/models"
	"menshen/store"
	"menshen/store/audit"
)

// Dossier gathers what the unit can prove of itself, and records who asked. running is false for a
// unit that does not run: what only a running unit can tell is then marked as not counted. It reads
// the whole log and every template, beside the loop. It fails rather than leave something out; only
// damaged records are left out, and raise a fault.
func (k *Keeper) Dossier(ctx context.Context, by store.Actor, running bool) (dossier.Data, error) {
	return k.dossier(ctx, by, running)
}

// SealedDossier makes the dossier as the file that leaves the unit.
func (k *Keeper) SealedDossier(ctx context.Context, by store.Actor, running bool) ([]byte, error) {
	d, err := k.dossier(ctx, by, running)
	if err != nil {
		return nil, err
	}
	return k.sealDossier(d)
}

func (k *Keeper) sealDossier(d dossier.Data) ([]byte, error) {
	page, err := dossier.Page(&d)
	if err != nil {
		return nil, err
	}
	return dossier.Seal(page, func(b []byte) []byte { return k.vault.Sign(dossier.Purpose, b) })
}

func (k *Keeper) dossier(ctx context.Context, by store.Actor, running bool) (d dossier.Data, err error) {
	zone := k.cfg.Site.Location()
	made := store.Entry{At: k.now(), Kind: audit.DossierMade, Actor: by, Door: k.cfg.Unit.Name}
	if _, err := k.vault.Record(ctx, made); err != nil {
		return d, err
	}
	program, err := k.program()
	if err != nil {
		return d, err
	}
	place, unit := notice.Facts{Place: k.cfg.Unit.Location}, k.vault.Unit()
	_, commitment := notice.Commitment(i18n.English)
	found, facts := k.reviewedNow(ctx, running)
	d = dossier.Data{Made: k.now().In(zone), Unit: hex.EncodeToString(unit[:]),
		Key: hex.EncodeToString(k.vault.PublicKey()), Running: running,
		Software: Software() + ", SHA-256 " + program.SHA256, Program: program,
		Door: k.cfg.Unit.Name, Place: catalogue.Both(place.Where()),
		Handler: k.cfg.Unit.Handler, Contact: k.cfg.Unit.Contact,
		Rules: dossier.Rules(found), Facts: facts, Commitment: commitment}
	if s, there := k.eye(); there {
		d.Confined = s.Confined.String()
	}
	for _, part := range []struct {
		what   string
		gather func(*dossier.Data) error
	}{
		{"people", k.dossierPeople}, {"erasures", k.dossierErasures}, {"acts", k.dossierLog},
		{"papers", k.dossierPapers}, {"how faces are compared", k.dossierMatching},
	} {
		if err := ctx.Err(); err != nil {
			return d, err
		}
		if err := k.damaged(part.gather(&d)); err != nil {
			return d, fmt.Errorf("gathering %s for the dossier: %w", part.what, err)
		}
	}
	return d, nil
}

// Software names the program by its source's version.
func Software() string {
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
	return version
}

// program says what runs, and proves that it was published where the unit has the log of releases.
func (k *Keeper) program() (p dossier.Program, err error) {
	if p.SHA256, err = release.HashFile("/proc/self/exe"); err != nil {
		return p, fmt.Errorf("reading the program's own file: %w", err)
	}
	if k.cfg.Faces.Enabled {
		m, err := manifest.Read(k.cfg.Camera.Manifest)
		if err != nil {
			return p, err
		}
		p.Models = m.Files()
	}
	prove(&p, filepath.Join(k.cfg.Unit.Dir, release.LogName), // somebody put it there
		release.SystemLog) // it came with the system
	return p, nil
}

// prove takes the proof from the first of these logs of releases that has it. Without one, Problem
// says why: of the last log that is there.
func prove(p *dossier.Program, logs ...string) {
	p.Problem = "the unit has no " + release.LogName
	for _, path := range logs {
		log, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			err = p.Prove(log)
		}
		if err == nil {
			p.Problem = ""
			return
		}
		p.Problem = err.Error()
	}
}

// reviewedNow counts everything again, so that all figures of a dossier are of one moment, and
// checks the rules. What could not be counted stays as old as it is, with its date. Of a unit that
// does not run, neither its doors nor its processes are there to be looked at.
func (k *Keeper) reviewedNow(ctx context.Context, running bool) ([]policy.Finding, policy.UnitFacts) {
	_ = k.CountAll(ctx)
	found, facts := k.Review()
	if !running {
		facts.Doors, facts.Machine = nil, policy.MachineFacts{}
		found = policy.Review(facts)
	}
	facts.Calendar = policy.Calendar{} // a setting, and no fact
	return found, facts
}

// dossierPeople counts people by where they stand with face entry, templates, and the notices that
// faces stand on.
func (k *Keeper) dossierPeople(d *dossier.Data) error {
	people, err := k.vault.People()
	if err = k.damaged(err); err != nil {
		return err
	}
	d.Faces = dossier.Faces{People: len(people), States: map[string]int{}}
	agreed := map[[32]byte]int{}
	for _, lang := range notice.Languages() {
		if _, hash, err := k.vault.Notice(lang.Code()); err == nil {
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
	if d.Notices, err = k.dossierNotices(agreed); err != nil {
		return err
	}
	err = k.vault.Templates(func(_ policy.PersonID, rows [][]float32) error {
		d.Faces.Templates += len(rows)
		return nil
	})
	if errors.Is(err, store.ErrFacesLocked) {
		d.Faces.Templates, err = -1, nil
	}
	return err
}

// dossierNotices names the notices: those in force, and those that people with a face agreed to.
func (k *Keeper) dossierNotices(agreed map[[32]byte]int) (all []dossier.Notice, err error) {
	for hash, people := range agreed {
		n := dossier.Notice{Lang: "?", SHA256: hex.EncodeToString(hash[:]), People: people}
		if _, n.Lang, err = k.vault.NoticeByHash(hash); err != nil && !errors.Is(err, store.ErrUnknown) {
			return nil, err
		}
		_, now, err := k.vault.Notice(n.Lang)
		n.InForce = err == nil && now == hash
		all = append(all, n)
	}
	dossier.Sort(all)
	return all, nil
}

// dossierErasures takes the receipts, and holds each to its signature.
func (k *Keeper) dossierErasures(d *dossier.Data) (err error) {
	d.Receipts, err = k.vault.Receipts()
	for _, r := range d.Receipts {
		if !r.Verify(k.vault.PublicKey()) {
			d.BadReceipt++
		}
	}
	return err
}

// dossierLog verifies the log, reads it once, and counts acts, months and ages.
func (k *Keeper) dossierLog(d *dossier.Data) error {
	rep, err := k.vault.VerifyAudit()
	if err != nil {
		d.Audit.Problem = err.Error()
		return err
	}
	d.Audit = dossier.Audit{OK: rep.OK, Lines: uint64(rep.Lines), Problem: rep.Problem, Signed: rep.Signed}
	r, err := k.vault.RetentionReport()
	if err != nil {
		return err
	}
	days := func(d time.Duration) int { return int(d / (24 * time.Hour)) }
	d.Retention = dossier.Retention{EventDays: days(r.Retention.Events), ActDays: days(r.Retention.Acts),
		LastRun: r.LastRun, Removed: r.Removed, Overdue: r.Overdue, Oldest: r.Oldest}
	counted := dossier.NewLog(d.Made)
	for from := uint64(1); ; {
		page, err := k.vault.Entries(from, 4096, false)
		if err = k.damaged(err); err != nil {
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
	d.Power, d.Waits = counted.Power(), counted.Waits(k.now().Add(-r.Retention.Events))
	return nil
}

func (k *Keeper) dossierPapers(d *dossier.Data) error {
	all, err := k.vault.Papers("")
	for _, p := range all {
		d.Papers = append(d.Papers, dossier.Paper{Number: p.Seq, Kind: p.Kind, At: p.At,
			SHA256: fmt.Sprintf("%x", sha256.Sum256(p.Body))})
	}
	return err
}

// dossierMatching says at which error rate faces are compared.
func (k *Keeper) dossierMatching(d *dossier.Data) error {
	d.Matching = k.matching()
	return nil
}
