package console

import (
	"context"
	"fmt"
	"strings"

	"menshen/board/desk"
	"menshen/internal/i18n"
	"menshen/policy"
)

// Sites makes several doors one site. What travels between them is sealed, and goes by stick or in
// the unit's out folder.
type Sites interface {
	// Site tells which doors there are, and how far each was heard of.
	Site(ctx context.Context, s desk.Session) (desk.Site, error)
	// FoundSite makes a site of this door, under a name; empty: the unit's.
	FoundSite(ctx context.Context, s desk.Session, name string) error
	// AskToJoin writes this door's request to join a site, with a code to be typed at the other
	// door.
	AskToJoin(ctx context.Context, s desk.Session, name string, via desk.Via,
		step desk.Progress) (desk.SiteLetter, error)
	// AdmitDoor admits the door whose request a file is, by the code which that door shows, and
	// writes the answer, with a code to be typed there.
	AdmitDoor(ctx context.Context, s desk.Session, file, code string, via desk.Via,
		step desk.Progress) (desk.SiteLetter, error)
	// JoinSite takes the answer, by the code which the other door shows.
	JoinSite(ctx context.Context, s desk.Session, file, code string, via desk.Via) (desk.Site, error)
	// SendDoorAway names a door that is one of the site no longer, for ever.
	SendDoorAway(ctx context.Context, s desk.Session, door string) (desk.SiteDoor, error)
	// CarrySite reads what other doors wrote, and writes what this door knows.
	CarrySite(ctx context.Context, s desk.Session, via desk.Via, step desk.Progress) (desk.SiteCarried, error)
	// AnswersOf tells which doors have answered the withdrawal of a person's face.
	AnswersOf(ctx context.Context, s desk.Session, id policy.PersonID) (desk.SiteErasure, error)
	// FacesOf tells at which doors a person's face is, as each told.
	FacesOf(ctx context.Context, s desk.Session, id policy.PersonID) ([]desk.FaceDoor, error)
}

func siteCommands() []command {
	return []command{
		{name: "site", usage: "[found [NAME] | join [FILE] [--name NAME] | admit FILE | leave DOOR | carry | " +
			"hub] [--folder] [--json]", needs: has[Sites], run: site,
			about: i18n.M("console.help-site",
				"show the doors that share their people; make this door one of them; carry "+
					"what each knows to the others on a USB stick, or with --folder in the out folder; "+
					"print what sets up a hub for them"),
			example: "site carry"},
	}
}

func site(ctx context.Context, c *console, words []string) error {
	a, err := parse(words, "folder", "json", "name=")
	if err != nil {
		return err
	}
	verb, rest := "", ""
	if len(a.words) > 0 {
		verb, rest = a.words[0], strings.Join(a.words[1:], " ")
	}
	via := desk.ByStick
	if a.has("folder") {
		via = desk.ByFolder
	}
	d := c.desk.(Sites)
	switch {
	case verb == "":
		return c.showSite(ctx, d, a.has("json"))
	case verb == "found":
		return c.foundSite(ctx, d, rest)
	case verb == "join" && rest == "":
		return c.askToJoin(ctx, d, a.options["name"], via)
	case verb == "join":
		return c.joinSite(ctx, d, rest, via)
	case verb == "admit" && rest != "":
		return c.admitDoor(ctx, d, rest, via)
	case verb == "leave" && rest != "":
		return c.sendDoorAway(ctx, d, rest)
	case verb == "carry" && rest == "":
		return c.carrySite(ctx, d, via)
	case verb == "hub" && rest == "":
		return c.sayHub(ctx, d)
	}
	return c.misuse("site")
}

func (c *console) showSite(ctx context.Context, d Sites, asJSON bool) error {
	found, err := d.Site(ctx, c.who)
	if err != nil {
		return err
	}
	t := table{cols: []column{
		{"door", i18n.M("console.site-door", "door")},
		{"handle", i18n.M("console.handle", "handle")},
		{"heard", i18n.M("console.site-heard", "heard of")},
		{"version", i18n.M("console.site-version", "version")},
		{"image", i18n.M("console.site-image", "image")},
		{"supply", i18n.M("console.site-supply", "supply")},
		{"is", i18n.M("console.site-is", "state")},
	}}
	for _, x := range found.Doors {
		var version, image, supply string
		if s := x.State; s != nil {
			version, image, supply = s.Version, s.Image, c.lang.Say(i18n.Word(s.Supply))
		}
		var is []string
		for _, m := range howDoorIs(x) {
			is = append(is, c.lang.Say(m))
		}
		t.add(x.Name, x.ID, moment(x.Heard), version, image, supply, strings.Join(is, c.lang.Say(i18n.Semicolon)))
	}
	if err := c.show(t, asJSON); err != nil || asJSON {
		return err
	}
	c.sayOrders(found.Orders)
	if found.Due > 0 {
		c.say(i18n.N(found.Due, "console.site-due", "! Still to be destroyed here, as at another door: %d erasure.",
			"! Still to be destroyed here, as at another door: %d erasures.", found.Due))
	}
	c.sayFaces(found)
	c.sayOpen(found.Open)
	switch a := found.Answers; {
	case a.Rest:
		c.say(i18n.M("console.site-unheard", "! Faces rest here: no other door has answered for long, so none "+
			"would tell who took their face back. Cards and codes go on."))
	case !a.Ends.IsZero():
		c.say(i18n.M("console.site-answered", "Faces go on here until %s; each answer of another door puts that off.",
			c.time(a.Ends)))
	}
	if found.Left {
		c.say(i18n.M("console.site-was-left", "This door was sent away: it goes on alone with what it has."))
	}
	return nil
}

// sayHub prints the command that sets up a hub for this site, as 'menshen-site doors' does, for
// units that have no shell.
func (c *console) sayHub(ctx context.Context, d Sites) error {
	found, err := d.Site(ctx, c.who)
	if err != nil {
		return err
	}
	words := []string{"  --site " + found.ID}
	for _, x := range found.Doors {
		if x.Here {
			c.say(i18n.M("console.site-hub-here", "This door's ticket will be %s.ticket. At the hub, with its own "+
				"address:", x.Whole))
		}
		if !x.Left {
			words = append(words, "  "+x.Whole)
		}
	}
	c.print(`menshen-site set-up --hub ADDRESS:4222 \`)
	for i, w := range words {
		if i < len(words)-1 {
			w += ` \`
		}
		c.print(w)
	}
	return nil
}

// sayFaces says how many people have a face at which doors.
func (c *console) sayFaces(found desk.Site) {
	var at []i18n.Message
	for _, x := range found.Doors {
		if x.Faces > 0 {
			at = append(at, i18n.Verbatim(fmt.Sprintf("%s %d", x.Name, x.Faces)))
		}
	}
	if len(at) > 0 {
		c.say(i18n.M("console.site-people-faces", "People with a face: %v; each counted once, %d.",
			i18n.List(i18n.Comma, at...), found.Faces))
	}
}

// howDoorIs says how a door of the site fares, the worst first.
func howDoorIs(x desk.SiteDoor) (says []i18n.Message) {
	say := func(m i18n.Message) { says = append(says, m) }
	if x.Left {
		return []i18n.Message{i18n.M("console.site-left", "sent away")}
	}
	if s := x.State; s != nil {
		for _, w := range s.Raised {
			say(i18n.Word(w))
		}
		for _, w := range s.Faults {
			say(i18n.M("console.site-fault", "fault: %v", i18n.Word(w)))
		}
		if s.Due > 0 {
			say(i18n.N(s.Due, "console.site-door-due", "%d erasure waits there", "%d erasures wait there", s.Due))
		}
	}
	if len(says) > 0 {
		says[0] = i18n.Join(i18n.Verbatim("! "), says[0])
	}
	if x.Seat {
		say(i18n.M("console.site-seat", "the manager's seat, without a door"))
	}
	days := int(x.Ago.Hours() / 24)
	switch {
	case x.Here && x.Seat:
		say(i18n.M("console.site-seat-here", "this one"))
	case x.Here:
		say(i18n.M("console.site-here", "this door"))
	case x.Heard.IsZero():
		say(i18n.M("console.site-never", "never heard of"))
	case days > 0:
		say(i18n.N(days, "console.site-silent", "heard of %d day ago", "heard of %d days ago", days))
	case x.State == nil:
		say(i18n.M("console.site-untold", "has not told how it is"))
	case len(says) == 0:
		say(i18n.M("console.site-in-order", "in order"))
	}
	return says
}

// sayOpen says which erasures some door has not answered yet, and which doors.
func (c *console) sayOpen(open []desk.SiteErasure) {
	for _, e := range open {
		var waits []string
		for _, x := range e.Answers {
			if x.At.IsZero() {
				waits = append(waits, x.Door)
			}
		}
		what := i18n.M("console.site-open-person", "somebody erased")
		if e.What == "face" {
			what = i18n.M("console.site-open-face", "face of %s", e.Person.String())
		}
		c.say(i18n.M("console.site-open", "! %s, %s: not answered yet by %s", what, c.time(e.At),
			strings.Join(waits, ", ")))
	}
}
