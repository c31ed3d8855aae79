package rpc_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"menshen/board/boardtest"
	"menshen/board/papers"
	"menshen/board/rpc"
	"menshen/store"
)

// file is what a file of the unit holds.
func (p *peer) file(made any) (text string) {
	p.Helper()
	name := made.(object)["name"]
	for {
		got := p.get("file.read", object{"name": name, "offset": len(text)})
		raw, err := base64.StdEncoding.DecodeString(got["data"].(string))
		if err != nil {
			p.Fatal(err)
		}
		if text += string(raw); got["end"] == true {
			return text
		}
	}
}

// staff begins a visit at a desk that runs, as an operator of a role.
func staff(t *testing.T, b *boardtest.Bench, role store.Role) *peer {
	t.Helper()
	name := "one-" + string(role)
	b.Desk.LogOut(b.Operator(name, role), "asked")
	p := dial(t, b, rpc.Options{Location: b.Config.Site.Location()})
	p.get("session.login", object{"name": name, "secret": boardtest.Secret})
	return p
}

func TestLawOverTheLine(t *testing.T) {
	b := boardtest.New(t)
	b.Enrolled(7)
	b.Start()
	p := staff(t, b, store.Manager)
	b.CountAll()
	states := func(lang string) (facesOff any, states map[string]string) {
		p.ask("session.language", object{"lang": lang})
		law := p.get("law.rules", nil)
		states = map[string]string{}
		for _, r := range law["rules"].([]any) {
			states[r.(object)["id"].(string)] = r.(object)["state"].(object)["text"].(string)
		}
		return law["facesOff"], states
	}
	if off, all := states("en"); off != nil || all["R-PIA"] != "kept" || len(all) < 20 {
		t.Errorf("a lawful unit: faces off %v, %v", off, all)
	}
	p.get("law.inquiry", object{"found": "spoke with the night shift"})
	if what := p.refused("law.inquiry", object{"found": " "}); what != "desk.inquiry-empty" {
		t.Errorf("an empty inquiry: %s", what)
	}
	p.get("law.sign", nil)
	made := p.get("law.page", object{"page": "sign", "lang": "zh"})
	if page := p.file(made["file"]); !strings.Contains(page, "人脸") {
		t.Errorf("the sign: %.200s", page)
	}
	made = p.get("law.dossier", nil)
	if text := p.file(made["file"]); !strings.Contains(text, "R-PIA") || len(made["key"].(string)) != 64 {
		t.Errorf("the dossier with key %v: %.200s", made["key"], text)
	}
	if r := p.get("law.renewals", object{"count": 10}); r["all"] != 0.0 {
		t.Errorf("nobody agreed to an earlier notice: %v", r)
	}
	b.Clock.Advance(1000 * 24 * 3600e9) // everything is long ago
	b.CountAll()
	if off, all := states("zh"); off == nil || all["R-PIA"] != "违反" {
		t.Errorf("years later: faces off %v, %v", off, all)
	}
}

func TestAssessmentOverTheLine(t *testing.T) {
	b := boardtest.New(t)
	b.Start()
	p := staff(t, b, store.Manager)
	got := p.get("assessment.get", nil)
	if got["assessment"] == nil || got["draft"] != nil || len(got["questions"].([]any)) != 4 {
		t.Fatalf("at first: %v", got)
	}
	a := object{"necessity": "n", "impact": "two\nlines", "risks": "", "measures": "", "author": "Mei", "until": ""}
	p.get("assessment.keep", object{"draft": a})
	p.Close() // the cable is pulled

	p = dial(t, b, rpc.Options{Location: b.Config.Site.Location()})
	p.get("session.login", object{"name": "one-manager", "secret": boardtest.Secret})
	got = p.get("assessment.get", nil)
	if d, ok := got["draft"].(object); !ok || d["impact"] != "two\nlines" || d["until"] != "" {
		t.Fatalf("after the cable was pulled: %v", got["draft"])
	}
	if what := p.refused("assessment.put", a); what != "desk.assessment-incomplete" {
		t.Errorf("half an assessment: %s", what)
	}
	a["risks"], a["measures"], a["until"] = "r", "m", got["latest"]
	p.get("assessment.put", a)
	got = p.get("assessment.get", nil)
	is := got["assessment"].(object)
	if got["draft"] != nil || is["impact"] != "two\nlines" || is["until"] != a["until"] {
		t.Errorf("on file: %v", got)
	}
	form := p.get("assessment.form", nil)["text"].(string)
	form = strings.Replace(form, "安全风险\n", "安全风险\nA photo.\n", 1)
	p.get("file.put", object{"offset": 0, "data": []byte(form)})
	if read := p.get("assessment.read", nil); read["risks"] != "A photo." {
		t.Errorf("the form was read as %v", read)
	}
}

func TestIncidentOverTheLine(t *testing.T) {
	b := boardtest.New(t)
	b.Enrolled(7)
	b.Start()
	p := staff(t, b, store.Manager)
	i := p.get("incidents.open", object{"what": "the unit was found open"})
	id := i["incident"].(object)["id"].(string)
	a := i["account"].(object)
	if a["people"] != 1.0 || a["what"].(object)["en"] != "the unit was found open" {
		t.Errorf("opened: %v", a)
	}
	if what := p.refused("incidents.letters", object{"id": id}); what != "desk.letter-incomplete" {
		t.Errorf("letters before it was written: %s", what)
	}
	a["effect"], a["taken"] = object{"zh": "可能被冒用"}, object{"en": "the key was changed"}
	p.get("incidents.keep", object{"id": id, "draft": a})
	if d := p.get("incidents.get", object{"id": id})["draft"].(object); d["effect"].(object)["zh"] != "可能被冒用" {
		t.Errorf("the draft: %v", d)
	}
	a["happened"] = "2027-01-01T00:00"
	if what := p.refused("incidents.write", object{"id": id, "account": a}); what != "rpc.not-past" {
		t.Errorf("it happened in the future: %s", what)
	}
	a["happened"] = "2026-03-01T08:15"
	i = p.get("incidents.write", object{"id": id, "account": a})
	if i["draft"] != nil || i["account"].(object)["happened"] != "2026-03-01T08:15:00+08:00" {
		t.Errorf("written: %v", i)
	}
	files := p.get("incidents.letters", object{"id": id})["files"].([]any)
	if len(files) != 8 || !strings.Contains(p.file(files[0]), "可能被冒用") {
		t.Errorf("the letters: %v", files)
	}
	if what := p.refused("incidents.close", object{"id": id}); what != "desk.not-told-yet" {
		t.Errorf("closed before anybody was told: %s", what)
	}
	p.get("incidents.told", object{"id": id, "whom": "people"})
	p.get("incidents.told", object{"id": id, "whom": "authority"})
	p.get("incidents.close", object{"id": id})
	all := p.get("incidents.list", object{"count": 10})
	if one := all["incidents"].([]any)[0].(object); one["closed"] == nil || one["id"] != id {
		t.Errorf("in the list: %v", one)
	}
	if what := p.refused("incidents.write", object{"id": id, "account": a}); what != "desk.incident-closed" {
		t.Errorf("written after it was closed: %s", what)
	}
}

func TestRequestsAndFilingOverTheLine(t *testing.T) {
	b := boardtest.New(t)
	b.Start()
	p := staff(t, b, store.Manager)
	first := p.get("requests.add", object{"asks": "copy", "who": "1204"})
	p.get("requests.add", object{"asks": "see", "who": "a visitor"})
	if first["due"] == "" || first["asks"].(object)["text"] != "have a copy" {
		t.Errorf("asked: %v", first)
	}
	p.get("requests.answer", object{"id": first["id"], "answer": "given on paper"})
	all := p.get("requests.list", object{})
	if last := all["requests"].([]any)[1].(object); last["id"] != first["id"] || last["answer"] != "given on paper" {
		t.Errorf("the answered one stands last: %v", all)
	}
	again := object{"id": first["id"], "answer": "again"}
	if what := p.refused("requests.answer", again); what != "desk.no-such-request" {
		t.Errorf("answered twice: %s", what)
	}
	if m := p.ask("requests.list", object{"from": -1}); code(m) != rpc.CodeParams {
		t.Errorf("from before the beginning: %v", m)
	}
	if f := p.get("filing.elsewhere", object{"people": 99_999}); f["elsewhere"] != 99_999.0 || f["reached"] != nil {
		t.Errorf("elsewhere: %v", f)
	}
	f := p.get("filing.filed", object{"authority": "Shanghai CAC", "number": "2026-17"})
	if f["number"] != "2026-17" || f["filed"] == nil || f["handler"] == nil {
		t.Errorf("filed: %v", f)
	}
}

// TestROperatorPapersOverTheLine: an auditor reads papers and writes none; an installer sees how
// the rules stand, and confirms the sign.
func TestROperatorPapersOverTheLine(t *testing.T) {
	b := boardtest.New(t)
	b.Start()
	auditor, installer := staff(t, b, store.Auditor), staff(t, b, store.Installer)
	for _, method := range []string{"assessment.get", "incidents.list", "requests.list", "filing.get",
		"law.renewals", "law.dossier"} {
		auditor.get(method, nil)
		if what := installer.refused(method, nil); what != "desk.not-allowed" {
			t.Errorf("%s as an installer: %s", method, what)
		}
	}
	installer.get("law.rules", nil)
	installer.get("law.sign", nil)
	for method, params := range map[string]object{
		"law.sign": nil, "law.inquiry": {"found": "x"}, "assessment.put": {}, "assessment.keep": {"draft": object{}},
		"incidents.open": {"what": "x"}, "incidents.write": {"id": "x"},
		"incidents.told": {"id": "x", "whom": "people"}, "incidents.close": {"id": "x"},
		"incidents.letters": {"id": "x"}, "requests.add": {"asks": "see", "who": "x"},
		"requests.answer": {"id": "x"}, "filing.elsewhere": {"people": 1}, "filing.filed": {},
	} {
		if what := auditor.refused(method, params); what != "desk.not-allowed" {
			t.Errorf("%s as an auditor: %s", method, what)
		}
	}
}

// TestConsoleGoesOn: the console takes up the draft that the page kept.
func TestConsoleGoesOn(t *testing.T) {
	b := boardtest.New(t)
	b.Start()
	p := dial(t, b, rpc.Options{})
	p.logIn()
	p.get("assessment.keep", object{"draft": object{"risks": "a photo", "until": "2027-01-31"}})
	raw, err := b.Desk.Draft(t.Context(), b.Staff, "assessment")
	var a papers.Assessment
	if err != nil || json.Unmarshal(raw, &a) != nil || a.Risks != "a photo" || a.Until.Year() != 2027 {
		t.Errorf("the console reads %s, %v", raw, err)
	}
}
