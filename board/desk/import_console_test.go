package desk_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"menshen/hal"
	"menshen/hal/wiegand"
)

// TestManagersFirstDay: 30 tenants with their cards, from a file and pasted at a real console, and
// a tenant's move by a list; each with the keys that it takes.
func TestManagersFirstDay(t *testing.T) {
	b := newBench(t, withHours(t))
	b.Start()
	m := b.typist("anna")
	keys, began := 0, time.Now()
	types := func(s, until string) string {
		keys += len(s)
		m.type_(s)
		return m.until(until)
	}
	took := func(what string) {
		t.Logf("%s: %d keys, %v", what, keys, time.Since(began).Round(time.Millisecond))
		keys, began = 0, time.Now()
	}
	var list strings.Builder
	list.WriteString(heading)
	for i := range 30 {
		fmt.Fprintf(&list, "Tenant %d,%d,2027-06-30,residents,zh,12:%d\n", i, 100+i, i+1)
	}
	out := b.Config.Unit.Dir + ".out"
	if err := os.MkdirAll(out, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(out, "tenants.csv"), []byte(list.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := types("import tenants.csv\r", "no: "); !strings.Contains(got, "30 to add") {
		t.Fatalf("%s", got)
	}
	if got := types("yes\r", m.prompt); !strings.Contains(got, "Imported: 30 added, 0 changed, cards given: 30.") {
		t.Fatalf("%s", got)
	}
	took("30 people with their cards from a file")
	card := wiegand.H10301.Card(wiegand.H10301.Encode(12, 30))
	b.Reader.Present(hal.ReaderEvent{At: b.Clock.Now(), Card: &card})
	b.Eventually("the last one's card opens", func() bool { return b.Count("decision") == 1 })
	if e := b.Last(); !e.Grant {
		t.Errorf("%+v", e)
	}
	if got := types("import undo\r", m.prompt); !strings.Contains(got, "Tenant 29") ||
		!strings.Contains(got, "was at the door") {
		t.Errorf("%s", got)
	}
	types("import undo --leave\r", "no: ")
	if got := types("yes\r", m.prompt); !strings.Contains(got, "Undone: 29 erased, 0 as before, 1 left as they are.") {
		t.Errorf("%s", got)
	}
	took("taken back, but for the one who came in")

	move := "handle,name,apartment\r" + b.who("Tenant 29").ID.String() + ",Tenant 29,555\r.\r"
	types("import\r", "ends it.\r\n")
	m.type_(move) // pasted
	if got := m.until("no: "); !strings.Contains(got, "apartment: 129 → 555") {
		t.Errorf("%s", got)
	}
	types("yes\r", m.prompt)
	took("a tenant's move, two lines pasted")
	if p := b.who("Tenant 29"); p.Apartment != "555" || len(p.Credentials) != 1 || len(p.Groups) != 1 {
		t.Errorf("%+v", p)
	}
}
