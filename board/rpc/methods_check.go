package rpc

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"menshen/board/check"
	"menshen/board/desk"
	"menshen/internal/i18n"
)

// checkMethods take an installer through the self-test: check.run tells what it does by events, and
// check.answer answers those that ask.
var checkMethods = map[string]handler{
	"check.run":    method(runCheck),
	"check.answer": method(answerCheck),
	"check.report": method(func(ctx context.Context, c *call, _ nothing) (file, error) {
		path, err := c.desk.WritePage(ctx, c.who, desk.ReportPage, "")
		return fileAt(path), err
	}),
}

type checkParams struct {
	Afresh bool `json:"afresh,omitempty"` // from the first step, whatever an earlier test found
}

// checkOver is how a self-test ended.
type checkOver struct {
	Ended   string       `json:"ended,omitempty"` // absent: it was broken off, and can be continued
	Verdict coded        `json:"verdict"`
	Tested  bool         `json:"tested"` // the door counts as tested (R-SAFE)
	Steps   []stepResult `json:"steps"`
}

// checkEvent is one thing that the self-test tells or asks. Which members it has depends on Kind.
type checkEvent struct {
	ID      json.RawMessage `json:"id"`               // of check.run
	Kind    string          `json:"kind"`             // "step", "ask", "task", "waiting", "told", "done"
	Number  int             `json:"number,omitempty"` // of a question
	Choices []string        `json:"choices,omitempty"`

	Step *checkStep  `json:"step,omitempty"` // of "step"
	What string      `json:"what,omitempty"` // of "ask" and "task": its id, for programs
	Text string      `json:"text,omitempty"` // of "ask", "task", "told"
	Left float64     `json:"left,omitempty"` // of "task" and "waiting": seconds
	Done *stepResult `json:"done,omitempty"` // of "done"
}

type checkStep struct {
	ID     string `json:"id"`
	N      int    `json:"n"`
	Of     int    `json:"of"`
	Title  string `json:"title"`
	Do     string `json:"do"`
	Expect string `json:"expect"`
	Safety bool   `json:"safety,omitempty"` // without it the door does not count as tested
}

type stepResult struct {
	ID      string   `json:"id"`
	Title   string   `json:"title"`
	Safety  bool     `json:"safety,omitempty"`
	Verdict coded    `json:"verdict"`
	Notes   []string `json:"notes,omitempty"`
	Values  []figure `json:"values,omitempty"`
	Tries   int      `json:"tries,omitempty"`
}

type figure struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

func verdict(c *call, v check.Verdict) coded { return coded{string(v), c.say(v.Message())} }

func (c *call) stepResult(r check.Result) stepResult {
	out := stepResult{ID: r.ID, Title: r.Title.In(c.who.Lang), Safety: r.Safety, Verdict: verdict(c, r.Verdict),
		Notes: r.Notes(c.who.Lang), Tries: r.Tries}
	for _, v := range r.Values {
		out.Values = append(out.Values, figure{v.Name.In(c.who.Lang), v.Text.In(c.who.Lang)})
	}
	return out
}

var (
	errChecks     = i18n.E("rpc.checks", "a self-test is under way on this line")
	errNoQuestion = i18n.E("rpc.no-question", "no question of this number waits for such an answer")
)

func runCheck(ctx context.Context, c *call, p checkParams) (checkOver, error) {
	i := &installer{call: c, ctx: ctx, answers: make(chan string)}
	if !c.sits(i) {
		return checkOver{}, errChecks
	}
	defer c.sits(nil)
	r, err := c.desk.Check(ctx, c.who, p.Afresh, i)
	if err == nil {
		err = ctx.Err() // the peer broke it off: no result is its answer
	}
	if err != nil {
		return checkOver{}, err
	}
	out := checkOver{Ended: c.time(r.Ended), Verdict: verdict(c, r.Verdict()), Tested: !r.Tested().IsZero(),
		Steps: []stepResult{}}
	for _, s := range r.Steps {
		out.Steps = append(out.Steps, c.stepResult(s))
	}
	return out, nil
}

// installer is a program that sits at a self-test for a person.
type installer struct {
	*call
	ctx     context.Context // of check.run
	answers chan string

	// Of visit.mu.
	asked   int      // the number of the last question
	choices []string // its answers; nil: it is answered
}

// sits notes who sits at a self-test on this line; nil: nobody any more. false: somebody does.
func (v *visit) sits(i *installer) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if i != nil && v.installer != nil {
		return false
	}
	v.installer = i
	return true
}

type checkAnswer struct {
	Number int    `json:"number"` // of the question
	Choice string `json:"choice"` // one of its choices
}

// answerCheck answers the question that waits.
func answerCheck(ctx context.Context, c *call, p checkAnswer) (nothing, error) {
	if !desk.OpensDoor.Of(c.who.Role) {
		return nothing{}, desk.ErrNotAllowed
	}
	c.visit.mu.Lock()
	i := c.installer
	fits := i != nil && i.asked == p.Number && slices.Contains(i.choices, p.Choice)
	if fits {
		i.choices = nil
	}
	c.visit.mu.Unlock()
	if !fits {
		return nothing{}, errNoQuestion
	}
	select {
	case i.answers <- p.Choice:
		return nothing{}, nil
	case <-i.ctx.Done():
		return nothing{}, errCancelled
	case <-ctx.Done():
		return nothing{}, ctx.Err()
	}
}

// tell sends an event.
func (i *installer) tell(e checkEvent) {
	e.ID = i.id
	i.notify(i.ctx, "event", e)
}

// question sends an event, and waits for one of the choices.
func (i *installer) question(ctx context.Context, e checkEvent, choices ...check.Choice) (check.Choice, error) {
	for _, c := range choices {
		e.Choices = append(e.Choices, string(c))
	}
	i.visit.mu.Lock()
	i.asked++
	i.choices, e.Number = e.Choices, i.asked
	i.visit.mu.Unlock()
	i.tell(e)
	select {
	case choice := <-i.answers:
		return check.Choice(choice), nil
	case <-ctx.Done():
		return check.Stop, ctx.Err()
	}
}

// Begin implements check.Installer.
func (i *installer) Begin(ctx context.Context, n, of int, s check.Step) (check.Choice, error) {
	e := checkEvent{Kind: "step", Step: &checkStep{ID: s.ID, N: n, Of: of, Title: i.say(s.Title), Do: i.say(s.Do),
		Expect: i.say(s.Expect), Safety: s.Safety}}
	if !s.Hands {
		i.tell(e)
		return check.Go, nil
	}
	return i.question(ctx, e, check.Go, check.Again, check.Skip, check.Stop)
}

// Ask implements check.Installer.
func (i *installer) Ask(ctx context.Context, q check.Question) (bool, error) {
	choice, err := i.question(ctx, checkEvent{Kind: "ask", What: q.ID, Text: i.say(q.Text)}, "yes", "no")
	return choice == "yes", err
}

// Do implements check.Installer. Whoever works at the door is not idle.
func (i *installer) Do(t check.Task) {
	i.idle.Reset(i.o.Idle)
	i.tell(checkEvent{Kind: "task", What: t.ID, Text: i.say(t.Text), Left: t.Within.Seconds()})
}

// Waiting implements check.Installer.
func (i *installer) Waiting(left time.Duration) {
	i.tell(checkEvent{Kind: "waiting", Left: left.Round(time.Second).Seconds()})
}

// Tell implements check.Installer.
func (i *installer) Tell(m i18n.Message) { i.tell(checkEvent{Kind: "told", Text: i.say(m)}) }

// Done implements check.Installer.
func (i *installer) Done(ctx context.Context, r check.Result) (check.Choice, error) {
	i.idle.Reset(i.o.Idle)
	result := i.stepResult(r)
	e := checkEvent{Kind: "done", Done: &result}
	if r.Verdict != check.Failed {
		i.tell(e)
		return check.Go, nil
	}
	return i.question(ctx, e, check.Again, check.Go, check.Stop)
}
