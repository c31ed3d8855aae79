package console

import (
	"context"
	"slices"
	"strings"

	"menshen/board/desk"
	"menshen/internal/i18n"
	"menshen/policy"
)

func person(ctx context.Context, c *console, words []string) error {
	a, err := parse(words, "json")
	if err != nil {
		return err
	}
	p, err := c.findPerson(ctx, a.rest())
	if err != nil {
		return err
	}
	if err := c.describe(p, a.has("json")); err != nil || a.has("json") {
		return err
	}
	if err := c.tellNeverIn(ctx, p); err != nil {
		return err
	}
	if err := c.tellDrift(ctx, p); err != nil {
		return err
	}
	if err := c.tellFaces(ctx, p); err != nil {
		return err
	}
	if err := c.tellAnswers(ctx, p); err != nil {
		return err
	}
	return c.tellRenewal(ctx, p)
}

// describe shows a person: what is written about them, then their credentials.
func (c *console) describe(p policy.Person, asJSON bool) error {
	if !asJSON {
		c.facts([]fact{
			{i18n.M("console.handle", "handle"), p.ID.String()}, {i18n.M("console.name", "name"), p.Name.Reveal()},
			{i18n.M("console.apartment", "apartment"), p.Apartment.Reveal()},
			{i18n.M("console.language", "language"), p.Lang},
			{i18n.M("console.lease-from", "lease from"), c.date(p.From)},
			{i18n.M("console.lease-ends", "lease ends"), c.lastDay(p.Until)},
			{i18n.M("console.groups", "access groups"), strings.Join(p.Groups, ", ")},
			{i18n.M("console.blocked", "blocked"), c.cell(p.Blocked)},
			{i18n.M("console.under-14", "under 14"), c.minor(p.Face)},
			{i18n.M("console.more-time", "more time"), onlyIf(p.LongOpen, c.cell(true))},
			{i18n.M("console.face", "face"), c.faceState(p.Face)},
			{i18n.M("console.occasions", "face taken"), c.occasions(p)},
			{i18n.M("console.learns", "learns from visits"), c.date(p.Face.Learns.At)},
		})
	}
	if len(p.Credentials) == 0 && !asJSON {
		c.say(i18n.M("console.no-credentials", "No card, PIN or pass yet."))
		return nil
	}
	// clonable is a yes or no in JSON, as it always was
	copied := func(k policy.Credential) any { return word(k.Copying()) }
	if asJSON {
		copied = func(k policy.Credential) any { return k.Clonable }
	}
	t := table{cols: []column{
		{"key", i18n.M("console.credential", "credential")},
		{"kind", i18n.M("console.kind", "kind")},
		{"label", i18n.M("console.label", "label")},
		{"used", i18n.M("console.last-used", "last used")},
		{"clonable", i18n.M("console.clonable", "can be copied")},
		{"revoked", i18n.M("console.revoked-column", "revoked")},
	}}
	for _, k := range p.Credentials {
		t.add(shortID(k), word(k.Kind), k.Label, c.date(k.LastUsed), copied(k), k.Revoked)
	}
	return c.show(t, asJSON)
}

// occasions are the days on which a face was taken, the last one first.
func (c *console) occasions(p policy.Person) string {
	var all []string
	for _, o := range slices.Backward(p.Occasions) {
		all = append(all, c.lang.Say(desk.Occasion(o, c.o.Location)))
	}
	return strings.Join(all, c.lang.Say(i18n.Semicolon))
}

// minor says whether a person is under 14, and which parent or guardian consented for them.
func (c *console) minor(f policy.FaceConsent) string {
	if !f.Minor || f.Guardian == "" {
		return onlyIf(f.Minor, c.cell(true))
	}
	return c.cell(true) + ", " + f.Guardian + " " + f.GuardianName.Reveal()
}

func onlyIf(yes bool, s string) string {
	if yes {
		return s
	}
	return ""
}

func (c *console) faceState(f policy.FaceConsent) string {
	words := map[policy.FaceState]i18n.Message{
		policy.FaceNever:     i18n.M("console.not-asked", "not asked for"),
		policy.FaceRefused:   i18n.M("console.face-refused", "refused"),
		policy.FaceConsented: i18n.M("console.consented-not-enrolled", "consented, not enrolled"),
		policy.FaceEnrolled:  i18n.M("console.enrolled", "enrolled"),
		policy.FaceWithdrawn: i18n.M("console.withdrawn", "withdrawn"),
	}
	s := c.lang.Say(words[f.State])
	if f.OnCard {
		s += c.lang.Say(i18n.M("console.on-own-card", ", on their own card"))
	}
	if f.State == policy.FaceEnrolled && f.CardRequired {
		s += c.lang.Say(i18n.M("console.only-with-card", ", only together with the card"))
	}
	if !f.At.IsZero() {
		s += ", " + c.time(f.At)
	}
	return s
}

// tellDrift has staff offer a person to take their face once more. Nothing is replaced by itself.
func (c *console) tellDrift(ctx context.Context, p policy.Person) error {
	drifted, err := c.desk.Drifted(ctx, c.who, p.ID)
	if err == nil && drifted {
		c.say(i18n.M("console.face-drifted", "Their face is known worse than when it was taken: new glasses, a "+
			"beard? Offer to take it once more: enrol %s. If it has changed too much for that, they may withdraw it "+
			"and enrol afresh.", p.ID))
	}
	return err
}

// tellNeverIn says why a person can never come in, if that is so.
func (c *console) tellNeverIn(ctx context.Context, p policy.Person) error {
	d, ok := c.desk.(AccessTeller)
	if !ok {
		return nil
	}
	why, err := d.NeverIn(ctx, c.who, p)
	if why != "" {
		c.say(i18n.M("console.never-in", "! %s %s.", name(p), why))
	}
	return err
}
