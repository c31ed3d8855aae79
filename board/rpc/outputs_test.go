package rpc_test

import (
	"fmt"
	"testing"

	"menshen/board/boardtest"
	"menshen/board/config"
	"menshen/board/rpc"
)

// TestOutputsOverTheLine: hours of an output beside the door are changed and taken back by the name
// that the log gives them, never as the door's; may, who and why tell of the output; it is switched
// by hand with a reason.
func TestOutputsOverTheLine(t *testing.T) {
	b := boardtest.New(t, withHours(t), func(c *config.Config) {
		c.Outputs = []config.Output{{Name: "garage", Pin: "GPIO5"}}
	})
	b.Start()
	p := dial(t, b, rpc.Options{Location: b.Config.Site.Location()})
	p.logIn()
	id := b.Someone(7)
	person := fmt.Sprintf("%x", id[:])
	details := object{"name": "Tenant 7", "lang": "en", "groups": []string{"cleaners"}}
	p.gets("people.change", object{"person": person, "details": details})

	first := p.gets("hours.get", nil)
	edits := []object{{"of": "garage: cleaners", "now": "daily 00:00-24:00"}}
	then := p.gets("hours.change", object{"version": first["version"], "edits": edits})
	if got := asText(t, then["groups"]); got != asText(t, first["groups"])[:len(asText(t, first["groups"]))-1]+
		`,{"group":"garage: cleaners","people":1,"rules":1}]` {
		t.Errorf("the groups: %s", got)
	}
	of := p.gets("hours.group", object{"group": "garage: cleaners"})
	monday := `[{"as":"mon","date":"2026-03-02","open":[["00:00","24:00"]]}]`
	if got := asText(t, of["week"].([]any)[:1]); got != monday {
		t.Errorf("the week begins: %s", got)
	}
	e := p.gets("entry.may", object{"person": person, "at": "2026-03-03T12:00"})
	if e["may"] != false || e["outputs"].([]any)[0].(object)["may"] != true {
		t.Errorf("at noon: %v", e)
	}
	in := p.gets("entry.who", object{"at": "2026-03-03T12:00"})
	if in["all"] != 1.0 || asText(t, in["people"].([]any)[0].(object)["outputs"]) != `["garage"]` {
		t.Errorf("who: %v", in)
	}
	b.TapAtReader(7) // at four in the afternoon the door is closed to cleaners
	last := p.ask("records.decisions", object{"count": 1})["result"].([]any)[0].(object)
	why := p.gets("records.why", object{"number": last["number"]})
	garage := why["outputs"].([]any)[0].(object)
	if why["granted"] != false || garage["granted"] != true || len(garage["trace"].([]any)) < 4 {
		t.Errorf("why: %v", why)
	}
	if f := p.gets("door.output", object{"output": "garage", "reason": "a van"}); f["for"] != 5.0 {
		t.Errorf("by hand: %v", f)
	}
	p.refuses("door.output", object{"output": "garage", "reason": " "}, "rpc.no-reason")
	p.refuses("door.output", object{"output": "lift", "reason": "a van"}, "unit.no-such-output")

	back := p.gets("hours.log", nil)["entries"].([]any)[0].(object)
	undo := object{"version": then["version"], "edits": []object{{"of": back["of"], "now": back["was"]}}}
	if e := p.gets("hours.preview", undo); e["outAll"] != 0.0 || e["outputs"].([]any)[0].(object)["outAll"] != 1.0 {
		t.Errorf("what taking it back does: %v", e)
	}
	if again := p.gets("hours.change", undo); again["version"] != first["version"] {
		t.Errorf("taken back: %v", again)
	}
}
