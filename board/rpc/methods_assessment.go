package rpc

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"menshen/board/desk"
	"menshen/board/papers"
)

// assessmentMethods keep the impact assessment.
var assessmentMethods = map[string]handler{
	"assessment.get":  method(getAssessment),
	"assessment.put":  method(putAssessment),
	"assessment.keep": method(keepAssessment),
	"assessment.form": method(func(context.Context, *call, nothing) (form, error) { return form{papers.Form}, nil }),
	"assessment.read": method(readForm),
}

// assessment is one as it is written.
type assessment struct {
	Necessity string `json:"necessity"`
	Impact    string `json:"impact"`
	Risks     string `json:"risks"`
	Measures  string `json:"measures"`
	Author    string `json:"author"` // who answers for it
	Until     string `json:"until"`  // the day on which it ends
}

func (c *call) assessment(a papers.Assessment) assessment {
	return assessment{a.Necessity, a.Impact, a.Risks, a.Measures, a.Author, c.day(a.Until)}
}

func (c *call) toAssessment(a assessment) (papers.Assessment, error) {
	until, err := c.moment(a.Until)
	return papers.Assessment{Author: a.Author, Necessity: a.Necessity, Impact: a.Impact, Risks: a.Risks,
		Measures: a.Measures, Until: until}, err
}

// question is a part of a paper that is to be written.
type question struct {
	Name  string `json:"name"` // the paper's member that it fills
	Title string `json:"title"`
	Guide string `json:"guide,omitempty"`
}

type onFile struct {
	Assessment *assessment `json:"assessment,omitempty"` // in force
	Filed      string      `json:"filed,omitempty"`
	Changed    []string    `json:"changed,omitempty"` // settings that are not what was assessed
	Draft      *assessment `json:"draft,omitempty"`   // what the operator wrote and did not file
	Questions  []question  `json:"questions"`
	Earliest   string      `json:"earliest"` // the days between which a new one may end
	Latest     string      `json:"latest"`
}

// getAssessment gives what is on file, and what a new one asks.
func getAssessment(ctx context.Context, c *call, _ nothing) (onFile, error) {
	a, changed, err := c.desk.Assessment(ctx, c.who)
	if err != nil {
		return onFile{}, err
	}
	now := c.desk.Now()
	out := onFile{Changed: changed, Earliest: c.day(now.AddDate(0, 0, 1)),
		Latest: c.day(now.AddDate(papers.AssessedFor, 0, 0))}
	if !a.At.IsZero() {
		is := c.assessment(a)
		out.Assessment, out.Filed = &is, c.time(a.At)
	}
	for _, p := range papers.Parts() {
		out.Questions = append(out.Questions, question{p.Name, c.say(p.Title), c.say(p.Guide)})
	}
	var draft papers.Assessment
	if found, err := c.draft(ctx, papers.KindAssessment, &draft); err != nil {
		return onFile{}, err
	} else if found {
		is := c.assessment(draft)
		out.Draft = &is
	}
	return out, nil
}

// putAssessment files a new one, and forgets its draft.
func putAssessment(ctx context.Context, c *call, p assessment) (nothing, error) {
	a, err := c.toAssessment(p)
	if err != nil {
		return nothing{}, err
	}
	if err := c.desk.PutAssessment(ctx, c.who, a); err != nil {
		return nothing{}, err
	}
	return nothing{}, c.keep(ctx, papers.KindAssessment, nil)
}

type keepParams struct {
	Draft *assessment `json:"draft"` // absent: it is forgotten
}

// keepAssessment keeps a draft, which the console goes on with as well.
func keepAssessment(ctx context.Context, c *call, p keepParams) (nothing, error) {
	if p.Draft == nil {
		return nothing{}, c.keep(ctx, papers.KindAssessment, nil)
	}
	a, err := c.toAssessment(*p.Draft)
	if err != nil {
		return nothing{}, err
	}
	return nothing{}, c.keep(ctx, papers.KindAssessment, a)
}

type form struct {
	Text string `json:"text"` // to be filled in with an editor
}

// readForm reads a filled-in form, which file.put brought. Parts of it may be empty.
func readForm(_ context.Context, c *call, _ nothing) (assessment, error) {
	c.files.Lock()
	defer c.files.Unlock()
	a, err := papers.ParseForm(bytes.NewReader(c.taken.data), c.o.Location)
	return c.assessment(a), err
}

// draft reads into to what the operator wrote of a paper before and did not file. Who may write
// none has none.
func (c *call) draft(ctx context.Context, of string, to any) (found bool, err error) {
	if !desk.KeepsPeople.Of(c.who.Role) {
		return false, nil
	}
	raw, err := c.desk.Draft(ctx, c.who, of)
	if err != nil || raw == nil {
		return false, err
	}
	if err := json.Unmarshal(raw, to); err != nil {
		return false, fmt.Errorf("reading the draft: %w", err)
	}
	return true, nil
}

// keep keeps a draft; nil forgets it.
func (c *call) keep(ctx context.Context, of string, paper any) error {
	if paper == nil {
		return c.desk.KeepDraft(ctx, c.who, of, nil)
	}
	return c.desk.KeepDraft(ctx, c.who, of, asJSON(paper))
}
