package desk

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"menshen/board/outbox"
	"menshen/board/update"
	"menshen/internal/i18n"
	"menshen/site/carry"
	"menshen/site/fact"
	"menshen/site/record"
	"menshen/store"
	"menshen/store/audit"
)

// Via is how files travel between doors.
type Via int

// The ways.
const (
	ByStick  Via = iota
	ByFolder     // the unit's folder for what leaves and enters it, which root carries
)

// bag is where files of doors are read and written.
type bag interface {
	names(ctx context.Context) (all []string, more bool, err error)
	take(ctx context.Context, name string) ([]byte, error)
	give(ctx context.Context, files map[string][]byte, step Progress) error
	path(name string) string // empty: on the stick
}

func (d *Desk) bag(s Session, by store.Actor, via Via) bag {
	if via == ByFolder {
		return folderBag{d, s}
	}
	return stickBag{d, s, by}
}

// folderBag is the unit's folder for what leaves and enters it.
type folderBag struct {
	*Desk
	s Session
}

func (b folderBag) names(context.Context) (all []string, more bool, err error) {
	all, err = b.out.Names()
	return all, false, err
}

func (b folderBag) take(_ context.Context, name string) ([]byte, error) {
	f, err := b.openHere(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readAll(f)
}

func (b folderBag) give(_ context.Context, files map[string][]byte, _ Progress) error {
	for name, content := range files {
		if err := b.out.Put(name, putting(content)); err != nil {
			return b.adviseOut(err)
		}
	}
	return nil
}

func (b folderBag) path(name string) string { return filepath.Join(b.out.Dir, name) }

// stickBag is the stick, which root opens.
type stickBag struct {
	*Desk
	s  Session
	by store.Actor
}

func (b stickBag) names(ctx context.Context) (all []string, more bool, err error) {
	a, err := b.askStick(ctx, update.Request{Do: update.List}, nil)
	for _, f := range a.Found {
		all = append(all, f.Name)
	}
	return all, a.Left > 0, err
}

func (b stickBag) take(ctx context.Context, name string) ([]byte, error) {
	f, err := b.openStick(ctx, b.by, name, carry.Limit)
	if err != nil {
		return nil, err
	}
	raw, err := readAll(f)
	return raw, errors.Join(err, f.Close())
}

// give has root copy the files from the unit's folder, where they are for that time only.
func (b stickBag) give(ctx context.Context, files map[string][]byte, step Progress) (err error) {
	defer func() {
		for name := range files {
			err = errors.Join(err, b.out.Drop(name))
		}
	}()
	for name, content := range files {
		if err := b.out.Put(name, putting(content)); err != nil {
			return b.adviseOut(err)
		}
	}
	copying := b.s.Lang.Say(i18n.M("desk.stick-copying", "copying to the stick, and reading back"))
	names := slices.Sorted(maps.Keys(files))
	a, err := b.askStick(ctx, update.Request{Do: update.Give, Names: names, Replace: true}, func(a update.Answer) {
		step(Step{Text: copying, Done: a.Percent, Wanted: 100})
	})
	for _, f := range a.Went {
		err = errors.Join(err, b.recordCarried(ctx, audit.FileCarriedOut, b.by, f))
	}
	return err
}

func (b stickBag) path(string) string { return "" }

func putting(content []byte) func(io.Writer) error {
	return func(w io.Writer) error { _, err := w.Write(content); return err }
}

// readAll reads a file of another door.
func readAll(f io.Reader) ([]byte, error) {
	raw, err := io.ReadAll(io.LimitReader(f, carry.Limit+1))
	if err == nil && len(raw) > carry.Limit {
		err = carry.ErrTooLong
	}
	return raw, err
}

// SiteCarried is what came of a visit with a stick.
type SiteCarried struct {
	Files   []SiteFile // that were read
	Records int        // that are new here
	Closed  int        // of these: sealed for a key that was destroyed, and asked for again
	People  int        // of whom something was told
	Erased  int        // of whom all that was stored here was destroyed
	Faces   int        // that ended here since their owners took them back
	Waiting []string   // doors of which earlier records must come first, by another stick
	Written int        // files that were written
}

// SiteFile is a file of a door that was read.
type SiteFile struct {
	Name string
	Door string // whose records it has; empty: it is not known
	New  int    // records that were not known here
	Err  error  // why nothing, or not all, was taken from it
}

// CarrySite reads what other doors wrote onto the stick, applies it, and writes there what this
// door knows: one file a door, with the records of that door, which takes the place of the one
// before. A file that is damaged or of another site changes nothing here.
func (d *Desk) CarrySite(ctx context.Context, s Session, via Via, step Progress) (SiteCarried, error) {
	by, err := d.allow(s, CarriesSite)
	if err != nil {
		return SiteCarried{}, err
	}
	v := siteVisit{Desk: d, bag: d.bag(s, by, via), s: s, step: step, sums: map[string][32]byte{},
		held: map[string][]*record.Record{},
		keep: map[string]bool{}}
	if v.site, err = d.vault.Site(); err != nil {
		return SiteCarried{}, explainSite(err)
	}
	for _, part := range []func(context.Context) error{v.read, v.apply, v.write} {
		if err := part(ctx); err != nil {
			return v.done, err
		}
	}
	return v.done, nil
}

// siteVisit is one visit with a stick.
type siteVisit struct {
	*Desk
	bag  bag
	s    Session
	step Progress
	site store.Site
	sums map[string][32]byte // of the files that were read, by name
	held map[string][]*record.Record
	keep map[string]bool // files of another site, which stay as they are
	news []*record.Record
	done SiteCarried
}

func (v *siteVisit) door(id fact.DoorID) (store.SiteDoor, bool) {
	i := slices.IndexFunc(v.site.Doors, func(x store.SiteDoor) bool { return x.ID == id })
	if i < 0 {
		return store.SiteDoor{}, false
	}
	return v.site.Doors[i], true
}

// isCarried reports whether a file's name is that of a door's records.
func isCarried(name string) bool {
	return strings.HasPrefix(name, "door-") && strings.HasSuffix(name, outbox.SiteEnding)
}

func fileOf(id fact.DoorID) string { return carry.FileName(id) + outbox.SiteEnding }

func (v *siteVisit) read(ctx context.Context) error {
	names, more, err := v.bag.names(ctx)
	if err != nil {
		return err
	}
	names = slices.DeleteFunc(names, func(name string) bool { return !isCarried(name) })
	if more { // on a stick with many other files not all are listed
		for _, x := range v.site.Doors {
			names = append(names, fileOf(x.ID))
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	reading := v.s.Lang.Say(i18n.M("desk.site-reading", "reading what other doors wrote"))
	for i, name := range names {
		v.step(Step{Text: reading, Done: i + 1, Wanted: len(names)})
		raw, err := v.bag.take(ctx, name)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case more && isNoFile(err):
			continue
		case err != nil:
			return err
		}
		v.done.Files = append(v.done.Files, v.look(name, raw))
	}
	return nil
}

// isNoFile reports whether root found no file of that name.
func isNoFile(err error) bool {
	var e *i18n.Error
	return errors.As(err, &e) && e.What.ID == "desk.stick-no-file" || errors.Is(err, os.ErrNotExist)
}

// look reads one file. The records in it that are not known here wait to be applied.
func (v *siteVisit) look(name string, raw []byte) SiteFile {
	f := SiteFile{Name: name}
	all, err := carry.Unpack(bytes.NewReader(raw))
	if err == nil {
		err = v.fits(all)
	}
	if err != nil {
		f.Err, v.keep[name] = explainRecord(err), errors.Is(err, store.ErrOtherSite)
		return f
	}
	v.sums[name], v.held[name] = sha256.Sum256(raw), all
	for _, r := range all {
		from, _ := v.door(r.Door)
		if f.Door = from.Name; r.Seq > from.Seq {
			v.news, f.New = append(v.news, r), f.New+1
		}
	}
	return f
}

// fits checks that the records of a file are of one door of this site.
func (v *siteVisit) fits(all []*record.Record) error {
	for _, r := range all {
		switch {
		case r.Site != v.site.ID:
			return store.ErrOtherSite
		case r.Door != all[0].Door:
			return carry.ErrForm
		}
	}
	return nil
}

func (v *siteVisit) apply(ctx context.Context) error {
	if len(v.news) == 0 {
		return nil
	}
	v.step(Step{Text: v.s.Lang.Say(i18n.M("desk.site-applying", "taking in what is new"))})
	var raw [][]byte
	for _, r := range v.news {
		raw = append(raw, r.Raw())
	}
	got, err := v.unit.ApplySite(ctx, raw)
	v.done.Records, v.done.Closed, v.done.People = got.Records, got.Closed, len(got.Changed)
	v.done.Erased, v.done.Faces = len(got.Gone), len(got.Faces)
	for _, x := range got.Refused {
		name := fileOf(x.Door)
		if i := slices.IndexFunc(v.done.Files, func(f SiteFile) bool { return f.Name == name }); i >= 0 {
			v.done.Files[i].Err = explainRecord(x.Why)
		}
	}
	for _, span := range got.Missing {
		name := shortDoor(span.Door)
		if x, known := v.door(span.Door); known {
			name = x.Name
		}
		v.done.Waiting = append(v.done.Waiting, name)
	}
	if err != nil {
		return explainSite(err)
	}
	err = v.unit.EraseTold(ctx) // so that receipts, questions and answers go along at once
	_, failed := v.vault.CatchUp()
	return errors.Join(err, failed)
}

func (v *siteVisit) write(ctx context.Context) (err error) {
	if v.site, err = v.vault.Site(); err != nil {
		return explainSite(err)
	}
	files := map[string][]byte{}
	for _, x := range v.site.Doors {
		records, err := v.vault.SiteRecords(x.ID, 1, carry.Limit)
		if err != nil {
			return explainSite(err)
		}
		name := fileOf(x.ID)
		if len(records) == 0 || v.keep[name] {
			continue
		}
		if x.ID != v.site.Here { // its own door decides what is kept
			records = withEarlier(v.held[name], records)
		}
		if content := carry.Pack(records); v.sums[name] != sha256.Sum256(content) {
			files[name] = content
		}
	}
	v.done.Written = len(files)
	if len(files) == 0 {
		return nil
	}
	return v.bag.give(ctx, files, v.step)
}

// withEarlier puts before the records of another door those of the file that come before them: this
// door may have joined when they were told already.
func withEarlier(file []*record.Record, records [][]byte) (all [][]byte) {
	first, err := record.Parse(records[0])
	for _, r := range file {
		if err == nil && r.Seq < first.Seq {
			all = append(all, r.Raw())
		}
	}
	return append(all, records...)
}

// explainRecord says why a record or a file of another door was not taken.
func explainRecord(err error) error {
	for _, x := range recordErrors {
		if errors.Is(err, x.is) {
			return x.what
		}
	}
	return fmt.Errorf("reading it: %w", err)
}

var recordErrors = []struct {
	is   error
	what *i18n.Error
}{
	{carry.ErrDamaged, i18n.E("desk.record-damaged", "the file is cut off or damaged")},
	{carry.ErrTooLong, i18n.E("desk.record-too-long", "the file is too long")},
	{record.ErrNewer, i18n.E("desk.record-newer", "that door has a newer version of menshen: update this one")},
	{store.ErrOtherSite, i18n.E("desk.record-other-site", "it is of another site")},
	{store.ErrNoMember, i18n.E("desk.record-no-member", "no door of this site wrote it")},
	{store.ErrSentAway, i18n.E("desk.record-sent-away", "that door was sent away from the site")},
	{store.ErrForged, i18n.E("desk.record-forged", "it was not signed by the door that it names")},
	{store.ErrTwoChains, i18n.E("desk.record-two-chains",
		"that door told something else before: its vault was put back "+
			"to an older state, or copied")},
	{carry.ErrForm, i18n.E("desk.record-form", "the file is not one that a door of a site wrote")},
	{record.ErrForm, i18n.E("desk.record-form", "the file is not one that a door of a site wrote")},
}
