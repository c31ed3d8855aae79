package config

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"menshen/recognizer/fusion"
)

func TestExampleIsComplete(t *testing.T) {
	c, err := Parse(strings.NewReader(Example))
	if err != nil {
		t.Fatal(err)
	}
	if c.Door.Release.D() != 5*time.Second || c.Relay.Active != ActiveHigh || c.Inputs[0].Active != ActiveLow ||
		len(c.Inputs) != 3 {
		t.Errorf("the example was read as %+v", c)
	}
}

// TestRefusals holds each refusal to a remedy, and to the number of the line whose
// beginning stands before a bar.
func TestRefusals(t *testing.T) {
	for _, test := range []struct{ name, from, to, want string }{
		{"unknown key", `release        = "5s"`, `relaese = "5s"`,
			`relaese|unknown key "door.relaese"; did you mean "release"?`},
		{"unknown table", "[faces]", "[face]", `unknown key "face"; did you mean "faces"?`},
		{"syntax", `name     = "Block`, `name     = Block`, "name     = Block|"},
		{"duration", `"5s"                # how`, `"5"  # how`, `"5s", "1m30s" or "250ms"`},
		{"level", `active    = "high"`, `active = "up"`, `write "high" or "low"`},
		{"release", `release        = "5s"`, `release = "0s"`, "between 1s and 60s"},
		{"role", `"rex"  `, `"rix"`, `did you mean "rex"?`},
		{"two on a pin", `d1   = "GPIO25"`, `d1 = "GPIO24"`,
			"reader outside d1 is wired to GPIO24, which is already the reader outside d0"},
		{"R-NOPRIVATE", `"building entrance"`, `"changing room 2"`, "R-NOPRIVATE"},
		{"R-NOPRIVATE in Chinese", `"building entrance"`, `"三楼更衣室"`, "R-NOPRIVATE"},
		{"R-NOTICE", `handler  = "Example Homes Ltd."`, `handler = ""`, "R-NOTICE"},
		{"R-ALT", "[[reader]]\nname = \"outside\"\nkind = \"wiegand\"\nd0   = \"GPIO24\"\nd1   = \"GPIO25\"", "",
			"R-ALT"},
		{"infrared without a source", "[camera]", "[infrared]\nemitter = \"alternating\"\n[camera]", "has no source"},
		{"infrared emitter", "[camera]", "[infrared]\nsource = \"v4l2:/dev/video2\"\nemitter = \"lamp\"\n[camera]",
			`"lamp": write "line", "alternating", or the camera's control`},
		{"infrared without its line", "[camera]",
			"[infrared]\nsource = \"v4l2:/dev/video2\"\nemitter = \"line\"\n[camera]",
			`wire a [[signal]] with role = "infrared"`},
		{"one camera twice", "[camera]",
			"[infrared]\nsource = \"v4l2:/dev/video0\"\nemitter = \"alternating\"\n[camera]", "the second one"},
		{"infrared by a pipe", "[camera]",
			"[infrared]\nsource = \"libcamera\"\nemitter = \"alternating\"\n[camera]", "write one of v4l2, infrared"},
		{"infrared view", "[camera]", "[infrared]\nsource = \"v4l2:/dev/video2\"\nemitter = \"alternating\"\n" +
			"view = [100, 0, 0, 100]\n[camera]", "left, top, right and bottom in per cent"},
		{"a line without a camera", "[camera]", "[[signal]]\nrole = \"infrared\"\npin = \"GPIO6\"\n[camera]",
			"has no source"},
		{"stranger_in", "= 10000 ", "= 10 ", "between 1000 and 1000000"},
		{"zone upside down", `# zone   = [20, 0, 80, 100]`, `zone = [20, 90, 80, 10]`,
			"[camera] zone [20 90 80 10] is not a part of the picture"},
		{"zone of two", `# zone   = [20, 0, 80, 100]`, `zone = [20, 80]`, "left, top, right and bottom in per cent"},
		{"camera", `= "v4l2:/dev/video0" `, `= "libcam" `,
			`[camera] source "libcam" is not known; did you mean "libcamera"?`},
		{"camera's name", `= "v4l2:/dev/video0" `, `= "libcamera:x ! filesink" `, `write one that 'cam --list' tells`},
		{"camera's size", `= "v4l2:/dev/video0" `, `= "libcamera:@642x480" `, `write a multiple of 4`},
		{"challenge", `= "in doubt" `, `= "sometimes" `, "write one of never, in doubt, always"},
		{"format", `# formats = ["H10301"]`, `formats = ["H1030"]`,
			`[[reader]] outside: format "H1030" is not known; did you mean "H10301"?`},
		{"keypad", `# keypad  = 4`, `keypad = 5`, "4 or 8"},
		{"rc522", `kind = "wiegand"`, `kind = "rc522"`, `such as spi = "0.0"`},
		{"rdm6300", `kind = "wiegand"`, `kind = "rdm6300"`, `device = "/dev/ttyUSB0"`},
		{"wrong kind", "= 10000 ", "= 2026-01-01 ", "stranger_in|cannot decode TOML local date"},
		{"line of a value", `role     = "rex" `, `role     = "rix" `, `role     = "rix"|[[input]] role "rix"`},
		{"line of a table", `name = "outside"`, ``, `[[reader]]|[[reader]] number 1 has no name`},
		{"place", `"building entrance"`, `"courtyard"`, `location|[unit] location "courtyard" is not known`},
		{"maglock", `lock      = "strike"`, `lock = "maglock"`,
			`fail_safe|[relay] a maglock is open without power: write fail_safe = true`},
		{"impulse and fire", `lock      = "strike"`, `lock = "impulse"`, `R-SAFE`},
		{"lock", `lock      = "strike"`, `lock = "magloc"`, `did you mean "maglock"?`},
		{"power_up", `# power_up = "low"`, `power_up = "down"`, "write one of low, high"},
		{"two of a name", "[camera]",
			"[[reader]]\nname = \"outside\"\nkind = \"scanner\"\ndevice = \"/dev/x\"\n[camera]", "two of this name"},
		{"two exit buttons", `role     = "contact"`, `role = "rex"`,
			`role = "rex"|[[input]] rex is in line `},
		{"two lamps", `role   = "red"`, `role = "green"`, `role = "green"|[[signal]] green is in line `},
		{"serial framing", "kind = \"wiegand\"", "kind = \"serial\"",
			`framing "" is not known: write one of line, stx-etx`},
		{"serial content", "kind = \"wiegand\"", "kind = \"serial\"\nframing = \"line\"\ncontent = \"hexx\"",
			`did you mean "hex"?`},
		{"a credential's name with a path", "kind = \"wiegand\"",
			"kind = \"rc522\"\nspi = \"0.0\"\naes = \"credential:../key\"", `aes "credential:../key"`},
		{"a sector at a USB reader", "kind = \"wiegand\"", "kind = \"pcsc\"\nkey_file = \"k\"\nblock = 4\nkey = \"A\"",
			`MIFARE Classic cards are read by an rc522 alone`},
		{"use", "kind = \"wiegand\"", "kind = \"wiegand\"\nuse = \"dask\"",
			`use "dask" is not known; did you mean "desk"?`},
		{"a reader on a desk alone", "kind = \"wiegand\"", "kind = \"wiegand\"\nuse = \"desk\"",
			`there is no reader at the door`},
		{"AES cards on the desk alone", "[camera]",
			"[[reader]]\nname = \"office\"\nkind = \"pcsc\"\naes = \"k\"\nuse = \"desk\"\n[camera]",
			`no reader at the door knows`},
		{"UIDs on the desk alone", "[camera]",
			"[[reader]]\nname = \"office\"\nkind = \"pcsc\"\nuse = \"desk\"\n[camera]",
			`no reader at the door does`},
		{"sector without key file", "kind = \"wiegand\"", "kind = \"rc522\"\nspi = \"0.0\"\nblock = 4", `no key_file`},
		{"sector's key", "kind = \"wiegand\"", "kind = \"rc522\"\nspi = \"0.0\"\nblock = 4\nkey_file = \"k\"",
			`key = "A" or "B"`},
		{"last day of old cards", "kind = \"wiegand\"",
			"kind = \"rc522\"\nspi = \"0.0\"\nblock = 4\nkey = \"A\"\nkey_file = \"k\"\nold_cards_until = \"March\"",
			`old_cards_until "March" is no day`},
		{"old cards without a sector", "kind = \"wiegand\"",
			"kind = \"rc522\"\nspi = \"0.0\"\nold_cards_until = \"2027-03-31\"", `no key_file`},
		{"sector trailer", "kind = \"wiegand\"",
			"kind = \"rc522\"\nspi = \"0.0\"\nblock = 7\nkey = \"A\"\nkey_file = \"k\"",
			`block = 7|[[reader]] outside: block 7`},
		{"spi", "kind = \"wiegand\"", "kind = \"rc522\"\nspi = \"0.0x\"", `such as spi = "0.0"`},
		{"format picture", "[camera]", "[[format]]\nname = \"site\"\nfields = \"-NN-\"\nparity = [\"Exx\"]\n[camera]",
			"the picture has 3 bits, the card 4"},
		{"format without parity", "[camera]", "[[format]]\nname = \"site\"\nfields = \"NNNN\"\n[camera]",
			"no parity guards bit 0"},
		{"format name", "[camera]", "[[format]]\nname = \"H10301\"\nfields = \"NNNN*\"\n[camera]", "is taken"},
		{"formats too near", `# formats = ["H10301"]`, `formats = ["H10306", "C1k35s"]`,
			"a lost pulse would turn one into the other"},
		{"key source", `"file:/etc/menshen/key"`, `"magic"`, `write "file:/etc/menshen/key"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			text := strings.Replace(Example, test.from, test.to, 1)
			if text == Example {
				t.Fatal("the example has no such text to change")
			}
			_, err := Parse(strings.NewReader(text))
			want := test.want
			if line, rest, is := strings.Cut(want, "|"); is {
				want = fmt.Sprintf("%d: %s", 1+strings.Count(text[:strings.Index("\n"+text, "\n"+line)], "\n"), rest)
			}
			if err == nil || !strings.Contains(err.Error(), want) ||
				strings.Contains(test.want, "|") && !strings.HasPrefix(err.Error(), want) {
				t.Errorf("got %v, want an error with %q", err, want)
			}
		})
	}
}

// TestChallengeNeedsASignal: who cannot be asked cannot act, and would never come in.
func TestChallengeNeedsASignal(t *testing.T) {
	text := strings.Replace(Example, `challenge     = "in doubt"`, `challenge = "always"`, 1)
	if _, err := Parse(strings.NewReader(text)); err != nil {
		t.Fatal(err)
	}
	silent := strings.NewReplacer(`"green"`, `"alarm"`, `"buzzer"`, `"camera"`).Replace(text)
	if _, err := Parse(strings.NewReader(silent)); err == nil ||
		!strings.Contains(err.Error(), "nothing could ask for it") {
		t.Errorf("without lamp and buzzer: %v", err)
	}
}

// TestLiveMinIsEvalsToo: without a configuration 'menshen eval' measures
// attacks at the door's own default.
func TestLiveMinIsEvalsToo(t *testing.T) {
	if door, measured := defaults().Faces.LiveMin, fusion.Defaults().LiveMin; door != measured {
		t.Errorf("a door asks for %v by default, eval measures at %v", door, measured)
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
	if c.Unit.Dir != filepath.Join(dir, "vault") || c.Key.Source != "file:"+filepath.Join(dir, "key") ||
		c.Camera.Source != "v4l2:/dev/video0" {
		t.Errorf("got %q, %q, %q", c.Unit.Dir, c.Key.Source, c.Camera.Source)
	}
	if _, err := Load(filepath.Join(dir, "none.toml")); err == nil ||
		!strings.Contains(err.Error(), "menshen config example") {
		t.Errorf("a missing file was answered with %v", err)
	}
}

// TestEachCommentedKeyIsRight: what the example shows in comments is what the decoder takes.
func TestEachCommentedKeyIsRight(t *testing.T) {
	out := strings.Split(Example, "\n")
	for i, l := range out {
		commented, is := strings.CutPrefix(l, "# ")
		key, _, assigns := strings.Cut(commented, "=")
		if is && (strings.HasPrefix(l, "# [") || assigns && !strings.Contains(strings.TrimSpace(key), " ")) {
			out[i] = commented
		}
		out[i] = strings.TrimPrefix(out[i], "#          ") // the second line of a list
	}
	text := strings.Replace(strings.Join(out, "\n"), `power_up = "low"`, "", 1)
	c, err := Parse(strings.NewReader(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if len(c.Readers) != 5 || len(c.Formats) != 1 || c.Readers[1].KeyFile != "osdp.key" ||
		c.Readers[2].Block != 4 || c.Readers[3].PCSC != "ACR1252" || c.Readers[4].Content != "hex" ||
		c.Unit.Board != "rpi4" || len(c.Camera.Zone) != 4 {
		t.Errorf("the comments were read as %+v", c)
	}
	if f, err := c.WiegandFormats(Reader{Formats: []string{"site", "H10304"}}); err != nil || len(f) != 2 ||
		f[0].Bits != 30 {
		t.Errorf("the site's format: %v, %v", f, err)
	}
}

func TestLinesOfKeys(t *testing.T) {
	c, err := Parse(strings.NewReader(Example))
	if err != nil {
		t.Fatal(err)
	}
	for key, start := range map[string]string{
		"relay.pin": "pin ", "input.2.pin": "pin ", "reader.0.d1": "d1 ",
		"reader.0.reset": "[[reader]]", "console.baud": "baud", "unit.board": "[unit]",
	} {
		line := strings.Split(Example, "\n")[max(c.Line(key), 1)-1]
		if !strings.HasPrefix(line, start) {
			t.Errorf("%s: line %d is %q", key, c.Line(key), line)
		}
	}
	if c.Line("nothing.like.it") != 0 {
		t.Error("a key that is nowhere has a line")
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
	for _, good := range []string{"file:/k", "credential:menshen:/k", "tpm:/dev/tpmrm0",
		"tpm:/run/tpm.sock:0x1800310"} {
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

func TestCameraOpened(t *testing.T) {
	for source, want := range map[string]string{
		"libcamera":                              "pipe:/run/menshen-camera/frames",
		"libcamera:/base/soc/imx219@10@1280x720": "pipe:/run/menshen-camera/frames",
		"v4l2:/dev/video2":                       "v4l2:/dev/video2", "": "",
	} {
		c := Camera{Source: source}
		if err := c.checkSource(); err != nil || c.Opened() != want {
			t.Errorf("%q is opened as %q (%v)", source, c.Opened(), err)
		}
	}
}

func TestImpulseLockIsNotHeldOpen(t *testing.T) {
	const door = "[unit]\nname = \"Door\"\ndir = \"vault\"\n[key]\nsource = \"file:key\"\n[relay]\n" +
		"pin = \"X\"\nlock = \"impulse\"\n"
	for _, c := range []struct{ more, want string }{
		{"", ""},
		{"pulse = \"20ms\"\n", "9: [relay] pulse 20ms"},
		{"rest = \"2m\"\n", "9: [relay] rest 2m0s"},
		{"fail_safe = true\n", "9: [relay] an impulse lock stays locked without power"},
		{"[[input]]\nrole = \"fire\"\npin = \"Y\"\n",
			"8: [relay] an impulse lock cannot be held open while there is fire (R-SAFE)"},
		{"[site.free_passage]\nhours = [\"mon 08:00-09:00\"]\n", "8: [relay] an impulse lock cannot stay unlocked"},
	} {
		_, err := Parse(strings.NewReader(door + c.more))
		if (err == nil) != (c.want == "") || err != nil && !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%q: %v, want %s", c.more, err, c.want)
		}
	}
}

// TestChallengeWhereNothingIsWritten: a face alone is asked when in doubt, if something can ask.
func TestChallengeWhereNothingIsWritten(t *testing.T) {
	lamp := []Signal{{Role: "green"}}
	for _, c := range []struct {
		with    Config
		written string
		want    string
	}{
		{Config{Signals: lamp}, "", "in doubt"},
		{Config{Signals: lamp}, "never", "never"},
		{Config{Signals: lamp, Faces: Faces{WithCard: true}}, "", "never"},
		{Config{Signals: []Signal{{Role: "red"}}}, "", "never"},
		{Config{}, "always", "always"},
	} {
		if c.with.Faces.Challenge = c.written; c.with.Challenge() != c.want {
			t.Errorf("written %q, signals %v: %q, want %q", c.written, c.with.Signals, c.with.Challenge(), c.want)
		}
	}
}
