package desk

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"menshen/board/notice"
	"menshen/board/outbox"
	"menshen/board/unit"
	"menshen/internal/i18n"
	"menshen/internal/screen"
	"menshen/policy"
	"menshen/site/fact"
	"menshen/store"
)

// Site is what this door knows of its site.
type Site struct {
	ID    string        // its identity in hex, as menshen-site takes it
	Left  bool          // it was sent away
	Open  []SiteErasure // which some door has not answered yet, the latest one first
	Due   int           // erasures that another door told of, and that are not done here yet
	Doors []SiteDoor    // this one among them
	Faces int           // people whose face is at one of them or more, each once

	Orders  []SiteOrder  // that stand, the earliest first
	Answers unit.Answers // of the other doors, by which faces here go on
}

// SiteDoor is a door of the site.
type SiteDoor struct {
	ID    string // the first part of its identity's hex, as files are named after it
	Whole string // its identity in hex, as menshen-site takes it
	Name  string
	Here  bool
	Left  bool          // it was sent away
	Seat  bool          // it is the manager's seat, and no door
	Heard time.Time     // when it was heard of last; zero: never, or it is this one
	Ago   time.Duration // since then, by this door's clock; 0 where that was set back
	Known uint64        // how many of its records are known here
	State *fact.State   // how it fares, as it told last; nil: it has not
	Faces int           // people whose face is there, as it told; of one that was sent away: 0
}

// Site tells which doors there are. Errors: this door belongs to none.
func (d *Desk) Site(ctx context.Context, s Session) (Site, error) {
	if _, err := d.allow(s, SeesStatus); err != nil {
		return Site{}, err
	}
	found, err := d.site(ctx, s.Lang)
	if err == nil {
		found.Answers, err = d.unit.Answers(ctx)
	}
	return found, err
}

func (d *Desk) site(ctx context.Context, lang i18n.Language) (Site, error) {
	found, err := d.vault.Site()
	if err != nil {
		return Site{}, explainSite(err)
	}
	orders, err := d.siteOrders(ctx, found, lang)
	if err != nil {
		return Site{}, err
	}
	now := d.vault.Clock().Now
	open, err := d.vault.SiteErasures()
	if err != nil {
		return Site{}, explainSite(err)
	}
	faces, err := d.vault.SiteFaces()
	if err != nil && !errors.Is(err, store.ErrNoSite) {
		return Site{}, explainSite(err)
	}
	out := Site{ID: hex.EncodeToString(found.ID[:]), Left: found.Left, Due: found.Due, Orders: orders,
		Faces: faces.People}
	for _, e := range open {
		out.Open = append(out.Open, erasureOf(e, found))
	}
	for _, x := range found.Doors {
		out.Doors = append(out.Doors, SiteDoor{ID: shortDoor(x.ID), Whole: hex.EncodeToString(x.ID[:]), Name: x.Name,
			Here: x.ID == found.Here, Left: x.Left, Seat: x.Seat() || x.ID == found.Here && d.cfg.Seat(),
			Heard: x.Heard, Ago: ago(x.Heard, now), Known: x.Seq, State: x.State, Faces: faces.At[x.ID]})
	}
	return out, nil
}

func ago(heard, now time.Time) time.Duration {
	if heard.IsZero() {
		return 0
	}
	return max(now.Sub(heard), 0)
}

// shortDoor is how staff see a door's handle.
func shortDoor(id fact.DoorID) string { return fmt.Sprintf("%x", id[:4]) }

// FoundSite makes a site of this door, under a name by which other doors will know it.
func (d *Desk) FoundSite(_ context.Context, s Session, name string) error {
	by, err := d.allow(s, KeepsPeople)
	if err != nil {
		return err
	}
	if name, err = d.doorName(name); err != nil {
		return err
	}
	return explainSite(d.vault.FoundSite(by, name))
}

// doorName checks a door's name; empty: the unit's own.
func (d *Desk) doorName(name string) (string, error) {
	if name = strings.TrimSpace(name); name == "" {
		name = d.cfg.Unit.Name
	}
	if utf8.RuneCountInString(name) > 64 || !utf8.ValidString(name) || screen.Clean(name) != name {
		return "", i18n.Problem(i18n.E("desk.site-name", "that cannot be a door's name"),
			i18n.M("desk.site-name-short", "write at most 64 characters, such as gate or \"Block 4, garage\""))
	}
	return name, nil
}

// SiteLetter is a file for another door, and the code that is shown for it: the operator at the
// other door types it there.
type SiteLetter struct {
	File string // its name
	Path string // empty: it is on the stick
	Code string // twelve letters, in groups of four
}

// AskToJoin writes this door's request to join a site, onto the stick or into the unit's folder for
// what leaves it. Errors: there are people here; it belongs to a site.
func (d *Desk) AskToJoin(ctx context.Context, s Session, name string, via Via, step Progress) (SiteLetter, error) {
	by, err := d.allow(s, KeepsPeople)
	if err != nil {
		return SiteLetter{}, err
	}
	if name, err = d.doorName(name); err != nil {
		return SiteLetter{}, err
	}
	raw, code, err := d.vault.RequestSite(name)
	if err != nil {
		return SiteLetter{}, explainSite(err)
	}
	return d.siteLetter(ctx, d.bag(s, by, via), "join-"+shortDoor(d.vault.Unit()), raw, code, step)
}

// AdmitDoor makes the door that wrote a request a door of this site, and writes the answer for it.
// code is what the new door shows. The answer has all people in it, and is sealed to that door.
func (d *Desk) AdmitDoor(
	ctx context.Context, s Session, file, code string, via Via, step Progress,
) (SiteLetter, error) {
	by, err := d.allow(s, KeepsPeople)
	if err != nil {
		return SiteLetter{}, err
	}
	bag := d.bag(s, by, via)
	raw, err := bag.take(ctx, file)
	if err != nil {
		return SiteLetter{}, err
	}
	answer, itsCode, err := d.vault.AdmitDoor(by, raw, code)
	if err != nil {
		return SiteLetter{}, explainSite(err)
	}
	name := "welcome-" + strings.TrimSuffix(strings.TrimPrefix(file, "join-"), outbox.SiteEnding)
	return d.siteLetter(ctx, bag, name, answer, itsCode, step)
}

func (d *Desk) siteLetter(ctx context.Context, to bag, name string, raw []byte, code string,
	step Progress) (SiteLetter, error) {
	l := SiteLetter{File: name + outbox.SiteEnding, Code: code}
	err := to.give(ctx, map[string][]byte{l.File: raw}, step)
	l.Path = to.path(l.File)
	return l, err
}

// JoinSite makes this door one of the site whose answer a file is. code is what the door of the
// site shows. The people of the site can come in here when it returns.
func (d *Desk) JoinSite(ctx context.Context, s Session, file, code string, via Via) (Site, error) {
	by, err := d.allow(s, KeepsPeople)
	if err != nil {
		return Site{}, err
	}
	raw, err := d.bag(s, by, via).take(ctx, file)
	if err != nil {
		return Site{}, err
	}
	if err := d.vault.JoinSite(by, raw, code); err != nil {
		return Site{}, explainSite(err)
	}
	if err := d.unit.KeepOrders(ctx); err != nil {
		return Site{}, err
	}
	return d.site(ctx, s.Lang)
}

// SendDoorAway names a door that is one of the site no longer. It is told to go on alone with what
// it has; nothing is told to it afterwards. door is a name, or the beginning of a handle.
func (d *Desk) SendDoorAway(_ context.Context, s Session, door string) (SiteDoor, error) {
	by, err := d.allow(s, KeepsPeople)
	if err != nil {
		return SiteDoor{}, err
	}
	found, err := d.vault.Site()
	if err != nil {
		return SiteDoor{}, explainSite(err)
	}
	i, err := doorNamed(found.Doors, door)
	if err != nil {
		return SiteDoor{}, err
	}
	x := found.Doors[i]
	return SiteDoor{ID: shortDoor(x.ID), Name: x.Name, Here: x.ID == found.Here, Left: true},
		explainSite(d.vault.SendDoorAway(by, x.ID))
}

// realDoor refuses what is for a door where a seat is named.
func realDoor(x store.SiteDoor) error {
	if !x.Seat() {
		return nil
	}
	return i18n.Problem(i18n.E("desk.site-seat", "%s is the manager's seat, and has no door", x.Name),
		i18n.M("desk.site-seat-how", "'site' lists the doors"))
}

// doorNamed finds the one door that was not sent away which a name or the beginning of a handle
// means.
func doorNamed(all []store.SiteDoor, words string) (int, error) {
	at, n := -1, 0
	for i, x := range all {
		is := strings.EqualFold(x.Name, words) || words != "" && strings.HasPrefix(fmt.Sprintf("%x", x.ID), words)
		if is && !x.Left {
			at, n = i, n+1
		}
	}
	if n != 1 {
		return at, i18n.Problem(i18n.E("desk.site-no-door", "no door, or more than one, is meant"),
			i18n.M("desk.site-look", "'site' lists the doors; write a name, or a handle from there"))
	}
	return at, nil
}

// SiteErasure is one that doors of the site were told of, and what each answered.
type SiteErasure struct {
	Person  policy.PersonID // zero: they are erased
	What    string          // "face", "person"
	At      time.Time       // when this door learnt of it
	Before  bool            // this door joined later: not all answers are known here
	Answers []Answer
}

// Waits reports how many doors have not answered yet.
func (e *SiteErasure) Waits() (n int) {
	for _, a := range e.Answers {
		if a.At.IsZero() {
			n++
		}
	}
	return n
}

// Answer is what one door answered to an erasure, by a signed receipt.
type Answer struct {
	Door    string // its name
	Here    bool
	At      time.Time // zero: it has not answered yet
	Nothing bool      // there was nothing to erase
	Found   int       // how many blocks of it were still found afterwards: 0 is the proof
}

// AnswersOf tells which doors have answered the withdrawal of a person's face, and which not yet.
// With no answers, no withdrawal was told to the doors of the site. Errors: as of [Desk.Site].
func (d *Desk) AnswersOf(_ context.Context, s Session, id policy.PersonID) (SiteErasure, error) {
	if _, err := d.allow(s, ReadsPeople); err != nil {
		return SiteErasure{}, err
	}
	found, err := d.vault.Site()
	if err != nil {
		return SiteErasure{}, explainSite(err)
	}
	e, err := d.vault.SiteAnswers(store.Subject(id))
	if errors.Is(err, store.ErrUnknown) {
		return SiteErasure{}, nil
	}
	if err != nil {
		return SiteErasure{}, explainSite(err)
	}
	return erasureOf(e, found), nil
}

// FaceDoor is a door that has a person's face.
type FaceDoor struct {
	Name string
	Here bool
	Left bool // it was sent away, and keeps what it has
}

// FacesOf tells at which doors of the site a person's face is, as each told; none: at no door, or
// this one belongs to no site.
func (d *Desk) FacesOf(_ context.Context, s Session, id policy.PersonID) (all []FaceDoor, err error) {
	if _, err := d.allow(s, ReadsPeople); err != nil {
		return nil, err
	}
	doors, err := d.vault.FaceDoors(id)
	if errors.Is(err, store.ErrNoSite) {
		return nil, nil
	}
	if err != nil {
		return nil, explain(err)
	}
	found, err := d.vault.Site()
	for _, x := range found.Doors {
		if slices.Contains(doors, x.ID) {
			all = append(all, FaceDoor{x.Name, x.ID == found.Here, x.Left})
		}
	}
	return all, explainSite(err)
}

func erasureOf(e store.SiteErasure, in store.Site) SiteErasure {
	out := SiteErasure{Person: e.Person, What: e.What, At: e.At, Before: e.Before}
	for _, x := range e.Answers {
		a := Answer{Door: shortDoor(x.Door), Here: x.Door == in.Here}
		if i := slices.IndexFunc(in.Doors, func(d store.SiteDoor) bool { return d.ID == x.Door }); i >= 0 {
			a.Door = in.Doors[i].Name
		}
		if r := x.Receipt; r != nil {
			a.At, a.Nothing, a.Found = r.At, r.Nothing, r.Found
		}
		out.Answers = append(out.Answers, a)
	}
	return out
}

// explainSite turns errors of the vault into those that a console shows.
func explainSite(err error) error {
	for _, x := range siteErrors {
		if errors.Is(err, x.is) {
			return i18n.Problem(x.what, x.remedy)
		}
	}
	return err
}

var siteErrors = []struct {
	is     error
	what   *i18n.Error
	remedy i18n.Message
}{
	{store.ErrNoSite, i18n.E("desk.site-none", "this door belongs to no site"),
		i18n.M("desk.site-begin",
			"'site found' makes one of this door; 'site join' asks to join that of another door")},
	{store.ErrInSite, i18n.E("desk.site-already", "this door belongs to a site already"),
		i18n.M("desk.site-see", "'site' shows it")},
	{store.ErrNotEmpty, i18n.E("desk.site-people", "there are people at this door, and a door joins with none"),
		i18n.M("desk.site-new-vault",
			"let the door with the most people found the site, and join with new ones; people "+
				"of this one are brought by 'export people' and 'import'")},
	{store.ErrCode, i18n.E("desk.site-code", "that is not the code of this file"),
		i18n.M("desk.site-code-again",
			"type the twelve letters that the other door shows; if they do not fit, the file "+
				"was exchanged on its way: begin again with 'site join' at the new door")},
	{store.ErrRequest, i18n.E("desk.site-no-request", "the file is no request of a new door"),
		i18n.M("desk.site-request-how", "'site join' at the new door writes one")},
	{store.ErrWelcome, i18n.E("desk.site-no-welcome", "the file is not the answer to this door's request"),
		i18n.M("desk.site-welcome-how", "begin again with 'site join'; an answer fits the last request only")},
	{store.ErrTaken, i18n.E("desk.site-taken", "that door is one of this site already, or was"),
		i18n.M("desk.site-taken-how", "a door that was sent away comes back with a new vault only")},
	{store.ErrNotMigrated, i18n.E("desk.site-layout", "the vault has the layout of an earlier version"),
		i18n.M("desk.site-layout-how", "it is renewed when the update is kept: try again in ten minutes")},
}

// siteFacts says how many doors there are, and which orders stand, for the status; none: this door
// belongs to no site.
func (d *Desk) siteFacts(ctx context.Context, lang i18n.Language) ([]Fact, []SiteOrder) {
	found, err := d.site(ctx, lang)
	switch {
	case err != nil:
		return nil, nil // status is for doors of their own, too; 'site' says why
	case found.Left:
		return []Fact{{Name: "site", Fault: lang.Say(i18n.M("desk.site-sent-away",
			"this door was sent away from its site, and hears nothing more from it"))}}, found.Orders
	}
	n := 0
	for _, x := range found.Doors {
		if !x.Left {
			n++
		}
	}
	says := []i18n.Message{i18n.N(n, "desk.site-doors", "%d door", "%d doors", n)}
	if span := d.cfg.Site.PassbackSite.D(); span > 0 {
		says = append(says, i18n.M("desk.site-passback", "who came in at one may not come in at another for %v",
			notice.Facts{}.Minutes(span)))
	}
	for _, o := range found.Orders {
		says = append(says, i18n.M("desk.site-order", "%v of all doors from %s until %s",
			i18n.Word(string(o.Kind)), o.Door, d.written(o.Ends)))
	}
	return []Fact{{Name: "site", State: lang.Say(i18n.List(i18n.Semicolon, says...))}}, found.Orders
}
