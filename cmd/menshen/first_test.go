package main

import (
	"bytes"
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/spf13/cobra"
	periph "periph.io/x/conn/v3/gpio"

	"menshen/board/boardtest"
	"menshen/board/check/checktest"
	"menshen/board/commission"
	"menshen/board/config"
	"menshen/board/wiring"
	"menshen/hal/sim"
	"menshen/store"
)

// firstDay is a unit with a flashed card, and an installer at its console.
type firstDay struct {
	t      *testing.T
	dir    string
	start  *firstStart
	door   *sim.Door
	person *checktest.Installer
	hang   func() // cuts the console
}

// simulatedCard is door.txt for the simulated door.
func simulatedCard(t *testing.T) string {
	t.Helper()
	raw, err := os.ReadFile("../../board/demo/door.toml")
	if err != nil {
		t.Fatal(err)
	}
	card, _, _ := strings.Cut(string(raw), "[camera]")
	card = strings.Replace(card, `name     = "Demo door"`, "name = \"4 号楼大门\"\nboard = \"rpi4\"", 1)
	return strings.NewReplacer("dir      = \"vault\"\n", "", "[key]\nsource = \"file:key\"\n", "").Replace(card)
}

// newFirstDay flashes a card with settings. answers are words on the screen and what is typed then,
// before those that an installer gives to 'menshen check'.
func newFirstDay(t *testing.T, card string) *firstDay {
	t.Helper()
	d := &firstDay{t: t, dir: boardtest.Folder(t)}
	path := filepath.Join(d.dir, "door.txt")
	if err := os.WriteFile(path, []byte(card), 0o600); err != nil {
		t.Fatal(err)
	}
	d.start = &firstStart{config: filepath.Join(d.dir, "door.toml"), card: path, unless: config.Tables{
		"unit": config.Tables{"dir": filepath.Join(d.dir, "vault")},
		"key":  config.Tables{"source": "file:" + filepath.Join(d.dir, "key")}}}
	var err error
	if d.door, err = sim.New(sim.Config{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.door.Close() })
	return d
}

// sit has a person lead through the set-up, and gives its end and all that the screen showed.
func (d *firstDay) sit(do deeds) (shown string, err error) {
	d.t.Helper()
	far, near, err := pty.Open()
	if err != nil {
		d.t.Fatal(err)
	}
	if err := pty.Setsize(near, &pty.Winsize{Rows: 40, Cols: 60}); err != nil {
		d.t.Fatal(err)
	}
	d.t.Setenv("TERM", "xterm")
	more := buttons(d.door)
	maps.Copy(more, do)
	d.person = &checktest.Installer{Passphrase: passphrase, Door: simDoor{d.door}, More: more}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	d.hang = cancel
	ended := make(chan error, 1)
	go func() {
		d.start.verb = &cobra.Command{}
		d.start.verb.SetIn(near)
		d.start.verb.SetOut(near)
		d.start.verb.SetErr(near)
		d.start.verb.SetContext(ctx)
		d.start.terminal(near, near)
		ended <- d.start.run(ctx)
	}()
	go d.person.Sit(far)
	err = <-ended
	const end = "(it has ended)" // after the last words on their way through the terminal
	_, _ = near.WriteString(end)
	awaitWords(d.person, end)
	return d.person.Shown(), err
}

// deeds are what a person does when words appear.
type deeds = map[string]func(send func(string))

// says is an answer.
func says(s string) func(func(string)) { return func(send func(string)) { send(s) } }

// manners are what an installer types to the questions before the self-test.
func (d *firstDay) manners() deeds {
	tap := func(func(string)) { d.door.Tap(42, 7) }
	return deeds{
		"Language / 语言 (1, 2) > ":                            says("1"),
		"Is all of this right? (y, n) ":                      says("y"),
		"Is that right? (y, n) ":                             says("y"),
		"Enter: the door is wired as drawn > ":               says(""),
		"Log-in name of the first operator > ":               says("anna"),
		"Passphrase or PIN for anna: ":                       says(passphrase),
		"Once more: ":                                        says(passphrase),
		"A card as your second factor, from now on? (y, n) ": says("y"),
		"Tap the card that is to be your second factor.":     tap,
		"Tap your own card at the reader.":                   tap,
	}
}

// TestFirstStart is the way from a flashed card to a commissioned door: settings, wires, keys,
// first operator with a card, self-test and signed report.
func TestFirstStart(t *testing.T) {
	d := newFirstDay(t, simulatedCard(t))
	began, manners, blinked := time.Now(), d.manners(), false
	manners["Language / 语言 (1, 2) > "] = func(send func(string)) {
		for until := time.Now().Add(time.Minute); !blinked && time.Now().Before(until); {
			time.Sleep(20 * time.Millisecond)
			trace := d.door.Pin(sim.LEDGreen).Trace()
			lit := slices.IndexFunc(trace, func(s sim.Step) bool { return s.Level == periph.High })
			blinked = lit >= 0 && len(trace) > lit+1
		}
		send("1")
	}
	shown, err := d.sit(manners)
	if !blinked {
		t.Error("before the first answer the lamp did not blink")
	}
	if err != nil {
		t.Fatalf("the set-up ended with %v:\n%s", err, shown)
	}
	t.Logf("from the card to the commissioned door, answered at once: %v", time.Since(began).Round(time.Second))
	for _, want := range []string{"Door: 4 号楼大门 (building entrance)", "SIM_RELAY",
		"a key file does not withstand",
		"The reader works, and the card is yours.", "Do you accept this commitment?",
		"The door: passed, with open points",
		"The door is set up and starts now."} {
		if !strings.Contains(strings.Join(strings.Fields(shown), " "), want) {
			t.Errorf("the screen never showed %q:\n%s", want, shown)
		}
	}
	if strings.Contains(shown, passphrase) {
		t.Error("the passphrase was shown")
	}
	conf, err := config.Load(d.start.config)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(d.start.draft()); !os.IsNotExist(err) {
		t.Errorf("the draft is still there: %v", err)
	}
	v, err := store.Open(conf.Unit.Dir, store.Options{Key: wiring.KeySource(conf)})
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	page, err := os.ReadFile(filepath.Join(d.dir, "vault.out", "commissioning.html"))
	if err != nil {
		t.Fatal(err)
	}
	if r, err := commission.Verify(page, v.PublicKey()); err != nil || r.Operator != "anna" || r.Tested().IsZero() {
		t.Errorf("the report says %+v, %v", r, err)
	}
	all, err := v.Operators()
	if err != nil || len(all) != 1 || !all[0].HasCard || all[0].Role != store.Manager {
		t.Errorf("operators %+v, %v", all, err)
	}
	if d.door.Unlocked() {
		t.Error("the door was left unlocked")
	}
}

// TestFirstStartRefusesACard: settings that cannot be used are told by line, with what to do, and
// nothing is made; so are settings that the installer does not confirm, and a card without any.
func TestFirstStartRefusesACard(t *testing.T) {
	good := simulatedCard(t)
	for name, x := range map[string]struct{ card, want string }{
		"unknown key":   {strings.Replace(good, "lock", "lokc", 1) + "\n[door2]\n", `unknown key "door2"`},
		"a passphrase":  {good + "\npassphrase = \"open sesame\"\n", "a secret must not stand in door.txt"},
		"not confirmed": {good, "Then the settings have to be changed."},
		"no board":      {strings.Replace(good, `board = "rpi4"`, "", 1), "do not say which board this is"},
		"another board": {strings.Replace(good, `"SIM_RELAY"`, `"pin 2"`, 1), "is 5V"},
		"none":          {"", "There are no settings for this door"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newFirstDay(t, x.card)
			if x.card == "" {
				if err := os.Remove(d.start.card); err != nil {
					t.Fatal(err)
				}
			}
			manners := d.manners()
			manners["Is all of this right? (y, n) "] = says("n")
			manners["Enter: read the card again > "] = says("")
			shown, err := d.sit(manners)
			plain := strings.Join(strings.Fields(shown), " ")
			if err != errNotSetUp || !strings.Contains(plain, x.want) ||
				!strings.Contains(plain, "put its card into the computer") {
				t.Errorf("%v, expected %q:\n%s", err, x.want, shown)
			}
			if strings.Contains(shown, "sesame") {
				t.Error("the secret is shown")
			}
			left, err := os.ReadDir(d.dir)
			if err != nil || len(left) > 1 {
				t.Errorf("made: %v, %v", left, err)
			}
		})
	}
}

// TestFirstStartTellsThatFacesStayOff: before a key is made that faces cannot be used with, the
// installer hears of it.
func TestFirstStartTellsThatFacesStayOff(t *testing.T) {
	d := newFirstDay(t, strings.Replace(simulatedCard(t), "bench", "# bench", 1)+
		"\n[camera]\nsource = \"v4l2:/dev/video0\"\n[faces]\nenabled = true\n")
	manners := d.manners()
	manners["Log-in name of the first operator > "] = func(func(string)) { d.hang() }
	shown, _ := d.sit(manners)
	if plain := strings.Join(strings.Fields(shown), " "); !strings.Contains(plain, "faces stay off at this door") {
		t.Errorf("the screen:\n%s", shown)
	}
}

// TestFirstStartTypesSettings: an installer without a computer types the settings, whether the card
// has none, wrong ones, or ones that they do not confirm. What else a good card says stays.
func TestFirstStartTypesSettings(t *testing.T) {
	good := simulatedCard(t)
	for name, x := range map[string]struct {
		card        string
		want, never []string // in the configuration
	}{
		"none": {"", []string{`board = 'rpi4'`, `zone = 'Europe/Berlin'`, `location = 'office'`, `lock = 'maglock'`,
			`fail_safe = true`, `pin = 'pin 11'`}, []string{"SIM_RELAY"}},
		"unknown key": {good + "\n[door2]\n", []string{`zone = 'Europe/Berlin'`, `pin = 'pin 11'`},
			[]string{"SIM_RELAY", "door2"}},
		"not confirmed": {good, []string{`zone = 'Europe/Berlin'`, "SIM_RELAY", `location = 'office'`}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			d := newFirstDay(t, x.card)
			if x.card == "" {
				if err := os.Remove(d.start.card); err != nil {
					t.Fatal(err)
				}
			}
			right, zones, numbers := []string{"y"}, []string{"Berlin", "Europe/Berlin"}, []string{"3", "3", "1", "4"}
			if name == "not confirmed" {
				right = []string{"n", "y"}
			}
			next := func(all *[]string) func(func(string)) {
				return func(send func(string)) { send((*all)[0]); *all = (*all)[1:] }
			}
			manners := d.manners()
			manners["Is all of this right? (y, n) "] = next(&right)
			manners["Enter: read the card again > "] = says("t")
			manners["Block 4, main entrance > "] = says("Rear door")
			manners["main entrance [4 号楼大门] > "] = says("Rear door")
			manners["responsible for the data > "] = says("Example Homes")
			manners["responsible for the data ["] = says("Example Homes")
			manners["How to reach them > "] = says("front desk")
			manners["How to reach them ["] = says("front desk")
			manners["Time zone ["] = next(&zones)
			for _, n := range []string{"5", "3", "2", "6"} {
				manners["1 to "+n+" ["] = next(&numbers)
			}
			manners["Enter: the door is wired as drawn > "] = func(func(string)) { d.hang() }
			shown, err := d.sit(manners)
			made, _ := os.ReadFile(d.start.draft())
			plain := strings.Join(strings.Fields(shown), " ")
			if err == nil || !strings.Contains(plain, `"Berlin" is not a time zone`) ||
				!strings.Contains(plain, "Door: Rear door (office)") {
				t.Fatalf("%v\n%s", err, shown)
			}
			for _, want := range append(x.want, `name = 'Rear door'`) {
				if !strings.Contains(string(made), want) {
					t.Errorf("no %s in\n%s", want, made)
				}
			}
			for _, never := range x.never {
				if strings.Contains(string(made), never) {
					t.Errorf("%s in\n%s", never, made)
				}
			}
		})
	}
}

// TestFirstStartGoesOn: a set-up that was broken off in the self-test has no configuration in place
// yet, and goes on there: the keys are made once, and what passed stays passed.
func TestFirstStartGoesOn(t *testing.T) {
	d := newFirstDay(t, simulatedCard(t))
	first := d.manners()
	first["leave it closed. (y, n) "] = func(func(string)) { d.hang() }
	shown, err := d.sit(first)
	if err == nil {
		t.Fatalf("the set-up did not break off:\n%s", shown)
	}
	if _, err := os.Stat(d.start.config); !os.IsNotExist(err) {
		t.Errorf("the configuration is in place: %v", err)
	}
	key, err := os.ReadFile(filepath.Join(d.dir, "key"))
	if err != nil {
		t.Fatal(err)
	}
	d.start = &firstStart{config: d.start.config, card: d.start.card, unless: d.start.unless}
	manners := d.manners()
	shown, err = d.sit(manners)
	if err != nil || !strings.Contains(shown, "The keys of this door are made") ||
		!strings.Contains(shown, "Continuing the session") || strings.Contains(shown, "Passphrase or PIN for") ||
		strings.Contains(shown, "A card as your second factor") {
		t.Errorf("it did not go on: %v\n%s", err, shown)
	}
	if now, err := os.ReadFile(filepath.Join(d.dir, "key")); err != nil || !bytes.Equal(now, key) {
		t.Errorf("the key was made again, %v", err)
	}
}
