package console

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestSplit(t *testing.T) {
	for in, want := range map[string][]string{
		"":                      nil,
		"  a  b\t":              {"a", "b"},
		`add "Li Na" --x 'y z'`: {"add", "Li Na", "--x", "y z"},
		`a"b c"d`:               {"ab cd"},
		`""`:                    {""},
		`"it's"`:                {"it's"},
	} {
		if got, err := split(in); err != nil || !slices.Equal(got, want) {
			t.Errorf("split(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
	if _, err := split(`a "b`); err == nil {
		t.Error("an open quotation passed")
	}
}

func TestQuoteIsSplitBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`[a-z 王"\t]{1,12}`).Draw(t, "word")
		if got, err := split("x " + quote(s)); err != nil || len(got) != 2 || got[1] != s {
			t.Fatalf("quote(%q) = %s came back as %q, %v", s, quote(s), got, err)
		}
	})
}

func TestParse(t *testing.T) {
	a, err := parse([]string{"Li", "--until", "2027-01-31", "--json", "Na", "--name=x y", "--", "--json"}, "json", "until=", "name=")
	if err != nil || a.rest() != "Li Na --json" || a.options["until"] != "2027-01-31" || a.options["name"] != "x y" || !a.has("json") {
		t.Errorf("parse gave %+v, %v", a, err)
	}
	for _, bad := range [][]string{{"--until"}, {"--jsn"}, {"--json=1"}} {
		if _, err := parse(bad, "json", "until="); err == nil {
			t.Errorf("%q passed", bad)
		}
	}
}

func FuzzCommandLine(f *testing.F) {
	for _, s := range []string{`add "Li Na" --until 2027-01-31`, `a 'b "c' --x=y --`, "--", `"`, "王 \x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		words, err := split(s)
		if err != nil {
			return
		}
		if n := utf8.RuneCountInString(strings.Join(words, "")); n > utf8.RuneCountInString(s) {
			t.Errorf("split(%q) grew to %q", s, words)
		}
		a, err := parse(words, "json", "until=")
		if err == nil && len(a.words) > len(words) {
			t.Errorf("parse(%q) grew to %q", words, a.words)
		}
	})
}

func TestWrapAndColumns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`[a-z ，。门神王小明]{0,80}`).Draw(t, "text")
		n := rapid.IntRange(4, 30).Draw(t, "columns")
		lines := wrap(s, n)
		for _, l := range lines {
			if columns(l) > n {
				t.Fatalf("%q takes %d columns, more than %d", l, columns(l), n)
			}
		}
		squeeze := func(s string) string {
			return strings.Map(func(r rune) rune {
				if unicode.IsSpace(r) {
					return -1
				}
				return r
			}, s)
		}
		if got := squeeze(strings.Join(lines, "")); got != squeeze(s) {
			t.Fatalf("wrap lost text: %q became %q", s, lines)
		}
		if w := columns(pad(s, n)); w != n {
			t.Fatalf("pad(%q, %d) takes %d columns", s, n, w)
		}
	})
}

func TestCleanIsHarmless(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := clean(rapid.String().Draw(t, "text"))
		if i := strings.IndexFunc(s, func(r rune) bool { return !unicode.IsGraphic(r) }); i >= 0 {
			t.Fatalf("clean left %q", s[i:])
		}
	})
}

func TestWrapHangs(t *testing.T) {
	for in, want := range map[string]string{
		"Goal    to open this door":      "Goal    to open\n        this\n        door",
		"目的    仅用于开启本门，别无其他":             "目的    仅用于开\n        启本门，\n        别无其他",
		"  · your rights are many here":  "  · your rights\n    are many\n    here",
		"one two three four five six se": "one two three\nfour five six se",
		"":                               "",
		"averyveryverylongword it is":    "averyveryverylon\ngword it is",
	} {
		if got := strings.Join(wrap(in, 16), "\n"); got != want {
			t.Errorf("%q became\n%s\nwant\n%s", in, got, want)
		}
	}
}
