package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const seatFile = "[unit]\nname = \"Office\"\ndir = \"/var/lib/menshen\"\nseat = true\n" +
	"handler = \"Example Homes Ltd.\"\n" +
	"[key]\nsource = \"file:/etc/menshen/key\"\n[site]\nzone = \"Asia/Shanghai\"\nforget_after = \"240h\"\n"

const deskReader = "[[reader]]\nname = \"desk\"\nkind = \"pcsc\"\nuse = \"desk\"\n"

// TestSeatWithoutADoor: what a seat may have, and what of a door is refused there, with its line.
func TestSeatWithoutADoor(t *testing.T) {
	for name, test := range map[string]struct{ more, want string }{
		"alone":                {"", ""},
		"a courier":            {"[site.courier]\nuser = \"menshen-site\"\n", ""},
		"a reader on the desk": {deskReader, ""},
		"AES cards there":      {deskReader + "aes = \"cards.key\"\n", ""},
		"a serial console":     {"[console]\nserial = \"/dev/ttyS0\"\n[stick]\nenabled = false\n", ""},
		"PINs as at the doors": {"[site.keypad]\nfree = 3\n", ""},

		"a reader at the door": {"[[reader]]\nname = \"out\"\nkind = \"wiegand\"\nd0 = \"GPIO1\"\nd1 = \"GPIO2\"\n",
			`[[reader]] out: a seat has no door: write use = "desk"`},
		"a lock without a line": {"[relay]\nlock = \"strike\"\n", "11: relay is of a door"},
		"exit":                  {"[[input]]\nrole = \"rex\"\npin = \"GPIO27\"\n", "11: input is of a door"},
		"a lamp":                {"[[signal]]\nrole = \"red\"\npin = \"GPIO5\"\n", "11: signal is of a door"},
		"an output":             {"[[output]]\nname = \"lift\"\npin = \"GPIO5\"\n", "11: output is of a door"},
		"a line of an ADC":      {"[[adc]]\nname = \"lines\"\n", "11: adc is of a door"},
		"a release":             {"[door]\nrelease = \"5s\"\n", "11: door is of a door"},
		"a camera":              {"[camera]\nsource = \"v4l2:/dev/video0\"\n", "11: camera is of a door"},
		"infrared":              {"[infrared]\nemitter = \"line\"\n", "11: infrared is of a door"},
		"faces":                 {"[faces]\nenabled = true\n", "11: faces is of a door"},
		"passes":                {"[passes]\nenabled = true\n", "11: passes is of a door"},
		"a voice":               {"[voice]\ncard = \"x\"\n", "11: voice is of a door"},
		"a display":             {"[display]\nscreen = \"x\"\n", "11: display is of a door"},
		"hours": {"[[site.access]]\ngroup = \"staff\"\nhours = [\"mon-fri 07:00-23:00\"]\n",
			"11: site.access is of a door"},
		"a wrong courier": {"[site.courier]\nsocket = \"x\"\n", "[site.courier] names no user"},
		"free passage":    {"[site.free_passage]\nhours = [\"mon-fri 09:00-17:00\"]\n", "11: site.free_passage is"},
	} {
		t.Run(name, func(t *testing.T) {
			text := seatFile + test.more
			path := filepath.Join(t.TempDir(), "door.toml")
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			for _, load := range []func(string) (*Config, error){Load, LoadForDoor} {
				c, err := load(path)
				switch {
				case test.want == "" && (err != nil || !c.Seat() || len(c.Pins()) > 0):
					t.Errorf("refused: %v", err)
				case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
					t.Errorf("got %v, want %q", err, test.want)
				}
			}
		})
	}
	for _, key := range []string{"passback = \"1m\"\n", "passback_site = \"1m\"\n", "two_persons = \"1m\"\n",
		"face_trust = \"96h\"\n"} {
		_, err := Parse(strings.NewReader(seatFile + key))
		if err == nil || !strings.Contains(err.Error(), "is of a door") {
			t.Errorf("%s: %v", key, err)
		}
	}
}

// TestRSafeADoorIsNoSeat: a file that names a lock's line is a door's. Where it says that it is a
// seat the door starts, denies cards, and keeps exit and fire.
func TestRSafeADoorIsNoSeat(t *testing.T) {
	text := strings.Replace(Example, "[unit]\n", "[unit]\nseat = true\n", 1)
	path := filepath.Join(t.TempDir(), "door.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(path); err == nil || !strings.Contains(err.Error(), "leave seat out at a door") {
		t.Errorf("got %v", err)
	}
	c, err := LoadForDoor(path)
	if err != nil || c.Seat() || c.LeftOut(PartPeople) == nil || len(c.Inputs) != 3 || c.Pins()[0].Of != "relay" {
		t.Errorf("%v: seat %v, left out %v", err, c != nil && c.Seat(), c)
	}
}
