package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"menshen/internal/safefile"
	"menshen/policy"
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

type loader struct {
	v    *Vault
	c    *clock
	root string
	rnd  *rand.Rand
	ids  []policy.PersonID
	n    int
}

// acked says what was done, or that it failed.
func (l *loader) acked(err error, what string, args ...any) bool {
	if err != nil {
		say("failed", what, strings.ReplaceAll(err.Error(), "\n", "; "))
		return false
	}
	say(what, args...)
	return true
}

func (l *loader) add() {
	l.n++
	id, err := l.v.AddPerson("op", policy.Person{Name: policy.Private(fmt.Sprint("tenant ", l.n))})
	if !l.acked(err, "added", fmt.Sprintf("%x", id[:])) {
		return
	}
	l.ids = append(l.ids, id)
	_, err = l.v.AddCredential("op", id, policy.CardKind, id[:], "", true)
	l.acked(err, "card", fmt.Sprintf("%x", id[:]))
}

func (l *loader) enrol(id policy.PersonID) {
	hash, err := l.v.PutNotice("op", "notice", "en")
	if err == nil {
		err = l.v.ChangePerson("op", id, "face consented", func(p *policy.Person) error {
			p.Face = policy.FaceConsent{State: policy.FaceConsented, At: l.c.now(), Notice: hash}
			return nil
		})
	}
	if err == nil {
		err = l.v.EnrolFace("op", id, [][]float32{{1, 2, 3}})
	}
	l.acked(err, "enrolled", fmt.Sprintf("%x", id[:]))
}

func (l *loader) decide() {
	l.n++
	var id policy.PersonID
	if len(l.ids) > 0 {
		id = l.ids[l.rnd.IntN(len(l.ids))]
	}
	seq, err := l.v.RecordDecision(context.Background(),
		policy.Decision{At: l.c.now(), Person: id, Door: fmt.Sprint("door ", l.n), Grant: true, Reason: "granted"})
	l.acked(err, "decided", seq, "door", l.n)
}

func (l *loader) eraseFace(id policy.PersonID) {
	_, err := l.v.EraseFace("op", id, "withdrawn")
	l.acked(err, "face-erased", fmt.Sprintf("%x", id[:]))
}

func (l *loader) remove(i int) {
	id := l.ids[i]
	l.ids = append(l.ids[:i], l.ids[i+1:]...)
	say("removing", fmt.Sprintf("%x", id[:]))
	_, err := l.v.RemovePerson("op", id, "moved out")
	l.acked(err, "removed", fmt.Sprintf("%x", id[:]))
}

func (l *loader) rotate() { l.acked(l.v.Rotate(context.Background(), "op", "test"), "rotated") }

// changeKey moves to another key file.
func (l *loader) changeKey() {
	l.acked(l.v.ChangeKey(context.Background(), "op", otherKey(l.root)), "moved")
}

// read reads what a start needs.
func (l *loader) read() error {
	people, err := l.v.People()
	if err == nil {
		_, err = l.v.Entries(0, 10, true)
	}
	if err == nil {
		say("read", len(people))
	}
	_ = l.v.Close()
	return err
}

// readOnly records something in a vault that can only be read, and mends it.
func (l *loader) readOnly() error {
	_, err := l.v.Record(context.Background(), Entry{Kind: "bell"})
	say("record:", strings.ReplaceAll(fmt.Sprint(err), "\n", "; "))
	if es, err := l.v.Entries(0, 1, true); err != nil || es[0].Kind == "bell" ||
		!errors.Is(l.v.Ping(), ErrReadOnly) || l.v.Backlog() != 1 {
		return fmt.Errorf("%+v, %w", es, err)
	}
	if err := errors.Join(l.v.Mend(context.Background()), l.v.Ping()); err != nil {
		return err
	}
	es, err := l.v.Entries(0, 1, true)
	if err != nil || es[0].Kind != "bell" {
		return fmt.Errorf("%+v, %w", es, err)
	}
	say("written")
	return l.v.Close()
}

func (l *loader) prune() {
	say("pruning", l.c.now().UnixNano())
	_, err := l.v.Prune(context.Background(), "op")
	l.acked(err, "pruned")
}

func (l *loader) backup() {
	id, err := age.ParseX25519Identity(testIdentity)
	if err == nil {
		err = safefile.Fill(filepath.Join(l.root, "backup.age"), func(w io.Writer) error {
			return l.v.Backup("op", w, true, id.Recipient())
		})
	}
	l.acked(err, "backed-up")
}

// A throw-away key: the backups of these tests have no person's data.
const testIdentity = "AGE-SECRET-KEY-1R0J4AD0ZTG8FXE36ACN2Y25KSUZY9V5UD538RD4W6W48KKHLSKWS9RXZ8J"

// all does each thing once or twice, in an order that has them touch each other.
func (l *loader) all() {
	for range 3 {
		l.add()
		l.decide()
	}
	if len(l.ids) < 3 {
		return
	}
	l.enrol(l.ids[0])
	l.backup()
	l.enrol(l.ids[1])
	l.eraseFace(l.ids[0])
	l.decide()
	l.rotate()
	l.c.advance(100 * 24 * time.Hour)
	l.decide()
	l.prune()
	l.remove(0)
	l.backup()
	l.decide()
}

// random goes on until it is killed.
func (l *loader) random() {
	for {
		switch n := l.rnd.IntN(40); {
		case n < 4 || len(l.ids) == 0:
			l.add()
		case n == 4:
			l.rotate()
		case n == 5:
			l.remove(l.rnd.IntN(len(l.ids)))
		case n == 6:
			l.enrol(l.ids[l.rnd.IntN(len(l.ids))])
		case n == 7:
			l.c.advance(24 * time.Hour)
			l.prune()
		default:
			l.decide()
		}
	}
}

// verify opens what a cut left and compares it with what the child said
// before. It returns what is wrong.
func verify(root string, said []string) error {
	added, removing, removed, faces := map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]string{}
	decided := map[uint64]string{}
	var pruned time.Time
	for _, line := range said {
		f := strings.Fields(line)
		if len(f) == 0 { // within an error of several lines
			continue
		}
		switch f[0] {
		case "added":
			added[f[1]] = true
		case "removing":
			removing[f[1]] = true
		case "removed":
			removed[f[1]] = true
		case "enrolled", "face-erased":
			faces[f[1]] = f[0]
		case "decided":
			seq, err := strconv.ParseUint(f[1], 10, 64)
			if err != nil {
				return err
			}
			decided[seq] = "door " + f[3]
		case "pruning":
			n, err := strconv.ParseInt(f[1], 10, 64)
			if err != nil {
				return err
			}
			pruned = time.Unix(0, n)
		}
	}
	c := startClock()
	if pruned.After(start) {
		c.set(pruned)
	}
	v, o, err := openLoad(root, c.now)
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	defer v.Close()
	people, err := v.People()
	if err != nil {
		return err
	}
	here := map[string]policy.Person{}
	for _, p := range people {
		here[fmt.Sprintf("%x", p.ID[:])] = p
	}
	for id := range added {
		if _, ok := here[id]; !ok && !removing[id] {
			return fmt.Errorf("person %s was added, and is gone", id)
		}
	}
	for id := range removed {
		if _, ok := here[id]; ok {
			return fmt.Errorf("person %s was removed, and is back", id)
		}
	}
	for id, what := range faces {
		if p, ok := here[id]; ok && what == "face-erased" && p.Face.State == policy.FaceEnrolled {
			return fmt.Errorf("the face of %s was erased, and is back", id)
		}
	}
	if err := v.Templates(func(policy.PersonID, [][]float32) error { return nil }); err != nil {
		return err
	}
	for seq, door := range decided {
		es, err := v.Entries(seq, 1, false)
		if err != nil {
			return err
		}
		if pruned.IsZero() && (len(es) != 1 || es[0].Seq != seq || es[0].Door != door) {
			return fmt.Errorf("decision %d (%s) is missing", seq, door)
		}
	}
	rep, err := v.VerifyAudit()
	if err != nil || !rep.OK {
		return fmt.Errorf("%v, %w", rep, err)
	}
	if err := v.bboltCheck(); err != nil {
		return err
	}
	for _, s := range []string{safefile.New, safefile.Old} {
		if _, err := os.Stat(v.path() + s); err == nil {
			return fmt.Errorf("vault.db%s is left over", s)
		}
	}
	if ks, err := o.Key.Load(context.Background()); err != nil || len(ks) != 1 {
		return fmt.Errorf("%d keys are left, %w", len(ks), err)
	}
	return verifyBackup(root)
}

// verifyBackup checks that a backup file that is there is whole.
func verifyBackup(root string) error {
	b, err := os.ReadFile(filepath.Join(root, "backup.age"))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	id, err := age.ParseX25519Identity(testIdentity)
	if err != nil {
		return err
	}
	_, err = ReadBackup(bytes.NewReader(b), id, nil, nil)
	return err
}

// bboltCheck is bbolt's own check of its file.
func (v *Vault) bboltCheck() error {
	return v.view(func(t *tx) error {
		var first error
		for err := range t.b.Check() {
			if first == nil {
				first = fmt.Errorf("bbolt: %w", err)
			}
		}
		return first
	})
}

// newLoad makes a vault for a child.
func newLoad(t testing.TB) (root string) {
	t.Helper()
	root = t.TempDir()
	dir, o := loadOptions(root, startClock().now)
	v, err := Create(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	return root
}
