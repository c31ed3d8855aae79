package rpc_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"menshen/board/config"
	"menshen/board/rpc"
)

// TestPasses: digits and code of a pass are told once; it is printed in the visit that made it, and
// ended by its number.
func TestPasses(t *testing.T) {
	_, p := door(t, func(c *config.Config) {
		c.Passes = config.Passes{Enabled: true, Camera: true}
		c.Readers[0].Keypad = 4
	})
	host := p.get("people.add", object{"name": "Li Na", "lang": "zh"})["person"]
	const hours = 8 * 3600
	made := p.get("passes.add", object{"host": host, "for": hours, "uses": 2})
	number, digits := made["number"].(string), made["digits"].(string)
	qr := made["qr"].([]any)
	if len(digits) != len("204 117 380") || len(qr) != 37 || len(qr[0].(string)) != 37 || made["uses"] != 2.0 {
		t.Errorf("made %v", made)
	}
	long := object{"for": 1e300, "uses": 1}
	for _, wrong := range []object{{"for": hours, "uses": 256}, {"for": hours}, long, {"uses": 1}} {
		if what := p.refused("passes.add", wrong); what != "desk.not-a-pass" {
			t.Errorf("%v: %s", wrong, what)
		}
	}
	other := object{"for": hours, "uses": 1, "doors": []string{"lobby"}}
	if what := p.refused("passes.add", other); what != "desk.site-none" {
		t.Errorf("for a door of no site: %s", what)
	}

	file := p.get("passes.print", object{"number": number, "label": true})["file"].(object)
	got := p.get("file.read", object{"name": file["name"], "offset": 0})
	page, err := base64.StdEncoding.DecodeString(got["data"].(string))
	if err != nil || !strings.Contains(string(page), digits) || strings.Contains(string(page), "Li Na") {
		t.Errorf("the page: %v\n%s", err, page)
	}

	p.get("passes.add", object{"for": hours, "uses": 1})
	if what := p.refused("passes.print", object{"number": number}); what != "rpc.pass-not-last" {
		t.Errorf("an older one printed: %s", what)
	}
	of, said := p.list("passes.list", object{})
	if said["count"] != 2.0 || strings.Contains(strings.Join(keys(of["passes"][0]), " "), "digits") {
		t.Errorf("all passes: %v", of)
	}
	of, _ = p.list("passes.list", object{"host": host})
	if one := of["passes"]; len(one) != 1 || one[0]["number"] != number || one[0]["host"] != "Li Na" ||
		one[0]["state"].(object)["code"] != "" {
		t.Errorf("the host's: %v", one)
	}
	p.get("passes.end", object{"number": number})
	if of, _ = p.list("passes.list", object{"host": host}); len(of["passes"]) != 0 {
		t.Errorf("after its end: %v", of)
	}
	if what := p.refused("passes.end", object{"number": "zz"}); what != "desk.no-such-pass" {
		t.Errorf("no such pass: %s", what)
	}
}

func keys(o object) (all []string) {
	for k := range o {
		all = append(all, k)
	}
	return all
}

// TestPassesOff: a door that takes no passes says so, with the remedy.
func TestPassesOff(t *testing.T) {
	_, p := door(t, func(c *config.Config) { c.Passes.Enabled = false })
	m := p.ask("passes.add", object{"for": 3600, "uses": 1})
	if code(m) != rpc.CodeRefused || m["error"].(object)["data"].(object)["remedy"] == "" {
		t.Errorf("%v", m)
	}
}
