package console

import (
	"context"

	"menshen/board/desk"
	"menshen/internal/i18n"
	"menshen/policy"
)

// ownPage shows a person's own page (R-RIGHTS).
func ownPage(ctx context.Context, c *console, words []string) error {
	a, err := parse(words, "json", "copy", "for=")
	if err != nil {
		return err
	}
	p, err := c.findPerson(ctx, a.rest())
	if err != nil {
		return err
	}
	if a.has("copy") || a.has("for") {
		return c.ownCopy(ctx, p, a.options["for"])
	}
	page, err := c.desk.(Rights).Stored(ctx, c.who, p.ID)
	if err != nil {
		return err
	}
	stored := table{cols: []column{{"what", i18n.M("console.also-stored", "also stored")},
		{"detail", i18n.M("console.detail", "detail")}}}
	for _, f := range page.Stored {
		stored.add(f.Name, f.State)
	}
	var decisions []desk.Record
	for _, d := range page.Decisions {
		decisions = append(decisions, desk.Record{Seq: d.Seq, Decision: d.Decision, Who: page.Person.Name,
			Told: d.Told})
	}
	acts := table{cols: []column{{"at", i18n.M("console.at", "at")}, {"by", i18n.M("console.done-by", "by")},
		{"what", i18n.M("console.what-was-done", "what was done")}}}
	for _, x := range page.Acts {
		acts.add(x.At, x.By, x.What)
	}
	if err := c.describe(page.Person, a.has("json")); err != nil {
		return err
	}
	for _, t := range []table{stored, decisionTable(decisions), acts} {
		if !a.has("json") {
			c.print("")
		}
		if err := c.show(t, a.has("json")); err != nil {
			return err
		}
	}
	if page.Notice == "" || a.has("json") { // the notice's hash stands in the table of what is stored
		return nil
	}
	c.say(i18n.M("console.agreed-words", "The words they agreed to:"))
	return c.screen(c.wrapped(page.Notice))
}

// ownCopy writes a person's page into an encrypted file, to print or to hand over.
func (c *console) ownCopy(ctx context.Context, p policy.Person, recipient string) error {
	got, err := c.desk.(Rights).Copy(ctx, c.who, p.ID, recipient)
	if err != nil {
		return err
	}
	defer got.Passphrase.Wipe()
	c.say(i18n.M("console.copy-written", "Written to %s, in the person's language.", got.Path))
	c.say(i18n.M("console.copy-deleted-on", "The unit deletes it on %s; fetch it before.", c.date(got.Until)))
	if len(got.Passphrase) > 0 {
		c.say(i18n.M("console.copy-passphrase", "The passphrase is shown only once. Write it down for the person:"))
		c.print(string(got.Passphrase))
	}
	c.say(i18n.M("console.decrypt-copy",
		"On any machine with age: age -d FILE > page.html; then open it in a browser, or print it."))
	c.sayCarry(got.Path)
	return nil
}
