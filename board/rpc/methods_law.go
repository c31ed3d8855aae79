package rpc

import (
	"context"

	"menshen/board/desk"
	"menshen/internal/i18n"
	"menshen/policy"
)

// lawMethods tell how the rules of the law stand, and write what proves it.
var lawMethods = map[string]handler{
	"law.rules":    method(lawRules),
	"law.waits":    method(lawWaits),
	"law.renewals": method(renewals),
	"law.page":     method(writePage),
	"law.dossier":  method(dossier),
	"law.sign": method(func(ctx context.Context, c *call, _ nothing) (nothing, error) {
		return nothing{}, c.desk.SeeSign(ctx, c.who)
	}),
	"law.inquiry": method(func(ctx context.Context, c *call, p inquiryParams) (nothing, error) {
		return nothing{}, c.desk.Inquire(ctx, c.who, p.Found)
	}),
}

type law struct {
	FacesOff *coded `json:"facesOff,omitempty"` // the rule that switches faces off, and its words
	Rules    []rule `json:"rules"`
}

// rule is a rule of the law, and how the unit stands to it.
type rule struct {
	ID       string    `json:"id"`
	Source   string    `json:"source"` // "SDR 23, SPC 10"
	Says     string    `json:"says"`
	State    coded     `json:"state"`              // "kept", "due", "broken"
	Protects bool      `json:"protects,omitempty"` // broken, it switches faces off
	Problems []trouble `json:"problems,omitempty"`
}

type trouble struct {
	Soon   bool   `json:"soon,omitempty"` // to be done, not broken
	Wrong  string `json:"wrong"`
	Remedy string `json:"remedy"`
}

var ruleStates = map[policy.RuleState]i18n.Message{
	policy.Kept:   i18n.M("rpc.rule-kept", "kept"),
	policy.Due:    i18n.M("rpc.rule-due", "to be done"),
	policy.Broken: i18n.M("rpc.rule-broken", "broken"),
}

func lawRules(ctx context.Context, c *call, _ nothing) (law, error) {
	all, err := c.desk.Law(ctx, c.who)
	if err != nil {
		return law{}, err
	}
	out := law{Rules: []rule{}}
	off := policy.FacesOff(all)
	for _, f := range all {
		r := rule{ID: string(f.Rule.ID), Source: f.Rule.Source, Says: c.say(f.Rule.Message()),
			State: coded{string(f.State), c.say(ruleStates[f.State])}, Protects: f.Rule.Protects}
		for _, p := range f.Problems {
			r.Problems = append(r.Problems, trouble{p.Soon, c.say(p.Message()), c.say(p.Remedy())})
		}
		if f.Rule.ID == off {
			out.FacesOff = &coded{r.ID, r.Says}
		}
		out.Rules = append(out.Rules, r)
	}
	return out, nil
}

// rangeParams ask for a part of a list.
type rangeParams struct {
	From  int `json:"from"`  // how many to leave out
	Count int `json:"count"` // at most; 50 where 0, at most 100
}

// part is the asked part of a list, and how long it is in all.
func part[T any](all []T, p rangeParams) ([]T, int, error) {
	if p.From < 0 || p.Count < 0 || p.Count > 100 {
		return nil, 0, badParams("from is 0 or more, count at most 100")
	}
	if p.Count == 0 {
		p.Count = 50
	}
	return all[min(p.From, len(all)):min(p.From+p.Count, len(all))], len(all), nil
}

type renewal struct {
	Person person `json:"person"`
	Agreed string `json:"agreed"` // when, to the notice of then
}

type renewalList struct {
	People []renewal `json:"people"`
	All    int       `json:"all"`
}

// renewals gives those who agreed to a notice that has changed since. The look-up is recorded.
func renewals(ctx context.Context, c *call, p rangeParams) (renewalList, error) {
	old, err := c.desk.OldNotice(ctx, c.who)
	if err != nil {
		return renewalList{}, err
	}
	shown, all, err := part(old, p)
	out := renewalList{People: []renewal{}, All: all}
	now := c.desk.Now()
	for _, one := range shown {
		out.People = append(out.People, renewal{c.person(one, now), c.time(one.Face.At)})
	}
	return out, err
}

type pageParams struct {
	Page string `json:"page"` // "notice", "sign", "commitment", "report"
	Lang string `json:"lang"` // "en", "zh"; of a page that is not in both
}

// made is a file that a request wrote.
type made struct {
	File file   `json:"file"`
	Key  string `json:"key,omitempty"` // verifies it, in hex
}

// writePage writes a paper to be printed, HTML for A4.
func writePage(ctx context.Context, c *call, p pageParams) (made, error) {
	path, err := c.desk.WritePage(ctx, c.who, desk.Page(p.Page), p.Lang)
	return made{File: fileAt(path)}, err
}

// dossier writes the compliance dossier.
func dossier(ctx context.Context, c *call, _ nothing) (made, error) {
	path, key, err := c.desk.Dossier(ctx, c.who)
	return made{fileAt(path), key}, err
}

type inquiryParams struct {
	Found string `json:"found"` // and what was done
}
