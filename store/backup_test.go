package store

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"menshen/policy"
	"menshen/store/audit"
)

func identity(t testing.TB) *age.X25519Identity {
	t.Helper()
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func (u *unit) backup(t testing.TB, id *age.X25519Identity, faces bool) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := u.Backup("op", &b, faces, id.Recipient()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestBackupRestoresOnAnotherUnit(t *testing.T) {
	u := newUnit(t)
	id := identity(t)
	li := u.enrolled(t, "li", face(1))
	if _, err := u.AddOperator(Door, "Zhao", Manager, []byte("739182")); err != nil {
		t.Fatal(err)
	}
	b := u.backup(t, id, true)
	n := newUnit(t)
	rep, err := n.Restore(context.Background(), "op", bytes.NewReader(b), id, u.PublicKey(), WithoutReceipts())
	if err != nil || rep.People != 1 || rep.Faces != 1 || rep.From.Unit != u.Unit() {
		t.Fatalf("%+v, %v", rep, err)
	}
	n.reopen(t)
	if p, _, err := n.FindCredential(policy.CardKind, cardOf["li"]); err != nil || p.ID != li ||
		p.Face.State != policy.FaceEnrolled {
		t.Errorf("%+v, %v", p, err)
	}
	if err := n.Templates(func(_ policy.PersonID, ts [][]float32) error {
		if ts[2][511] != face(1)[2][511] {
			t.Error("templates changed")
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
	if _, err := n.CheckOperator(Offline, "Zhao", []byte("739182")); err != nil {
		t.Error(err)
	}
	if _, _, err := n.Notice("en"); err != nil {
		t.Error(err)
	}
	var log bytes.Buffer
	if _, err := ReadBackup(bytes.NewReader(b), id, u.PublicKey(), &log); err != nil {
		t.Fatal(err)
	}
	if rep, err := VerifyExport(&log, u.PublicKey()); err != nil || !rep.OK {
		t.Errorf("the log in the backup: %v, %v", rep, err)
	}
	if _, err := ReadBackup(bytes.NewReader(b), id, n.PublicKey(), nil); !errors.Is(err, audit.ErrSigner) {
		t.Errorf("another unit's backup is taken: %v", err)
	}
	if _, err := u.Restore(context.Background(), "op", bytes.NewReader(n.backup(t, id, true)), id, nil,
		WithoutReceipts()); err != nil {
		t.Errorf("the same lookup key, and still: %v", err)
	}
	other := newUnit(t)
	other.tenant(t, "wang")
	if _, err := other.Restore(context.Background(), "op", bytes.NewReader(b), id, nil,
		WithoutReceipts()); !errors.Is(err, ErrNotEmpty) {
		t.Errorf("laid over another unit's people: %v", err)
	}
}

// TestRestoreKeepsOperatorsCards: those of the accounts that came with the backup, and of the one
// that was made here to restore it.
func TestRestoreKeepsOperatorsCards(t *testing.T) {
	u, n := newUnit(t), newUnit(t)
	id := identity(t)
	with := func(u *unit, name, card string) {
		t.Helper()
		op, err := u.AddOperator(Door, name, Manager, []byte("739182"))
		if err == nil {
			err = u.SetOperatorCard(Door, op.ID, []byte(card))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	logsIn := func(u *unit, name, card string) {
		t.Helper()
		if _, err := u.CheckOperator(Offline, name, []byte("739182")); err != nil {
			t.Error(err)
		}
		if _, err := u.CheckOperatorCard(Offline, name, []byte(card)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	with(u, "zhao", "her card")
	with(n, "anna", "a card")
	if _, err := n.Restore(context.Background(), "op", bytes.NewReader(u.backup(t, id, true)), id, nil,
		WithoutReceipts()); err != nil {
		t.Fatal(err)
	}
	logsIn(n, "anna", "a card")
	logsIn(n, "zhao", "her card")
	third := newUnit(t)
	if _, err := third.Restore(context.Background(), "op", bytes.NewReader(n.backup(t, id, true)), id, nil,
		WithoutReceipts()); err != nil {
		t.Fatal(err)
	}
	logsIn(third, "anna", "a card")
	logsIn(third, "zhao", "her card")
	if ops, err := third.Operators(); err != nil || third.SetOperatorCard(Door, ops[0].ID, []byte("a new one")) != nil {
		t.Fatal(err)
	} else {
		logsIn(third, ops[0].Name, "a new one")
	}
}

func TestREraseIsNotUndoneByARestore(t *testing.T) {
	u := newUnit(t)
	id := identity(t)
	li, wang := u.enrolled(t, "li", face(1)), u.enrolled(t, "wang", face(5))
	b := u.backup(t, id, true)
	u.clock.advance(time.Hour)
	gone, err := u.RemovePerson("op", li, "moved out")
	if err != nil {
		t.Fatal(err)
	}
	face, err := u.EraseFace("op", wang, "withdrawn")
	if err != nil {
		t.Fatal(err)
	}
	check := func(u *unit, rep RestoreReport, err error) {
		t.Helper()
		if err != nil || rep.Erased != 1 || rep.Withdrawn != 1 || rep.Faces != 0 {
			t.Errorf("%+v, %v", rep, err)
		}
		if _, err := u.Person(li); !errors.Is(err, ErrUnknown) {
			t.Errorf("li is back: %v", err)
		}
		if p, err := u.Person(wang); err != nil || p.Face.State != policy.FaceWithdrawn {
			t.Errorf("wang's face is %q, %v", p.Face.State, err)
		}
	}
	rep, err := u.Restore(context.Background(), "op", bytes.NewReader(b), id, nil, Since{})
	check(u, rep, err)
	n := newUnit(t)
	if _, err := n.Restore(context.Background(), "op", bytes.NewReader(b), id, nil,
		Since{}); !errors.Is(err, ErrSince) {
		t.Errorf("a new unit restored without a word on who was erased since: %v", err)
	}
	forged := gone
	forged.What = "face"
	if _, err := n.Restore(context.Background(), "op", bytes.NewReader(b), id, nil,
		ByReceipts(face, forged)); !errors.Is(err, ErrReceipt) {
		t.Errorf("a changed receipt is taken: %v", err)
	}
	if ps, err := n.People(); err != nil || len(ps) != 0 {
		t.Fatalf("a refused restore left %d people, %v", len(ps), err)
	}
	rep, err = n.Restore(context.Background(), "op", bytes.NewReader(b), id, nil, ByReceipts(gone, face, gone))
	check(n, rep, err)
	if len(rep.Applied) != 2 || rep.Applied[0].Seq != gone.Seq {
		t.Errorf("receipts %+v kept something out", rep.Applied)
	}
	es, err := n.Entries(0, 1, true)
	if err != nil || es[0].Kind != audit.BackupRestored || es[0].Detail["receipts"] != "2" {
		t.Errorf("%+v, %v", es, err)
	}
}

// TestREraseTheLaterErasureCounts: a face that was erased, enrolled again, put into a backup, and
// erased again stays erased, whichever of the two receipts comes first.
func TestREraseTheLaterErasureCounts(t *testing.T) {
	u := newUnit(t)
	id := identity(t)
	li := u.enrolled(t, "li", face(1))
	early, err := u.EraseFace("op", li, "withdrawn")
	if err != nil {
		t.Fatal(err)
	}
	u.clock.advance(time.Hour)
	u.enrol(t, li, face(2))
	b := u.backup(t, id, true)
	u.clock.advance(time.Hour)
	late, err := u.EraseFace("op", li, "withdrawn")
	if err != nil {
		t.Fatal(err)
	}
	for name, since := range map[string]Since{"own": {}, "rising": ByReceipts(early, late),
		"falling": ByReceipts(late, early)} {
		to := u
		if name != "own" {
			to = newUnit(t)
		}
		rep, err := to.Restore(context.Background(), "op", bytes.NewReader(b), id, nil, since)
		if err != nil || rep.Withdrawn != 1 || rep.Faces != 0 {
			t.Errorf("%s: %+v, %v", name, rep, err)
		}
	}
}

func TestBackupWithoutFaces(t *testing.T) {
	u := newUnit(t)
	id := identity(t)
	li := u.enrolled(t, "li", face(1))
	n := newUnit(t)
	rep, err := n.Restore(context.Background(), "op", bytes.NewReader(u.backup(t, id, false)), id, nil,
		WithoutReceipts())
	if err != nil || rep.Reenrol != 1 {
		t.Fatalf("%+v, %v", rep, err)
	}
	if p, err := n.Person(li); err != nil || p.Face.State != policy.FaceConsented {
		t.Errorf("face %q, %v", p.Face.State, err)
	}
}

// A backup that was changed or cut anywhere is refused, and leaves the vault as it was.
func TestDamagedBackupChangesNothing(t *testing.T) {
	u := newUnit(t)
	id := identity(t)
	u.enrolled(t, "li", [][]float32{{1, 2}})
	b := u.backup(t, id, true)
	n := newUnit(t)
	epoch := n.Epoch()
	for i := 0; i < len(b); i += 97 {
		bad := bytes.Clone(b)
		bad[i] ^= 4
		for _, c := range [][]byte{bad, b[:i]} {
			if _, err := n.Restore(context.Background(), "op", bytes.NewReader(c), id, nil,
				WithoutReceipts()); err == nil {
				t.Fatalf("damaged at %d of %d, and taken", i, len(b))
			}
		}
	}
	n.reopen(t)
	if ps, err := n.People(); err != nil || len(ps) != 0 || n.Epoch() != epoch {
		t.Errorf("%d people, %v", len(ps), err)
	}
}

// TestBackupErrorsQuoteNothing: what is in a file that is not a whole backup is in no error, and
// the error says what to give instead.
func TestBackupErrorsQuoteNothing(t *testing.T) {
	id, other, u := identity(t), identity(t), newUnit(t)
	const words = "Zhang Wei 0042"
	sealed := func(items ...any) []byte {
		var b bytes.Buffer
		w, err := age.Encrypt(&b, id.Recipient())
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(w, backupMagic)
		for _, i := range items {
			raw, err := encMode.Marshal(i)
			if err != nil {
				t.Fatal(err)
			}
			w.Write(raw)
		}
		w.Close()
		return b.Bytes()
	}
	type item map[string]any
	head := item{"k": "head", "v": item{"schema": 1, "lookup": make([]byte, 32)}}
	for name, x := range map[string]struct {
		file []byte
		want string
		is   error
	}{
		"any file":          {[]byte(words + "\nand more\n"), "'backup' at the console", ErrBackup},
		"an age file, cut":  {[]byte("age-encryption.org/v1\n-> " + words + "\n" + words), "'backup' at", ErrBackup},
		"an age file, bent": {[]byte("age-encryption.org/v1\n--- " + words + "\n"), "'backup' at", ErrBackup},
		"for another key":   {u.backup(t, other, true), "give the file of the one", ErrBackupKey},
		"a strange item":    {sealed(head, item{"k": words, "v": 1}), "item 1: unknown kind", ErrNewer},
		"a strange value": {sealed(head, item{"k": "tomb", "v": item{"at": words}}), "item 1: it is damaged",
			errValue},
		"a strange head": {sealed(item{"k": "head", "v": item{"at": words}}), "head: it is damaged", ErrBackup},
		"no item":        {sealed(words), "item 0: it is damaged", ErrBackup},
	} {
		n := newUnit(t)
		_, err := n.Restore(context.Background(), "op", bytes.NewReader(x.file), id, nil, WithoutReceipts())
		if !errors.Is(err, x.is) || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%s: %v, want %q", name, err, x.want)
			continue
		}
		for word := range strings.FieldsSeq(words) {
			if strings.Contains(err.Error(), word) {
				t.Errorf("%s: the error quotes it: %v", name, err)
			}
		}
	}
}

// FuzzBackup reads decrypted items: what an attacker can make who knows the manager's public key.
func FuzzBackup(f *testing.F) {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		f.Fatal(err)
	}
	u := newUnit(f)
	u.enrolled(f, "li", [][]float32{{1, 2}})
	r, err := age.Decrypt(bytes.NewReader(u.backup(f, id, true)), id)
	if err != nil {
		f.Fatal(err)
	}
	var plain bytes.Buffer
	if _, err := plain.ReadFrom(r); err != nil {
		f.Fatal(err)
	}
	f.Add(plain.Bytes())
	f.Add([]byte(backupMagic))
	f.Fuzz(func(t *testing.T, plain []byte) {
		var b bytes.Buffer
		w, err := age.Encrypt(&b, id.Recipient())
		if err != nil {
			t.Fatal(err)
		}
		w.Write(plain)
		w.Close()
		m := &merger{rep: &RestoreReport{}}
		_, err = readBackup(&b, id, u.PublicKey(), func(kind string, raw []byte) error {
			if kind != "person" {
				return nil
			}
			return m.item(kind, raw)
		})
		if err == nil && !bytes.HasPrefix(plain, []byte(backupMagic)) {
			t.Error("taken without its first line")
		}
	})
}
