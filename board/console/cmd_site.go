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
		{name: "site", usage: "[found [NAME] | join [FILE] [--name NAME] | admit FILE | leave DOOR | carry] " +
			"[--folder] [--json]", needs: has[Sites], run: site,
			about: i18n.M("console.help-site",
				"show the doors that share their people; make this door one of them; carry "+
					"what each knows to the others on a USB stick, or with --folder in the out folder"),
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
	days := int(x.Ago.Hours() / 24)
	switch {
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

func (c *console) foundSite(ctx context.Context, d Sites, name string) error {
	c.say(i18n.M("console.site-found-tells",
		"Doors that join this one will know its people, and let them in with card "+
			"or code as this one does. A face goes to another door only where its owner names that door."))
	if err := c.confirmOrStop(i18n.M("console.site-found-sure", "Found a site with this door?")); err != nil {
		return err
	}
	if err := d.FoundSite(ctx, c.who, name); err != nil {
		return err
	}
	c.say(i18n.M("console.site-founded", "Founded. Next, at each further door, while it has no people yet: site join"))
	return nil
}

func (c *console) askToJoin(ctx context.Context, d Sites, name string, via desk.Via) error {
	l, err := d.AskToJoin(ctx, c.who, name, via, c.step)
	if err != nil {
		return err
	}
	c.letter(l)
	c.say(i18n.M("console.site-then-admit", "At a door of the site: site admit %s", l.File))
	return nil
}

// letter shows where a file for another door is, and its code.
func (c *console) letter(l desk.SiteLetter) {
	if l.Path == "" {
		c.say(i18n.M("console.site-on-stick", "On the stick: %s. It can be pulled out.", l.File))
	} else {
		c.say(i18n.M("console.site-in-folder", "Written: %s", l.Path))
	}
	c.say(i18n.M("console.site-code", "Its code, to be typed at the other door: %s", l.Code))
}

func (c *console) admitDoor(ctx context.Context, d Sites, file string, via desk.Via) error {
	c.say(i18n.M("console.site-admit-means",
		"The new door will know all people of this site, and may change them as this one may."))
	code, err := c.ask(i18n.M("console.site-ask-code", "The code that the other door shows: "))
	if err != nil {
		return err
	}
	l, err := d.AdmitDoor(ctx, c.who, file, code, via, c.step)
	if l.Code != "" { // it is admitted, also if the stick was not
		c.say(i18n.M("console.site-admitted", "Admitted."))
	}
	if err != nil {
		return err
	}
	c.letter(l)
	c.say(i18n.M("console.site-then-join", "At the new door: site join %s", l.File))
	return nil
}

func (c *console) joinSite(ctx context.Context, d Sites, file string, via desk.Via) error {
	code, err := c.ask(i18n.M("console.site-ask-code", "The code that the other door shows: "))
	if err != nil {
		return err
	}
	found, err := d.JoinSite(ctx, c.who, file, code, via)
	if err != nil {
		return err
	}
	n := len(found.Doors)
	c.say(i18n.N(n, "console.site-joined", "Joined a site of %d door. Its people can come in here now.",
		"Joined a site of %d doors. Its people can come in here now.", n))
	c.say(i18n.M("console.site-then-carry",
		"Now carry the stick once to all doors, so that each can tell this one what "+
			"changes: site carry"))
	return nil
}

func (c *console) sendDoorAway(ctx context.Context, d Sites, door string) error {
	c.say(i18n.M("console.site-leave-means", "A door that is sent away hears nothing more from this site and is "+
		"believed no more, for ever. It keeps the people that it knows until its vault is erased ('menshen retire' "+
		"there)."))
	if err := c.confirmOrStop(i18n.M("console.site-leave-sure", "Send %s away?", door)); err != nil {
		return err
	}
	x, err := d.SendDoorAway(ctx, c.who, door)
	if err != nil {
		return err
	}
	c.say(i18n.M("console.site-sent", "%s was sent away. The others hear of it by the next: site carry", x.Name))
	return nil
}

func (c *console) carrySite(ctx context.Context, d Sites, via desk.Via) error {
	got, err := d.CarrySite(ctx, c.who, via, c.step)
	for _, f := range got.Files {
		switch {
		case f.Err != nil:
			c.say(i18n.M("console.site-file-bad", "! %s: not taken, since %v", f.Name, i18n.Of(f.Err)))
		case f.New > 0:
			c.say(i18n.N(f.New, "console.site-file-new", "%s: %d new record", "%s: %d new records", doorOr(f), f.New))
		}
	}
	if err == nil || got.Records > 0 {
		c.taken(got)
	}
	if err != nil {
		return err
	}
	for _, name := range got.Waiting {
		c.say(i18n.M("console.site-waiting",
			"! Earlier records of %s are missing: carry from a door that has them.", name))
	}
	if got.Written == 0 {
		c.say(i18n.M("console.site-nothing-written", "The other doors' files say all that this door knows."))
		return nil
	}
	c.say(i18n.N(got.Written, "console.site-written", "Written: %d file. Next, at another door: site carry",
		"Written: %d files. Next, at another door: site carry", got.Written))
	return nil
}

// doorOr names the door of a file.
func doorOr(f desk.SiteFile) string {
	if f.Door == "" {
		return f.Name
	}
	return f.Door
}

// taken says what came of the records.
func (c *console) taken(got desk.SiteCarried) {
	if got.Records == 0 {
		c.say(i18n.M("console.site-nothing-new", "Nothing new for this door."))
		return
	}
	c.say(i18n.N(got.People, "console.site-taken", "Taken in: news of %d person.", "Taken in: news of %d people.",
		got.People))
	if got.Closed > 0 {
		c.say(i18n.N(got.Closed, "console.site-closed",
			"%d record is sealed for a key that this door has destroyed: it asks for it again. "+
				"Carry once more, to the door that wrote it and back.",
			"%d records are sealed for a key that this door has destroyed: it asks for them again. "+
				"Carry once more, to the doors that wrote them and back.",
			got.Closed))
	}
	if got.Erased > 0 {
		c.say(i18n.N(got.Erased, "console.site-erased", "Erased here, as at another door: %d person.",
			"Erased here, as at another door: %d people.", got.Erased))
	}
	if got.Faces > 0 {
		c.say(i18n.N(got.Faces, "console.site-faces",
			"Taken back by its owner at another door, and erased here: %d face.",
			"Taken back by their owners at another door, and erased here: %d faces.", got.Faces))
	}
}

// tellSite says what the other doors of the site are yet to hear after an erasure here.
func (c *console) tellSite(ctx context.Context) {
	d, ok := c.desk.(Sites)
	if !ok {
		return
	}
	if found, err := d.Site(ctx, c.who); err == nil && !found.Left && len(found.Doors) > 1 {
		c.say(i18n.M("console.site-others-hear",
			"The other doors of the site do the same when they hear of it: site carry"))
	}
}

// tellFaces says at which doors of the site a person's face is.
func (c *console) tellFaces(ctx context.Context, p policy.Person) error {
	d, ok := c.desk.(Sites)
	if !ok {
		return nil
	}
	at, err := d.FacesOf(ctx, c.who, p.ID)
	if err != nil {
		return err
	}
	for _, x := range p.Face.Doors {
		c.say(i18n.M("console.site-face-named", "It may go to %s: agreed %s, notice %s.", x.Name, c.time(x.At),
			fmt.Sprintf("%x", x.Notice[:4])))
	}
	if len(at) == 0 {
		return nil
	}
	var names []i18n.Message
	for _, x := range at {
		name := i18n.Verbatim(x.Name)
		if x.Left {
			name = i18n.M("console.site-face-left", "%s (sent away)", x.Name)
		}
		names = append(names, name)
	}
	c.say(i18n.M("console.site-face-at", "The face is stored at: %v.", i18n.List(i18n.Comma, names...)))
	return nil
}

// tellAnswers says which doors of the site have erased the face of a person, and which not yet.
func (c *console) tellAnswers(ctx context.Context, p policy.Person) error {
	d, ok := c.desk.(Sites)
	if !ok || p.Face.State != policy.FaceWithdrawn && p.Face.State != policy.FaceRefused {
		return nil
	}
	if found, err := d.Site(ctx, c.who); err != nil || len(found.Doors) == 0 {
		return nil // it belongs to no site
	}
	e, err := d.AnswersOf(ctx, c.who, p.ID)
	if err != nil {
		return err
	}
	for _, x := range e.Answers {
		switch {
		case x.At.IsZero():
			c.say(i18n.M("console.site-face-waits", "! The face: %s has not answered yet.", x.Door))
		case x.Nothing:
			c.say(i18n.M("console.site-face-nothing", "The face: nothing of it was at %s, %s.", x.Door, c.time(x.At)))
		default:
			c.say(i18n.M("console.site-face-erased", "The face was erased at %s, %s; blocks found afterwards: %d.",
				x.Door, c.time(x.At), x.Found))
		}
	}
	if e.Before {
		c.say(i18n.M("console.site-face-before", "It was taken back before this door joined its site: the other "+
			"doors know who answered."))
	}
	return nil
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
