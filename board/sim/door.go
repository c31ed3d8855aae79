package sim

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"menshen/board"
	"menshen/board/compliance"
	"menshen/board/config"
	"menshen/board/host"
	"menshen/board/papers"
	"menshen/board/wiring"
	"menshen/hal"
	"menshen/hal/scene"
	"menshen/policy"
	"menshen/recognizer/eye"
	"menshen/store"
)

// door is the real unit with its vault, at simulated wires.
type door struct {
	*board.Door
	conf    *config.Config
	vault   *store.Vault
	options store.Options
	relay   *output
	alarm   *output
	garage  *output
	rex     *input
	contact *input
	fire    *input
	bell    *input
	reader  *reader
	eye     *simEye
	source  *wiring.TimeSource
	round   compliance.Round
}

const (
	manager = "anna"
	secret  = "a long enough passphrase"
)

// configuration is the site's, as its installer wrote it.
func configuration(dir string, p *Plan) (*config.Config, error) {
	c, err := config.Parse(strings.NewReader(config.Example))
	if err != nil {
		return nil, err
	}
	c.Unit.Name, c.Unit.Dir, c.Unit.Bench = "main entrance", filepath.Join(dir, "vault"), true
	c.Door.Release, c.Door.LongRelease = config.Duration(release), config.Duration(longer)
	c.Door.HeldAfter = config.Duration(heldAfter)
	c.Readers = []config.Reader{{Name: "outside", Kind: "wiegand", D0: "GPIO24", D1: "GPIO25", Keypad: 4}}
	c.Faces.Enabled, c.Camera.Source, c.Passes.Enabled = true, "sim:camera", true
	c.Site.Zone = p.Zone.String()
	c.Faces.Challenge = "never" // acts are not simulated
	c.Faces.WithCard = p.asks == forFace
	if p.asks == forTwo {
		c.Site.TwoPersons = config.Duration(twoWithin)
	}
	c.Site.ForgetAfter = config.Duration(forgetAfter)
	if p.doors > 1 {
		c.Site.FaceTrust = config.Duration(faceTrust)
	}
	for _, text := range specials() {
		var s policy.Special
		if err := s.UnmarshalText([]byte(text)); err != nil {
			return nil, err
		}
		c.Site.Special = append(c.Site.Special, s)
	}
	for _, rule := range []struct {
		group string
		spans []string
	}{
		{"residents", []string{"mon-sun,holiday 00:00-24:00"}},
		{"staff", []string{"mon-sat 07:00-19:00"}},
		{"cleaners", []string{"mon-fri 06:00-09:00", "sat 22:00-02:00"}},
		{"night", []string{"mon-sun 22:00-02:30"}},
		{policy.VisitorGroup, []string{"mon-sun,holiday 07:00-23:00"}},
	} {
		a := config.Access{Group: rule.group}
		for _, text := range rule.spans {
			var s policy.Span
			if err := s.UnmarshalText([]byte(text)); err != nil {
				return nil, err
			}
			a.Hours = append(a.Hours, s)
		}
		c.Site.Access = append(c.Site.Access, a)
	}
	return c, wireGarage(c)
}

// specials are the days that are not what they seem.
func specials() []string {
	all := []string{workedSunday + " wed"}
	for _, h := range holidays {
		all = append(all, h+" holiday")
	}
	return all
}

// forgetAfter is how long after the end of a lease a person is erased.
const forgetAfter = 2 * 24 * time.Hour

// build makes a new unit in dir, with its first operator and the papers that faces need.
func (w *world) build(dir string) (err error) {
	d := &w.door
	if d.conf, err = configuration(dir, w.plan); err != nil {
		return err
	}
	trusted := *d.conf // whose clock is trusted only while something keeps it right
	trusted.Unit.Bench = false
	d.source = &wiring.TimeSource{Config: &trusted, Machine: w.clock.source}
	d.options = wiring.VaultOptions(d.conf, d.source)
	d.options.Key = store.KeyFile(filepath.Join(dir, "key"))
	d.options.Now, d.options.Running = w.clock.host, w.clock.running
	d.options.Cost = store.Cost{Time: 1, Memory: 64, Lanes: 1}
	if w.machine, err = newMachine(filepath.Join(dir, "machine")); err != nil {
		return err
	}
	d.options.Hold = w.machine.onTrial
	d.options.Random, d.options.Inline = newRandom(w.plan.Seed), w.disk.transaction
	d.relay, d.alarm, d.garage = &output{name: "relay"}, &output{name: "alarm"}, &output{name: garage}
	d.rex, d.contact, d.fire = &input{name: "rex"}, &input{name: "contact"}, &input{name: "fire"}
	d.bell = &input{name: "bell"}
	d.eye = &simEye{camera: eye.CameraOK, state: eye.Running}
	if d.vault, err = store.CreateFor(d.conf.Unit.Dir, d.options, manager, []byte(secret)); err != nil {
		return err
	}
	if err = w.assemble(); err != nil {
		return err
	}
	for kind, body := range map[string]any{papers.KindSign: papers.Sign{Door: d.conf.Unit.Name}} {
		if err := w.file(kind, body); err != nil {
			return err
		}
	}
	if err := d.vault.SetRetention(store.Door, store.Retention{Events: keptAccess, Acts: keptActs}); err != nil {
		return err
	}
	a, err := w.assessment(5)
	w.assessed = a.Until
	return errors.Join(err, w.file(papers.KindAssessment, a))
}

func (w *world) file(kind string, body any) error {
	raw, err := json.Marshal(body)
	if err == nil {
		_, err = w.door.vault.PutPaper(store.Door, kind, raw)
	}
	return err
}

// assemble puts the door together on its vault, as a start of the program does.
func (w *world) assemble() (err error) {
	d := &w.door
	if d.reader, err = newReader("outside"); err != nil {
		return err
	}
	if err = w.machine.start(); err != nil {
		return err
	}
	d.relay.on, d.garage.on, w.garageUntil = false, false, time.Time{}
	d.Door, err = board.New(board.Parts{Config: d.conf, Vault: d.vault, Time: d.source, Eye: d.eye,
		Wires: &hal.Wires{Relay: d.relay, Readers: []hal.Reader{d.reader},
			Inputs:  map[string]hal.Input{"rex": d.rex, "contact": d.contact, "fire": d.fire, "bell": d.bell},
			Signals: map[string]hal.Output{"alarm": d.alarm}, Outputs: map[string]hal.Output{garage: d.garage}},
		Board:   host.Board{Sys: "/", Space: func(string) (uint64, uint64, error) { return 1 << 30, 1 << 31, nil }},
		Booting: func() bool { return false }, Updates: w.machine, Presenters: []scene.Presenter{&w.front},
		Look: func(host.Where) (host.Facts, error) { return host.Facts{DumpsOff: true, Locked: true}, nil }})
	if err != nil {
		return fmt.Errorf("putting the door together: %w", err)
	}
	w.driver = d.Unit.Drive(d.contact.on)
	w.driver.WaitForDisk(time.Hour)
	w.watcher = d.Unit.Watch()
	w.driver.Started()
	w.looks = d.LookAtSystem(context.Background())
	d.round = compliance.Round{}
	return nil
}

// random is the vault's source of handles and keys.
type random struct{ *rand.ChaCha8 }

func newRandom(seed uint64) random {
	var key [32]byte
	for i := range 8 {
		key[i] = byte(seed >> (8 * i))
	}
	return random{rand.NewChaCha8(key)}
}

// folder makes a folder for a vault, in memory where the machine has room there.
func folder() (string, error) {
	if dir, err := os.MkdirTemp("/dev/shm", "menshen-sim-"); err == nil {
		return dir, nil
	}
	return os.MkdirTemp("", "menshen-sim-")
}
