package config

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"menshen/internal/i18n"
	"menshen/internal/i18n/catalogue"
)

// filled is the card's example as a person fills it in.
func filled(change ...string) string {
	return strings.NewReplacer(append(change, `name     = "" `, `name     = "4 号楼大门"`)...).Replace(CardExample)
}

var onBench = Tables{"key": Tables{"source": "file:/etc/menshen/key"}}

// TestCardMakesAConfiguration: what Notepad saves is read, what the card leaves open is filled, and
// the file that is written says the same.
func TestCardMakesAConfiguration(t *testing.T) {
	card := filled(`language = "en"`, `language = "zh"`, `# [relay]`, `[relay]`, `# lock      =`, `lock =`,
		`# fail_safe =`, `fail_safe =`, `# [[reader]]`, `[[reader]]`, `# name   =`, `name =`, `# kind   =`, `kind =`,
		`# d0     = "pin 18"`, `d0 = "pin 29"`, `# d1     =`, `d1 =`, `# keypad =`, `keypad =`)
	card = "\ufeff" + strings.ReplaceAll(card, "\n", "\r\n")
	door, c, err := FromCard([]byte(card), onBench)
	if err != nil {
		t.Fatal(err)
	}
	if c.Unit.Name != "4 号楼大门" || c.Unit.Dir != "/var/lib/menshen" || c.Relay.Lock != "maglock" ||
		c.Relay.Pin != "pin 11" || len(c.Readers) != 1 || c.Readers[0].D0 != "pin 29" || c.Readers[0].Keypad != 4 ||
		len(c.Inputs) != 3 || c.Key.Source != "file:/etc/menshen/key" || c.Console.Language != "zh" {
		t.Errorf("the card was read as %+v", c)
	}
	same(t, door, c)
	tables := 0
	for i := range reflect.TypeFor[Config]().NumField() {
		if reflect.TypeFor[Config]().Field(i).Tag.Get("toml") != "" {
			tables++
		}
	}
	if slices.Index(order, "unit") != 0 || len(order) != tables {
		t.Errorf("%d tables of the configuration have a place in the file, and there are %d", len(order), tables)
	}
}

// same checks that a written file is read as the configuration that was made of the card.
func same(t *testing.T, door []byte, c *Config) {
	t.Helper()
	again, err := Parse(bytes.NewReader(door))
	if err != nil {
		t.Fatalf("the file that was written is refused: %v\n%s", err, door)
	}
	was := *c
	was.lines, again.lines = nil, nil
	if !reflect.DeepEqual(&was, again) {
		t.Errorf("the card says %+v, the file %+v", was, again)
	}
}

// TestCardRefusals holds each refusal to its line and its remedy.
func TestCardRefusals(t *testing.T) {
	const secret = "a secret must not stand in door.txt"
	for name, x := range map[string]struct{ from, to, line, want string }{
		"no name":           {`"4 号楼大门"`, `""`, "name ", "[unit] has no name: write where the door is"},
		"unknown key":       {"handler ", "handlr ", "handlr", `unknown key "unit.handlr"; did you mean "handler"?`},
		"unknown zone":      {"Asia/Shanghai", "Shanghai", "zone", `[site] zone "Shanghai" is not known: write`},
		"a passphrase":      {"[site]", "[site]\npassphrase = \"x\"", "passphrase", secret},
		"a PIN":             {"[site]", "[site]\npin = \"4711\"", "pin", secret},
		"a Chinese word":    {"[site]", "[site]\n\"密码\" = \"4711\"", "\"密码", secret},
		"the manager's key": {"[site]", "# AGE-SECRET-KEY-1QQ", "# AGE", secret},
		"Chinese quotes":    {`"4 号楼大门"`, "“4 号楼大门”", "name ", `write " for “ and ”`},
		"a wide =":          {"zone =", "zone ＝", "zone", `= for ＝`},
		"GBK":               {"4 号楼大门", "4 \xba\xc5\xc2\xa5", "name ", "these letters are not in UTF-8"},
		"UTF-16":            {"# The", "\xff\xfe#\x00 \x00T\x00h\x00e\x00", "\xff", "these letters are not in UTF-8"},
		"the vault's place": {"handler  = \"\"", "dir = \"/tmp\"", "dir", `"unit.dir": this is not set by door.txt`},
		"a picture":         {"# The", strings.Repeat("x", MaxCard), "", "this is not a file of settings"},
		"a pin twice":       {"# [relay]", "[relay]\npin = \"pin 13\"", "", "to pin 13, which is already the relay"},
		"another language":  {`language = "en"`, `language = "fr"`, "language", `[console] language "fr"`},
	} {
		t.Run(name, func(t *testing.T) {
			card := strings.Replace(filled(), x.from, x.to, 1)
			if card == filled() {
				t.Fatal("the card has no such text to change")
			}
			want := x.want
			if x.line != "" {
				before, _, _ := strings.Cut("\n"+card, "\n"+x.line)
				want = fmt.Sprintf("%d: %s", 1+strings.Count(before, "\n"), want)
			}
			door, c, err := FromCard([]byte(card), onBench)
			if err == nil || door != nil || c != nil || !strings.Contains(err.Error(), x.want) ||
				x.line != "" && !strings.HasPrefix(err.Error(), want[:strings.Index(want, " ")]) {
				t.Fatalf("%v, expected %q", err, want)
			}
			if strings.Contains(err.Error(), "4711") || strings.Contains(err.Error(), "SECRET-KEY") {
				t.Errorf("the error tells the secret: %v", err)
			}
		})
	}
	_, _, err := FromCard([]byte("pin = \"4711\"\n"), onBench)
	said := catalogue.In("zh").Say(i18n.Of(err))
	if !strings.Contains(said, "1: ") || strings.Contains(said, "secret") {
		t.Errorf("in Chinese: %s", said)
	}
}

// FuzzFromCard: whatever is on the card, it is refused with a reason, or makes a file that says the
// same.
func FuzzFromCard(f *testing.F) {
	f.Add([]byte(CardExample))
	f.Add([]byte(filled()))
	f.Add([]byte("\ufeff" + strings.ReplaceAll(filled(), "\n", "\r\n")))
	f.Add([]byte(strings.Replace(Example, "dir      =", "# ", 1)))
	f.Fuzz(func(t *testing.T, card []byte) {
		door, c, err := FromCard(card, onBench)
		if err != nil {
			if err.Error() == "" || door != nil || c != nil {
				t.Errorf("refused as %q, with %v", err, c)
			}
			return
		}
		same(t, door, c)
	})
}
