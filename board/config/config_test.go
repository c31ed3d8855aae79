package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestExampleIsComplete(t *testing.T) {
	c, err := Parse(strings.NewReader(Example))
	if err != nil {
		t.Fatal(err)
	}
	if c.Door.Release.D() != 5*time.Second || c.Relay.Active != ActiveHigh || c.Inputs[0].Active != ActiveLow || len(c.Inputs) != 3 {
		t.Errorf("the example was read as %+v", c)
	}
}

// TestRefusals holds each refusal to a line number where there is one, and to a remedy.
func TestRefusals(t *testing.T) {
	for _, test := range []struct{ name, from, to, want string }{
		{"unknown key", `release        = "5s"`, `relaese = "5s"`, `15: unknown key "door.relaese"; did you mean "release"?`},
		{"unknown table", "[faces]", "[face]", `unknown key "face"; did you mean "faces"?`},
		{"syntax", `name     = "Block`, `name     = Block`, "4: "},
		{"duration", `"5s"                # how`, `"5"`, `"5s", "1m30s" or "250ms"`},
		{"level", `active    = "high"`, `active = "up"`, `write "high" or "low"`},
		{"release", `release        = "5s"`, `release = "0s"`, "between 1s and 60s"},
		{"role", `"rex"  `, `"rix"`, `did you mean "rex"?`},
		{"two on a pin", `d1   = "GPIO25"`, `d1 = "GPIO24"`, "reader outside d1 is wired to GPIO24, which is already the reader outside d0"},
		{"R-NOPRIVATE", `"building entrance"`, `"changing room 2"`, "R-NOPRIVATE"},
		{"R-NOPRIVATE in Chinese", `"building entrance"`, `"三楼更衣室"`, "R-NOPRIVATE"},
		{"R-NOTICE", `handler  = "Example Homes Ltd."`, `handler = ""`, "R-NOTICE"},
		{"R-ALT", "[[reader]]\nname = \"outside\"\nkind = \"wiegand\"\nd0   = \"GPIO24\"\nd1   = \"GPIO25\"", "", "R-ALT"},
		{"stranger_in", "= 10000 ", "= 10 ", "between 1000 and 1000000"},
		{"format", `# formats = ["H10301"]`, `formats = ["H1030"]`, `[[reader]] outside: format "H1030" is not known; did you mean "H10301"?`},
		{"keypad", `# keypad  = 4`, `keypad = 5`, "4 or 8"},
		{"rc522", `kind = "wiegand"`, `kind = "rc522"`, `such as spi = "0.0"`},
		{"rdm6300", `kind = "wiegand"`, `kind = "rdm6300"`, `device = "/dev/ttyUSB0"`},
		{"wrong kind", "= 10000 ", "= 2026-01-01 ", "wrong kind"},
		{"key source", `"file:/etc/menshen/key"`, `"magic"`, `write "file:/etc/menshen/key"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			text := strings.Replace(Example, test.from, test.to, 1)
			if text == Example {
				t.Fatal("the example has no such text to change")
			}
			_, err := Parse(strings.NewReader(text))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
		})
	}
}

func TestLoadTakesPathsFromTheFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "door.toml")
	text := strings.Replace(Example, `"/var/lib/menshen"`, `"vault"`, 1)
	text = strings.Replace(text, `"file:/etc/menshen/key"`, `"file:key"`, 1)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if c.Unit.Dir != filepath.Join(dir, "vault") || c.Key.Source != "file:"+filepath.Join(dir, "key") || c.Camera.Source != "v4l2:/dev/video0" {
		t.Errorf("got %q, %q, %q", c.Unit.Dir, c.Key.Source, c.Camera.Source)
	}
	if _, err := Load(filepath.Join(dir, "none.toml")); err == nil || !strings.Contains(err.Error(), "menshen config example") {
		t.Errorf("a missing file was answered with %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(Example)
	f.Add("[unit]\nname = 1")
	f.Add("[[reader]]\nd0 = \"\xff\"")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Parse(strings.NewReader(text))
		if err == nil && (c.Unit.Name == "" || c.Relay.Pin == "") {
			t.Errorf("accepted without a name or a relay")
		}
	})
}

func TestKeySources(t *testing.T) {
	for _, good := range []string{"file:/k", "credential:menshen:/k", "tpm:/dev/tpmrm0", "tpm:/run/tpm.sock:0x1800310"} {
		k, err := ParseKeySource(good)
		if err != nil || k.String() != good {
			t.Errorf("%s: %v, %v", good, k, err)
		}
	}
	for _, bad := range []string{"", "file:", "/k", "credential:/k", "credential::/k", "tpm:", "tpm:/d:x", "usb:/k"} {
		if k, err := ParseKeySource(bad); err == nil {
			t.Errorf("%q was taken as %v", bad, k)
		}
	}
}
