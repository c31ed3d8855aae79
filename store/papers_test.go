package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"strings"
	"testing"
	"time"

	"menshen/policy"
)

func (u *unit) file(t testing.TB, kind, body string) uint64 {
	t.Helper()
	n, err := u.PutPaper("op", kind, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// holds compares the papers on file with "kind body" each.
func (u *unit) holds(t testing.TB, want ...string) []Paper {
	t.Helper()
	all, err := u.Papers("")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for i, p := range all {
		got = append(got, p.Kind+" "+string(p.Body))
		if i > 0 && p.Seq <= all[i-1].Seq {
			t.Errorf("number %d after %d", p.Seq, all[i-1].Seq)
		}
	}
	if strings.Join(got, ", ") != strings.Join(want, ", ") {
		t.Fatalf("papers on file: %q, want %q", got, want)
	}
	return all
}

func TestPapersAreFiledOnTheRecord(t *testing.T) {
	u := newUnit(t)
	n := u.file(t, "assessment", "all four parts")
	u.clock.advance(time.Hour)
	u.file(t, "sign", "seen")
	es, err := u.Entries(n, 1, false)
	if err != nil || es[0].Kind != "paper filed" || es[0].Actor != "op" || es[0].Detail["paper"] != "assessment" {
		t.Errorf("entry %d: %+v, %v", n, es, err)
	}
	one, err := u.Papers("sign")
	if err != nil || len(one) != 1 || one[0].By != "op" || !one[0].At.Equal(u.clock.now()) ||
		string(one[0].Body) != "seen" {
		t.Errorf("sign: %+v, %v", one, err)
	}
	for _, bad := range []struct{ kind, body string }{
		{"", "x"}, {"sign", ""}, {"li has moved", "x"}, {"Sign", "x"}, {strings.Repeat("a", 25), "x"},
		{"sign", strings.Repeat("x", maxPaper+1)},
	} {
		if _, err := u.PutPaper("op", bad.kind, []byte(bad.body)); err == nil {
			t.Errorf("%q with %d bytes is taken", bad.kind, len(bad.body))
		}
	}
	u.holds(t, "assessment all four parts", "sign seen")
}

func TestPapersOutliveRotationErasureBackupAndSalvage(t *testing.T) {
	u := newUnit(t)
	id := identity(t)
	li := u.enrolled(t, "li", face(1))
	u.file(t, "assessment", "all four parts")
	want := []string{"assessment all four parts", "sign seen"}
	u.file(t, "sign", "seen")
	if err := u.Rotate(context.Background(), "op", "drill"); err != nil {
		t.Fatal(err)
	}
	if _, err := u.RemovePerson("op", li, "moved out"); err != nil {
		t.Fatal(err)
	}
	u.reopen(t)
	u.holds(t, want...)
	if err := u.Check(); err != nil {
		t.Error(err)
	}
	b := u.backup(t, id, true)

	n := newUnit(t)
	if _, err := n.Restore(context.Background(), "op", bytes.NewReader(b), id, nil, WithoutReceipts()); err != nil {
		t.Fatal(err)
	}
	n.holds(t, want...)
	n.file(t, "filing", "after the others") // though the log of the new unit is shorter
	n.holds(t, append(want, "filing after the others")...)

	u.file(t, "incident", "since the backup")
	for range 2 {
		if _, err := u.Restore(context.Background(), "op", bytes.NewReader(b), id, nil, WithoutReceipts()); err != nil {
			t.Fatal(err)
		}
		u.holds(t, append(want, "incident since the backup")...)
	}

	// Another unit's paper under the same number pushes nothing away.
	other := newUnit(t)
	all := u.holds(t, append(want, "incident since the backup")...)
	for seq := uint64(2); seq < all[0].Seq; seq++ { // entry 1 says that the vault was created
		other.decide(t, policy.PersonID{})
	}
	if n := other.file(t, "filing", "its own"); n != all[0].Seq {
		t.Fatalf("number %d, and not %d", n, all[0].Seq)
	}
	if _, err := other.Restore(context.Background(), "op", bytes.NewReader(b), id, nil, WithoutReceipts()); err != nil {
		t.Fatal(err)
	}
	if got, err := other.Papers(""); err != nil || len(got) != 3 {
		t.Errorf("%d papers, %v", len(got), err)
	}

	u.Close()
	var out bytes.Buffer
	if _, err := Salvage(u.dir, u.o, &out, id.Recipient()); err != nil {
		t.Fatal(err)
	}
	saved := newUnit(t)
	if _, err := saved.Restore(context.Background(), "op", &out, id, nil, WithoutReceipts()); err != nil {
		t.Fatal(err)
	}
	saved.holds(t, append(want, "incident since the backup")...)
}

func TestRPiaPapersAreKeptForThreeYears(t *testing.T) {
	u := newUnit(t)
	u.file(t, "assessment", "first")
	u.clock.advance(PapersKept)
	u.file(t, "assessment", "second")
	asked := 0
	prune := func() int {
		t.Helper()
		n, err := u.PrunePapers(Door, func(p Paper) bool { asked++; return string(p.Body) != "needed" })
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := prune(); n != 0 || asked != 0 {
		t.Errorf("%d removed on the last day of three years", n)
	}
	u.file(t, "sign", "needed")
	u.clock.advance(time.Second)
	if n := prune(); n != 1 {
		t.Errorf("%d removed after three years", n)
	}
	u.holds(t, "assessment second", "sign needed")
	u.clock.advance(2 * PapersKept)
	if n := prune(); n != 1 {
		t.Errorf("%d removed after nine years", n)
	}
	u.holds(t, "sign needed")
	es, err := u.Entries(0, 1, true)
	if err != nil || es[0].Kind != "paper removed" || es[0].Detail["paper"] != "assessment" {
		t.Errorf("%+v, %v", es, err)
	}
	u.reopen(t)
}

func TestSignIsForOnePurposeOfOneUnit(t *testing.T) {
	u, other := newUnit(t), newUnit(t)
	data := []byte("a dossier")
	sig := u.Sign("dossier", data)
	if !VerifySigned(u.PublicKey(), "dossier", data, sig) {
		t.Fatal("the unit's own signature does not fit")
	}
	flipped := bytes.Clone(sig)
	flipped[9] ^= 1
	for name, fits := range map[string]bool{
		"other purpose":     VerifySigned(u.PublicKey(), "sign", data, sig),
		"shifted purpose":   VerifySigned(u.PublicKey(), "dossiera", data[1:], sig),
		"other data":        VerifySigned(u.PublicKey(), "dossier", data[1:], sig),
		"other unit":        VerifySigned(other.PublicKey(), "dossier", data, sig),
		"flipped signature": VerifySigned(u.PublicKey(), "dossier", data, flipped),
		"no key":            VerifySigned(nil, "dossier", data, sig),
		"no signature":      VerifySigned(u.PublicKey(), "dossier", data, nil),
		"as a receipt":      Receipt{Sig: sig}.Verify(u.PublicKey()),
	} {
		if fits {
			t.Errorf("%s: it fits", name)
		}
	}
	u.reopen(t)
	if !VerifySigned(u.PublicKey(), "dossier", data, sig) {
		t.Error("the key changed by a restart")
	}
	u.Close()
	if u.Sign("dossier", data) != nil {
		t.Error("a closed vault signs")
	}
}

// A review counts faces and names without opening them.
func TestCountsForAReview(t *testing.T) {
	u := newUnit(t)
	li := u.enrolled(t, "li", face(1))
	u.tenant(t, "wang")
	before, _, err := u.Notice("en")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := u.PutNotice("op", "other words", "en"); err != nil {
		t.Fatal(err)
	}
	ns, err := u.Notices()
	if err != nil || len(ns) != 2 || ns[sha256.Sum256([]byte(before))] || !ns[sha256.Sum256([]byte("other words"))] {
		t.Errorf("notices %v, %v", ns, err)
	}
	if err := u.SetPassphrase("op", []byte("a long one")); err != nil {
		t.Fatal(err)
	}
	u.LockFaces()
	if with, err := u.WithFace(); err != nil || len(with) != 1 || !with[li] {
		t.Errorf("with a face: %v, %v", with, err)
	}
	var kinds []string
	last, err := u.Acts(0, func(e Entry) {
		if e.Kind == "face enrolled" && (!e.Person.IsZero() || e.Detail["templates"] != "3") {
			t.Errorf("%+v", e)
		}
		kinds = append(kinds, string(e.Kind))
	})
	if err != nil || last != uint64(len(kinds)) || kinds[0] != "vault created" ||
		kinds[len(kinds)-1] != "faces passphrase set" {
		t.Errorf("%d acts %q, %v", last, kinds, err)
	}
	if again, err := u.Acts(last, func(Entry) { t.Error("an act twice") }); err != nil || again != last {
		t.Errorf("%d, %v", again, err)
	}
	op, err := u.AddOperator(Door, "Zhao", Manager, []byte("739182"))
	if err != nil {
		t.Fatal(err)
	}
	if n, err := u.PlainSecrets(); err != nil || n != 0 {
		t.Errorf("%d plain secrets, %v", n, err)
	}
	err = u.changeAccount("op", op.ID, "spoiled", func(_ *tx, acc *account) error {
		acc.Secret.Hash = []byte("739182")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := u.PlainSecrets(); err != nil || n != 1 {
		t.Errorf("%d plain secrets after one was stored, %v", n, err)
	}
}
