package screen

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"
)

func TestWidth(t *testing.T) {
	t.Setenv("LANG", "zh_CN.UTF-8") // must not matter
	for s, want := range map[string]int{
		"": 0, "door": 4, "门神": 4, "é": 1, "e\u0301": 1, "·—…": 3, "（a）": 5, "👍🏽": 2, "\ufffd": 1,
	} {
		if got := Width(s); got != want {
			t.Errorf("%q takes %d columns, want %d", s, got, want)
		}
	}
}

func TestWrapLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`[a-z ，。（“—门神王小明\n-]{0,80}`).Draw(t, "text")
		n := rapid.IntRange(4, 30).Draw(t, "columns")
		lines := Wrap(s, n)
		for _, l := range lines {
			if Width(l) > n {
				t.Fatalf("%q takes %d columns, more than %d", l, Width(l), n)
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
			t.Fatalf("text was lost: %q became %q", s, lines)
		}
		if again := Wrap(strings.Join(lines, "\n"), n); len(again) > len(lines) {
			t.Fatalf("wrapped lines were wrapped again: %q became %q", lines, again)
		}
		if w := Width(Pad(strings.ReplaceAll(s, "\n", ""), n)); w != n {
			t.Fatalf("padded %q to %d columns: it takes %d", s, n, w)
		}
	})
}

func TestCleanIsHarmless(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := Clean(rapid.String().Draw(t, "text"))
		if i := strings.IndexFunc(s, func(r rune) bool { return !unicode.IsGraphic(r) }); i >= 0 {
			t.Fatalf("Clean left %q", s[i:])
		}
	})
}

func TestWrap(t *testing.T) {
	for _, x := range []struct {
		s    string
		n    int
		want []string
	}{
		{"", 16, []string{""}},
		{"one two three", 7, []string{"one two", "three"}},
		{"unbreakable", 4, []string{"unbr", "eaka", "ble"}},
		{"averyveryverylongword it is", 16, []string{"averyveryverylon", "gword it is"}},
		{"use backup --without-faces /var/lib", 18, []string{"use backup", "--without-faces", "/var/lib"}},

		// Chinese: no line begins with a closing sign or ends with an opening one;
		// Latin words in it stay whole.
		{"请按住门内出门按钮一秒后松开。", 12, []string{"请按住门内出", "门按钮一秒后", "松开。"}},
		{"输入口令，再试", 8, []string{"输入口", "令，再试"}},
		{"请输入（口令）", 8, []string{"请输入", "（口令）"}},
		{"输入 backup 备份", 10, []string{"输入", "backup 备", "份"}},

		// entries hang
		{"Goal    to open this door", 16, []string{"Goal    to open", "        this", "        door"}},
		{"目的    仅用于开启本门，别无其他", 16, []string{"目的    仅用于开", "        启本门，", "        别无其他"}},
		{"  · your rights are many here", 16, []string{"  · your rights", "    are many", "    here"}},
		{"  → tap the card at the door", 16, []string{"  → tap the card", "    at the door"}},
		{"  indented text goes on", 16, []string{"  indented text", "  goes on"}},
		{"a first column too long  then text", 16, []string{"a first column", "too long  then", "text"}},

		// lines that stand below an entry's text are of that entry
		{"What for   To open the door\n           and nothing else.", 31,
			[]string{"What for   To open the door and", "           nothing else."}},
		{"What for   To open the door\n           and nothing else.", 80,
			[]string{"What for   To open the door and nothing else."}},
		{"  - one\n    more\n  - two", 80, []string{"  - one more", "  - two"}},
		{"用途      开门\n          仅此一项", 80, []string{"用途      开门仅此一项"}},
		{"用途      开门 menshen\n          仅此一项", 80, []string{"用途      开门 menshen仅此一项"}},
		{"What for   The “door”\n           alone", 80, []string{"What for   The “door” alone"}},
		{"A head:\n  one\n  two", 80, []string{"A head:", "  one", "  two"}},
		{strings.Repeat("prose ", 12) + "and,\nlaid out by hand\nAnother.", 200,
			[]string{strings.Repeat("prose ", 12) + "and, laid out by hand", "Another."}},
		{"One line.\nAnother.\n\nThird.", 80, []string{"One line.", "Another.", "", "Third."}},
	} {
		if got := Wrap(x.s, x.n); !slices.Equal(got, x.want) {
			t.Errorf("%q in %d columns:\n%s\nwant\n%s", x.s, x.n, strings.Join(got, "\n"), strings.Join(x.want, "\n"))
		}
	}
}
