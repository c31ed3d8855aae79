package profile

import (
	"regexp"
	"strings"
	"testing"

	"menshen/board/config"
	"menshen/internal/i18n"
	"menshen/internal/i18n/catalogue"
	"menshen/internal/i18n/pseudo"
	"menshen/internal/screen"
)

func draw(t *testing.T, b *Board, c *config.Config, found []Finding, d Drawing) string {
	t.Helper()
	var s strings.Builder
	if err := b.Draw(&s, c, found, d); err != nil {
		t.Fatal(err)
	}
	return s.String()
}

var sgr = regexp.MustCompile("\x1b\\[[0-9;]*m")

// TestDrawingFits: no line is wider than the terminal, in each language, and the header's edges
// stand under each other.
func TestDrawingFits(t *testing.T) {
	conf := parse(t, `name = "outside"`, `name = "the one at the courtyard gate, lower"`, "kind = \"wiegand\"",
		rc522+"\nreset = \"GPIO12\"", relay, `pin = "GPIO5"`, `"GPIO22"`, `"EXPANDER_7"`)
	for _, b := range boards(t) {
		for _, c := range []*config.Config{nil, conf} {
			var found []Finding
			if c != nil {
				found = b.Check(c, noBoard)
			}
			for _, l := range append(catalogue.Languages(), pseudo.Language(t)) {
				lang := l.Code()
				text := draw(t, b, c, found, Drawing{Lang: l, Colour: true})
				if lang == "zh" && !strings.Contains(text, "1 脚：") {
					t.Errorf("%s is not in Chinese:\n%s", b.Name, text)
				}
				text = sgr.ReplaceAllString(text, "")
				for i, l := range strings.Split(text, "\n") {
					if w := screen.Width(l); w > Width {
						t.Errorf("%s, %s, line %d is %d wide: %s", b.Name, lang, i+1, w, l)
					}
					if before, _, is := strings.Cut(strings.Replace(l, " | ", " │ ", 1), " │ "); is &&
						screen.Width(before) != sideWidth+nameWidth+4 {
						t.Errorf("%s, %s, line %d is out of line: %s", b.Name, lang, i+1, l)
					}
					if strings.HasSuffix(l, " ") {
						t.Errorf("%s, %s, line %d ends in spaces", b.Name, lang, i+1)
					}
					if lang == "zh" && strings.ContainsAny(l, "─●○■✗│┌└…") {
						t.Errorf("%s, line %d has signs that may be two columns wide: %s", b.Name, i+1, l)
					}
				}
			}
		}
	}
}

// TestPlainSaysEachWire: the list has each wire once, with its place, and nothing that only an eye
// could read.
func TestPlainSaysEachWire(t *testing.T) {
	conf := parse(t)
	b, err := ByName("rpi4")
	if err != nil {
		t.Fatal(err)
	}
	text := draw(t, b, conf, b.Check(conf, noBoard), Drawing{Lang: i18n.English, Plain: true, Colour: true})
	for _, want := range []string{
		"pin 11, GPIO17: relay, also SPI1 CE1, pulled down at power-up\n",
		"pin 13, GPIO27: rex input, pulled down at power-up\n",
		"pin 22, GPIO25: reader outside d1, pulled down at power-up\n",
		"pin 8, GPIO14: console TXD, also TXD, pulled down at power-up\n",
		"rests low: the lock is without power, and so locked.\n", "Not on the header: camera: v4l2:/dev/video0\n",
	} {
		if strings.Count(text, want) != 1 {
			t.Errorf("not once: %q in\n%s", want, text)
		}
	}
	if strings.ContainsAny(text, "\x1b─│●○■✗┌└") {
		t.Errorf("signs for the eye:\n%s", text)
	}
	bare := draw(t, b, nil, nil, Drawing{Lang: i18n.English, Plain: true})
	if strings.Count(bare, "\npin ") != 40 || !strings.Contains(bare, "pin 27, GPIO0: not to be used, also ID_SD") {
		t.Errorf("the bare header:\n%s", bare)
	}
}

// TestRestSaysWhatTheDoorDoes for each polarity and each lock.
func TestRestSaysWhatTheDoorDoes(t *testing.T) {
	b, err := ByName("rpi4")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ pin, active, failSafe, want string }{
		{"GPIO17", "high", "false", "rests low: the lock is without power, and so locked"},
		{"GPIO17", "high", "true", "rests low: the lock is without power, and so unlocked"},
		{"GPIO17", "low", "false", "rests low: the lock is with power, and so unlocked"},
		{"GPIO5", "low", "true", "rests high: the lock is without power, and so unlocked"},
		{"GPIO5", "high", "true", "rests high: the lock is with power, and so locked"},
		{"EXPANDER_1", "high", "false", "not known"},
	} {
		conf := parse(t, relay, `pin = "`+c.pin+`"`, `active    = "high"`, `active = "`+c.active+`"`, strike,
			"fail_safe = "+c.failSafe+" ")
		if got := b.rest(conf).String(); !strings.Contains(got, c.want) {
			t.Errorf("%+v: %s", c, got)
		}
	}
}
