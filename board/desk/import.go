package desk

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"menshen/board/config"
	"menshen/board/lists"
	"menshen/board/notice"
	"menshen/hal"
	"menshen/hal/wiegand"
	"menshen/internal/i18n"
	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
)

// Imported is an import that was done.
type Imported struct {
	Entry                 uint64 // of the audit log
	Added, Changed, Cards int
	Until                 time.Time // so long it can be undone
}

// ImportState is the last import, as long as it can be undone.
type ImportState struct {
	Imported
	At    time.Time
	By    string
	File  string    // SHA-256, in hex
	Since []Touched // people to whom something happened since: undoing would undo that too
}

// Touched is a person and what happened since an import.
type Touched struct {
	policy.Person
	What i18n.Message
}

// PlanImport reads a list of people (package lists) and says line by line what an import would do.
// Nothing is changed.
func (d *Desk) PlanImport(_ context.Context, s Session, in io.Reader) (*lists.Plan, error) {
	by, err := d.allow(s, KeepsPeople)
	if err != nil {
		return nil, err
	}
	numbers, err := cardNumbers(d.cfg)
	if err != nil {
		return nil, err
	}
	zone := d.cfg.Site.Location()
	list, err := lists.Read(in, lists.Options{Zone: zone, Languages: notice.Codes(), Numbers: numbers})
	if err != nil {
		return nil, err
	}
	people, err := d.vault.People()
	if err = d.unit.RecordDamage(err); err != nil {
		return nil, fmt.Errorf("reading the people: %w", err)
	}
	h, err := d.hours()
	if err != nil {
		return nil, err
	}
	now, calendar := d.now(), d.calendar(h)
	plan, err := list.Plan(lists.Here{People: people, Holder: d.holder, Groups: d.knownGroups, Now: now, Zone: zone,
		NeverIn:  func(p policy.Person) bool { return p.NeverIn(h.Access, nil, calendar, now) == policy.ReasonHours },
		NeedsAES: func(p policy.Person) bool { return policy.NeedsAES(d.cfg.Site.AESCards, p.Groups) },
		Lang:     s.Lang.Code()})
	if err != nil {
		return nil, err
	}
	var met []policy.Person
	for _, l := range plan.Lines {
		if !l.Was.ID.IsZero() {
			met = append(met, l.Was)
		}
	}
	d.recordLookUp(by, met)
	return plan, nil
}

// holder tells who holds a card.
func (d *Desk) holder(c hal.Card) (id policy.PersonID, revoked, found bool, err error) {
	p, credential, err := d.vault.FindCredential(policy.CardKind, c.Credential())
	if errors.Is(err, store.ErrUnknown) {
		return id, false, false, nil
	}
	for _, k := range p.Credentials {
		revoked = revoked || k.ID == credential && k.Revoked
	}
	return p.ID, revoked, err == nil, err
}

// cardNumbers says which numbers the readers of a door can send.
func cardNumbers(c *config.Config) (n lists.Numbers, err error) {
	for _, r := range c.Readers {
		switch {
		case r.Desk(): // a card opens if a reader at the door reads it
		case r.Kind == "wiegand":
			formats, err := c.WiegandFormats(r)
			if err != nil {
				return n, err
			}
			if len(formats) == 0 {
				formats = []wiegand.Format{wiegand.H10301}
			}
			n.AddWiegand(formats...)
		case r.Kind == "rc522", r.Kind == "pcsc":
			n.UID = n.UID || r.KeyFile == "" && r.AES == "" // else it reads the site's own number, which no list has
		case r.Kind == "rdm6300" || r.Content == "em4100":
			n.EM4100 = true
		case r.Content == "hex":
			n.Hex = true
		case r.Content == "decimal":
			n.Decimal = true
		}
	}
	return n, nil
}

// Import carries a plan out as one act, all of it or nothing, and records it with the file's hash.
// step tells how far it is.
func (d *Desk) Import(_ context.Context, s Session, plan *lists.Plan, step Progress) (Imported, error) {
	by, err := d.allow(s, KeepsPeople)
	if err != nil {
		return Imported{}, err
	}
	if n := plan.Count(lists.Refused); n > 0 {
		return Imported{}, i18n.Problem(i18n.E("desk.lines-refused", "%d lines are refused", n),
			i18n.M("desk.mend-list", "mend the list, and import it again"))
	}
	label := s.Lang.Say(i18n.M("desk.card-from-list", "from a list"))
	var people []store.ListedPerson
	out := Imported{}
	for _, l := range plan.Acts() {
		p := store.ListedPerson{ID: l.Was.ID, Was: store.DetailsOf(l.Was), Is: store.DetailsOf(l.Is)}
		for _, c := range l.Cards {
			p.Cards = append(p.Cards, store.ListedCard{Secret: c.Credential(), Label: label, Clonable: c.Clonable})
		}
		if out.Cards += len(l.Cards); p.ID.IsZero() {
			out.Added++
		} else {
			out.Changed++
		}
		people = append(people, p)
	}
	if len(people) == 0 {
		return Imported{}, i18n.Problem(i18n.E("desk.nothing-to-import", "nothing in the list is new"),
			i18n.M("desk.all-there", "all of it is there already"))
	}
	out.Entry, err = d.importing(by, s.Lang, people, plan.File, step)
	switch {
	case errors.Is(err, store.ErrChanged), errors.Is(err, store.ErrTaken), errors.Is(err, store.ErrUnknown):
		err = i18n.Problem(i18n.E("desk.import-overtaken", "a person or a card of the list was changed meanwhile"),
			i18n.M("desk.import-again", "import the list again"))
	case err == nil:
		out.Until = d.now().Add(store.ImportKept)
	}
	return out, err
}

// importing imports, and tells twice a second how far it is.
func (d *Desk) importing(by store.Actor, lang i18n.Language, people []store.ListedPerson, file [32]byte,
	step Progress) (entry uint64, err error) {
	var done atomic.Int64
	finished := make(chan struct{})
	go func() {
		defer close(finished)
		entry, err = d.vault.Import(by, people, file, func(n int) { done.Store(int64(n)) })
	}()
	tick := time.NewTicker(time.Second / 2)
	defer tick.Stop()
	for {
		select {
		case <-finished:
			return entry, err
		case <-tick.C:
			step(Step{Text: lang.Say(i18n.M("desk.importing", "importing")), Done: int(done.Load()),
				Wanted: len(people)})
		}
	}
}

// LastImport tells what can be undone. [ErrNoRecord]: nothing.
func (d *Desk) LastImport(_ context.Context, s Session) (ImportState, error) {
	by, err := d.allow(s, KeepsPeople)
	if err != nil {
		return ImportState{}, err
	}
	last, err := d.lastImport()
	if err != nil {
		return ImportState{}, err
	}
	names, err := d.actors(s.Lang)
	if err != nil {
		return ImportState{}, err
	}
	out := ImportState{At: last.At, By: names[last.By], File: hex.EncodeToString(last.File[:])}
	out.Entry, out.Added, out.Changed = last.Entry, len(last.Added), len(last.Changed)
	out.Until = last.At.Add(store.ImportKept)
	var met []policy.Person
	for _, id := range append(last.Added, last.Changed...) {
		kind, since := last.Since[id]
		if !since {
			continue
		}
		p, err := d.vault.Person(id)
		if err != nil {
			return ImportState{}, explain(err)
		}
		out.Since, met = append(out.Since, Touched{p, happened(kind)}), append(met, p)
	}
	d.recordLookUp(by, met)
	return out, nil
}

func (d *Desk) lastImport() (store.ImportState, error) {
	last, err := d.vault.LastImport()
	if errors.Is(err, store.ErrUnknown) {
		return last, i18n.Problem(i18n.E("desk.no-import", "there is no import that can be undone"),
			i18n.M("desk.undo-for-a-day",
				"only the last one can be, for a day; 'change' and 'remove' do it one by one"))
	}
	return last, err
}

// happened says what an entry about a person means for an undoing.
func happened(kind audit.Kind) i18n.Message {
	switch kind {
	case audit.Decision:
		return i18n.M("desk.since-door", "was at the door")
	case audit.PersonCorrected:
		return i18n.M("desk.since-details", "details were changed")
	case audit.CredentialAdded, audit.CredentialRevoked, audit.CardRewritten, audit.CardRetired:
		return i18n.M("desk.since-credentials", "a credential was given or revoked")
	case audit.PassMade:
		return i18n.M("desk.since-pass", "gave a visitor a pass")
	case audit.ConsentGiven, audit.ConsentWithdrawn, audit.FaceRefused, audit.FaceEnrolled, audit.FaceErased:
		return i18n.M("desk.since-face", "decided about face entry")
	}
	return i18n.M("desk.since-other", "something else was recorded")
}

// UndoImport takes the import of that entry back as one act: who was added is erased with a receipt
// (R-ERASE), who was changed is as before. People to whom something happened since are a reason to
// refuse, or with leave are left as they are now.
func (d *Desk) UndoImport(_ context.Context, s Session, entry uint64, leave bool) (store.Undone, error) {
	by, err := d.allow(s, KeepsPeople)
	if err != nil {
		return store.Undone{}, err
	}
	last, err := d.lastImport()
	if err != nil {
		return store.Undone{}, err
	}
	for _, id := range last.Added {
		if _, since := last.Since[id]; !since && (leave || len(last.Since) == 0) {
			if err := d.out.DropCopies(id); err != nil {
				return store.Undone{}, err
			}
		}
	}
	done, err := d.vault.UndoImport(by, entry, leave)
	if errors.Is(err, store.ErrChanged) {
		err = i18n.Problem(i18n.E("desk.changed-since-import", "something happened to people of this import since"),
			i18n.M("desk.undo-leave", "'import undo --leave' leaves them as they are, and undoes the rest"))
	}
	return done, err
}
