package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"menshen/policy"
	"menshen/store/keys"
	"menshen/store/keys/keystest"
	"menshen/store/seal"
)

// chip is a key source in memory that can count, as a TPM does.
type chip struct {
	ks     []seal.Key
	n      uint64
	fails  []error      // of the next calls of Settle
	counts func() error // called before it counts; with an error it does not
}

func (c *chip) Load(context.Context) ([]seal.Key, error) {
	if len(c.ks) == 0 {
		return nil, keys.ErrNone
	}
	return append([]seal.Key(nil), c.ks...), nil
}

func (c *chip) Stage(_ context.Context, k seal.Key) error {
	c.ks = append(c.ks[:min(1, len(c.ks))], k)
	return nil
}

func (c *chip) Settle(_ context.Context, k seal.Key) error {
	if len(c.fails) > 0 {
		err := c.fails[0]
		if c.fails = c.fails[1:]; err != nil {
			return err
		}
	}
	c.ks = []seal.Key{k}
	return nil
}

func (c *chip) Forget(context.Context) error          { c.ks = nil; return nil }
func (c *chip) String() string                        { return "chip" }
func (c *chip) Count(context.Context) (uint64, error) { return c.n, nil }

func (c *chip) Advance(context.Context) error {
	if c.counts != nil {
		if err := c.counts(); err != nil {
			return err
		}
	}
	c.n++
	return nil
}

// A key source that could not forget is asked again before anything else is staged; otherwise
// staging would drop the key in force.
func TestKeyInForceIsNeverDropped(t *testing.T) {
	u := newUnit(t)
	c := &chip{}
	if err := u.ChangeKey(context.Background(), "op", c); err != nil {
		t.Fatal(err)
	}
	u.o.Key = c
	for range 3 {
		c.fails = []error{nil, errors.New("chip is busy")}
		if err := u.Rotate(context.Background(), "op", "test"); err == nil {
			t.Error("a key that was not forgotten is not an error")
		}
		if len(c.ks) != 2 {
			t.Errorf("%d keys", len(c.ks))
		}
		old := copyDir(t, u.dir)
		c.fails = []error{errors.New("chip is still busy")}
		if err := u.Rotate(context.Background(), "op", "test"); err == nil {
			t.Error("rotated on, with two keys staged")
		}
		o := u.o
		o.Key = &chip{ks: append([]seal.Key(nil), c.ks...), n: c.n} // as after a power cut now
		v, err := Open(old, o)
		if err != nil {
			t.Fatal(err)
		}
		v.Close()
	}
	if err := u.Rotate(context.Background(), "op", "test"); err != nil {
		t.Fatal(err)
	}
	u.reopen(t)
}

func TestChangeOfKeySource(t *testing.T) {
	u := newUnit(t)
	li := u.enrolled(t, "li", face(1))
	to := &chip{}
	old := copyDir(t, u.dir)
	if err := u.ChangeKey(context.Background(), "op", to); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(u.key); !os.IsNotExist(err) {
		t.Error("the old key file is still there")
	}
	u.o.Key = to
	u.reopen(t)
	if p, err := u.Person(li); err != nil || p.Face.State != policy.FaceEnrolled {
		t.Errorf("%+v, %v", p, err)
	}
	if _, err := Open(old, u.o); !errors.Is(err, ErrWrongKey) {
		t.Errorf("a copy from before opens: %v", err)
	}
	busy := KeyFile(filepath.Join(t.TempDir(), "k"))
	if err := busy.Stage(context.Background(), seal.NewKey()); err != nil {
		t.Fatal(err)
	}
	if err := u.ChangeKey(context.Background(), "op", busy); !errors.Is(err, ErrExists) {
		t.Errorf("took over another vault's key: %v", err)
	}
}

func TestWholeVaultPutBackIsNoticedByTheCounter(t *testing.T) {
	u := newUnit(t)
	c := &chip{}
	if err := u.ChangeKey(context.Background(), "op", c); err != nil {
		t.Fatal(err)
	}
	u.o.Key = c
	u.reopen(t)
	u.Close()
	old := copyDir(t, u.dir)
	for range 3 {
		v, err := Open(u.dir, u.o)
		if err != nil {
			t.Fatal(err)
		}
		v.Close()
	}
	if _, err := Open(old, u.o); !errors.Is(err, ErrRolledBack) {
		t.Errorf("an older copy opens: %v", err)
	}
	c.n-- // power was cut after the state was written and before the chip counted
	v, err := Open(u.dir, u.o)
	if err != nil {
		t.Fatal(err)
	}
	v.Close()
}

// With a TPM nothing on the disk opens anything: not an old vault file with every other
// file of that time beside it.
func TestREraseWithATPMOutlivesAnyCopy(t *testing.T) {
	root := t.TempDir()
	dir, o := loadOptions(root, startClock().now)
	o.Key = KeyTPM(keystest.SWTPM(t), 0)
	v, err := Create(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	u := &unit{Vault: v, dir: dir, o: o, clock: startClock()}
	li := u.enrolled(t, "li", face(1))
	u.enrolled(t, "wang", face(5))
	u.reopen(t)
	old := copyDir(t, root)
	if r, err := u.RemovePerson("op", li, "moved out"); err != nil || r.Found != 0 {
		t.Fatalf("%+v, %v", r, err)
	}
	u.reopen(t)
	if _, _, err := u.FindCredential(policy.CardKind, cardOf["wang"]); err != nil {
		t.Error(err)
	}
	if err := u.Close(); err != nil {
		t.Fatal(err)
	}
	os.Chmod(filepath.Join(old, "vault"), 0o700)
	os.Chmod(filepath.Join(old, "vault", vaultFile), 0o600)
	if _, err := Open(filepath.Join(old, "vault"), o); !errors.Is(err, ErrWrongKey) {
		t.Errorf("a copy of everything from before opens: %v", err)
	}
}

func TestPassphraseLocksFacesAndNotCards(t *testing.T) {
	u := newUnit(t)
	u.enrolled(t, "li", face(1))
	wang := u.enrolled(t, "wang", face(5))
	pass := []byte("three blue horses")
	old := copyDir(t, u.dir)
	if err := u.SetPassphrase("op", pass); err != nil {
		t.Fatal(err)
	}
	count := func() (n int, err error) {
		err = u.Templates(func(_ policy.PersonID, ts [][]float32) error { n++; return nil })
		return n, err
	}
	if n, err := count(); n != 2 || err != nil {
		t.Errorf("right after: %d, %v", n, err)
	}
	u.reopen(t)
	if !u.FacesLocked() {
		t.Error("faces are open after a restart")
	}
	if n, err := count(); n != 0 || !errors.Is(err, ErrFacesLocked) {
		t.Errorf("locked: %d, %v", n, err)
	}
	if _, _, err := u.FindCredential(policy.CardKind, cardOf["li"]); err != nil {
		t.Errorf("cards are locked too: %v", err)
	}
	if _, err := u.EraseFace("op", wang, "withdrawn"); err != nil {
		t.Errorf("a face cannot be erased while locked: %v", err)
	}
	if err := u.UnlockFaces("op", []byte("three blue houses")); !errors.Is(err, ErrDenied) {
		t.Errorf("a wrong passphrase: %v", err)
	}
	u.Vault.o.Cost.Time++ // a later version asks for more work
	if err := u.UnlockFaces("op", pass); err != nil {
		t.Fatal(err)
	}
	u.LockFaces()
	if err := u.UnlockFaces("op", pass); err != nil {
		t.Fatal(err)
	}
	if n, err := count(); n != 1 || err != nil {
		t.Errorf("unlocked: %d, %v", n, err)
	}
	var l faceLock
	if err := u.view(func(t *tx) error {
		return t.get(settingBucket, faceLockKey, &t.r.seal, &l)
	}); err != nil || l.Cost != u.Vault.o.Cost {
		t.Errorf("cost was not raised: %+v, %v", l.Cost, err)
	}
	if err := u.SetPassphrase("op", nil); err != nil {
		t.Fatal(err)
	}
	u.reopen(t)
	if n, err := count(); n != 1 || err != nil || u.FacesLocked() {
		t.Errorf("after taking the lock away: %d, %v", n, err)
	}
	if _, err := Open(old, u.o); !errors.Is(err, ErrWrongKey) {
		t.Errorf("a copy from before the passphrase opens: %v", err)
	}
}
