package rpc

import (
	"context"
	"slices"
	"time"

	"menshen/board/notice"
	"menshen/board/papers"
	"menshen/internal/i18n"
	"menshen/policy"
)

// incidentMethods keep suspected leaks.
var incidentMethods = map[string]handler{
	"incidents.list":    method(listIncidents),
	"incidents.get":     method(getIncident),
	"incidents.open":    method(openIncident),
	"incidents.write":   method(writeIncident),
	"incidents.keep":    method(keepIncident),
	"incidents.told":    method(toldOfIncident),
	"incidents.close":   method(closeIncident),
	"incidents.letters": method(letters),
}

// words are what staff wrote, in one language or in both.
type words struct {
	EN string `json:"en,omitempty"`
	ZH string `json:"zh,omitempty"`
}

// account is what staff write of an incident.
type account struct {
	What     words    `json:"what"`
	Effect   words    `json:"effect"`
	Taken    words    `json:"taken"`
	Planned  words    `json:"planned"`
	People   int      `json:"people"`
	Happened string   `json:"happened,omitempty"` // absent: not known
	Kinds    []string `json:"kinds"`              // codes
}

func (c *call) account(i papers.Incident) account {
	a := account{words(i.What), words(i.Effect), words(i.Taken), words(i.Planned), i.People, c.time(i.Happened),
		[]string{}}
	for _, k := range i.Kinds {
		a.Kinds = append(a.Kinds, string(k))
	}
	return a
}

// change makes of an account the change of an incident.
func (c *call) change(a account) (func(*papers.Incident), error) {
	happened, err := c.moment(a.Happened)
	if err != nil {
		return nil, err
	}
	if a.People < 0 {
		return nil, badParams("people is 0 or more")
	}
	kinds := []notice.Kind{}
	for _, k := range a.Kinds {
		if !slices.Contains(notice.Kinds(), notice.Kind(k)) {
			return nil, badParams("there is no such kind of data")
		}
		kinds = append(kinds, notice.Kind(k))
	}
	return func(i *papers.Incident) {
		i.What, i.Effect = notice.Words(a.What), notice.Words(a.Effect)
		i.Taken, i.Planned = notice.Words(a.Taken), notice.Words(a.Planned)
		i.People, i.Happened, i.Kinds = a.People, happened, kinds
	}, nil
}

// incident is one in a list.
type incident struct {
	ID            string `json:"id"`
	Noticed       string `json:"noticed"`
	People        int    `json:"people"`
	What          string `json:"what"` // at most its beginning
	Due           string `json:"due"`  // by when people and authority must have been told
	ToldPeople    string `json:"toldPeople,omitempty"`
	ToldAuthority string `json:"toldAuthority,omitempty"`
	Closed        string `json:"closed,omitempty"`
}

func (c *call) incident(i papers.Incident) incident {
	what := i.What.EN
	if what == "" || c.who.Lang.Code() == "zh" && i.What.ZH != "" {
		what = i.What.ZH
	}
	if cut := []rune(what); len(cut) > 60 {
		what = string(cut[:60]) + "…"
	}
	return incident{i.ID, c.time(i.Noticed), i.People, what, c.time(i.Due()), c.time(i.ToldPeople),
		c.time(i.ToldAuthority), c.time(i.Closed)}
}

type incidentList struct {
	Incidents []incident `json:"incidents"`
	All       int        `json:"all"`
}

// listIncidents gives the newest first.
func listIncidents(ctx context.Context, c *call, p rangeParams) (incidentList, error) {
	found, err := c.desk.Incidents(ctx, c.who)
	if err != nil {
		return incidentList{}, err
	}
	found = slices.Clone(found)
	slices.Reverse(found)
	shown, all, err := part(found, p)
	out := incidentList{Incidents: []incident{}, All: all}
	for _, i := range shown {
		out.Incidents = append(out.Incidents, c.incident(i))
	}
	return out, err
}

type incidentParams struct {
	ID string `json:"id"`
}

// incidentFile is an incident with all that is on file of it.
type incidentFile struct {
	Incident  incident   `json:"incident"`
	Account   account    `json:"account"`
	Draft     *account   `json:"draft,omitempty"` // what the operator wrote and did not file
	Questions []question `json:"questions"`
	Kinds     []coded    `json:"kinds"`           // of data, all there are
	Hours     float64    `json:"hours,omitempty"` // to tell of it within; absent: at once
}

func getIncident(ctx context.Context, c *call, p incidentParams) (incidentFile, error) {
	all, err := c.desk.Incidents(ctx, c.who)
	if err != nil {
		return incidentFile{}, err
	}
	at := slices.IndexFunc(all, func(i papers.Incident) bool { return i.ID == p.ID })
	if at < 0 {
		return incidentFile{}, i18n.E("desk.no-such-incident", "there is no such incident")
	}
	return c.incidentFile(ctx, all[at])
}

func (c *call) incidentFile(ctx context.Context, i papers.Incident) (incidentFile, error) {
	out := incidentFile{Incident: c.incident(i), Account: c.account(i)}
	if i.People > policy.FilingAt {
		out.Hours = policy.IncidentWithin.Hours()
	}
	for _, p := range papers.IncidentParts() {
		out.Questions = append(out.Questions, question{Name: p.Name, Title: c.say(p.Title)})
	}
	for _, k := range notice.Kinds() {
		out.Kinds = append(out.Kinds, coded{string(k), c.say(papers.KindName(k))})
	}
	draft := i
	found, err := c.draft(ctx, draftOf(i.ID), &draft)
	if found {
		a := c.account(draft)
		out.Draft = &a
	}
	return out, err
}

// draftOf names the draft of an incident, as the console does.
func draftOf(id string) string { return papers.KindIncident + " " + id }

type openIncidentParams struct {
	What string `json:"what"` // what was seen, in the operator's language
}

// openIncident opens one, noticed now.
func openIncident(ctx context.Context, c *call, p openIncidentParams) (incidentFile, error) {
	i, err := c.desk.OpenIncident(ctx, c.who, p.What)
	if err != nil {
		return incidentFile{}, err
	}
	return c.incidentFile(ctx, i)
}

type writeIncidentParams struct {
	ID      string  `json:"id"`
	Account account `json:"account"` // all of it
}

// writeIncident files what was written of an incident, and forgets its draft.
func writeIncident(ctx context.Context, c *call, p writeIncidentParams) (incidentFile, error) {
	change, err := c.change(p.Account)
	if err != nil {
		return incidentFile{}, err
	}
	if happened, _ := c.moment(p.Account.Happened); happened.After(c.desk.Now()) {
		return incidentFile{}, i18n.E("rpc.not-past", "this is not a time in the past")
	}
	i, err := c.desk.ChangeIncident(ctx, c.who, p.ID, change)
	if err != nil {
		return incidentFile{}, err
	}
	if err := c.keep(ctx, draftOf(p.ID), nil); err != nil {
		return incidentFile{}, err
	}
	return c.incidentFile(ctx, i)
}

type keepIncidentParams struct {
	ID    string   `json:"id"`
	Draft *account `json:"draft"` // absent: it is forgotten
}

func keepIncident(ctx context.Context, c *call, p keepIncidentParams) (nothing, error) {
	if p.Draft == nil {
		return nothing{}, c.keep(ctx, draftOf(p.ID), nil)
	}
	change, err := c.change(*p.Draft)
	if err != nil {
		return nothing{}, err
	}
	var draft papers.Incident
	change(&draft)
	return nothing{}, c.keep(ctx, draftOf(p.ID), draft)
}

type toldParams struct {
	ID   string `json:"id"`
	Whom string `json:"whom"` // "people", "authority"
}

// toldOfIncident records that a letter was sent now.
func toldOfIncident(ctx context.Context, c *call, p toldParams) (incidentFile, error) {
	told := map[string]func(*papers.Incident) *time.Time{
		"people":    func(i *papers.Incident) *time.Time { return &i.ToldPeople },
		"authority": func(i *papers.Incident) *time.Time { return &i.ToldAuthority }}[p.Whom]
	if told == nil {
		return incidentFile{}, badParams(`whom is "people" or "authority"`)
	}
	return c.setIncident(ctx, p.ID, told)
}

// closeIncident ends one, of which people and authority were told.
func closeIncident(ctx context.Context, c *call, p incidentParams) (incidentFile, error) {
	return c.setIncident(ctx, p.ID, func(i *papers.Incident) *time.Time { return &i.Closed })
}

// setIncident sets one of an incident's times to now.
func (c *call) setIncident(ctx context.Context, id string,
	which func(*papers.Incident) *time.Time) (incidentFile, error) {
	now := c.desk.Now()
	i, err := c.desk.ChangeIncident(ctx, c.who, id, func(i *papers.Incident) { *which(i) = now })
	if err != nil {
		return incidentFile{}, err
	}
	return c.incidentFile(ctx, i)
}

type letterFiles struct {
	Files []file `json:"files"` // to the people and to the authority, in each language, as HTML and as text
}

func letters(ctx context.Context, c *call, p incidentParams) (letterFiles, error) {
	paths, err := c.desk.Letters(ctx, c.who, p.ID)
	out := letterFiles{Files: []file{}}
	for _, path := range paths {
		out.Files = append(out.Files, fileAt(path))
	}
	return out, err
}
