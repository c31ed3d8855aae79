package sim

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"menshen/internal/i18n"
	"menshen/internal/i18n/catalogue"
	"menshen/internal/screen"
)

// TestTry tells what came of two seeds on a terminal and as a page, in each language.
func TestTry(t *testing.T) {
	for _, lang := range catalogue.Languages() {
		var out, page bytes.Buffer
		r, err := Try(context.Background(), Options{Seed: 1, Days: 1, Plain: true, Lang: lang}, &out, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		if held := lang.Say(i18n.M("sim.all-held", "Every invariant held.")); !strings.Contains(out.String(), held) {
			t.Errorf("told: %s", out.String())
		}
		for line := range strings.Lines(out.String()) {
			if screen.Width(line) > 80 {
				t.Errorf("wider than a terminal: %s", line)
			}
		}
		if err := r.Page(&page); err != nil {
			t.Fatal(err)
		}
		checkPage(t, page.Bytes())
	}
}

// checkPage reads a page as XML reads it, and looks for what a browser would fetch or run.
func checkPage(t *testing.T, page []byte) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(page))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	for plots := 0; ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			if plots != 3 {
				t.Errorf("%d plots", plots)
			}
			return
		} else if err != nil {
			t.Fatal(err)
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		switch e.Name.Local {
		case "svg":
			plots++
		case "script", "link", "img", "iframe":
			t.Errorf("the page has a %s", e.Name.Local)
		}
		for _, a := range e.Attr {
			if a.Name.Local == "href" || a.Name.Local == "src" || strings.HasPrefix(a.Name.Local, "on") {
				t.Errorf("the page has %s=%s", a.Name.Local, a.Value)
			}
		}
	}
}

// TestWords: each kind of happening and each invariant has its words, which are its name.
func TestWords(t *testing.T) {
	for k := range script {
		got, want := k.Message(), strings.TrimPrefix(string(k), "FAULT: ")
		if got.ID == "" || got.String() != want {
			t.Errorf("%q is said as %q", k, got)
		}
	}
	for name, m := range invariantWords {
		if m.String() != name {
			t.Errorf("%q is said as %q", name, m)
		}
	}
}

// TestWaits: a share of all times is within the step that reaches it.
func TestWaits(t *testing.T) {
	var w Waits
	for _, ms := range []int{0, 30, 30, 60, 1e9} {
		w.note(time.Duration(ms) * time.Millisecond)
	}
	for share, want := range map[float64]time.Duration{.2: 25, .5: 50, .8: 75, 1: 10_000} {
		if got := w.within(share); got != want*time.Millisecond {
			t.Errorf("%v within %v, want %v ms", share, got, int(want))
		}
	}
}

// TestSpans puts days together in whole weeks, and loses none.
func TestSpans(t *testing.T) {
	days := make([]Traffic, 100)
	for i := range days {
		days[i].Granted = i
	}
	each, all := spans(days)
	sum := Traffic{}
	for _, t := range all {
		sum.add(t)
	}
	if each != 7 || len(all) != 15 || all[0].Granted != 21 || sum.Granted != 4950 {
		t.Errorf("%d days each: %v", each, all)
	}
}
