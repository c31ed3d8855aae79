package board

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"menshen/board/config"
	"menshen/hal"
	"menshen/hal/sim"
	"menshen/policy"
	"menshen/store"
	"menshen/store/keys/keystest"
)

// start is the demonstration's door on simulated lines, started as 'menshen run' does it.
type start struct {
	*testing.T
	*sim.Door
	conf *config.Config
	file string // the configuration
	door *Door
	log  journal
}

// journal is a log that a test reads.
type journal struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.String()
}

// newStart makes the door, without a camera and with changes to its file (old, new, old, new), and
// its vault. Card 1/2 is a tenant's.
func newStart(t *testing.T, changes ...string) *start {
	t.Helper()
	raw, err := os.ReadFile("demo/door.toml")
	if err != nil {
		t.Fatal(err)
	}
	s := &start{T: t}
	if s.Door, err = sim.New(sim.Config{Prefix: t.Name() + "_"}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Door.Close() })
	door, _, _ := strings.Cut(string(raw), "[camera]")
	s.file = filepath.Join(t.TempDir(), "door.toml")
	s.write(strings.ReplaceAll(door, "SIM_", t.Name()+"_") + "[camera]\n")
	s.change(`release    = "3s"`, `release    = "1s"`)
	s.change(changes...)
	if err := Init(s.conf, "anna", []byte("correct horse")); err != nil {
		t.Fatal(err)
	}
	v, err := OpenVault(s.conf)
	if err != nil {
		t.Fatal(err)
	}
	id, err := v.AddPerson(store.Door, policy.Person{Name: "Tenant"})
	if err == nil {
		card := hal.Card{Bits: 26, Raw: make([]byte, 4)}
		for i, one := range sim.H10301(1, 2) {
			if one {
				card.Raw[i/8] |= 0x80 >> (i % 8)
			}
		}
		_, err = v.AddCredential(store.Door, id, policy.CardKind, card.Credential(), "fob", true)
	}
	if err := errors.Join(err, v.Close()); err != nil {
		t.Fatal(err)
	}
	return s
}

// change writes the configuration again, with old, new, old, new.
func (s *start) change(changes ...string) {
	s.Helper()
	was, err := os.ReadFile(s.file)
	if err != nil {
		s.Fatal(err)
	}
	text := strings.NewReplacer(changes...).Replace(string(was))
	if text == string(was) && len(changes) > 0 {
		s.Fatalf("nothing to change: %q", changes)
	}
	s.write(text)
}

func (s *start) write(text string) {
	s.Helper()
	if err := os.WriteFile(s.file, []byte(text), 0o600); err != nil {
		s.Fatal(err)
	}
	var err error
	if s.conf, err = config.LoadForDoor(s.file); err != nil {
		s.Fatal(err)
	}
}

// run starts the door on a machine that boots or has been running for long. It stops with the test.
func (s *start) run(boots bool) {
	s.Helper()
	ctx, stop := context.WithCancel(context.Background())
	door, closeAll, err := open(ctx, s.conf, slog.New(slog.NewTextHandler(&s.log, nil)), func() bool { return boots })
	if err != nil {
		stop()
		s.Fatal(err)
	}
	s.door = door
	ended := make(chan error, 1)
	go func() { ended <- door.Run(ctx) }()
	s.Cleanup(func() {
		stop()
		if err := errors.Join(<-ended, closeAll()); err != nil && s.conf.LeftOut(config.PartPeople) == nil {
			s.Error(err)
		}
		door.Unit.Close()
	})
	s.await("the lines are watched", func() bool { return s.Pin(sim.REX).Watched() && s.Pin(sim.Fire).Watched() })
}

// await waits until it is so.
func (s *start) await(what string, is func() bool) {
	s.Helper()
	for until := time.Now().Add(time.Minute); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(until) {
			s.Fatalf("not within a minute: %s; the log: %s", what, &s.log)
		}
	}
}

// exits presses the exit button, and then raises the fire input: the door unlocks, and locks again.
func (s *start) exits() {
	s.Helper()
	s.Press(sim.REX, 100*time.Millisecond)
	s.await("the exit button unlocks", s.Unlocked)
	s.await("it locks again", func() bool { return !s.Unlocked() })
	s.Alarm(true)
	s.await("the fire input unlocks", s.Unlocked)
	s.Alarm(false)
	s.await("it locks again after a fire", func() bool { return !s.Unlocked() })
}

// TestRSafeKeyComesAtBoot: the TPM's device comes two seconds after the door has started. Exit and
// fire work from the first moment, the card as soon as the device is there, and the log has no
// error of what is only a boot.
func TestRSafeKeyComesAtBoot(t *testing.T) {
	tpm := keystest.SWTPM(t)
	s := newStart(t, "file:key", "tpm:"+tpm)
	if err := os.Rename(tpm, tpm+".late"); err != nil {
		t.Fatal(err)
	}
	s.run(true)
	began := time.Now()
	s.exits()
	s.Tap(1, 2)
	time.Sleep(max(0, 2*time.Second-time.Since(began))) // the device is late
	if s.Unlocked() {
		t.Error("a card opened without the vault's key")
	}
	if err := os.Rename(tpm+".late", tpm); err != nil {
		t.Fatal(err)
	}
	s.await("the vault is open", func() bool { return strings.Contains(s.log.String(), "vault open and in order") })
	s.Tap(1, 2)
	s.await("the card unlocks", s.Unlocked)
	if log := s.log.String(); strings.Contains(log, "level=ERROR") || !strings.Contains(log, "not ready yet") {
		t.Errorf("the log: %s", log)
	}
}

// TestKeyStaysAway: a TPM that is not there long after power-on is told as an error, with its
// remedy. The vault opens when it comes all the same.
func TestKeyStaysAway(t *testing.T) {
	tpm := keystest.SWTPM(t)
	s := newStart(t, "file:key", "tpm:"+tpm)
	if err := os.Rename(tpm, tpm+".late"); err != nil {
		t.Fatal(err)
	}
	s.run(false)
	s.exits()
	if log := s.log.String(); !strings.Contains(log, "level=ERROR") || !strings.Contains(log, "load the TPM's driver") {
		t.Errorf("the log: %s", log)
	}
	if err := os.Rename(tpm+".late", tpm); err != nil {
		t.Fatal(err)
	}
	s.await("the vault is open", func() bool { return strings.Contains(s.log.String(), "vault open and in order") })
}

// faults gives what the unit shows as faults, by device.
func (s *start) faults() map[string]string {
	s.Helper()
	state, err := s.door.Unit.State(context.Background())
	if err != nil {
		s.Fatal(err)
	}
	return state.Faults
}

const rc522 = "[[reader]]\nname = \"inside\"\nkind = \"rc522\"\nspi = \"9.9\"\nkey_file = \"mifare.key\"\n" +
	"key = \"A\"\nblock = 4\n[camera]"

// TestRSafeStartWithoutAPart: the door starts without each part that cannot be used. It says so in
// the log and as a fault, exit and fire work, and so does the card unless nothing says who may come
// in.
func TestRSafeStartWithoutAPart(t *testing.T) {
	for name, test := range map[string]struct {
		change        []string
		device, fault string
		denied        bool
	}{
		"a reader's key file": {[]string{"[camera]", rc522}, "reader inside", "opening the sector's key", false},
		"a reader's port": {[]string{"[camera]", strings.Replace(rc522, "9.9", "nine", 1)}, "reader inside",
			`write bus and chip select`, false},
		"a reader's kind": {[]string{"[camera]", strings.Replace(rc522, "rc522", "rc533", 1)}, "reader inside",
			`did you mean "rc522"?`, false},
		"a reader's name": {[]string{"[camera]", strings.Replace(rc522, "inside", "outside", 1)}, "reader number 2",
			"there are two of this name", false},
		"a lamp's line": {[]string{"startwithoutapart_LED_RED", "NO_SUCH_LINE"}, "red", "no such line", false},
		"a lamp's role": {[]string{`"red"`, `"rde"`}, "rde", `did you mean "red"?`, false},
		"the contact's line": {[]string{"startwithoutapart_DOOR", "NO_SUCH_LINE"}, "input contact", "no such line",
			false},
		"an ADC": {[]string{"[camera]", "[[adc]]\nname = \"lines\"\ni2c = \"here\"\n[[input]]\nrole = \"tamper\"\n" +
			"adc = \"lines\"\nactive_when = \"open\"\n[camera]"}, "input tamper",
			"write the bus and the chip's address", false},
		"the camera": {[]string{"[camera]", "[camera]\nsource = \"libcam\"\n[faces]\nenabled = true\n"},
			"face models", `did you mean "libcamera"?`, false},
		"the voice's card": {[]string{"[camera]", "[voice]\ncard = \"hw:0,0\"\n[camera]"}, "voice",
			"write one that 'menshen voice cards' lists", false},
		"the screen": {[]string{"[camera]", "[display]\nscreen = \"television\"\n[camera]"}, "display",
			"is none of drm", false},
		"the hours": {[]string{"[camera]", "[[site.access]]\ngroup = \"staff\"\n[camera]"}, "store", "has no hours",
			true},
		"the time of a release": {[]string{`"1s"`, `"1h"`, `"20s"`, `"2h"`}, "store", "write between 1s and 60s", true},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStart(t)
			for i := range test.change {
				test.change[i] = strings.ReplaceAll(test.change[i], "startwithoutapart", t.Name())
			}
			s.change(test.change...)
			s.run(false)
			s.exits()
			s.await("the fault shows", func() bool { return strings.Contains(s.faults()[test.device], test.fault) })
			if log := s.log.String(); !strings.Contains(strings.ReplaceAll(log, `\"`, `"`), test.fault) {
				t.Errorf("the log: %s", log)
			}
			s.Tap(1, 2)
			if !test.denied {
				s.await("the card unlocks", s.Unlocked)
			} else if time.Sleep(300 * time.Millisecond); s.Unlocked() {
				t.Error("a card opened, and nothing says who may come in")
			}
		})
	}
}

// TestPartsComeLater: a reader of which the key file is mended, a lamp and a contact of which the
// chip is plugged in, work without another start.
func TestPartsComeLater(t *testing.T) {
	s := newStart(t, "[camera]", rc522)
	later := t.Name() + "LATER_"
	s.change(t.Name()+"_LED_RED", later+"LED_RED", t.Name()+"_DOOR", later+"DOOR")
	var chip *sim.Door
	t.Cleanup(func() { chip.Close() }) // after the door has stopped
	s.run(false)
	s.await("the faults show", func() bool {
		f := s.faults()
		return f["red"] != "" && f["input contact"] != "" && strings.Contains(f["reader inside"], "mifare.key")
	})
	key := filepath.Join(filepath.Dir(s.file), "mifare.key")
	if err := os.WriteFile(key, []byte("000102030405060708090a0b0c0d0e0f"), 0o600); err != nil {
		t.Fatal(err)
	}
	var err error
	if chip, err = sim.New(sim.Config{Prefix: later}); err != nil {
		t.Fatal(err)
	}
	s.await("they work", func() bool {
		f := s.faults()
		return f["red"] == "" && f["input contact"] == "" && !strings.Contains(f["reader inside"], "mifare.key")
	})
	chip.Force()
	s.await("the contact is seen", func() bool {
		state, err := s.door.Unit.State(context.Background())
		return err == nil && state.Door != policy.Locked
	})
}
