package compliance

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"menshen/board/config"
	"menshen/board/host"
	"menshen/board/notice"
	"menshen/board/papers"
	"menshen/internal/i18n"
	"menshen/policy"
	"menshen/recognizer/eye"
	manifest "menshen/recognizer/models"
	"menshen/store"
)

// countPeople takes the census. waits is since when the longest-waiting face data should be gone.
func (k *Keeper) countPeople(now time.Time) (n policy.PeopleFacts, waits time.Time, err error) {
	people, err := k.vault.People()
	if err != nil {
		return n, waits, err
	}
	with, err := k.vault.WithFace()
	if err != nil {
		return n, waits, err
	}
	notices, err := k.vault.Notices()
	if err != nil {
		return n, waits, err
	}
	for i := range people {
		since := people[i].Until
		if s := people[i].Face.State; s == policy.FaceRefused || s == policy.FaceWithdrawn {
			since = people[i].Face.At
		}
		has := with[people[i].ID] || people[i].Face.OnCard
		if has && !since.IsZero() && !now.Before(since) && (waits.IsZero() || since.Before(waits)) {
			waits = since
		}
	}
	hours, err := k.vault.Hours(k.cfg.Site.Hours())
	if err != nil && !errors.Is(err, store.ErrCorrupt) {
		return n, waits, err
	}
	k.counted.mu.Lock()
	k.counted.facts.Calendar.Special = hours.Special
	down, calendar := k.counted.now.down, k.counted.facts.Calendar
	k.counted.mu.Unlock()
	asAt := policy.Attempt{At: now, Clock: policy.Clock{Trusted: true, Floor: now}, Door: k.cfg.Unit.Name,
		Site: policy.Site{
			Release: k.cfg.Door.Release.D(), LongOpen: k.cfg.Door.LongRelease.D(),
			Down: down, Access: hours.Access, Calendar: calendar,
			WithCard: k.cfg.Faces.Enabled && k.cfg.Faces.WithCard, Keypad: slices.ContainsFunc(k.cfg.Readers,
				func(r config.Reader) bool { return r.Takes(policy.PINKind) }),
		}}
	return policy.Census(people, with, notices, asAt), waits, nil
}

// countPapers says what is written.
func (k *Keeper) countPapers(now time.Time, file papers.File) (policy.PaperFacts, error) {
	p := policy.PaperFacts{At: now, NoticeGaps: len(NoticeFacts(k.cfg).Gaps())}
	for _, lang := range notice.Languages() {
		text, err := notice.Text(lang, NoticeFacts(k.cfg))
		if err != nil {
			return p, err
		}
		if inForce, _, err := k.vault.Notice(lang.Code()); err == nil && inForce == text {
			p.Notice = append(p.Notice, lang.Code())
		} else if err != nil && !errors.Is(err, store.ErrUnknown) {
			return p, err
		}
	}
	a := file.Assessment()
	written := func(part string) bool { return strings.TrimSpace(part) != "" && strings.TrimSpace(a.Author) != "" }
	p.Assessment = policy.Assessment{At: a.At, ValidUntil: a.Until, Necessity: written(a.Necessity),
		Impact: written(a.Impact),
		Risks:  written(a.Risks), Measures: written(a.Measures), LostEarly: k.counted.log.lost(now, file)}
	for _, i := range file.Incidents {
		if i.Opened.After(p.Assessment.Changed) {
			p.Assessment.Changed = i.Opened
		}
	}
	basis, err := k.Basis()
	if len(a.Changed(basis)) > 0 {
		p.Assessment.Changed = now
	}
	return p, err
}

// Basis are the settings that an impact assessment stands on: who is looked at where, how sure the
// door is, where the key lies, for how long what is kept.
func (k *Keeper) Basis() (map[string]string, error) {
	m, err := manifest.Read(k.cfg.Camera.Manifest)
	if err != nil {
		return nil, err
	}
	r, err := k.vault.Retention()
	if err != nil {
		return nil, err
	}
	c := k.cfg
	basis := map[string]string{
		"handler": c.Unit.Handler, "door": c.Unit.Name, "location": c.Unit.Location,
		"zone": fmt.Sprint(c.Camera.Zone), "with_card": fmt.Sprint(c.Faces.WithCard),
		"stranger_in": fmt.Sprint(c.Faces.StrangerIn), "live_min": fmt.Sprint(c.Faces.LiveMin),
		"challenge": c.Challenge(),
		"frames":    fmt.Sprint(c.Faces.Frames), "models": m.Name + " " + m.Embed.SHA256, "key": keyKind(c),
		"retention": r.Events.String() + " " + r.Acts.String(),
	}
	if c.Faces.Learn { // absent from assessments of earlier versions, which had no such purpose
		basis["learn"] = "true"
	}
	if c.Faces.OnCard { // likewise
		basis["on_card"] = "true"
	}
	if len(c.Faces.Doors) > 0 { // likewise
		basis["doors"] = strings.Join(c.Faces.Doors, ", ")
	}
	if c.Site.PassbackSite > 0 { // likewise
		basis["passback_site"] = c.Site.PassbackSite.D().String()
	}
	if c.Infrared.Source != "" { // likewise
		basis["infrared"] = c.Infrared.Emitter
	}
	return basis, nil
}

func keyKind(c *config.Config) string {
	k, err := config.ParseKeySource(c.Key.Source)
	if err != nil {
		return ""
	}
	return k.Kind
}

// countDuties says what is owed to others.
func (k *Keeper) countDuties(now time.Time, file papers.File, n papers.Faces) policy.DutyFacts {
	d := policy.DutyFacts{At: now, SiteFaces: file.Filing.All(n), ReachedAt: file.Filing.Reached,
		Filed: !file.Filing.Filed.IsZero() && file.Filing.Handler == k.cfg.Unit.Handler}
	for _, r := range file.Requests {
		if r.Done.IsZero() && (d.AskedSince.IsZero() || r.Asked.Before(d.AskedSince)) {
			d.AskedSince = r.Asked
		}
	}
	for _, i := range file.Incidents {
		d.Incidents = append(d.Incidents, policy.Incident{At: i.Noticed, People: i.People, ToldPeople: i.ToldPeople,
			ToldAuthority: i.ToldAuthority})
	}
	return d
}

// countStaff looks at the accounts.
func (k *Keeper) countStaff(now time.Time) (policy.StaffFacts, error) {
	f := policy.StaffFacts{At: now, IdleLogout: k.cfg.Console.Idle.D()}
	all, err := k.vault.Operators()
	if err != nil {
		return f, err
	}
	f.LockOut = store.LocksOut(all)
	_, version := notice.Commitment(i18n.English)
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
	f.Secrets, err = k.vault.PlainSecrets()
	return f, err
}

// countStore is what the store says of itself, but for the proofs.
func (k *Keeper) countStore(now, waits time.Time) (policy.StoreFacts, error) {
	f := policy.StoreFacts{At: now, EraseFrom: waits}
	f.KeyApart = keyKind(k.cfg) == "credential" || keyKind(k.cfg) == "tpm"
	r, err := k.vault.RetentionReport()
	if err != nil {
		return f, err
	}
	f.Purged, f.Overdue = r.LastRun, int(r.Overdue)
	receipts, err := k.vault.Receipts()
	for _, r := range receipts {
		if r.Found > 0 && r.Epoch == k.vault.Epoch() { // a later epoch has wiped the old vault
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

func (k *Keeper) prove() (p proof) {
	p.at = k.now()
	err := k.vault.CheckRecords()
	p.sealed = err == nil
	rep, auditErr := k.vault.VerifyAudit()
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
func (k *Keeper) countMachine() (host.Facts, error) {
	m, err := k.look(k.where())
	if err != nil {
		m, err = k.look(k.where()) // the eye may just have been started again, as another process
	}
	if err != nil {
		err = fmt.Errorf("looking at the machine: %w", err)
	}
	return m, err
}

// where are the unit's processes and folders.
func (k *Keeper) where() host.Where {
	w := host.Where{PIDs: []int{os.Getpid()}, Folders: []string{k.cfg.Unit.Dir, k.out.Dir}}
	if s, there := k.eye(); there && s.PID != 0 && s.State == eye.Running {
		w.PIDs = append(w.PIDs, s.PID)
	}
	return w
}

// models says what the models in use are for: the manifest has a section for each
// lawful purpose and for no other. A model file in that folder that the manifest does
// not name has no declared purpose.
func models(c *config.Config) (purposes []string) {
	m, err := manifest.Read(c.Camera.Manifest)
	if err != nil {
		return []string{"unreadable manifest"}
	}
	named := map[string]bool{}
	for purpose, file := range map[string]string{"detect": m.Detect.File, "landmark": m.Landmark.File,
		"embed": m.Embed.File, "liveness": m.Live.File, "eye": m.Eye.File} {
		purposes = append(purposes, purpose)
		named[file] = true
	}
	files, _ := filepath.Glob(filepath.Join(c.Camera.Models, "*.onnx"))
	for _, f := range files {
		if !named[filepath.Base(f)] {
			purposes = append(purposes, "undeclared")
		}
	}
	return purposes
}

// File reads the papers.
func (k *Keeper) File() (papers.File, error) {
	all, err := k.vault.Papers("")
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

// dropOldPapers removes papers that were kept for as long as they must be and say nothing that
// still holds.
func (k *Keeper) dropOldPapers() error {
	f, err := k.File()
	if err != nil {
		return fmt.Errorf("reading the papers: %w", err)
	}
	_, err = k.vault.PrunePapers(store.Door, func(p store.Paper) bool { return f.Over(onFile(p)) })
	return err
}

// Faces counts the people with a face at this door, and over all doors of its site.
func (k *Keeper) Faces() (papers.Faces, error) {
	here, err := k.vault.WithFace()
	if err != nil {
		return papers.Faces{}, err
	}
	return k.countFaces(len(here))
}

// countFaces counts those of the site, beside so many here.
func (k *Keeper) countFaces(here int) (papers.Faces, error) {
	n, err := k.vault.SiteFaces()
	if errors.Is(err, store.ErrNoSite) {
		return papers.Faces{Here: here, Site: here}, nil
	}
	return papers.Faces{Here: here, Site: n.People, Doors: true}, err
}

// fileReached files that the number of R-FILING was reached, when the unit sees it, so that its
// days are counted from then on.
func (k *Keeper) fileReached(f papers.Filing, n papers.Faces, now time.Time) (papers.Filing, error) {
	if !f.Count(n, now) {
		return f, nil
	}
	raw, err := json.Marshal(f)
	if err != nil {
		return f, err
	}
	_, err = k.vault.PutPaper(store.Door, papers.KindFiling, raw)
	return f, err
}
