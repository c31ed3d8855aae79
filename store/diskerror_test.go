package store

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"menshen/internal/attack"
	"menshen/internal/safefile"
	"menshen/policy"
)

// TestDiskErrors has the kernel refuse one system call of a load (a moment's trouble), or all of
// that kind from then on (disk full, disk gone). Whatever fails: what was acknowledged is there
// when the disk is well again.
func TestDiskErrors(t *testing.T) {
	count := map[string]int{}
	for _, e := range trace(t, newLoad(t), "all").events {
		count[e.call]++
	}
	kinds := []struct{ call, errno string }{
		{"pwrite64", "ENOSPC"}, {"pwrite64", "EIO"}, {"fdatasync", "EIO"}, {"fsync", "EIO"},
		{"renameat", "ENOSPC"}, {"linkat", "ENOSPC"}, {"unlinkat", "EIO"},
	}
	attack.Run(t, "vault: a call to the disk refused", slice(4*len(kinds), len(kinds)), func(c *attack.Campaign) {
		kind := kinds[c.Round%len(kinds)]
		if count[kind.call] == 0 {
			t.Fatalf("the load makes no %s", kind.call)
		}
		when, outcome := fmt.Sprint(1+c.Rand.IntN(count[kind.call])), "refused once, nothing lost"
		if c.Round/len(kinds)%2 == 1 {
			when, outcome = when+"+", "refused for good, started meanwhile, nothing lost"
		}
		inject(t, kind.call, kind.errno, when)
		c.Count(outcome)
	})
}

// slice is how many rounds run by default: the whole, or a part where the race detector takes
// many times as long (-short).
func slice(whole, part int) int {
	if testing.Short() {
		return part
	}
	return whole
}

func inject(t *testing.T, call, errno, when string) {
	t.Helper()
	root := newLoad(t)
	run := child(root, "all", 1)
	cmd := exec.Command("strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace="+call, "-e", "signal=none",
		"-e", fmt.Sprintf("inject=%s:error=%s:when=%s", call, errno, when), run.Path)
	cmd.Env = run.Env
	out, _ := cmd.CombinedOutput() // closing may rightly fail
	if strings.Contains(string(out), "panic") || strings.Contains(string(out), "fatal error") ||
		strings.Contains(string(out), "DATA RACE") {
		t.Fatalf("%s %s at %s: %s", errno, call, when, out)
	}
	said := strings.Split(strings.TrimSpace(string(out)), "\n")
	if !strings.HasPrefix(said[0], "opened") {
		t.Fatalf("%s at %s %s: %s", errno, call, when, out)
	}
	if strings.HasSuffix(when, "+") { // started again while the disk is still so
		if err := opensOn(root, call, errno); err != nil {
			t.Fatalf("started again, with %s at each %s after %s: %v\n%s", errno, call, when, err, out)
		}
	}
	if err := verify(root, said); err != nil {
		t.Fatalf("%s at %s %s: %v\n%s", errno, call, when, err, out)
	}
}

// refused are all calls by which the vault changes what is on a disk, writes to its files among
// them but not to standard output.
const refused = "pwrite64,write,ftruncate,fsync,fdatasync,renameat,linkat,unlinkat"

// opensOn opens a vault on a disk that refuses calls with an error, and reads all that is in
// it. Closing may rightly fail.
func opensOn(root, calls, errno string) error {
	run := child(root, "read", 1)
	args := []string{"-f", "-qq", "-o", "/dev/null", "-e", "signal=none"}
	for _, name := range []string{"vault/vault.db", "vault", "root.key", ""} {
		for _, suffix := range []string{"", safefile.New, safefile.Old} {
			args = append(args, "-P", filepath.Join(root, name)+suffix)
		}
	}
	cmd := exec.Command("strace", append(args, "-e", "trace="+calls,
		"-e", "inject="+calls+":error="+errno, run.Path)...)
	cmd.Env = run.Env
	out, _ := cmd.CombinedOutput()
	if s := string(out); !strings.HasPrefix(s, "opened") || !strings.Contains(s, "\nread") ||
		strings.Contains(s, "panic") {
		return fmt.Errorf("%s", out)
	}
	return nil
}

// TestOpensWhateverTheDiskRefuses fills the disk at a step of erasing, rotating or moving to
// another key, and starts again while it is full, failing or read-only: a vault whose data are
// whole opens, and when the disk is well again nothing is left over.
func TestOpensWhateverTheDiskRefuses(t *testing.T) {
	kinds, errnos := []string{"erase", "learn", "rotate", "key"}, []string{"ENOSPC", "EIO", "EROFS"}
	steps := map[string]int{}
	for _, kind := range kinds {
		for _, e := range trace(t, newLoad(t), kind).events {
			if strings.Contains(","+refused+",", ","+e.call+",") {
				steps[kind]++
			}
		}
	}
	rounds := slice(2*len(kinds)*len(errnos), len(kinds))
	attack.Run(t, "vault: the disk filled during erase, rotate, change of key", rounds, func(c *attack.Campaign) {
		kind, errno := kinds[c.Round%len(kinds)], errnos[c.Round/len(kinds)%len(errnos)]
		i := 1 + c.Rand.IntN(steps[kind])
		root := newLoad(t)
		run := child(root, kind, 1)
		args := []string{"-f", "-qq", "-o", "/dev/null", "-e", "signal=none"}
		for _, name := range []string{"", "/vault", "/vault/vault.db", "/vault/vault.db.new", "/root.key",
			"/root.key.new", "/other.key.new"} {
			args = append(args, "-P", root+name)
		}
		cmd := exec.Command("strace", append(args, "-e", "trace="+refused,
			"-e", fmt.Sprintf("inject=%s:error=ENOSPC:when=%d+", refused, i), run.Path)...)
		cmd.Env = run.Env
		out, _ := cmd.CombinedOutput()
		if strings.Contains(string(out), "panic") {
			t.Fatalf("%s: %s", kind, out)
		}
		if err := opensOn(root, refused, errno); err != nil {
			t.Fatalf("%s filled the disk at call %d (%s); started again with %s: %v", kind, i, out, errno, err)
		}
		if err := verify(root, strings.Split(strings.TrimSpace(string(out)), "\n")); err != nil {
			t.Fatalf("%s filled the disk at call %d; after %s: %v", kind, i, errno, err)
		}
		c.Count("opened, nothing left over, with " + errno)
	})
}

// The 150 ms rule: a disk that does not answer delays no decision for longer, and loses none.
func TestSlowDiskKeepsDecisionsInMemory(t *testing.T) {
	u := newUnit(t)
	stuck, release := make(chan bool), make(chan bool)
	go u.act(func(*tx) error { // the disk hangs in the middle of an act
		close(stuck)
		<-release
		return nil
	})
	<-stuck
	for i := range 3 {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Millisecond)
		_, err := u.RecordDecision(ctx, policy.Decision{At: start, Door: fmt.Sprint(i), Grant: true, Reason: "granted"})
		cancel()
		if !errors.Is(err, ErrSlow) {
			t.Errorf("got %v", err)
		}
	}
	if n := u.Backlog(); n < 3 {
		t.Errorf("backlog %d", n)
	}
	close(release)
	seq := u.decide(t, policy.PersonID{}) // waits its turn behind the three
	es, err := u.Entries(seq, 4, true)
	if err != nil || len(es) != 4 || es[1].Door != "2" || es[3].Door != "0" {
		t.Errorf("%+v, %v", es, err)
	}
	if n := u.Backlog(); n != 0 {
		t.Errorf("backlog %d after all were written", n)
	}
}

// Clock back: no record is dated before the newest one, and nothing opened by a schedule can
// be had by turning the clock.
func TestClockThatGoesBack(t *testing.T) {
	u := newUnit(t)
	u.clock.advance(1000 * time.Hour)
	if _, err := u.PutNotice("op", "text", "en"); err != nil {
		t.Fatal(err)
	}
	late := u.clock.now()
	u.clock.set(time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)) // a Pi without power has no time
	u.reopen(t)
	if at, err := u.Floor(); err != nil || !at.Equal(late) {
		t.Errorf("floor %v, %v", at, err)
	}
	if _, err := u.PutNotice("op", "another", "en"); err != nil {
		t.Fatal(err)
	}
	if es, err := u.Entries(0, 1, true); err != nil || !es[0].At.Equal(late) {
		t.Errorf("%+v, %v", es, err)
	}
	if n, err := u.Prune(context.Background(), Door); !errors.Is(err, ErrClock) || n != 0 {
		t.Errorf("pruned %d, %v", n, err)
	}
}

// Clock forward by mistake: the floor is stuck in the future until an operator says
// what time it is, on the record.
func TestClockThatWasWrong(t *testing.T) {
	u := newUnit(t)
	u.clock.set(start.AddDate(50, 0, 0))
	if _, err := u.PutNotice("op", "text", "en"); err != nil {
		t.Fatal(err)
	}
	u.clock.set(start.Add(time.Hour))
	if err := u.SetTime("op", u.clock.now()); err != nil {
		t.Fatal(err)
	}
	if at, err := u.Floor(); err != nil || !at.Equal(u.clock.now()) {
		t.Errorf("floor %v, %v", at, err)
	}
	es, err := u.Entries(0, 1, true)
	if err != nil || es[0].Kind != "time floor set" || !es[0].At.Equal(u.clock.now()) {
		t.Errorf("%+v, %v", es, err)
	}
}

// TestReadOnlyFileSystem: a vault that can only be read serves what reads, keeps records in memory,
// and is written again as soon as it can be.
func TestReadOnlyFileSystem(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("strace is not installed (apt-get install strace)")
	}
	root := newLoad(t)
	run := child(root, "read-only", 1)
	// What asks to write is refused: the lock, the vault, and the lock again when it is mended.
	cmd := exec.Command(strace, "-f", "-qq", "-o", "/dev/null", "-e", "trace=openat", "-e", "signal=none",
		"-P", root+"/vault/vault.lock", "-P", root+"/vault/vault.db",
		"-e", "inject=openat:error=EROFS:when=1..7+3", run.Path)
	cmd.Env = run.Env
	out, err := cmd.CombinedOutput()
	if s := string(out); err != nil || !strings.Contains(s, "can only be read") || !strings.Contains(s, "remount") ||
		!strings.Contains(s, "\nwritten") {
		t.Errorf("%v: %s", err, out)
	}
	if err := verify(root, nil); err != nil {
		t.Error(err)
	}
}
