package console

import (
	"context"
	"errors"
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

func incidentCommands() []command {
	return []command{
		{name: "incident", usage: "[open WORDS | write ID | letters ID | told ID people|authority | close ID]",
			right: desk.ReadsPeople, needs: has[Papers], run: incident,
			about: i18n.M("console.help-incident",
				"a suspected leak: open it at once, write it up, make the letters, record when each was sent"),
			example: "incident open the unit was found open, storage missing"},
	}
}

func incident(ctx context.Context, c *console, words []string) error {
	switch {
	case len(words) == 0:
		return c.incidents(ctx)
	case words[0] == "open" && len(words) > 1:
		i, err := c.desk.(Papers).OpenIncident(ctx, c.who, strings.Join(words[1:], " "))
		if err != nil {
			return err
		}
		return c.showIncident(i)
	case words[0] == "write" && len(words) == 2:
		return c.writeIncident(ctx, words[1])
	case words[0] == "letters" && len(words) == 2:
		paths, err := c.desk.(Papers).Letters(ctx, c.who, words[1])
		if err != nil {
			return err
		}
		c.say(i18n.M("console.letters-written", "To those affected and to the authority, each in Chinese and "+
			"English, to print (the same words beside them as .txt):"))
		for _, p := range paths {
			if strings.HasSuffix(p, ".html") {
				c.print("  " + p)
			}
		}
		c.sayCarry("")
		c.say(i18n.M("console.letters-next",
			"Send them now, then: incident told %s people, incident told %[1]s authority", words[1]))
		return nil
	case words[0] == "told" && len(words) == 3 && (words[2] == "people" || words[2] == "authority"):
		return c.changeIncident(ctx, words[1], i18n.M("console.was-letter-sent", "Was the letter sent?"),
			func(i *papers.Incident) {
				if words[2] == "people" {
					i.ToldPeople = c.o.Clock.Now()
				} else {
					i.ToldAuthority = c.o.Clock.Now()
				}
			})
	case words[0] == "close" && len(words) == 2:
		return c.changeIncident(ctx, words[1], i18n.M("console.close-sure",
			"Is everything done that was planned? A closed incident cannot be changed any more."),
			func(i *papers.Incident) { i.Closed = c.o.Clock.Now() })
	}
	return c.misuse("incident")
}

func (c *console) incidents(ctx context.Context) error {
	all, err := c.desk.(Papers).Incidents(ctx, c.who)
	if err != nil {
		return err
	}
	t := table{cols: []column{
		{"id", i18n.M("console.number", "number")},
		{"noticed", i18n.M("console.noticed", "noticed")},
		{"people", i18n.M("console.people", "people")},
		{"what", i18n.M("console.what", "what")},
		{"told_people", i18n.M("console.people-told", "people told")},
		{"told_authority", i18n.M("console.authority-told", "authority told")},
		{"closed", i18n.M("console.closed", "closed")},
	}}
	for _, i := range slices.Backward(all) {
		t.add(i.ID, moment(i.Noticed), i.People, c.written(i.What), moment(i.ToldPeople), moment(i.ToldAuthority),
			moment(i.Closed))
	}
	return c.show(t, false)
}

// written is what staff wrote, in the console's language if they wrote in it.
func (c *console) written(w notice.Words) string {
	if c.lang.Code() == "zh" && w.ZH != "" || w.EN == "" {
		return w.ZH
	}
	return w.EN
}

func (c *console) showIncident(i papers.Incident) error {
	c.say(i18n.M("console.incident-noticed", "Incident %s, noticed %s.", i.ID, c.time(i.Noticed)))
	c.say(i18n.M("console.incident-figures", "%d people may be affected, by what is stored here. Kinds of data: %s.",
		i.People, c.kindsTold(i.Kinds)))
	if i.People > policy.FilingAt {
		c.say(i18n.M("console.incident-tell-by", "More than %d people: tell the authority and those affected by %s.",
			policy.FilingAt, c.time(i.Due())))
	} else {
		c.say(i18n.M("console.incident-tell-now", "Tell those affected and the authority at once."))
	}
	c.say(i18n.M("console.incident-next",
		"Next: incident write %s, incident letters %[1]s. Redo the impact assessment too: assess new", i.ID))
	return nil
}

// kindsTold lists kinds for reading; kindsList as they are typed.
func (c *console) kindsTold(kinds []notice.Kind) string {
	var all []string
	for _, k := range kinds {
		said := c.lang.Say(papers.KindName(k))
		if said != string(k) { // the word to type, and what it means
			said = string(k) + " " + said
		}
		all = append(all, said)
	}
	return strings.Join(all, c.lang.Say(i18n.Comma))
}

func kindsList(kinds []notice.Kind) string {
	var s []string
	for _, k := range kinds {
		s = append(s, string(k))
	}
	return strings.Join(s, ", ")
}

// writeIncident asks for what the letters must say; Enter keeps what is there already.
func (c *console) writeIncident(ctx context.Context, id string) error {
	all, err := c.desk.(Papers).Incidents(ctx, c.who)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(all, func(i papers.Incident) bool { return i.ID == id })
	if at < 0 {
		return c.fail(i18n.M("console.no-such-incident", "there is no incident %q; incident shows all",
			screen.Clean(id)))
	}
	i := all[at]
	draft := "incident " + id
	if _, err := c.draft(ctx, draft, &i); err != nil {
		return err
	}
	c.say(i18n.M("console.enter-keeps-answer",
		"Enter keeps an answer as it is. Write in one language or, switching with lang, in both."))
	for _, q := range papers.IncidentParts() {
		to := q.Of(&i)
		if now := c.written(*to); now != "" {
			c.paragraphs("  (" + now + ")")
		}
		s, err := c.ask(i18n.M("console.ask-for", "%v: ", q.Title))
		if err != nil {
			return err
		}
		if s != "" && c.lang.Code() == "zh" {
			to.ZH = s
		} else if s != "" {
			to.EN = s
		}
		if err := c.keep(ctx, draft, i); err != nil {
			return err
		}
	}
	if err := c.askFigures(&i); err != nil {
		return err
	}
	i, err = c.desk.(Papers).ChangeIncident(ctx, c.who, id, func(now *papers.Incident) {
		now.What, now.Effect, now.Taken, now.Planned = i.What, i.Effect, i.Taken, i.Planned
		now.People, now.Happened, now.Kinds = i.People, i.Happened, i.Kinds
	})
	if err := errors.Join(err, c.keep(ctx, draft, nil)); err != nil {
		return err
	}
	return c.showIncident(i)
}

// askFigures asks how many people are affected, since when, and which kinds of data.
func (c *console) askFigures(i *papers.Incident) error {
	err := c.askFor(i18n.M("console.ask-head-count", "How many people may be affected (%d): ", i.People),
		func(s string) error {
			n, err := strconv.Atoi(s)
			switch {
			case s == "":
			case err != nil || n < 0:
				return c.fail(i18n.M("console.not-a-head-count", "%q is not a number of people", screen.Clean(s)))
			default:
				i.People = n
			}
			return nil
		})
	if err != nil {
		return err
	}
	err = c.askFor(i18n.M("console.ask-when-it-happened", "When it happened, if known (2026-01-31 18:30, %s): ",
		c.zone()), func(s string) error {
		t, err := time.ParseInLocation("2006-01-02 15:04", s, c.o.Location)
		switch {
		case s == "":
		case err != nil || t.After(c.o.Clock.Now()):
			return c.fail(i18n.M("console.not-a-past-time",
				"%q is not a time in the past: write it as 2026-01-31 18:30", screen.Clean(s)))
		default:
			i.Happened = t
		}
		return nil
	})
	if err != nil {
		return err
	}
	known := notice.Kinds()
	return c.askFor(i18n.M("console.ask-kinds", "Kinds of data of %s (%s): ", c.kindsTold(known), kindsList(i.Kinds)),
		func(s string) error {
			var kinds []notice.Kind
			for _, k := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(" ,;，、；", r) }) {
				if !slices.Contains(known, notice.Kind(k)) {
					return c.fail(i18n.M("console.no-such-kind", "%q is not a kind of data; write one or more of %s",
						screen.Clean(k), kindsList(known)))
				}
				kinds = append(kinds, notice.Kind(k))
			}
			if s != "" {
				i.Kinds = kinds
			}
			return nil
		})
}

func (c *console) changeIncident(ctx context.Context, id string, sure i18n.Message, f func(*papers.Incident)) error {
	if err := c.confirmOrStop(sure); err != nil {
		return err
	}
	if _, err := c.desk.(Papers).ChangeIncident(ctx, c.who, id, f); err != nil {
		return err
	}
	c.say(i18n.M("console.on-file", "On file."))
	return nil
}
