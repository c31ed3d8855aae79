package console_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"menshen/board/console"
	"menshen/internal/i18n/catalogue"
)

func TestPlainModeHasNoEscapes(t *testing.T) {
	fake := newDesk()
	s := sit(t, fake, console.Options{})
	s.see("log-in: ")
	s.hit("?plain\r")
	s.logIn("mei")
	for _, command := range []string{"people", "person 1204", "help", "status", "why", "notice"} {
		s.do("mei", command)
	}
	s.hit("persn\x7fon 1204\b\b\b\b1203\x1b[A\x1b[D\r")
	s.see("can be copied: by anybody")
	s.hit("peo\t\r")
	if got := s.see("blocked: no"); !strings.Contains(got, "apartment: 1204\r\nname: Li Na\r\n") {
		t.Errorf("not one fact a line: %q", got)
	}
	_, after, _ := strings.Cut(s.sent(), "Plain text.")
	if strings.ContainsAny(after, "\x1b\x07") {
		t.Errorf("plain mode sent an escape: %q", after)
	}
}

func TestJSON(t *testing.T) {
	fake := newDesk()
	fake.add(`A "quoted" <name>`, "1", "en")
	s := sit(t, fake, console.Options{Lang: catalogue.In("zh")})
	s.see("登录名: ")
	s.hit("mei\r")
	s.see("密码: ")
	s.hit("open sesame\r")
	s.see("mei> ")
	for command, key := range map[string]string{
		"people --json": "apartment", "person --json 1204": "clonable", "decisions --json": "granted",
		"why --json": "pass", "status --json": "fault",
	} {
		out := strings.TrimSuffix(s.do("mei", command), "mei> ")
		for _, l := range strings.Split(strings.TrimSpace(out), "\r\n") {
			var row map[string]any
			if err := json.Unmarshal([]byte(l), &row); err != nil {
				t.Errorf("%s: %q: %v", command, l, err)
			}
			if _, ok := row[key]; !ok {
				t.Errorf("%s: no %q in %s", command, key, l)
			}
		}
	}
}

func TestChineseColumnsAlign(t *testing.T) {
	s := sit(t, newDesk(), console.Options{})
	s.logIn("mei")
	s.do("mei", "lang zh")
	out := s.do("mei", "people")
	var want int
	for i, l := range strings.Split(strings.TrimSpace(out), "\r\n")[:4] {
		at := strings.Index(l, map[int]string{0: "凭证", 1: " 1 ", 2: " 1 ", 3: " 0 "}[i])
		if at < 0 {
			t.Fatalf("no credentials in line %d of %q", i, out)
		}
		if at = console.Columns(l[:at]); i == 0 {
			want = at
		} else if at+1 != want {
			t.Errorf("line %d: the column begins at %d, want %d:\n%s", i, at+1, want, out)
		}
	}
}

func TestChineseLineEditing(t *testing.T) {
	s := sit(t, newDesk(), console.Options{Width: 60, Height: 20})
	s.logIn("mei")
	for _, step := range []struct {
		keys, row string
		column    int
	}{
		{"add 王小明", "mei> add 王小明", 15},
		{"\x7f", "mei> add 王小", 13},
		{"\x1b[D\x1b[D", "mei> add 王小", 9},
		{"x", "mei> add x王小", 10},
		{"\x1b[C\x7f", "mei> add x小", 10},
		{"\x1b[3~", "mei> add x", 10},
		{"门神\x01", "mei> add x门神", 5},
		{"\x05!", "mei> add x门神!", 15},
		{"\x15", "mei>", 5},
		{"\x1b[A", "mei>", 5},
	} {
		s.hit(step.keys)
		s.seeRow(step.row, step.column)
	}
}

func TestPaging(t *testing.T) {
	fake := newDesk()
	for i := range 30 {
		fake.add(fmt.Sprintf("Person %02d", i), fmt.Sprint(100+i), "en")
	}
	s := sit(t, fake, console.Options{Width: 80, Height: 12})
	s.logIn("mei")
	s.hit("people Person\r")
	s.see("Person 09")
	s.see("-- more: Enter, or q -- ")
	s.hit("\r")
	if got := s.see("-- "); strings.Count(got, "Person") != 11 {
		t.Errorf("the second screen has %d lines of people", strings.Count(got, "Person"))
	}
	s.hit("q\r")
	s.see("mei> ")
	s.do("mei", "page off")
	if got := s.do("mei", "people Person"); strings.Count(got, "Person") != 30 {
		t.Errorf("%d people without paging", strings.Count(got, "Person"))
	}
}

func TestHelpHasAnExampleForEach(t *testing.T) {
	s, _ := sitFull(t, console.Options{Height: 120, Width: 100})
	s.logIn("mei")
	all := s.do("mei", "help")
	verbs := 0
	for _, l := range strings.Split(all, "\r\n") {
		entry, isEntry := strings.CutPrefix(l, "  ")
		verb, _, _ := strings.Cut(entry, " ")
		if !isEntry || verb == "" {
			continue
		}
		verbs++
		if got := s.do("mei", "help "+verb); !strings.Contains(got, "Example: "+verb) {
			t.Errorf("help %s: %q", verb, got)
		}
	}
	if verbs < 30 {
		t.Errorf("a manager's help has %d commands: %q", verbs, all)
	}
}
