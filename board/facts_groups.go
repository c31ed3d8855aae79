package board

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"menshen/board/config"
	"menshen/board/host"
	"menshen/board/notice"
	"menshen/board/papers"
	"menshen/policy"
	"menshen/recognizer/eye"
	"menshen/recognizer/models"
	"menshen/store"
)

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
		WithCard: u.cfg.Faces.Enabled && u.cfg.Faces.WithCard, Keypad: u.wired(policy.PINKind),
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
	m, err := models.Read(u.cfg.Camera.Manifest)
	if err != nil {
		return nil, err
	}
	r, err := u.vault.RetentionReport()
	if err != nil {
		return nil, err
	}
	c := u.cfg
	return map[string]string{
		"handler": c.Unit.Handler, "door": c.Unit.Name, "location": c.Unit.Location, "zone": fmt.Sprint(c.Camera.Zone), "with_card": fmt.Sprint(c.Faces.WithCard),
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

// countStaff looks at the accounts.
func (u *Unit) countStaff(now time.Time) (policy.StaffFacts, error) {
	f := policy.StaffFacts{At: now, IdleLogout: u.cfg.Console.Idle.D()}
	all, err := u.vault.Operators()
	if err != nil {
		return f, err
	}
	f.LockOut = store.LocksOut(all)
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
	w := host.Where{PIDs: []int{os.Getpid()}, Folders: []string{u.cfg.Unit.Dir, u.out.Dir}}
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
	m, err := models.Read(u.cfg.Camera.Manifest)
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
