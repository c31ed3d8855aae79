package console

import (
	"context"
	"encoding/hex"
	"slices"
	"strings"

	"menshen/board/desk"
	"menshen/board/notice"
	"menshen/internal/i18n"
	"menshen/policy"
)

func faceCommands() []command {
	return []command{
		{name: "notice", usage: "[en|zh]", run: showNotice,
			about:   i18n.M("console.help-notice", "show the notice in force and its hash"),
			example: "notice zh"},
		{name: "consent", usage: "WHO [--doors NAME,...]", right: desk.TakesFaces, person: true, run: consent,
			about: i18n.M("console.help-consent-doors", "show a person the notice and record their choice; --doors: "+
				"their face may go to these other doors of the site too, as they named them"),
			example: "consent 1204"},
		{name: "refuse", usage: "WHO", right: desk.KeepsPeople, person: true, run: refuse,
			about:   i18n.M("console.help-refuse", "record that a person does not want face entry"),
			example: "refuse 1204"},
		{name: "enrol", usage: "WHO [card | later [off]]", right: desk.TakesFaces, person: true, run: enrol,
			about: i18n.M("console.help-enrol-on-card", "enrol a consenting person's face at the door, or take it "+
				"once more; card: their own card carries it, and nothing is stored; later: the door asks them after "+
				"their card, on other days"),
			example: "enrol 1204"},
		{name: "learn", usage: "WHO [off]", right: desk.KeepsPeople, person: true, run: learn,
			about: i18n.M("console.help-learn", "at a person's own request: let the door learn their face from "+
				"visits; off: end that, and erase what was learnt"),
			example: "learn 1204"},
		{name: "withdraw", usage: "WHO", right: desk.KeepsPeople, person: true, run: withdraw,
			about:   i18n.M("console.help-withdraw", "end a person's face entry and erase the face"),
			example: "withdraw 1204"},
	}
}

func showNotice(ctx context.Context, c *console, words []string) error {
	lang := c.noticeLanguage()
	if len(words) == 1 && slices.Contains(notice.Codes(), words[0]) {
		lang = words[0]
	} else if len(words) > 0 {
		return c.misuse("notice")
	}
	n, err := c.desk.Notice(ctx, c.who, lang)
	if err != nil {
		return err
	}
	return c.notice(n)
}

// noticeLanguage is the console's language where there is a notice in it, or English.
func (c *console) noticeLanguage() string {
	if code := c.lang.Code(); slices.Contains(notice.Codes(), code) {
		return code
	}
	return i18n.English.Code()
}

func (c *console) notice(n desk.Notice) error {
	c.say(i18n.M("console.notice-version", "Notice, version %s (%s)", n.Version, n.Lang))
	if err := c.screen(c.wrapped(n.Text)); err != nil {
		return err
	}
	c.say(i18n.M("console.sha-256", "SHA-256 %s", hex.EncodeToString(n.Hash[:])))
	return nil
}

// consent shows the notice in the person's own language, takes a yes or a no, and has the person
// confirm a yes with their own card.
func consent(ctx context.Context, c *console, words []string) error {
	a, err := parse(words, "doors=")
	if err != nil {
		return err
	}
	p, err := c.findPerson(ctx, a.rest())
	if err != nil {
		return err
	}
	var asked i18n.Message
	if p.Face.State == policy.FaceRefused || p.Face.State == policy.FaceWithdrawn {
		asked = i18n.M("console.refused-before",
			"This person refused before. Go on only if they came to ask for it themselves.")
	}
	given, err := c.informed(ctx, p, asked)
	if err != nil {
		return err
	}
	sure := i18n.M("console.consent-sure",
		"Has the person read it, and do they want face entry of their own free will?")
	if a.has("doors") {
		given.Doors = namesIn(a.options["doors"])
		sure = i18n.M("console.consent-sure-doors", "Has the person read it, and do they want face entry of their own "+
			"free will, here and at %s?", strings.Join(given.Doors, ", "))
	}
	yes, err := c.confirm(sure)
	if err != nil {
		return err
	}
	if !yes {
		c.endNotice(ctx)
		c.say(i18n.M("console.consent-not-given",
			"Nothing was recorded. If they do not want to be asked again: refuse."))
		return nil
	}
	if err := c.desk.Consent(ctx, c.who, given, c.step); err != nil {
		return err
	}
	if p.Face.State == policy.FaceEnrolled {
		c.say(i18n.M("console.consent-renewed", "Consent to the present notice recorded. The face goes on working."))
		if l := p.Face.Learns; !l.At.IsZero() && l.Notice != given.Notice {
			c.say(i18n.M("console.learning-rests", "Nothing more is learnt from their visits, since they agreed to "+
				"that with the earlier notice. If they ask for it: learn %s", p.ID))
		}
		return nil
	}
	c.say(i18n.M("console.consent-recorded", "Consent recorded. Next: enrol %s", p.ID))
	return nil
}

// namesIn are the names in a list with commas.
func namesIn(list string) (names []string) {
	for name := range strings.SplitSeq(list, ",") {
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// informed shows a person the notice in their own language, and asks for a child's guardian. Where
// asked says so, it is to be the person who came and asked for it.
func (c *console) informed(ctx context.Context, p policy.Person, asked i18n.Message) (desk.ConsentGiven, error) {
	n, err := c.desk.Notice(ctx, c.who, p.Lang)
	if err == nil && !asked.IsZero() {
		c.say(asked)
		err = c.confirmOrStop(i18n.M("console.did-they-ask", "Did they ask for it?"))
	}
	if front, ok := c.desk.(Front); ok && err == nil {
		err = front.ShowNotice(ctx, c.who, p.ID)
	}
	if err == nil {
		err = c.notice(n)
	}
	given := desk.ConsentGiven{Person: p.ID, Notice: n.Hash, Lang: n.Lang}
	if err == nil && p.Face.Minor {
		err = c.askGuardian(&given)
	}
	return given, err
}

// askGuardian asks who decides for a person under 14.
func (c *console) askGuardian(given *desk.ConsentGiven) error {
	c.say(i18n.M("console.guardian-decides", "Under 14: a parent or guardian reads and decides."))
	s, err := c.ask(i18n.M("console.guardians-name", "Guardian's name: "))
	if err != nil {
		return err
	}
	given.GuardianName = policy.Private(s)
	if given.Guardian, err = c.ask(
		i18n.M("console.guardians-relation", "Relation (mother, father, ...): ")); err != nil {
		return err
	}
	if s == "" || given.Guardian == "" {
		return errNothingDone
	}
	return nil
}

func refuse(ctx context.Context, c *console, words []string) error {
	p, err := c.findPerson(ctx, strings.Join(words, " "))
	if err != nil {
		return err
	}
	if p.Face.State == policy.FaceEnrolled {
		if err := c.confirmOrStop(i18n.M("console.refuse-erases",
			"Their face is enrolled and will be erased. Go on?")); err != nil {
			return err
		}
	}
	if err := c.desk.Refuse(ctx, c.who, p.ID); err != nil {
		return err
	}
	c.say(i18n.M("console.refusal-recorded", "Recorded. They will not be asked again; their card works as before."))
	return nil
}

func enrol(ctx context.Context, c *console, words []string) error {
	n := len(words)
	off := n > 2 && words[n-2] == "later" && words[n-1] == "off"
	if off {
		words = words[:n-1]
	}
	who, onCard := cutLast(words, "card")
	who, later := cutLast(strings.Fields(who), "later")
	p, err := c.findPerson(ctx, who)
	switch {
	case err != nil:
		return err
	case off:
		return c.notAgain(ctx, p)
	case later:
		return c.enrolLater(ctx, p)
	case onCard:
		return c.enrolOnCard(ctx, p)
	}
	e, err := c.desk.Enrol(ctx, c.who, p.ID, c.step)
	if err != nil {
		return err
	}
	c.say(i18n.M("console.face-enrolled",
		"Enrolled from %d pictures, none of which is kept. The face now opens the door.", e.Pictures))
	if e.Occasions > 1 {
		c.say(i18n.N(e.Occasions, "console.occasions-stored", "%d occasion is stored now.",
			"%d occasions are stored now.", e.Occasions))
	} else {
		c.say(i18n.M("console.enrol-on-other-days", "A face is recognised far better if it was taken on three "+
			"days. At their next visit: enrol %s. Or the door asks them: enrol %s later", p.ID, p.ID))
	}
	if e.CardRequired {
		c.say(i18n.M("console.face-too-similar",
			"Another enrolled person looks too similar: the face works only together with the card."))
	}
	return nil
}

// enrolOnCard has a person's own card carry their face.
func (c *console) enrolOnCard(ctx context.Context, p policy.Person) error {
	e, err := c.desk.EnrolOnCard(ctx, c.who, p.ID, c.step)
	if err != nil {
		return err
	}
	c.say(i18n.M("console.face-on-card", "Made from %d pictures, none of which is kept. Their card carries the face "+
		"now, and this unit keeps no copy. A second card of theirs: enrol %s card", e.Pictures, p.ID))
	return nil
}

// cutLast splits off a last word that says more than who is meant.
func cutLast(words []string, word string) (who string, is bool) {
	if n := len(words) - 1; n > 0 && words[n] == word {
		return strings.Join(words[:n], " "), true
	}
	return strings.Join(words, " "), false
}

// enrolLater has a person agree, with their own card, that the door takes their face once more.
func (c *console) enrolLater(ctx context.Context, p policy.Person) error {
	n, err := c.desk.Notice(ctx, c.who, p.Lang)
	if err != nil {
		return err
	}
	c.say(i18n.M("console.again-means", "When they have opened the door with their own card, it asks them to "+
		"look at the camera for a moment: once a day, for 30 days, or until three occasions are stored. They may "+
		"walk on."))
	given := desk.ConsentGiven{Person: p.ID, Notice: n.Hash, Lang: n.Lang}
	if err := c.desk.Again(ctx, c.who, given, c.step); err != nil {
		return err
	}
	c.say(i18n.M("console.again-recorded", "Recorded. The door asks at their next visits."))
	return nil
}

func (c *console) notAgain(ctx context.Context, p policy.Person) error {
	if err := c.desk.NotAgain(ctx, c.who, p.ID); err != nil {
		return err
	}
	c.say(i18n.M("console.again-ended", "Recorded. The door does not ask them to look once more."))
	return nil
}

// learn takes the separate consent to learning from visits, or ends it.
func learn(ctx context.Context, c *console, words []string) error {
	who, off := cutLast(words, "off")
	p, err := c.findPerson(ctx, who)
	if err != nil {
		return err
	}
	if off {
		return c.stopLearning(ctx, p)
	}
	given, err := c.informed(ctx, p, i18n.M("console.learning-own-request",
		"This is a purpose of its own. Nobody is to be asked for it: go on only if they came to ask."))
	if err != nil {
		return err
	}
	if err := c.confirmOrStop(i18n.M("console.learning-sure",
		"Has the person read 'Learning from visits', and do they want it of their own free will?")); err != nil {
		return err
	}
	if err := c.desk.Learn(ctx, c.who, given, c.step); err != nil {
		return err
	}
	c.say(i18n.M("console.learning-recorded",
		"Recorded. The door learns at most once a week, and only from visits with card and face. To end it: "+
			"learn %s off", p.ID))
	return nil
}

func (c *console) stopLearning(ctx context.Context, p policy.Person) error {
	r, err := c.desk.StopLearning(ctx, c.who, p.ID)
	if err != nil {
		return err
	}
	c.say(i18n.M("console.learning-ended",
		"Ended. What was learnt is erased; the face as it was enrolled goes on working."))
	c.receipt(r)
	return nil
}

func withdraw(ctx context.Context, c *console, words []string) error {
	p, err := c.findPerson(ctx, strings.Join(words, " "))
	if err != nil {
		return err
	}
	if err := c.confirmOrStop(i18n.M("console.withdraw-sure", "End face entry of %s and erase the face?",
		name(p))); err != nil {
		return err
	}
	r, err := c.desk.Withdraw(ctx, c.who, p.ID)
	if err != nil {
		return err
	}
	c.say(i18n.M("console.face-withdrawn", "Withdrawn. The face no longer opens; the card does."))
	c.receipt(r)
	c.tellSite(ctx)
	return nil
}
