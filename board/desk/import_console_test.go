package desk_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"menshen/board/boardtest"
	"menshen/board/desk"
	"menshen/hal"
	"menshen/hal/wiegand"
	"menshen/policy"
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

// TestThirtyCardsInARow: 30 people who are known get a card each at a real console, tap after tap.
func TestThirtyCardsInARow(t *testing.T) {
	b := newBench(t)
	b.Start()
	for i := range 30 {
		if _, err := b.Desk.AddPerson(t.Context(), b.Staff, desk.Details{Name: policy.Private(fmt.Sprint("Tenant ", i)),
			Apartment: policy.Private(fmt.Sprint(100 + i)), Lang: "zh"}); err != nil {
			t.Fatal(err)
		}
	}
	m := b.typist("anna")
	keys, began := "cards\ryes\r", time.Now()
	m.type_(keys[:6])
	m.until("no: ")
	m.type_(keys[6:])
	for i := range 30 {
		got := m.until("at the door\r\n")
		if want := fmt.Sprintf("%d of 30: %d Tenant %d\r\n", i+1, 100+i, i); !strings.Contains(got, want) {
			t.Fatalf("%q in the place of %q", got, want)
		}
		b.Reader.Tap(boardtest.CardOf(uint64(i + 1)))
	}
	if got := m.until(m.prompt); !strings.Contains(got, "Cards given: 30 of 30.") {
		t.Fatalf("%s", got)
	}
	t.Logf("30 people: %d keys and a tap each, %v", len(keys), time.Since(began).Round(time.Millisecond))
	if e := b.TapAtReader(30); !e.Grant || e.Person != b.who("Tenant 29").ID {
		t.Errorf("%+v", e)
	}
}
