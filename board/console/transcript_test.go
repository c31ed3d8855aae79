package console_test

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"menshen/board/console"
	"menshen/internal/i18n/catalogue"
)

// TestTranscripts plays the files testdata/*.txt: whole flows as a person at a
// terminal sees them. In a file,
//
//	PROMPT« KEYS  waits for PROMPT, then types KEYS and Enter
//	| TEXT        must appear before the next prompt
//	! TEXT        must not appear before the next prompt
//	@card ID      a person taps a card at the door
//	@face WORD    a picture is taken: good, or an advice
//	# ...         is a remark
//
// A file whose name has plain-, zh- or 80- runs in that mode, or at 80 by 24 characters.
func TestTranscripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			o := console.Options{Plain: strings.Contains(file, "plain-")}
			if strings.Contains(file, "zh-") {
				o.Lang = catalogue.In("zh")
			}
			if strings.Contains(file, "80-") {
				o.Width, o.Height = 80, 24
			}
			s, fake := sitFull(t, o)
			play(t, s, fake, file)
		})
	}
}

func play(t *testing.T, s *seat, fake *fullDesk, file string) {
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var absent []string
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		prompt, keys, typed := strings.Cut(lines.Text(), "«")
		verb, rest, _ := strings.Cut(lines.Text(), " ")
		switch {
		case typed:
			got := s.see(prompt)
			for _, a := range absent {
				if strings.Contains(got, a) {
					t.Errorf("%s:%d: %q appeared before it: %q", file, n, a, got)
				}
			}
			absent = nil
			s.hit(strings.TrimPrefix(keys, " ") + "\r")
		case verb == "|":
			s.see(rest)
		case verb == "!":
			absent = append(absent, rest)
		case verb == "@card":
			fake.card <- rest
		case verb == "@face":
			fake.faces <- strings.TrimPrefix(rest, "good")
		case verb != "#" && verb != "":
			t.Fatalf("%s:%d: what is %q?", file, n, lines.Text())
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
}
