package console

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"menshen/board/desk"
	"menshen/board/notice"
	"menshen/board/papers"
	"menshen/internal/i18n"
	"menshen/internal/screen"
	"menshen/policy"
)

func paperCommands() []command {
	return []command{
		{name: "assess", usage: "[new | form | file NAME [--stick]]", right: desk.ReadsPeople,
			needs: has[Papers], run: assess,
			about: i18n.M("console.help-assess",
				"show the impact assessment, or write a new one, part by part or as a form in a file"),
			example: "assess new"},
		{name: "sign", right: desk.OpensDoor, needs: has[Papers], run: seeSign,
			about:   i18n.M("console.help-sign", "confirm that you saw the sign at the camera"),
			example: "sign"},
		{name: "print", usage: "notice|sign|commitment|report [en|zh]", needs: has[Papers], run: printPage,
			about: i18n.M("console.help-print",
				"write the notice, the sign, the commitment or the last self-test's report as a page for A4"),
			example: "print sign"},
		{name: "request", usage: "[add WHAT WHO | done NUMBER ANSWER]", right: desk.ReadsPeople,
			needs: has[Papers], run: requests,
			about:   i18n.M("console.help-request", "show what people asked about their data, and by when to answer"),
			example: "request add copy 1204"},
		{name: "filing", usage: "[elsewhere N | filed NUMBER AUTHORITY]", right: desk.ReadsPeople,
			needs: has[Papers], run: filing,
			about: i18n.M("console.help-filing",
				"show how many people of the site have a face, and the filing with the authority"),
			example: "filing elsewhere 1200"},
	}
}

// printPage writes a page into the out folder.
func printPage(ctx context.Context, c *console, words []string) error {
	lang := c.noticeLanguage()
	if len(words) == 2 && slices.Contains(notice.Codes(), words[1]) {
		lang, words = words[1], words[:1]
	}
	if len(words) != 1 || !slices.Contains(desk.Pages(), desk.Page(words[0])) {
		return c.misuse("print")
	}
	path, err := c.desk.(Papers).WritePage(ctx, c.who, desk.Page(words[0]), lang)
	if err != nil {
		return err
	}
	c.say(i18n.M("console.page-written", "Written to %s; any browser shows it, and prints it on A4.", path))
	c.sayCarry(path)
	return nil
}

// askText asks for lines of text; an empty line ends them. An empty line
// alone keeps the text before.
func (c *console) askText(title, guide i18n.Message, before string) (string, error) {
	c.print("")
	c.say(title)
	c.say(guide)
	for _, l := range strings.Split(before, "\n") {
		if l != "" {
			c.paragraphs("  " + l)
		}
	}
	var lines []string
	for {
		line, err := c.ask(i18n.Verbatim("> "))
		if err != nil {
			return "", err
		}
		switch {
		case line != "":
			lines = append(lines, line)
		case len(lines) > 0:
			return strings.Join(lines, "\n"), nil
		case before != "":
			return before, nil
		default:
			c.say(i18n.M("console.part-empty",
				"This part cannot be left empty. Ctrl-C puts nothing on file and keeps what you wrote."))
		}
	}
}

func assess(ctx context.Context, c *console, words []string) error {
	opts, err := parse(words, "stick")
	if err != nil {
		return err
	}
	words = opts.words
	file := len(words) == 2 && words[0] == "file"
	if !file && (opts.has("stick") || len(words) > 1 ||
		len(words) == 1 && words[0] != "new" && words[0] != "form") {
		return c.misuse("assess")
	}
	d := c.desk.(Papers)
	a, changed, err := d.Assessment(ctx, c.who)
	switch {
	case err != nil:
		return err
	case len(words) == 0:
		return c.showAssessment(a, changed)
	case words[0] == "form":
		return c.screen(c.wrapped(papers.Form))
	case c.who.Role != desk.Manager:
		return desk.ErrNotAllowed
	}
	var fresh papers.Assessment
	if file {
		fresh, err = d.AssessmentForm(ctx, c.who, words[1], opts.has("stick"))
	} else {
		_, err = c.draft(ctx, assessment, &fresh)
	}
	if err != nil {
		return err
	}
	return c.writeAssessment(ctx, fresh, file)
}

// assessment is the name of an assessment's draft.
const assessment = "assessment"

// writeAssessment asks for the parts of an assessment (with form, only for those that are missing),
// and files it. Until then it is kept as a draft, so that neither a slip nor a lost line loses it.
func (c *console) writeAssessment(ctx context.Context, fresh papers.Assessment, form bool) error {
	c.say(i18n.M("console.assess-intro", "There are four parts, each of one line or more; an empty line ends a "+
		"part. Nothing is put on file before you say yes at the end."))
	for _, p := range papers.Parts() {
		part := p.Of(&fresh)
		if form && *part != "" {
			continue
		}
		var err error
		if *part, err = c.askText(p.Title, p.Guide, *part); err != nil {
			return err
		}
		if err := c.keep(ctx, assessment, fresh); err != nil {
			return err
		}
	}
	if err := c.askAuthor(&fresh, form); err != nil {
		return err
	}
	if err := c.keep(ctx, assessment, fresh); err != nil {
		return err
	}
	if err := c.showAssessment(fresh, nil); err != nil {
		return err
	}
	if err := c.confirmOrStop(i18n.M("console.assess-sure",
		"Put this on file? It cannot be changed afterwards, only replaced by a new one.")); err != nil {
		return err
	}
	if err := c.desk.(Papers).PutAssessment(ctx, c.who, fresh); err != nil {
		return err
	}
	c.say(i18n.M("console.assessment-filed", "On file. law shows how the rules stand now."))
	return c.keep(ctx, assessment, nil)
}

// askAuthor asks who answers for an assessment, and until when it is
// valid; Enter keeps what is there.
func (c *console) askAuthor(a *papers.Assessment, form bool) error {
	if !form || a.Author == "" {
		was := ""
		if a.Author != "" {
			was = " [" + a.Author + "]"
		}
		err := c.askFor(i18n.M("console.ask-author", "Who answers for this assessment (name and function)%s: ", was),
			func(s string) error {
				if s == "" && a.Author == "" {
					return c.fail(i18n.M("console.author-needed", "a person must answer for it; write their name"))
				}
				if s != "" {
					a.Author = s
				}
				return nil
			})
		if err != nil {
			return err
		}
	}
	now := c.o.Clock.Now().In(c.o.Location)
	usable := func(t time.Time) bool { return t.After(now) && !t.After(now.AddDate(papers.AssessedFor, 0, 1)) }
	if form && usable(a.Until) {
		return nil
	}
	offer := now.AddDate(1, 0, 0)
	if usable(a.Until) {
		offer = a.Until
	}
	day := c.date(offer)
	return c.askFor(i18n.M("console.ask-valid-until", "Valid until (YYYY-MM-DD), or Enter for %s: ", day),
		func(s string) (err error) {
			if a.Until = offer; s == "" {
				return nil
			}
			if a.Until, err = time.ParseInLocation(time.DateOnly, s, c.o.Location); err != nil || !usable(a.Until) {
				return c.fail(i18n.M("console.not-a-valid-day", "%q is not possible: give a day from tomorrow on, "+
					"within three years, such as %s", screen.Clean(s), day))
			}
			return nil
		})
}

func (c *console) showAssessment(a papers.Assessment, changed []string) error {
	if a.Until.IsZero() {
		c.say(i18n.M("console.no-assessment",
			"There is no impact assessment on file, and faces stay off without one. Write it: assess new"))
		return nil
	}
	var lines []string
	for _, p := range papers.Parts() {
		lines = append(lines, c.wrapped(c.lang.Say(p.Title))...)
		for _, l := range strings.Split(*p.Of(&a), "\n") {
			lines = append(lines, c.wrapped("  "+l)...)
		}
	}
	lines = append(lines, c.wrapped(c.lang.Say(i18n.M("console.answers-for-it", "Answers for it: %s", a.Author)))...)
	if !a.At.IsZero() {
		lines = append(lines, c.lang.Say(i18n.M("console.put-on-file", "Put on file: %s", c.time(a.At))))
	}
	lines = append(lines, c.lang.Say(i18n.M("console.valid-until", "Valid until: %s", c.date(a.Until))))
	if len(changed) > 0 {
		lines = append(lines, c.wrapped(c.lang.Say(i18n.M("console.assessment-outdated",
			"Changed since: %s. Redo it: assess new", strings.Join(changed, ", "))))...)
	}
	return c.screen(lines)
}

func seeSign(ctx context.Context, c *console, words []string) error {
	if len(words) > 0 {
		return c.misuse("sign")
	}
	if err := c.confirmOrStop(i18n.M("console.sign-sure",
		"Did you see the sign yourself today, at the camera: in place, "+
			"and readable before a person is in view of the camera?")); err != nil {
		return err
	}
	if err := c.desk.(Papers).SeeSign(ctx, c.who); err != nil {
		return err
	}
	c.say(i18n.M("console.sign-seen", "Recorded. Look again within half a year."))
	return nil
}

func requests(ctx context.Context, c *console, words []string) error {
	a, err := parse(words, "json")
	if err != nil {
		return err
	}
	d := c.desk.(Papers)
	switch {
	case len(a.words) == 0:
		all, err := d.Requests(ctx, c.who)
		if err != nil {
			return err
		}
		t := table{cols: []column{
			{"number", i18n.M("console.number", "number")},
			{"what", i18n.M("console.asks", "asks to")},
			{"who", i18n.M("console.who", "who")},
			{"asked", i18n.M("console.asked", "asked")},
			{"due", i18n.M("console.answer-by", "answer by")},
			{"done", i18n.M("console.answered", "answered")},
			{"answer", i18n.M("console.answer", "answer")},
		}}
		for _, r := range all {
			t.add(r.ID, r.What, r.Who, moment(r.Asked), c.date(r.Due), moment(r.Done), r.Answer)
		}
		return c.show(t, a.has("json"))
	case a.words[0] == "add" && len(a.words) > 2:
		r, err := d.AddRequest(ctx, c.who, a.words[1], c.handleOf(ctx, strings.Join(a.words[2:], " ")))
		if err != nil {
			return err
		}
		c.say(i18n.M("console.request-added", "Request %s: answer it by %s at the latest, or better now.", r.ID,
			c.date(r.Due)))
		return nil
	case a.words[0] == "done" && len(a.words) > 2:
		if err := d.AnswerRequest(ctx, c.who, a.words[1], strings.Join(a.words[2:], " ")); err != nil {
			return err
		}
		c.say(i18n.M("console.on-file", "On file."))
		return nil
	}
	return c.misuse("request")
}

// handleOf is the handle of the person whom words describe, if that is one, so that a paper needs
// no name; otherwise the words.
func (c *console) handleOf(ctx context.Context, words string) string {
	found, err := c.desk.Find(ctx, c.who, words)
	if err == nil && len(found) == 1 {
		return found[0].ID.String()
	}
	return words
}

func filing(ctx context.Context, c *console, words []string) error {
	d := c.desk.(Papers)
	switch {
	case len(words) == 0:
	case words[0] == "elsewhere" && len(words) == 2:
		n, err := strconv.Atoi(words[1])
		if err != nil {
			return c.misuse("filing")
		}
		if err := d.PutElsewhere(ctx, c.who, n); err != nil {
			return err
		}
	case words[0] == "filed" && len(words) > 2:
		if err := d.PutFiled(ctx, c.who, strings.Join(words[2:], " "), words[1]); err != nil {
			return err
		}
	default:
		return c.misuse("filing")
	}
	n, f, err := d.Filing(ctx, c.who)
	if err != nil {
		return err
	}
	if n.Doors {
		c.say(i18n.M("console.filing-site", "People with a face: %d here, %d at the doors of the site, each "+
			"counted once, %d only at doors outside it, %d in all; filing is due from %d.", n.Here, n.Site, f.Others(n),
			f.All(n), policy.FilingAt))
	} else {
		c.say(i18n.M("console.filing-figures", "People with a face: %d here, %d only at other doors of the site, "+
			"%d in all; filing is due from %d.", n.Here, f.Others(n), f.All(n), policy.FilingAt))
	}
	if !f.Reached.IsZero() {
		c.say(i18n.M("console.filing-reached", "Reached on %s; file within %d working days.", c.time(f.Reached),
			policy.FilingDays))
	}
	if !f.Filed.IsZero() {
		c.say(i18n.M("console.filed", "Filed on %s with %s under %s.", c.time(f.Filed), screen.Clean(f.Authority),
			screen.Clean(f.Number)))
	}
	return nil
}
