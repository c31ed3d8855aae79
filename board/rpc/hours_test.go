package rpc_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// asText is a value as JSON.
func asText(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestHoursOverTheLine: hours are seen, a change is previewed and put in force, told in the log,
// and taken back with what the log says. A change of hours that are no longer in force is refused.
func TestHoursOverTheLine(t *testing.T) {
	p, _ := visitor(t)
	p.gets("people.add", object{"name": "Li Na", "lang": "zh", "groups": []string{"cleaners"}})
	first := p.gets("hours.get", nil)
	if got, want := asText(t, first["groups"]), `[{"group":"cleaners","people":1,"rules":1},`+
		`{"group":"residents","people":0,"rules":1}]`; got != want {
		t.Errorf("the groups: %s", got)
	}
	of := p.gets("hours.group", object{"group": "cleaners"})
	if got, want := asText(t, of["rules"]), `[{"spans":[{"days":["mon","tue","wed","thu","fri"],"from":"06:00",`+
		`"to":"09:00"}]}]`; got != want {
		t.Errorf("the rules: %s", got)
	}
	if got, want := asText(t, of["week"].([]any)[:1]),
		`[{"as":"mon","date":"2026-03-02","open":[["06:00","09:00"]]}]`; got != want {
		t.Errorf("the week begins: %s", got)
	}

	out := object{"version": first["version"], "edits": []object{{"of": "cleaners", "now": ""},
		{"of": "2026-10-01", "now": "holiday"}}}
	e := p.gets("hours.preview", out)
	if got, want := asText(t, e["changes"]), `[{"now":"","of":"cleaners","was":"mon-fri 06:00-09:00"},`+
		`{"now":"holiday","of":"2026-10-01","was":""}]`; got != want {
		t.Errorf("the changes: %s", got)
	}
	if e["outAll"] != 1.0 || e["out"].([]any)[0].(object)["name"] != "Li Na" || e["first"] != true {
		t.Errorf("the effect: %v", e)
	}
	then := p.gets("hours.change", out)
	if then["days"] != 1.0 || then["version"] == first["version"] || then["fileDiffers"] != true ||
		then["by"] != "anna" {
		t.Errorf("in force: %v", then)
	}
	p.refuses("hours.change", out, "desk.hours-meanwhile")
	days := asText(t, p.gets("hours.days", nil))
	if days != `{"all":1,"days":[{"as":"holiday","date":"2026-10-01"}]}` {
		t.Errorf("the days: %s", days)
	}

	log := p.gets("hours.log", nil)["entries"].([]any)
	var back []object
	for _, one := range log {
		back = append(back, object{"of": one.(object)["of"], "now": one.(object)["was"]})
	}
	again := p.gets("hours.change", object{"version": then["version"], "edits": back})
	if len(log) != 2 || again["days"] != 0.0 || again["version"] != first["version"] {
		t.Errorf("the log %v, taken back: %v", log, again)
	}
	if e := p.gets("hours.file", object{"use": true}); e["changed"] != nil && e["fileDiffers"] == true {
		t.Errorf("the configuration's: %v", e)
	}
}

// TestHoursRefused: what is no hours, and what the desk refuses, with the message.
func TestHoursRefused(t *testing.T) {
	p, _ := visitor(t)
	version := p.gets("hours.get", nil)["version"]
	for now, what := range map[string]string{
		"mon 7-8":                          "rpc.not-hours",
		"mon-fri 06:00-09:00":              "desk.hours-same",
		"mon 07:00-08:00 until 2020-01-01": "desk.hours-past",
		strings.Repeat("mon 07:00-08:00, ", 20) + "tue 07:00-08:00": "desk.hours-too-many",
	} {
		p.refuses("hours.preview", object{"version": version, "edits": []object{{"of": "cleaners", "now": now}}}, what)
	}
	p.refuses("hours.preview", object{"version": version, "edits": []object{{"of": "a, b", "now": "mon 07:00-08:00"}}},
		"desk.group-name")
	p.refuses("hours.preview", object{"version": "", "edits": []object{}}, "desk.hours-meanwhile")
	payday := []object{{"of": "10-01", "now": "payday"}}
	if m := p.ask("hours.preview", object{"version": version, "edits": payday}); m["error"] == nil {
		t.Errorf("a special day of no kind: %v", m)
	}
}

// TestWhoMayEnter: who could come in at a moment, and why another could not, with each question.
func TestWhoMayEnter(t *testing.T) {
	p, b := visitor(t)
	id := b.Someone(7)
	person := fmt.Sprintf("%x", id[:])
	details := object{"name": "Tenant 7", "lang": "en", "groups": []string{"cleaners"}}
	p.gets("people.change", object{"person": person, "details": details})
	at := func(clock string) object { return object{"at": "2026-03-03T" + clock} }
	in := p.gets("entry.who", at("07:00"))
	if in["all"] != 1.0 || in["people"].([]any)[0].(object)["person"] != person ||
		in["people"].([]any)[0].(object)["means"].([]any)[0].(object)["code"] != "card" {
		t.Errorf("at seven: %v", in)
	}
	if in := p.gets("entry.who", at("12:00")); in["all"] != 0.0 {
		t.Errorf("at noon: %v", in)
	}
	e := p.gets("entry.may", object{"person": person, "at": "2026-03-03T12:00"})
	way := e["ways"].([]any)[0].(object)
	if e["may"] != false || e["words"] != "outside the hours of their access groups" || way["label"] != "fob" ||
		e["next"] != "2026-03-04T06:00:00+08:00" {
		t.Errorf("at noon: %v", e)
	}
	trace := way["trace"].([]any)
	if last := trace[len(trace)-1].(object); last["pass"] != false {
		t.Errorf("the question that decided: %v", last)
	}
}
