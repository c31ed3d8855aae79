package rpc_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"testing"

	"menshen/board/boardtest"
	"menshen/board/config"
	"menshen/board/rpc"
	"menshen/store"
)

// withHours gives a site two groups.
func withHours(t *testing.T) func(*config.Config) {
	return func(c *config.Config) {
		c.Site.Access = []config.Access{{Group: "residents", Hours: boardtest.Hours(t, "daily 00:00-24:00")},
			{Group: "cleaners", Hours: boardtest.Hours(t, "mon-fri 06:00-09:00")}}
	}
}

// visitor is a peer at a door with groups, logged in.
func visitor(t *testing.T) (*peer, *boardtest.Bench) {
	t.Helper()
	b := boardtest.New(t, withHours(t))
	b.Start()
	p := dial(t, b, rpc.Options{Location: b.Config.Site.Location()})
	p.logIn()
	return p, b
}

// gets asks for what must be answered.
func (p *peer) gets(method string, params any) object {
	p.Helper()
	m := p.ask(method, params)
	if m["error"] != nil {
		p.Fatalf("%s: %v", method, m["error"])
	}
	return m["result"].(object)
}

// refuses asks for what must be refused, and gives the error's data.
func (p *peer) refuses(method string, params any, what string) {
	p.Helper()
	m := p.ask(method, params)
	if m["error"] == nil {
		p.Fatalf("%s gave %v", method, m["result"])
	}
	data, _ := m["error"].(object)["data"].(object)
	if data["what"] != what {
		p.Errorf("%s: %v, want %s", method, m["error"], what)
	}
}

func gzipped(t *testing.T, text string) string {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write([]byte(text)); err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(out.Bytes())
}

// bring puts a file, packed.
func (p *peer) bring(text string) {
	p.Helper()
	for at := 0; at < len(text); at += 16 << 10 {
		data := gzipped(p.T, text[at:min(at+16<<10, len(text))])
		p.gets("file.put", object{"offset": at, "packed": true, "data": data})
	}
}

// take reads a file, packed where the unit packs.
func (p *peer) take(name string) string {
	p.Helper()
	var all []byte
	for {
		piece := p.gets("file.read", object{"name": name, "offset": len(all), "packed": true})
		data, err := base64.StdEncoding.DecodeString(piece["data"].(string))
		if err != nil {
			p.Fatal(err)
		}
		if piece["packed"] == true {
			z, err := gzip.NewReader(bytes.NewReader(data))
			if err != nil {
				p.Fatal(err)
			}
			if data, err = io.ReadAll(z); err != nil {
				p.Fatal(err)
			}
		}
		if all = append(all, data...); piece["end"] == true {
			return string(all)
		}
	}
}

const heading = "name,apartment,lease ends,access groups,language,cards\n"

// TestImportOverTheLine: a list is planned line by line, imported as one act, told of, and undone,
// except whom something happened to.
func TestImportOverTheLine(t *testing.T) {
	p, b := visitor(t)
	p.bring(heading + "Li Na,1204,2027-01-31,residents,zh,12:34567\nWu,1205,31.1.2027,,,\n")
	plan := p.gets("import.plan", nil)
	if plan["lines"] != 2.0 || plan["added"] != 1.0 || plan["refused"] != 1.0 || plan["look"] != 1.0 {
		t.Errorf("the plan: %v", plan)
	}
	p.refuses("import.do", object{"file": plan["file"]}, "desk.lines-refused")
	lines := p.gets("import.lines", object{"file": plan["file"]})
	line := lines["lines"].([]any)[0].(object)
	if lines["all"] != 1.0 || line["line"] != 3.0 || line["does"].(object)["code"] != "refused" ||
		!strings.Contains(line["why"].([]any)[0].(string), "lease ends: write it like") {
		t.Errorf("the lines to look at: %v", lines)
	}

	p.bring(heading + "Li Na,1204,2027-01-31,residents,zh,12:34567\nWu,1205,,residents,,\n")
	p.refuses("import.do", object{"file": strings.Repeat("0", 64)}, "rpc.no-plan")
	plan = p.gets("import.plan", nil)
	if all := p.gets("import.lines", object{"file": plan["file"], "all": true, "from": 1}); all["all"] != 2.0 ||
		len(all["lines"].([]any)) != 1 {
		t.Errorf("all lines but one: %v", all)
	}
	p.refuses("import.last", nil, "desk.no-import")
	done := p.gets("import.do", object{"file": plan["file"]})
	if done["added"] != 2.0 || done["cards"] != 1.0 {
		t.Errorf("done: %v", done)
	}
	p.refuses("import.do", object{"file": plan["file"]}, "rpc.no-plan")
	found := p.gets("people.find", object{"words": "1204"})["people"].([]any)[0].(object)
	p.gets("people.change", object{"person": found["person"],
		"details": object{"name": "Li Na", "apartment": "1206", "lang": "zh"}})
	last := p.gets("import.last", nil)
	since := last["since"].([]any)
	if last["file"] != plan["file"] || last["entry"] != done["entry"] || len(since) != 1 ||
		since[0].(object)["apartment"] != "1206" || since[0].(object)["what"] != "details were changed" {
		t.Errorf("the last import: %v", last)
	}
	p.refuses("import.undo", object{"entry": done["entry"], "leave": false}, "desk.changed-since-import")
	undone := p.gets("import.undo", object{"entry": done["entry"], "leave": true})
	if undone["erased"] != 1.0 || undone["left"] != 1.0 {
		t.Errorf("undone: %v", undone)
	}
	if people, err := b.Vault.People(); err != nil || len(people) != 1 {
		t.Errorf("%d people are left, %v", len(people), err)
	}
}

// TestLongListInParts: a plan of more lines than fit into one answer is told in parts, whatever the
// length of what is in them.
func TestLongListInParts(t *testing.T) {
	p, _ := visitor(t)
	var list strings.Builder
	list.WriteString("name,apartment\n")
	const people = 300
	for i := range people {
		fmt.Fprintf(&list, "%s%d,%s\n", strings.Repeat("\u202e", 190), i, strings.Repeat("<b>", 60))
	}
	p.bring(list.String())
	plan := p.gets("import.plan", nil)
	told := 0
	for told < people {
		part := p.gets("import.lines", object{"file": plan["file"], "all": true, "from": told, "count": 200})
		lines := part["lines"].([]any)
		if part["all"] != float64(people) || len(lines) == 0 {
			t.Fatalf("from line %d: %v", told, part)
		}
		if first := lines[0].(object)["line"]; first != float64(told+2) {
			t.Fatalf("line %v comes after %d lines", first, told)
		}
		told += len(lines)
	}
}

// TestListsLeave: each role takes the lists that it may have, also one that may take no other file.
// They lie nowhere on the unit's disk.
func TestListsLeave(t *testing.T) {
	p, b := visitor(t)
	p.gets("people.add", object{"name": "=Li", "apartment": "1204", "lang": "zh"})
	got := p.gets("export.list", object{"list": "people"})
	name := got["file"].(object)["name"].(string)
	text := p.take(name)
	if got["rows"] != 1.0 || !strings.Contains(text, "'=Li,1204") || p.take(name) != text {
		t.Errorf("%v: %q", got, text)
	}
	if !strings.Contains(p.take(p.gets("export.list", object{"list": "template"})["file"].(object)["name"].(string)),
		"Example: delete this line") {
		t.Error("the template has no example")
	}
	p.refuses("file.read", object{"name": name, "offset": 0}, "desk.no-such-file")
	p.refuses("export.list", object{"list": "faces"}, "desk.no-such-list")

	b.Desk.LogOut(b.Operator("tom", store.Technician), "asked")
	q := dial(t, b, rpc.Options{})
	q.gets("session.login", object{"name": "tom", "secret": boardtest.Secret})
	q.refuses("export.list", object{"list": "people"}, "desk.not-allowed")
	counters := q.gets("export.list", object{"list": "counters"})["file"].(object)["name"].(string)
	if !strings.Contains(q.take(counters), "of,what,count") {
		t.Error("a technician took no counters")
	}
	if files, err := b.Desk.OutFiles(t.Context(), b.Staff); err != nil || len(files) > 0 {
		t.Errorf("%v, %v", files, err)
	}
}

// TestPackedPieceIsBounded: a piece that unpacks to more than a piece may have is refused, and one
// that is no gzip.
func TestPackedPieceIsBounded(t *testing.T) {
	p, _ := visitor(t)
	for _, data := range []string{gzipped(t, strings.Repeat("a", 16<<10+1)), gzipped(t, strings.Repeat("a", 8<<20)),
		base64.StdEncoding.EncodeToString([]byte("name\nLi\n")), gzipped(t, "name")[:8]} {
		if m := p.ask("file.put", object{"offset": 0, "packed": true, "data": data}); m["error"] == nil ||
			code(m) != rpc.CodeParams {
			t.Errorf("taken: %v", m)
		}
	}
	p.refuses("import.plan", nil, "rpc.no-file")
	if put := p.gets("file.put", object{"offset": 0, "packed": true, "data": gzipped(t, "name")}); put["size"] != 4.0 {
		t.Errorf("put: %v", put)
	}
}
