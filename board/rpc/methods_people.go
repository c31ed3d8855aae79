package rpc

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"menshen/board/desk"
	"menshen/internal/i18n"
	"menshen/policy"
)

// peopleMethods keep the people.
var peopleMethods = map[string]handler{
	"people.find":   method(findPeople),
	"people.get":    method(getPerson),
	"people.same":   method(samePerson),
	"people.groups": method(groups),
	"people.add":    method(addPerson),
	"people.change": method(changePerson),
	"people.remove": method(removePerson),
}

// person is a person in a list.
type person struct {
	Person      handle `json:"person"`
	Name        string `json:"name"`
	Apartment   string `json:"apartment,omitempty"`
	Credentials int    `json:"credentials"` // that work
	Face        coded  `json:"face"`
	Until       string `json:"until,omitempty"` // the end of the lease: the first moment after it
	Blocked     bool   `json:"blocked,omitempty"`
}

func (c *call) person(p policy.Person, now time.Time) person {
	return person{Person: handleOf(p.ID), Name: p.Name.Reveal(), Apartment: p.Apartment.Reveal(),
		Credentials: len(p.Working(now)), Face: c.faceState(p.Face), Until: c.time(p.Until), Blocked: p.Blocked}
}

func (c *call) faceState(f policy.FaceConsent) coded {
	said := map[policy.FaceState]i18n.Message{
		policy.FaceNever:     i18n.M("console.not-asked", "not asked for"),
		policy.FaceRefused:   i18n.M("console.face-refused", "refused"),
		policy.FaceConsented: i18n.M("console.consented-not-enrolled", "consented, not enrolled"),
		policy.FaceEnrolled:  i18n.M("console.enrolled", "enrolled"),
		policy.FaceWithdrawn: i18n.M("console.withdrawn", "withdrawn"),
	}[f.State]
	return coded{string(f.State), c.say(said)}
}

type findParams struct {
	Words string `json:"words"` // in a name or an apartment, or the beginning of a handle; empty: all
	From  int    `json:"from"`  // how many to leave out
	Count int    `json:"count"` // at most; 50 where 0, at most 100
}

type found struct {
	People []person `json:"people"`
	All    int      `json:"all"` // that fit
}

// findPeople gives the people that words fit, by apartment and name. The look-up is recorded.
func findPeople(ctx context.Context, c *call, p findParams) (found, error) {
	if p.From < 0 || p.Count < 0 || p.Count > 100 {
		return found{}, badParams("from is 0 or more, count at most 100")
	}
	if p.Count == 0 {
		p.Count = 50
	}
	all, err := c.desk.Find(ctx, c.who, p.Words)
	out := found{People: []person{}, All: len(all)}
	now := c.desk.Now()
	for _, one := range all[min(p.From, len(all)):min(p.From+p.Count, len(all))] {
		out.People = append(out.People, c.person(one, now))
	}
	return out, err
}

type sameParams struct {
	Name      string `json:"name"`
	Apartment string `json:"apartment"`
	Person    handle `json:"person"` // who has them, and is not meant; absent: nobody
}

type same struct {
	Person *person `json:"person,omitempty"` // who has this name and apartment; absent: nobody
}

// samePerson tells who has a name and an apartment already, before they are entered a second time.
// The look-up is recorded.
func samePerson(ctx context.Context, c *call, p sameParams) (same, error) {
	self, err := p.Person.orNobody()
	first := strings.Fields(p.Name)
	if err != nil || len(first) == 0 {
		return same{}, err // the desk refuses an empty name
	}
	found, err := c.desk.Find(ctx, c.who, first[0])
	if err != nil {
		return same{}, err
	}
	x := desk.Details{Name: policy.Private(p.Name), Apartment: policy.Private(p.Apartment)}
	one, is := desk.Same(found, x, self)
	if !is {
		return same{}, nil
	}
	line := c.person(one, c.desk.Now())
	return same{&line}, nil
}

// groups are the access groups that a rule of the site names: a person is put into no others.
func groups(ctx context.Context, c *call, _ nothing) ([]string, error) {
	h, err := c.desk.Hours(ctx, c.who)
	return append([]string{}, h.Known...), err
}

type personParams struct {
	Person handle `json:"person"`
}

// details are what staff write about a person.
type details struct {
	Name      string   `json:"name"`
	Apartment string   `json:"apartment,omitempty"`
	Lang      string   `json:"lang"`
	From      string   `json:"from,omitempty"`  // the lease begins
	Until     string   `json:"until,omitempty"` // the first moment after the lease; a day: after the end of that day
	Groups    []string `json:"groups,omitempty"`
	Minor     bool     `json:"minor,omitempty"` // under 14: a guardian consents
	LongOpen  bool     `json:"longOpen,omitempty"`
	Blocked   bool     `json:"blocked,omitempty"`
}

type credential struct {
	ID       string `json:"id"`
	Kind     coded  `json:"kind"`
	Label    string `json:"label,omitempty"`
	Clonable bool   `json:"clonable,omitempty"`
	AES      bool   `json:"aes,omitempty"` // a card that proves itself by AES
	Revoked  bool   `json:"revoked,omitempty"`
	LastUsed string `json:"lastUsed,omitempty"`
	From     string `json:"from,omitempty"`
	Until    string `json:"until,omitempty"`
	Uses     int    `json:"uses,omitempty"` // 0: no limit
	Used     int    `json:"used,omitempty"`
	Duress   bool   `json:"duress,omitempty"`
}

func (c *call) credential(k policy.Credential) credential {
	return credential{ID: k.ID, Kind: word(c, k.Kind), Label: k.Label, Clonable: k.Clonable, AES: k.AES,
		Revoked: k.Revoked, LastUsed: c.time(k.LastUsed), From: c.time(k.From), Until: c.time(k.Until),
		Uses: k.Uses, Used: k.Used, Duress: k.Duress}
}

// face is where a person stands with face entry.
type face struct {
	State        coded    `json:"state"`
	At           string   `json:"at,omitempty"`
	Guardian     string   `json:"guardian,omitempty"` // the relation
	GuardianName string   `json:"guardianName,omitempty"`
	CardRequired bool     `json:"cardRequired,omitempty"` // it works only together with the card
	OnCard       bool     `json:"onCard,omitempty"`       // their own card carries it, and nothing is stored
	MayCarry     bool     `json:"mayCarry,omitempty"`     // their card can carry it
	Occasions    []string `json:"occasions,omitempty"`    // on which it was taken, the last first
	Learns       string   `json:"learns,omitempty"`       // since when from visits
	Again        string   `json:"again,omitempty"`        // until then the door may ask to look once more
	Drifted      bool     `json:"drifted,omitempty"`      // it is known worse than when it was taken
	OldNotice    bool     `json:"oldNotice,omitempty"`    // the notice has changed since they agreed
	// Doors of the site that have it, as each told; absent: none has, or this door is of no site.
	Doors []faceDoor `json:"doors,omitempty"`
	// Named are the doors to which it may go, as the person named them.
	Named []namedDoor `json:"named,omitempty"`
	// Further are the doors that the present notice names, and the person does not.
	Further []string `json:"further,omitempty"`
	From    string   `json:"from,omitempty"` // the door that took it; absent: this one
}

// namedDoor is a door that a person named, by a yes to a notice.
type namedDoor struct {
	Name   string `json:"name"`
	At     string `json:"at"`
	Notice string `json:"notice"` // version of the notice
}

// faceDoor is a door that has a person's face.
type faceDoor struct {
	Name string `json:"name"`
	Here bool   `json:"here,omitempty"`
	Left bool   `json:"left,omitempty"` // it was sent away, and keeps what it has
}

// whole is a person's page.
type whole struct {
	Person      handle       `json:"person"`
	Details     details      `json:"details"`
	Credentials []credential `json:"credentials"`
	Face        face         `json:"face"`
	NeverIn     string       `json:"neverIn,omitempty"` // why they can never come in here
}

func getPerson(ctx context.Context, c *call, p personParams) (whole, error) {
	one, err := c.personOf(ctx, p.Person)
	if err != nil {
		return whole{}, err
	}
	return c.whole(ctx, one)
}

// personOf looks a person up, which is recorded.
func (c *call) personOf(ctx context.Context, h handle) (policy.Person, error) {
	id, err := h.id()
	if err != nil {
		return policy.Person{}, err
	}
	return c.desk.Person(ctx, c.who, id)
}

func (c *call) whole(ctx context.Context, p policy.Person) (whole, error) {
	out := whole{Person: handleOf(p.ID), Credentials: []credential{},
		Details: details{Name: p.Name.Reveal(), Apartment: p.Apartment.Reveal(), Lang: p.Lang, From: c.time(p.From),
			Until: c.time(p.Until), Groups: p.Groups, Minor: p.Face.Minor, LongOpen: p.LongOpen, Blocked: p.Blocked},
		Face: face{State: c.faceState(p.Face), At: c.time(p.Face.At), Guardian: p.Face.Guardian,
			GuardianName: p.Face.GuardianName.Reveal(), CardRequired: p.Face.CardRequired, OnCard: p.Face.OnCard,
			Learns: c.time(p.Face.Learns.At), Again: c.time(p.Face.Again)}}
	for _, k := range p.Credentials {
		out.Credentials = append(out.Credentials, c.credential(k))
	}
	for i := len(p.Occasions) - 1; i >= 0; i-- {
		out.Face.Occasions = append(out.Face.Occasions, c.say(desk.Occasion(p.Occasions[i], c.o.Location)))
	}
	at, err := c.desk.FacesOf(ctx, c.who, p.ID)
	if err != nil {
		return out, err
	}
	for _, x := range p.Face.Doors {
		out.Face.Named = append(out.Face.Named, namedDoor{x.Name, c.time(x.At), fmt.Sprintf("%x", x.Notice[:4])})
	}
	if p.Face.FromElsewhere() {
		out.Face.From = fmt.Sprintf("%x", p.Face.From[:4])
	}
	for _, x := range at {
		out.Face.Doors = append(out.Face.Doors, faceDoor(x))
	}
	if out.Face.MayCarry, err = c.desk.MayBeOnCard(ctx, c.who, p); err != nil {
		return out, err
	}
	if out.NeverIn, err = c.desk.NeverIn(ctx, c.who, p); err != nil {
		return out, err
	}
	if out.Face.Drifted, err = c.desk.Drifted(ctx, c.who, p.ID); err != nil || !p.HasFace() {
		return out, err
	}
	n, err := c.desk.Notice(ctx, c.who, cmp.Or(p.Face.Lang, p.Lang))
	out.Face.OldNotice = err == nil && n.Hash != p.Face.Notice && !p.Face.FromElsewhere()
	if p.FaceStored() && !p.Face.FromElsewhere() {
		out.Face.Further = slices.DeleteFunc(slices.Clone(n.Doors), func(door string) bool {
			return slices.ContainsFunc(p.Face.Doors, func(d policy.ConsentDoor) bool { return d.Name == door })
		})
	}
	return out, err
}

func (c *call) details(d details) (out desk.Details, err error) {
	out = desk.Details{Name: policy.Private(d.Name), Apartment: policy.Private(d.Apartment), Lang: d.Lang,
		Groups: d.Groups, Minor: d.Minor, LongOpen: d.LongOpen, Blocked: d.Blocked}
	if out.From, err = c.moment(d.From); err != nil {
		return out, err
	}
	out.Until, err = c.dayEnd(d.Until)
	return out, err
}

// dayEnd reads a time; a day alone is the moment after its end.
func (c *call) dayEnd(s string) (time.Time, error) {
	if t, err := time.ParseInLocation(time.DateOnly, s, c.o.Location); err == nil {
		return t.AddDate(0, 0, 1), nil
	}
	return c.moment(s)
}

func addPerson(ctx context.Context, c *call, p details) (whole, error) {
	d, err := c.details(p)
	if err != nil {
		return whole{}, err
	}
	one, err := c.desk.AddPerson(ctx, c.who, d)
	if err != nil {
		return whole{}, err
	}
	return c.whole(ctx, one)
}

type changeParams struct {
	Person  handle  `json:"person"`
	Details details `json:"details"` // all of them
}

func changePerson(ctx context.Context, c *call, p changeParams) (whole, error) {
	id, err := p.Person.id()
	if err != nil {
		return whole{}, err
	}
	d, err := c.details(p.Details)
	if err != nil {
		return whole{}, err
	}
	one, err := c.desk.ChangePerson(ctx, c.who, id, d)
	if err != nil {
		return whole{}, err
	}
	return c.whole(ctx, one)
}

type removeParams struct {
	Person handle `json:"person"`
	Reason string `json:"reason"` // "lease end", "own request", "mistake"
}

// receipt proves an erasure, or a revocation.
type receipt struct {
	At       string `json:"at"`
	What     coded  `json:"what"`
	Number   string `json:"number,omitempty"` // of the signed receipt; absent: nothing had to be erased
	Detail   string `json:"detail,omitempty"`
	FaceGone bool   `json:"faceGone,omitempty"` // a face was erased as well
	OnCard   bool   `json:"onCard,omitempty"`   // it lay on its owner's cards, which are overwritten if they come now
}

func (c *call) receipt(r desk.Receipt) receipt {
	return receipt{c.time(r.At), word(c, r.What), r.Serial, r.Detail, r.FaceGone, r.OnCard}
}

func removePerson(ctx context.Context, c *call, p removeParams) (receipt, error) {
	id, err := p.Person.id()
	if err != nil {
		return receipt{}, err
	}
	r, err := c.desk.RemovePerson(ctx, c.who, id, p.Reason)
	return c.receipt(r), err
}
