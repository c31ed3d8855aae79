package rpc

import (
	"context"
	"slices"

	"menshen/board/desk"
	"menshen/board/papers"
	"menshen/policy"
)

// paperMethods keep people's requests and the filing with the authority.
var paperMethods = map[string]handler{
	"requests.list":    method(listRequests),
	"requests.add":     method(addRequest),
	"requests.answer":  method(answerRequest),
	"filing.get":       method(getFiling),
	"filing.elsewhere": method(putElsewhere),
	"filing.filed":     method(putFiled),
}

// request is what a person asked about their data.
type request struct {
	ID     string `json:"id"`
	Asks   coded  `json:"asks"`
	Who    string `json:"who"` // a person's handle, or how to reach who has none
	Asked  string `json:"asked"`
	Due    string `json:"due"` // the day
	Done   string `json:"done,omitempty"`
	Answer string `json:"answer,omitempty"`
}

func (c *call) request(r desk.Request) request {
	return request{ID: r.ID, Asks: c.ask(r.What), Who: r.Who, Asked: c.time(r.Asked), Due: c.day(r.Due),
		Done: c.time(r.Done), Answer: r.Answer}
}

func (c *call) ask(what string) coded { return coded{what, c.say(papers.AskName(what))} }

type requestList struct {
	Requests []request `json:"requests"`
	All      int       `json:"all"`
	Asks     []coded   `json:"asks"` // what can be asked
	Days     int       `json:"days"` // working days to answer within
}

// listRequests gives the open ones first, then the newest.
func listRequests(ctx context.Context, c *call, p rangeParams) (requestList, error) {
	found, err := c.desk.Requests(ctx, c.who)
	if err != nil {
		return requestList{}, err
	}
	slices.SortStableFunc(found, func(a, b desk.Request) int {
		switch open := a.Done.IsZero(); {
		case open != b.Done.IsZero() && open:
			return -1
		case open != b.Done.IsZero():
			return 1
		}
		return b.Asked.Compare(a.Asked)
	})
	shown, all, err := part(found, p)
	out := requestList{Requests: []request{}, All: all, Days: policy.RightsDays}
	for _, r := range shown {
		out.Requests = append(out.Requests, c.request(r))
	}
	for _, ask := range papers.Asks {
		out.Asks = append(out.Asks, c.ask(ask))
	}
	return out, err
}

type addRequestParams struct {
	Asks string `json:"asks"` // the code of one of those that can be asked
	Who  string `json:"who"`
}

func addRequest(ctx context.Context, c *call, p addRequestParams) (request, error) {
	r, err := c.desk.AddRequest(ctx, c.who, p.Asks, p.Who)
	return c.request(r), err
}

type answerParams struct {
	ID     string `json:"id"`
	Answer string `json:"answer"`
}

func answerRequest(ctx context.Context, c *call, p answerParams) (nothing, error) {
	return nothing{}, c.desk.AnswerRequest(ctx, c.who, p.ID, p.Answer)
}

// filing is how many people of the site have a face, and what was filed with the authority.
type filing struct {
	Here      int    `json:"here"`
	Site      *int   `json:"site,omitempty"` // at the doors of the site, each once; absent: this door is of none
	Elsewhere int    `json:"elsewhere"`      // only at doors that tell this one nothing
	All       int    `json:"all"`
	DueFrom   int    `json:"dueFrom"` // people in all
	Days      int    `json:"days"`    // working days to file within, once they are reached
	Reached   string `json:"reached,omitempty"`
	Filed     string `json:"filed,omitempty"`
	Authority string `json:"authority,omitempty"`
	Number    string `json:"number,omitempty"`
	Handler   string `json:"handler,omitempty"` // as filed
}

func getFiling(ctx context.Context, c *call, _ nothing) (filing, error) {
	n, f, err := c.desk.Filing(ctx, c.who)
	var site *int
	if n.Doors {
		site = &n.Site
	}
	return filing{Here: n.Here, Site: site, Elsewhere: f.Others(n), All: f.All(n),
		DueFrom: policy.FilingAt, Days: policy.FilingDays,
		Reached: c.time(f.Reached), Filed: c.time(f.Filed), Authority: f.Authority, Number: f.Number,
		Handler: f.Handler}, err
}

type elsewhereParams struct {
	People int `json:"people"`
}

func putElsewhere(ctx context.Context, c *call, p elsewhereParams) (filing, error) {
	if err := c.desk.PutElsewhere(ctx, c.who, p.People); err != nil {
		return filing{}, err
	}
	return getFiling(ctx, c, nothing{})
}

type filedParams struct {
	Authority string `json:"authority"`
	Number    string `json:"number"`
}

func putFiled(ctx context.Context, c *call, p filedParams) (filing, error) {
	if err := c.desk.PutFiled(ctx, c.who, p.Authority, p.Number); err != nil {
		return filing{}, err
	}
	return getFiling(ctx, c, nothing{})
}
