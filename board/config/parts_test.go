package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestRSafeLoadForDoor: what is refused takes its part of the door with it, and only the lock, exit
// and fire keep the door from starting.
func TestRSafeLoadForDoor(t *testing.T) {
	const format = "[[format]]\nname = \"site\"\nfields = \"NNNN\"\n[camera]"
	for name, test := range map[string]struct {
		changes []string // old, new, old, new
		part    string   // empty: the door does not start
	}{
		"the lock":           {[]string{`lock      = "strike"`, `lock = "magloc"`}, ""},
		"the exit button":    {[]string{`pin      = "GPIO27"`, `pin = ""`}, ""},
		"a role with a typo": {[]string{`role     = "contact"`, `role = "rexx"`}, ""},
		"two fire inputs":    {[]string{`role     = "contact"`, `role = "fire"`}, ""},
		"not TOML":           {[]string{`name     = "Block`, `name     = Block`}, ""},
		"an unknown key":     {[]string{`release        = "5s"`, `relaese = "5s"`}, ""},
		"the door contact":   {[]string{`"GPIO22"`, `""`}, "input.1"},
		"a lamp":             {[]string{`role   = "red"`, `role = "rde"`}, "signal.1"},
		"a reader's kind":    {[]string{`kind = "wiegand"`, `kind = "weigand"`}, "reader.0"},
		"a reader's keypad":  {[]string{`# keypad  = 4`, `keypad = 5`}, "reader.0"},
		"a format in use": {[]string{`# formats = ["H10301"]`, `formats = ["site"]`, "[camera]", format},
			"reader.0"},
		"a camera's source":     {[]string{`= "v4l2:/dev/video0" `, `= "libcam" `}, PartFaces},
		"a private space":       {[]string{`"building entrance"`, `"changing room 2"`}, PartFaces},
		"hours":                 {[]string{"[camera]", "[[site.access]]\ngroup = \"staff\"\n[camera]"}, PartPeople},
		"the time of a release": {[]string{`release        = "5s"`, `release = "0s"`}, PartPeople},
		"the key":               {[]string{`"file:/etc/menshen/key"`, `"magic"`}, PartPeople},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "door.toml")
			text := strings.NewReplacer(test.changes...).Replace(Example)
			if text == Example {
				t.Fatal("the example has no such text to change")
			}
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := Load(path); err == nil {
				t.Fatal("Load takes it")
			}
			c, err := LoadForDoor(path)
			if test.part == "" {
				if err == nil || !strings.Contains(err.Error(), path+":") {
					t.Errorf("got %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			why := c.LeftOut(test.part)
			if why == nil || !strings.HasPrefix(why.Error(), path+":") || !strings.Contains(why.Error(), "restart") {
				t.Errorf("%s is left out: %v", test.part, why)
			}
			if len(c.leftOut) != 1 || c.Door.Release.D() != 5*time.Second {
				t.Errorf("left out: %v; a release takes %v", c.leftOut, c.Door.Release.D())
			}
		})
	}
}

// TestLoadForDoorOfAGoodFile leaves nothing out.
func TestLoadForDoorOfAGoodFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "door.toml")
	if err := os.WriteFile(path, []byte(Example), 0o600); err != nil {
		t.Fatal(err)
	}
	if c, err := LoadForDoor(path); err != nil || len(c.leftOut) > 0 || !c.Faces.Enabled {
		t.Errorf("%v, left out: %v", err, c.leftOut)
	}
}
