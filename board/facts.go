package board

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"menshen/board/config"
	"menshen/board/host"
	"menshen/board/notice"
	"menshen/board/papers"
	"menshen/policy"
	"menshen/recognizer/eye"
	"menshen/store"
)

// counted is the unit's own state in figures, as the law asks for them. What people, papers, store, staff and machine are like is counted beside the loop and
// kept here; what the door is like at this moment the loop itself publishes.
type counted struct {
	look func(host.Where) (host.Facts, error)

	one sync.Mutex // one count at a time
	log logCount

	mu      sync.Mutex
	facts   policy.UnitFacts // all but doors, and what depends on the eye as it is now
	machine host.Facts
	file    papers.File
	now     moment
	version uint64 // grows with each change of the above
}

// moment is what only the loop knows, and what changes within a moment.
type moment struct {
	doors []policy.DoorFacts
	down  []policy.CredentialKind
}

// countAll counts everything, with each record of the vault read and the whole log verified.
func (u *Unit) countAll(ctx context.Context) error {
	u.counted.one.Lock()
	defer u.counted.one.Unlock()
	var p proof
	var wait sync.WaitGroup
	wait.Go(func() { p = u.prove() }) // takes as long as all the rest together
	c, err := u.countState(ctx)
	m, machineErr := u.countMachine()
	wait.Wait()
	u.counted.mu.Lock()
	defer u.counted.mu.Unlock()
	u.counted.keep(c)
	p.into(&u.counted.facts.Store)
	if machineErr == nil {
		u.counted.keepMachine(m, u.now(), u.models())
	}
	return errors.Join(err, machineErr, p.err)
}

// countAgain counts what an act can have changed.
func (u *Unit) countAgain(ctx context.Context) error {
	u.counted.one.Lock()
	defer u.counted.one.Unlock()
	c, err := u.countState(ctx)
	u.counted.mu.Lock()
	defer u.counted.mu.Unlock()
	u.counted.keep(c)
	return err
}

// lookAgain looks at the machine only.
func (u *Unit) lookAgain() error {
	m, err := u.countMachine()
	if err != nil {
		return err
	}
	u.counted.mu.Lock()
	defer u.counted.mu.Unlock()
	u.counted.keepMachine(m, u.now(), u.models())
	return nil
}

// keep takes over the groups that were counted; one that could not be counted stays as old as it was, until that is too old.
func (c *counted) keep(s state) {
	c.version++
	if s.people != nil {
		c.facts.People = *s.people
	}
	if s.papers != nil {
		c.facts.Papers, c.facts.Duties, c.file = *s.papers, *s.duties, s.file
	}
	if s.staff != nil {
		c.facts.Staff = *s.staff
	}
	if s.store != nil {
		s.store.Sealed, s.store.AuditWhole, s.store.AuditChecked = c.facts.Store.Sealed, c.facts.Store.AuditWhole, c.facts.Store.AuditChecked
		c.facts.Store = *s.store
	}
}

func (c *counted) keepMachine(m host.Facts, at time.Time, models []string) {
	c.version++
	c.machine = m
	c.facts.Machine = policy.MachineFacts{At: at, Sockets: m.Sockets, RemoteTools: len(m.Remote), Pictures: m.Pictures, Models: models}
}

// state is one count; nil is what could not be counted.
type state struct {
	people *policy.PeopleFacts
	papers *policy.PaperFacts
	duties *policy.DutyFacts
	staff  *policy.StaffFacts
	store  *policy.StoreFacts
	file   papers.File
}

func (u *Unit) countState(ctx context.Context) (s state, err error) {
	now := u.now()
	var errs []error
	failed := func(what string, err error) bool {
		if err != nil {
			errs = append(errs, fmt.Errorf("counting %s: %w", what, err))
		}
		return err != nil
	}
	if err := ctx.Err(); err != nil {
		return s, err
	}
	file, err := u.file()
	filed := !failed("papers", err)
	logged := !failed("acts", u.counted.log.read(u.vault))
	people, waits, err := u.countPeople(now)
	if !failed("people", err) && filed && logged {
		people.AskedAfterNo = u.counted.log.asked(file.Inquired)
		s.people = &people
	}
	if st, err := u.countStore(now, waits); !failed("the store", err) {
		s.store = &st
	}
	if st, err := u.countStaff(now); !failed("staff", err) {
		s.staff = &st
	}
	if filed && logged && s.people != nil {
		file.Filing, err = u.fileReached(file.Filing, s.people.WithFace, now)
		failed("the filing", err)
		s.file = file
		p, err := u.countPapers(now, file)
		d := u.countDuties(now, file, s.people.WithFace)
		if !failed("papers", err) {
			s.papers, s.duties = &p, &d
		}
	}
	return s, errors.Join(errs...)
}

// countPeople takes the census. waits is since when the longest-waiting face data should be gone.
func (u *Unit) countPeople(now time.Time) (n policy.PeopleFacts, waits time.Time, err error) {
	people, err := u.vault.People()
	if err != nil {
		return n, waits, err
	}
	with, err := u.vault.WithFace()
	if err != nil {
		return n, waits, err
	}
	notices, err := u.vault.Notices()
	if err != nil {
		return n, waits, err
	}
	for i := range people {
		since := people[i].Until
		if s := people[i].Face.State; s == policy.FaceRefused || s == policy.FaceWithdrawn {
			since = people[i].Face.At
		}
		if with[people[i].ID] && !since.IsZero() && !now.Before(since) && (waits.IsZero() || since.Before(waits)) {
			waits = since
		}
	}
	u.counted.mu.Lock()
	down := u.counted.now.down
	u.counted.mu.Unlock()
	asAt := policy.Attempt{At: now, Clock: policy.Clock{Trusted: true, Floor: now}, Door: u.cfg.Unit.Name, Site: policy.Site{
		Release: u.cfg.Door.Release.D(), LongOpen: u.cfg.Door.LongRelease.D(), Down: down, Access: u.cfg.Site.Rules(), Calendar: u.cfg.Site.Calendar(),
	}}
	return policy.Census(people, with, notices, asAt), waits, nil
}

// countPapers says what is written.
func (u *Unit) countPapers(now time.Time, file papers.File) (policy.PaperFacts, error) {
	p := policy.PaperFacts{At: now, NoticeGaps: len(NoticeFacts(u.cfg).Gaps())}
	for _, lang := range notice.Languages {
		text, err := notice.Text(lang, NoticeFacts(u.cfg))
		if err != nil {
			return p, err
		}
		if inForce, _, err := u.vault.Notice(lang); err == nil && inForce == text {
			p.Notice = append(p.Notice, lang)
		} else if err != nil && !errors.Is(err, store.ErrUnknown) {
			return p, err
		}
	}
	a := file.Assessment()
	written := func(part string) bool { return strings.TrimSpace(part) != "" && strings.TrimSpace(a.Author) != "" }
	p.Assessment = policy.Assessment{At: a.At, ValidUntil: a.Until, Necessity: written(a.Necessity), Impact: written(a.Impact),
		Risks: written(a.Risks), Measures: written(a.Measures), LostEarly: u.counted.log.lost(now, file)}
	for _, i := range file.Incidents {
		if i.Opened.After(p.Assessment.Changed) {
			p.Assessment.Changed = i.Opened
		}
	}
	basis, err := u.basis()
	if len(a.Changed(basis)) > 0 {
		p.Assessment.Changed = now
	}
	return p, err
}

// basis are the settings that an impact assessment stands on: who is looked at where, how sure the door is, where the key lies, for how long what is kept.
func (u *Unit) basis() (map[string]string, error) {
	m, err := manifest(u.cfg)
	if err != nil {
		return nil, err
	}
	r, err := u.vault.RetentionReport()
	if err != nil {
		return nil, err
	}
	c := u.cfg
	return map[string]string{
		"handler": c.Unit.Handler, "door": c.Unit.Name, "location": c.Unit.Location, "with_card": fmt.Sprint(c.Faces.WithCard),
		"stranger_in": fmt.Sprint(c.Faces.StrangerIn), "live_min": fmt.Sprint(c.Faces.LiveMin), "challenge": c.Faces.Challenge,
		"frames": fmt.Sprint(c.Faces.Frames), "models": m.Name + " " + m.Embed.SHA256, "key": keyKind(c),
		"retention": r.Retention.Events.String() + " " + r.Retention.Acts.String(),
	}, nil
}

func keyKind(c *config.Config) string {
	k, err := config.ParseKeySource(c.Key.Source)
	if err != nil {
		return ""
	}
	return k.Kind
}

// countDuties says what is owed to others.
func (u *Unit) countDuties(now time.Time, file papers.File, faces int) policy.DutyFacts {
	d := policy.DutyFacts{At: now, SiteFaces: faces + file.Filing.Elsewhere, ReachedAt: file.Filing.Reached,
		Filed: !file.Filing.Filed.IsZero() && file.Filing.Handler == u.cfg.Unit.Handler}
	for _, r := range file.Requests {
		if r.Done.IsZero() && (d.AskedSince.IsZero() || r.Asked.Before(d.AskedSince)) {
			d.AskedSince = r.Asked
		}
	}
	for _, i := range file.Incidents {
		d.Incidents = append(d.Incidents, policy.Incident{At: i.Noticed, People: i.People, ToldPeople: i.ToldPeople, ToldAuthority: i.ToldAuthority})
	}
	return d
}

// countStaff looks at the accounts. That wrong tries lock one is how the vault is made (store, lockAfter); its tests hold it.
func (u *Unit) countStaff(now time.Time) (policy.StaffFacts, error) {
	f := policy.StaffFacts{At: now, IdleLogout: u.cfg.Console.Idle.D(), LockOut: true}
	all, err := u.vault.Operators()
	if err != nil {
		return f, err
	}
	_, version := notice.Commitment("en")
	for _, o := range all {
		if o.Blocked {
			continue
		}
		f.Operators++
		if !o.HasCard {
			f.OneFactor++
		}
		if o.Commitment.Version != version {
			f.NoCommitment++
		}
	}
	f.Secrets, err = u.vault.PlainSecrets()
	return f, err
}

// countStore is what the store says of itself, but for the proofs.
func (u *Unit) countStore(now, waits time.Time) (policy.StoreFacts, error) {
	f := policy.StoreFacts{At: now, EraseFrom: waits}
	f.KeyApart = keyKind(u.cfg) == "credential" || keyKind(u.cfg) == "tpm"
	r, err := u.vault.RetentionReport()
	if err != nil {
		return f, err
	}
	f.Purged, f.Overdue = r.LastRun, int(r.Overdue)
	receipts, err := u.vault.Receipts()
	for _, r := range receipts {
		if r.Found > 0 && r.Epoch == u.vault.Epoch() { // a later epoch has rewritten the vault, and wiped what it was before
			f.EraseFailed++
		}
	}
	return f, err
}

// proof is what reading everything proves.
type proof struct {
	at            time.Time
	sealed, whole bool
	err           error
}

func (u *Unit) prove() (p proof) {
	p.at = u.now()
	err := u.vault.CheckRecords()
	p.sealed = err == nil
	rep, auditErr := u.vault.VerifyAudit()
	p.whole = auditErr == nil && rep.OK
	if err != nil && !errors.Is(err, store.ErrCorrupt) {
		p.err = fmt.Errorf("reading every record: %w", err)
	}
	return p
}

func (p proof) into(f *policy.StoreFacts) {
	f.Sealed, f.AuditWhole, f.AuditChecked = p.sealed, p.whole, p.at
}

// countMachine looks at the computer and at the unit's processes.
func (u *Unit) countMachine() (host.Facts, error) {
	m, err := u.counted.look(u.where())
	if err != nil {
		m, err = u.counted.look(u.where()) // the eye may just have been started anew, as another process
	}
	if err != nil {
		err = fmt.Errorf("looking at the machine: %w", err)
	}
	return m, err
}

// where are the unit's processes and folders.
func (u *Unit) where() host.Where {
	w := host.Where{PIDs: []int{os.Getpid()}, Folders: []string{u.cfg.Unit.Dir, outDir(u.cfg)}}
	if u.eye != nil {
		if s := u.eye.Status(); s.PID != 0 && s.State == eye.Running {
			w.PIDs = append(w.PIDs, s.PID)
		}
	}
	return w
}

// models says what the models in use are for: the manifest has a section for each lawful purpose and for no other. A model file in that folder that the
// manifest does not name is one whose purpose nobody declared.
func (u *Unit) models() (purposes []string) {
	m, err := manifest(u.cfg)
	if err != nil {
		return []string{"unreadable manifest"}
	}
	named := map[string]bool{}
	for purpose, file := range map[string]string{"detect": m.Detect.File, "landmark": m.Landmark.File, "embed": m.Embed.File, "liveness": m.Live.File, "eye": m.Eye.File} {
		purposes = append(purposes, purpose)
		named[file] = true
	}
	files, _ := filepath.Glob(filepath.Join(u.cfg.Camera.Models, "*.onnx"))
	for _, f := range files {
		if !named[filepath.Base(f)] {
			purposes = append(purposes, "undeclared")
		}
	}
	return purposes
}

// file reads the papers.
func (u *Unit) file() (papers.File, error) {
	all, err := u.vault.Papers("")
	if err != nil {
		return papers.File{}, err
	}
	var ps []papers.Paper
	for _, p := range all {
		ps = append(ps, onFile(p))
	}
	return papers.Read(ps)
}

func onFile(p store.Paper) papers.Paper {
	return papers.Paper{Seq: p.Seq, Kind: p.Kind, At: p.At, Body: p.Body}
}

// dropOldPapers removes papers that were kept for as long as they must be and say nothing that still holds.
func (u *Unit) dropOldPapers() error {
	f, err := u.file()
	if err != nil {
		return fmt.Errorf("reading the papers: %w", err)
	}
	_, err = u.vault.PrunePapers(store.Door, func(p store.Paper) bool { return f.Over(onFile(p)) })
	return err
}
