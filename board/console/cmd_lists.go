package console

import (
	"bytes"
	"context"
	"io"

	"menshen/board/desk"
	"menshen/board/lists"
	"menshen/internal/i18n"
)

func listCommands() []command {
	return []command{
		{name: "import", usage: "[FILE] [--stick] [--check] [--all] [--json] | undo [--leave]", right: desk.KeepsPeople,
			needs: has[Lists], run: importPeople,
			about: i18n.M("console.help-import",
				"take in a list of people from a spreadsheet, after showing what it would do; undo takes it back"),
			example: "import tenants.csv"},
	}
}

func importPeople(ctx context.Context, c *console, words []string) error {
	a, err := parse(words, "stick", "check", "all", "json", "leave")
	switch {
	case err != nil:
		return err
	case len(a.words) > 1 || a.has("leave") && a.rest() != "undo", a.has("stick") && a.rest() == "":
		return c.misuse("import")
	case a.rest() == "undo":
		return undoImport(ctx, c, a.has("leave"))
	}
	list, err := c.openList(ctx, a.rest(), a.has("stick"))
	if err != nil {
		return err
	}
	defer list.Close()
	plan, err := c.desk.(Lists).PlanImport(ctx, c.who, list)
	if err != nil {
		return err
	}
	if err := c.showPlan(plan, a); err != nil {
		return err
	}
	acts := len(plan.Acts())
	switch {
	case a.has("check"), a.has("json"):
		return nil
	case plan.Count(lists.Refused) > 0:
		return c.fail(i18n.M("console.import-refused",
			"a list with refused lines is not imported; mend them, and import it again"))
	case acts == 0:
		c.say(i18n.M("console.import-nothing-new", "Nothing in it is new."))
		return nil
	}
	if err := c.confirmOrStop(i18n.N(acts, "console.import-sure", "Import %d person?", "Import these %d people?",
		acts)); err != nil {
		return err
	}
	done, err := c.desk.(Lists).Import(ctx, c.who, plan, c.step)
	if err != nil {
		return err
	}
	c.say(i18n.M("console.imported",
		"Imported: %d added, %d changed, cards given: %d. It is entry %d of the audit log.",
		done.Added, done.Changed, done.Cards, done.Entry))
	c.say(i18n.M("console.import-can-be-undone", "Until %s, import undo takes it back.", c.time(done.Until)))
	return nil
}

// openList opens a file of a stick or of the unit's out folder, or takes a list that is pasted.
func (c *console) openList(ctx context.Context, name string, stick bool) (io.ReadCloser, error) {
	if name != "" {
		return c.desk.(Lists).OpenList(ctx, c.who, name, stick)
	}
	text, err := c.pasted(ctx)
	if err != nil {
		return nil, err
	}
	return pastedList{bytes.NewReader(text), text}, nil
}

// pastedList is cleared when it is closed.
type pastedList struct {
	io.Reader
	text []byte
}

func (p pastedList) Close() error { clear(p.text); return nil }

// showPlan shows how many lines would do what, and each line that a person should look at: with
// --all every line.
func (c *console) showPlan(plan *lists.Plan, a args) error {
	t := table{cols: []column{
		{"line", i18n.M("console.list-line", "line")},
		{"does", i18n.M("console.list-does", "would be")},
		{"apartment", i18n.M("console.apartment", "apartment")},
		{"name", i18n.M("console.name", "name")},
		{"why", i18n.M("console.list-why", "what, or why")},
	}}
	for _, l := range plan.Lines {
		if l.Does != lists.Adds && l.Does != lists.Same || len(l.Why) > 0 || a.has("all") || a.has("json") {
			t.add(l.Line, word(string(l.Does)), l.Home.Reveal(), l.Name.Reveal(), c.lang.Say(says(l)))
		}
	}
	if a.has("json") {
		return c.show(t, true)
	}
	c.say(i18n.M("console.list-read", "Lines: %d (%s, SHA-256 %x): %d to add, %d to change, %d the same, %d doubled, "+
		"%d refused.", len(plan.Lines), plan.Encoding, plan.File[:4], plan.Count(lists.Adds), plan.Count(lists.Changes),
		plan.Count(lists.Same), plan.Count(lists.Doubled), plan.Count(lists.Refused)))
	for _, heading := range plan.Unread {
		c.say(i18n.M("console.column-not-read", "The column %q is not read.", heading.Reveal()))
	}
	if plan.NotAES > 0 {
		c.say(i18n.N(plan.NotAES, "console.list-not-aes",
			"! %d person needs an AES card, and the card of the list is none: it will not open for them.",
			"! %d people need AES cards, and the cards of the list are none: they will not open for them.",
			plan.NotAES))
	}
	if plan.ShutOut > 0 {
		c.say(i18n.M("console.import-never-in", "! %d of them could never come in: no rule of this site gives them "+
			"hours. Write their access groups into the list.", plan.ShutOut))
	}
	if len(t.rows) == 0 {
		return nil
	}
	return c.show(t, false)
}

// says is what a line would change, or why it is refused. A card is counted, its number not shown.
func says(l lists.Line) i18n.Message {
	all := append([]i18n.Message(nil), l.Why...)
	if l.Does == lists.Changes {
		for _, x := range l.Changes {
			all = append(all, i18n.M("console.list-change", "%v: %s → %s", x.Of.Heading(), orNone(x.Was.Reveal()),
				orNone(x.Is.Reveal())))
		}
	}
	if n := len(l.Cards); n > 0 && l.Does != lists.Refused {
		all = append(all, i18n.N(n, "console.list-cards", "%d card", "%d cards", n))
	}
	return i18n.List(i18n.Semicolon, all...)
}

func orNone(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

func undoImport(ctx context.Context, c *console, leave bool) error {
	last, err := c.desk.(Lists).LastImport(ctx, c.who)
	if err != nil {
		return err
	}
	c.say(i18n.M("console.last-import", "Import of %s by %s, entry %d: %d added, %d changed.", c.time(last.At), last.By,
		last.Entry, last.Added, last.Changed))
	if len(last.Since) > 0 {
		c.say(i18n.M("console.import-since", "Since then, something happened to %d of them:", len(last.Since)))
		t := table{cols: []column{
			{"handle", i18n.M("console.handle", "handle")},
			{"apartment", i18n.M("console.apartment", "apartment")},
			{"name", i18n.M("console.name", "name")},
			{"what", i18n.M("console.what-happened", "what happened")},
		}}
		for _, p := range last.Since {
			t.add(p.ID.String(), p.Apartment.Reveal(), p.Name.Reveal(), c.lang.Say(p.What))
		}
		if err := c.show(t, false); err != nil {
			return err
		}
		if !leave {
			return c.fail(i18n.M("console.undo-needs-leave",
				"nothing was undone; import undo --leave leaves them as they are, and undoes the rest"))
		}
	}
	c.say(i18n.M("console.undo-warning", "Who was added is erased, with a receipt each. Who was changed is as before, "+
		"and cards that the list gave them are revoked."))
	if err := c.confirmOrStop(i18n.M("console.undo-sure", "Undo the import?")); err != nil {
		return err
	}
	done, err := c.desk.(Lists).UndoImport(ctx, c.who, last.Entry, leave)
	if err != nil {
		return err
	}
	c.say(i18n.M("console.import-undone", "Undone: %d erased, %d as before, %d left as they are.", done.Removed,
		done.Restored, done.Left))
	return nil
}

// export writes the signed audit log, or a list for a spreadsheet.
func export(ctx context.Context, c *console, words []string) error {
	a, err := parse(words, "template")
	if err != nil {
		return err
	}
	of := desk.List(a.rest())
	if a.has("template") {
		of = desk.PeopleToFill
	}
	d, ok := c.desk.(Lists)
	switch {
	case len(words) == 0:
		return exportAudit(ctx, c)
	case len(words) > 1 || !ok:
		return c.misuse("export")
	}
	path, rows, err := d.ExportList(ctx, c.who, of)
	if err != nil {
		return err
	}
	if of == desk.PeopleToFill {
		c.say(i18n.M("console.template-written", "A list to fill in is written to %s", path))
		c.sayCarry(path)
		return nil
	}
	c.say(i18n.N(rows, "console.list-written", "%d line written to %s", "%d lines written to %s", rows, path))
	c.say(i18n.M("console.list-in-clear", "It is not encrypted, and is deleted after a week."))
	c.sayCarry(path)
	return nil
}
