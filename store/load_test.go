package store

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The fault tests run a load in a child process, which is this test binary again, and cut
// it off: by a signal, by errors from the kernel, or by taking away what was not yet
// synced. The child says on its standard output what was acknowledged; whoever cut it off
// then opens what is left and compares.
const childVar = "MENSHEN_STORE_LOAD"

func TestMain(m *testing.M) {
	if what := os.Getenv(childVar); what != "" {
		if err := load(what); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	if what := os.Getenv(actsVar); what != "" {
		fmt.Fprintln(os.Stderr, actWithoutEnd(what))
		os.Exit(1)
	}
	goleakMain(m)
}

// loadOptions are the options of child and parent.
func loadOptions(root string, now func() time.Time) (dir string, o Options) {
	return filepath.Join(root, "vault"), Options{Key: KeyFile(filepath.Join(root, "root.key")), Now: now, Cost: cheap}
}

// openLoad opens the vault by the key file that it was made with, or by the
// one that a load moved it to.
func openLoad(root string, now func() time.Time) (*Vault, Options, error) {
	dir, o := loadOptions(root, now)
	v, err := Open(dir, o)
	if errors.Is(err, ErrWrongKey) || errors.Is(err, ErrKeyMissing) {
		o.Key = otherKey(root)
		v, err = Open(dir, o)
	}
	return v, o, err
}

func otherKey(root string) KeySource { return KeyFile(filepath.Join(root, "other.key")) }

// say writes one line at once: "what argument…".
func say(what string, args ...any) {
	os.Stdout.WriteString(what + " " + strings.TrimSpace(fmt.Sprintln(args...)) + "\n")
}

// load is the child. What it is told is "kind:root:seed".
func load(what string) error {
	time.AfterFunc(time.Minute, func() { panic("the load hangs") })
	parts := strings.Split(what, ":")
	seed, err := strconv.ParseUint(parts[2], 10, 64)
	if err != nil {
		return err
	}
	runtime.LockOSThread() // strace counts by thread
	c := startClock()
	v, _, err := openLoad(parts[1], c.now)
	if err != nil {
		return err
	}
	say("opened")
	l := &loader{v: v, c: c, root: parts[1], rnd: rand.New(rand.NewPCG(seed, 1))}
	switch parts[0] {
	case "all":
		l.all()
	case "random":
		l.random()
	case "erase":
		if l.add(); len(l.ids) > 0 {
			l.enrol(l.ids[0])
			l.eraseFace(l.ids[0])
		}
	case "learn":
		if l.add(); len(l.ids) > 0 {
			l.enrol(l.ids[0])
			l.learn(l.ids[0])
			l.stopLearning(l.ids[0])
		}
	case "site":
		l.site()
	case "import":
		if l.add(); len(l.ids) > 0 {
			l.undo(l.importPeople(l.ids[0]))
		}
	case "rotate":
		l.add()
		l.rotate()
	case "key":
		l.add()
		l.changeKey()
	case "read":
		return l.read()
	case "read-only":
		return l.readOnly()
	}
	return v.Close()
}

// newLoad makes a vault for a child.
func newLoad(t testing.TB) (root string) {
	t.Helper()
	root = t.TempDir()
	makeLoad(t, root)
	return root
}

func makeLoad(t testing.TB, root string) {
	t.Helper()
	dir, o := loadOptions(root, startClock().now)
	v, err := Create(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
}
