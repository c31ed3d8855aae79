package console

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"menshen/board/desk"
	"menshen/internal/i18n"
	"menshen/internal/i18n/catalogue"

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
	a, err := parse([]string{"Li", "--until", "2027-01-31", "--json", "Na", "--name=x y", "--", "--json"}, "json",
		"until=", "name=")
	if err != nil || a.rest() != "Li Na --json" || a.options["until"] != "2027-01-31" || a.options["name"] != "x y" ||
		!a.has("json") {
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

// TestRowsWrap: nothing of a cell is lost when the line is narrow.
func TestRowsWrap(t *testing.T) {
	widths := []int{8, 40, 60}
	if fits, whole := shrink(widths, []int{8, 8, 8}, 60); !fits || whole || widths[0]+widths[1]+widths[2] != 60 ||
		widths[0] != 8 {
		t.Errorf("shrunk to %v", widths)
	}
	widths = []int{19, 40, 60}
	if fits, _ := shrink(widths, []int{10, 30, 21}, 60); fits || !slices.Equal(widths, []int{10, 30, 21}) {
		t.Errorf("words that do not fit were cut: %v", widths)
	}
	got := inColumns([]string{"camera", "black, idle", "no light: is the lens covered? " + strings.Repeat("x", 20)},
		[]int{8, 12, 16})
	want := []string{
		"camera    black, idle   no light: is the",
		"                        lens covered?",
		"                        xxxxxxxxxxxxxxxx",
		"                        xxxx",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

// TestWordsOfDecisions: each rule and reason that policy can write into a record
// is a word of the vocabulary.
func TestWordsOfDecisions(t *testing.T) {
	n := 0
	for file, pattern := range map[string]string{"decide.go": `\{\w+, "([^"]+)", Reason`,
		"reason.go": `Reason\w+\s+Reason = "([^"]+)"`} {
		source, err := os.ReadFile("../../policy/" + file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(string(source), -1) {
			n++
			if !strings.HasPrefix(m[1], "R-") && !i18n.IsWord(m[1]) {
				t.Errorf("%s: %q is not in the vocabulary", file, m[1])
			}
		}
	}
	if n < 70 {
		t.Errorf("only %d rules and reasons were found", n)
	}
}

// TestErrorsInChinese: an error is told in the operator's language, with its remedy; what
// carries no message stays as it is.
func TestErrorsInChinese(t *testing.T) {
	remedy := i18n.M("desk.see-status", "see 'status'")
	for _, x := range []struct {
		err  error
		want string
	}{
		{i18n.Problem(desk.ErrNoPerson, remedy), "没有此人；见 status"},
		{fmt.Errorf("looking: %w", i18n.Problem(desk.ErrNoPerson, remedy)), "looking: 没有此人；见 status"},
		{i18n.Problem(i18n.E("desk.override-not-stored", "in force, but not stored: %v", errors.New("disk full")),
			remedy),
			"已生效，但未能保存：disk full；见 status"},
		{i18n.E("console.no-such-option", "this command has no option --%s", "foo"), "此命令没有选项 --foo"},
		{errors.New("something new"), "something new"},
	} {
		if got := catalogue.In("zh").Say(i18n.Of(x.err)); got != x.want {
			t.Errorf("%v: %q, want %q", x.err, got, x.want)
		}
	}
}
