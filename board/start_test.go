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
	s.conf = s.load(strings.ReplaceAll(door, "SIM_", t.Name()+"_"), changes...)
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

func (s *start) load(text string, changes ...string) *config.Config {
	s.Helper()
	path := filepath.Join(s.TempDir(), "door.toml")
	if err := os.WriteFile(path, []byte(strings.NewReplacer(changes...).Replace(text)), 0o600); err != nil {
		s.Fatal(err)
	}
	c, err := config.Load(path)
	if err != nil {
		s.Fatal(err)
	}
	return c
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
	ended := make(chan error, 1)
	go func() { ended <- door.Run(ctx) }()
	s.Cleanup(func() {
		stop()
		if err := errors.Join(<-ended, closeAll()); err != nil {
			s.Error(err)
		}
		door.Unit.Close()
	})
	s.await("the lines are watched", func() bool { return s.Pin(sim.REX).Watched() && s.Pin(sim.Fire).Watched() })
}

// await waits until it is so.
func (s *start) await(what string, is func() bool) {
	s.Helper()
	for until := time.Now().Add(20 * time.Second); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(until) {
			s.Fatalf("not within 20 s: %s; the log: %s", what, &s.log)
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
	s := newStart(t, "file:key", "tpm:"+tpm, `release    = "3s"`, `release    = "1s"`)
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
	came := time.Now()
	s.await("the vault is open", func() bool { return strings.Contains(s.log.String(), "vault open and in order") })
	if took := time.Since(came); took > 3*time.Second {
		t.Errorf("the vault opened %v after its key was there", took)
	}
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
	s := newStart(t, "file:key", "tpm:"+tpm, `release    = "3s"`, `release    = "1s"`)
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
