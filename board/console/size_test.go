package console_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"

	"menshen/board/console"
	"menshen/internal/i18n/catalogue"
	"menshen/internal/i18n/pseudo"
)

// everyCommand is what a manager can look at without being asked anything,
// each with the words of its help.
func everyCommand(s *seat) []string {
	all := []string{"people", "people 1204", "person 1204", "person 1203", "status", "decisions", "why", "notice",
		"law", "law R-PIA", "assess", "request", "filing", "renew", "incident", "passes", "staff", "rights 1204",
		"retention", "receipts", "verify", "import tenants.csv --check --all", "import undo", "check", "whoami",
		"persn", "open", "person nobody", "change", "nonsense"}
	for _, l := range strings.Split(s.do("mei", "help"), "\r\n") {
		if entry, is := strings.CutPrefix(l, "  "); is && entry[0] != ' ' {
			verb, _, _ := strings.Cut(entry, " ")
			all = append(all, "help "+verb)
		}
	}
	return all
}

// TestEveryLineFits: no terminal has to break a line that the console sends, at any width,
// plain or not, in any language; that of package pseudo is added by one file, and its texts are
// half as long again as English.
func TestEveryLineFits(t *testing.T) {
	languages := append(catalogue.Languages(), pseudo.Language(t))
	for _, width := range []int{60, 80, 120} {
		for _, lang := range []string{"en", "zh", pseudo.Code} {
			for _, plain := range []string{"on", "off"} {
				t.Run(fmt.Sprint(width, lang, plain), func(t *testing.T) {
					s, fake := sitFull(t, console.Options{Width: width, Height: 24, Languages: languages})
					fake.add("Maximiliana Featherstonehaugh-Wolfeschlegelstein", "Building 12, unit 1204", "en")
					s.logIn("mei")
					for _, first := range []string{"page off", "lang " + lang, "plain " + plain} {
						s.do("mei", first)
					}
					for _, command := range everyCommand(s) {
						out := s.do("mei", command)
						for _, l := range strings.Split(out, "\r\n") {
							if w := console.Columns(l); w >= width {
								t.Errorf("%s: a line of %d columns: %q", command, w, l)
							}
						}
						if strings.ContainsRune(out, '\ufffd') {
							t.Errorf("%s: something was not fit to print: %q", command, out)
						}
					}
				})
			}
		}
	}
}

func TestFollowsAResizedWindow(t *testing.T) {
	s := sit(t, newDesk(), console.Options{Width: 120, Height: 40})
	s.logIn("mei")
	s.do("mei", "page off")
	widest := func() (w int) {
		for _, l := range strings.Split(s.do("mei", "help card"), "\r\n") {
			w = max(w, console.Columns(l))
		}
		return w
	}
	if w := widest(); w <= 60 {
		t.Fatalf("help card is only %d columns wide", w)
	}
	s.hit(console.Size(60, 24))
	if w := widest(); w >= 60 {
		t.Errorf("in a window of 60 columns a line takes %d", w)
	}
	s.hit("who" + console.Size(100, 30) + "ami\r") // in the middle of a word
	s.see("mei, manager")
	s.hit("\x1b[24;50R") // as a terminal over a serial line answers
	if w := widest(); w >= 50 {
		t.Errorf("in a window of 50 columns a line takes %d", w)
	}
	s.hit("\x1b[1;2R") // Shift-F3
	if w := widest(); w < 40 {
		t.Errorf("a function key made the window %d columns wide", w)
	}
}

// TestROperatorResizeIsNobodyAtWork: a window that is resized neither ends a
// view nor keeps a session up.
func TestROperatorResizeIsNobodyAtWork(t *testing.T) {
	s := sit(t, newDesk(), console.Options{})
	s.logIn("mei")
	s.hit("live\r")
	s.see("Press any key to end this.")
	s.clock.await(t, time.Second)
	for i := range 6 {
		s.hit(console.Size(60+i, 24))
		s.clock.advance(time.Minute)
	}
	s.see("no key was pressed for 5m0s")
}

func TestASerialTerminalIsAskedForItsSize(t *testing.T) {
	const question = "\x1b[999;999H\x1b[6n"
	s := sit(t, newDesk(), console.Options{AskSize: true})
	s.see("log-in: ")
	if strings.Contains(s.sent(), question) {
		t.Error("asked before a key was pressed: plain mode could not be chosen first")
	}
	s.hit("mei\r")
	s.see("secret: ")
	s.hit("open sesame\r")
	s.see("mei> ")
	if n := strings.Count(s.sent(), question); n != 2 {
		t.Errorf("asked %d times, want at the log-in and at the prompt", n)
	}
	s.do("mei", "plain on")
	before := len(s.sent())
	s.do("mei", "whoami")
	if strings.Contains(s.sent()[before:], "\x1b") {
		t.Error("asked in plain mode")
	}
}

func TestKeyboardTellsAnotherSize(t *testing.T) {
	master, slave := openPTY(t)
	defer master.Close()
	defer slave.Close()
	k, err := console.NewKeyboard(slave)
	if err != nil {
		t.Fatal(err)
	}
	defer k.Close()
	if err := pty.Setsize(slave, &pty.Winsize{Cols: 61, Rows: 20}); err != nil {
		t.Fatal(err)
	}
	if err := unix.Kill(os.Getpid(), unix.SIGWINCH); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 64)
	if n, err := k.Read(buf); string(buf[:n]) != console.Size(61, 20) || err != nil {
		t.Errorf("read %q, %v", buf[:n], err)
	}
}

// TestQuestionsFit: a long question is broken at words, and its answer stands in its last line.
func TestQuestionsFit(t *testing.T) {
	s, _ := sitFull(t, console.Options{Width: 60, Height: 24})
	s.logIn("mei")
	s.hit("assess new\r")
	for range 4 {
		s.see("> ")
		s.hit("words\r")
		s.see("> ")
		s.hit("\r")
	}
	s.see("function): ")
	s.hit("Mei, manager of the house\r")
	s.see("2027-11-22: ")
	for _, l := range strings.Split(s.screen(), "\n") {
		if strings.HasSuffix(strings.TrimRight(l, " "), "or Enter for") {
			return
		}
	}
	t.Errorf("the question is not broken at a word:\n%s", s.screen())
}

// saidByFake is what lines hold that the console did not say: what the fake desk gave
// it, words to type, examples.
var saidByFake = regexp.MustCompile(`too uncertain|Harbour Homes|Face entry, your choice|works as well|` +
	`trusted; set it|lost frames|was found open|` +
	`looked up|in order|short and long|impact assessment|grey fob|[a-z]\|[a-z]|REASON|Èẋàḿṗĺè`)

// TestAThirdLanguage: when a language is added by its file, nothing that the console
// says of itself stays English.
func TestAThirdLanguage(t *testing.T) {
	s, _ := sitFull(t, console.Options{Languages: append(catalogue.Languages(), pseudo.Language(t)),
		Width: 120, Height: 50})
	s.logIn("mei")
	s.do("mei", "page off")
	commands := everyCommand(s)
	for _, first := range []string{"plain on", "lang " + pseudo.Code} {
		s.do("mei", first)
	}
	accented, english := regexp.MustCompile(`[àèìòù]`), regexp.MustCompile(`[a-z]{2,} [a-z]{2,}`)
	lines := 0
	for _, command := range commands {
		for _, l := range strings.Split(s.do("mei", command), "\r\n") {
			if accented.MatchString(l) {
				lines++
			}
			if english.MatchString(l) && !saidByFake.MatchString(l) {
				t.Errorf("%s: stays English: %q", command, l)
			}
		}
	}
	if lines < 150 {
		t.Errorf("only %d lines were told in the third language", lines)
	}
}
