package store

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"menshen/policy"
	"menshen/store/keys/keystest"
)

// counting makes a vault whose key is in a chip that counts.
func counting(t *testing.T) (*unit, *chip) {
	t.Helper()
	c := &chip{}
	dir, o := loadOptions(t.TempDir(), startClock().now)
	o.Key = c
	v, err := Create(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	u := &unit{Vault: v, dir: dir, o: o, clock: startClock()}
	t.Cleanup(func() { u.Close() })
	return u, c
}

// opens reports how a copy of the vault opens, and leaves copy and chip as they are.
func (u *unit) opens(copied string) error {
	v, err := OpenToRead(copied, u.o)
	if err == nil {
		err = v.Close()
	}
	return err
}

// isOld sees to it that a copy is refused as an older one, with the remedy.
func (u *unit) isOld(t *testing.T, what, copied string) {
	t.Helper()
	if err := u.opens(copied); !errors.Is(err, ErrRolledBack) || !strings.Contains(err.Error(), "restore a backup") {
		t.Errorf("%s: %v", what, err)
	}
}

// TestNoActIsTakenBackByACopy: a copy of the vault from before an act that was answered does not
// open, from whenever it is: of the same run, or from before the first start.
func TestNoActIsTakenBackByACopy(t *testing.T) {
	u, _ := counting(t)
	made := copyDir(t, u.dir)
	if err := u.opens(made); err != nil {
		t.Errorf("before anything was done: %v", err)
	}
	li := u.tenant(t, "li")
	u.isOld(t, "from before the first start", made)
	for name, act := range map[string]func() error{
		"revoke": func() error {
			_, key, err := u.FindCredential(policy.CardKind, cardOf["li"])
			return errors.Join(err, u.RevokeCredential("op", li, key))
		},
		"block": func() error {
			return u.ChangePerson("op", li, "person corrected", func(p *policy.Person) error {
				p.Blocked = true
				return nil
			})
		},
		"role": func() error { _, err := u.AddOperator("op", "anna", Manager, []byte("correct horse")); return err },
	} {
		before := copyDir(t, u.dir)
		if err := u.opens(before); err != nil {
			t.Errorf("before %s: %v", name, err)
		}
		if err := act(); err != nil {
			t.Fatal(name, err)
		}
		u.isOld(t, "from before "+name, before)
		if err := u.opens(copyDir(t, u.dir)); err != nil {
			t.Errorf("after %s: %v", name, err)
		}
	}
	u.reopen(t)
}

// TestPowerCutBeforeTheChipCounts: what lies on the disk at that moment opens, and is not yet
// answered.
func TestPowerCutBeforeTheChipCounts(t *testing.T) {
	u, c := counting(t)
	u.tenant(t, "li")
	before := copyDir(t, u.dir)
	var cut []string
	c.counts = func() error {
		now := copyDir(t, u.dir)
		if err := u.opens(now); err != nil {
			t.Errorf("state written, chip still at %d: %v", c.n, err)
		}
		cut = append(cut, now)
		return nil
	}
	if _, err := u.AddOperator("op", "anna", Manager, []byte("correct horse")); err != nil {
		t.Fatal(err)
	}
	c.counts = nil
	if len(cut) != 1 {
		t.Fatalf("the chip counted %d times for one act", len(cut))
	}
	u.isOld(t, "from before the act", before)
	if err := u.opens(cut[0]); err != nil {
		t.Errorf("from after the act: %v", err)
	}
	u.Close()
	c.n-- // as if power had been cut in that moment
	v, err := Open(cut[0], u.o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.operatorNamed("anna"); err != nil {
		t.Errorf("the act is lost: %v", err)
	}
	v.Close()
	u.isOld(t, "from before the act, after the next start", before)
}

func (v *Vault) operatorNamed(name string) (o Operator, err error) {
	err = v.view(func(t *tx) error {
		acc, err := t.operator(name)
		o = acc.Operator
		return err
	})
	return o, err
}

// TestChipThatFails: acts go on, the vault is never more than one ahead of the chip, Mend says what
// is wrong, and when the chip counts again no copy from before any act opens.
func TestChipThatFails(t *testing.T) {
	for _, counted := range []uint64{0, 1} { // of the first failing call: it may have counted all the same
		u, c := counting(t)
		u.tenant(t, "li")
		busy := errors.New("chip is busy")
		fails := 0
		c.counts = func() error {
			if fails++; fails == 1 {
				c.n += counted
			}
			return busy
		}
		var copies []string
		for i := range 3 {
			copies = append(copies, copyDir(t, u.dir))
			if _, err := u.AddOperator("op", fmt.Sprint("op", i), Manager, []byte("correct horse")); err != nil {
				t.Fatal(err)
			}
			if err := u.opens(copyDir(t, u.dir)); err != nil {
				t.Errorf("a restart after act %d: %v", i, err)
			}
		}
		if err := u.Mend(context.Background()); !errors.Is(err, busy) {
			t.Errorf("Mend says %v", err)
		}
		c.counts = nil
		if err := u.Mend(context.Background()); err != nil {
			t.Errorf("the chip works again: %v", err)
		}
		for i, copied := range copies {
			u.isOld(t, fmt.Sprint("from before act ", i), copied)
		}
		u.reopen(t)
	}
}

// TestVaultThatDidNotCountYet was made by an earlier version, and never started. From its first
// start on no copy from before opens.
func TestVaultThatDidNotCountYet(t *testing.T) {
	u, c := counting(t)
	if err := u.writer.act(func(t *tx) error { t.st.Count = 0; return nil }); err != nil {
		t.Fatal(err)
	}
	u.Close()
	c.n = 0
	made := copyDir(t, u.dir)
	v, err := Open(u.dir, u.o)
	if err != nil {
		t.Fatal(err)
	}
	u.Vault = v
	u.isOld(t, "from before the first start", made)
	u.reopen(t)
}

// TestManyActsAtOnce count together.
func TestManyActsAtOnce(t *testing.T) {
	u, c := counting(t)
	var all sync.WaitGroup
	for i := range 40 {
		all.Go(func() {
			if _, err := u.AddPerson("op", policy.Person{Name: policy.Private(fmt.Sprint(i)),
				From: start}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := c.n; n > 42 {
		t.Errorf("the chip counted to %d for 40 acts", n)
	}
	before := copyDir(t, u.dir)
	u.tenant(t, "li")
	u.isOld(t, "from before the last act", before)
	u.reopen(t)
}

// TestKilledWhileTheChipCounts kills a process in the midst of acts on a vault whose key is in a
// TPM: it opens, with each act that was answered, and no copy from before the last of them does.
// The long form: MENSHEN_KILLS=200.
func TestKilledWhileTheChipCounts(t *testing.T) {
	root, sock := t.TempDir(), keystest.SWTPM(t)
	dir, o := loadOptions(root, time.Now)
	o.Key = KeyTPM(sock, 0)
	v, err := Create(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	answered := 0
	for i := range times(t, "MENSHEN_KILLS", 4) {
		before := copyDir(t, dir)
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), actsVar+"="+sock+":"+root)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		cmd.Stderr = os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		var last string
		s := bufio.NewScanner(out)
		for n := 0; s.Scan(); n++ {
			last = s.Text()
			if n == 1 {
				answered++
				time.AfterFunc(time.Duration(rand.IntN(60_000))*time.Microsecond, func() { cmd.Process.Kill() })
			}
		}
		cmd.Wait()
		keystest.Flush(t, sock)
		if last == "" {
			t.Fatalf("kill %d: the child did nothing", i)
		}
		if _, err := OpenToRead(before, o); !errors.Is(err, ErrRolledBack) {
			t.Errorf("kill %d: a copy from before opens: %v", i, err)
		}
		if v, err = Open(dir, o); err != nil {
			t.Fatalf("kill %d, after %s: %v", i, last, err)
		}
		if _, err := v.operatorNamed(last); err != nil {
			t.Errorf("kill %d: %s was answered, and is lost: %v", i, last, err)
		}
		if err := v.Close(); err != nil {
			t.Error(err)
		}
	}
	if answered == 0 {
		t.Error("no act was answered")
	}
}

const actsVar = "MENSHEN_TEST_ACTS"

// actWithoutEnd makes operators without end, and says the name of each that is made.
func actWithoutEnd(what string) error {
	sock, root, _ := strings.Cut(what, ":")
	dir, o := loadOptions(root, time.Now)
	o.Key = KeyTPM(sock, 0)
	v, err := Open(dir, o)
	if err != nil {
		return err
	}
	for i := 0; ; i++ {
		name := fmt.Sprintf("op-%d-%d", os.Getpid(), i)
		if _, err := v.AddOperator("op", name, Technician, []byte("correct horse")); err != nil {
			return err
		}
		fmt.Println(name)
	}
}
