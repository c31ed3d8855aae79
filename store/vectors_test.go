package store

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"testing"

	"filippo.io/age"

	"menshen/internal/golden"
	"menshen/policy"
)

// signedVector is a signature of Vault.Sign.
type signedVector struct {
	Purpose string `json:"purpose"`
	Data    string `json:"data"`
	Sig     []byte `json:"sig"`
	Fails   bool   `json:"fails,omitempty"`
}

// TestVectors: what one unit signed and backed up is read by every later version (docs/formats.md).
// All of it is of one vault with the person li, whose face was erased, and wang, who was removed.
func TestVectors(t *testing.T) {
	var made map[string][]byte
	vector := func(name string) []byte {
		return golden.Vector(t, "testdata/signed-1/"+name, func() []byte {
			if made == nil {
				made = makeVectors(t)
			}
			return made[name]
		})
	}
	key, err := hex.DecodeString(string(bytes.TrimSpace(vector("unit.pub"))))
	if err != nil {
		t.Fatal(err)
	}
	pub := ed25519.PublicKey(key)

	rs, err := ParseReceipts(bytes.NewReader(vector("receipts.json")))
	if err != nil || len(rs) != 2 || rs[0].What != "person" || rs[0].Found != 0 || rs[1].What != "face" ||
		rs[1].Why != "own request" {
		t.Fatalf("%+v, %v", rs, err)
	}
	for _, r := range rs {
		if !r.Verify(pub) {
			t.Errorf("receipt of entry %d does not verify", r.Seq)
		}
		if r.Found++; r.Verify(pub) {
			t.Errorf("receipt of entry %d verifies with another figure", r.Seq)
		}
	}

	var signed []signedVector
	if err := json.Unmarshal(vector("signatures.json"), &signed); err != nil || len(signed) != 3 {
		t.Fatal(err)
	}
	for _, s := range signed {
		if VerifySigned(pub, s.Purpose, []byte(s.Data), s.Sig) == s.Fails {
			t.Errorf("signature for %q: fails should be %v", s.Purpose, s.Fails)
		}
	}

	known, err := KnownBy(vector("receipts.json"), pub)
	if err != nil {
		t.Fatal(err)
	}
	if rep, err := VerifyExport(bytes.NewReader(vector("export.txt")), pub, known...); err != nil ||
		!rep.OK || rep.Open {
		t.Errorf("export: %+v, %v", rep, err)
	}

	id, err := age.ParseX25519Identity(string(bytes.TrimSpace(vector("manager.age-identity"))))
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	head, err := ReadBackup(bytes.NewReader(vector("backup.age")), id, pub, &log)
	if err != nil || !head.Faces || !bytes.Equal(head.Pub, pub) {
		t.Fatalf("backup: %v, %v", head, err)
	}
	if rep, err := VerifyExport(&log, pub); err != nil || !rep.OK {
		t.Errorf("the log in the backup: %+v, %v", rep, err)
	}
	n := newUnit(t)
	rep, err := n.Restore(context.Background(), "op", bytes.NewReader(vector("backup.age")), id, pub, ByReceipts(rs...))
	if err != nil || rep.People != 1 || rep.Erased != 0 || rep.Withdrawn != 1 {
		t.Errorf("restored with the receipts: %+v, %v", rep, err)
	}
	p, _, err := n.FindCredential(policy.CardKind, cardOf["li"])
	if err != nil || p.Name.Reveal() != "li" || p.Face.State == policy.FaceEnrolled {
		t.Errorf("%+v, %v", p, err)
	}
	if _, err := n.CheckOperator(Offline, "Zhao", []byte("739182")); err != nil {
		t.Error(err)
	}
	n.holds(t, "assessment all four parts")
}

// makeVectors gives the files: a backup from before the erasure of li's face, the receipts of both
// erasures, an export from after them.
func makeVectors(t *testing.T) map[string][]byte {
	t.Helper()
	u := newUnit(t)
	manager := identity(t)
	li, wang := u.enrolled(t, "li", [][]float32{{1, 2, 3, 4}}), u.tenant(t, "wang")
	_, err := u.AddOperator(Door, "Zhao", Manager, []byte("739182"))
	if err == nil {
		_, err = u.RemovePerson("op", wang, "moved out")
	}
	if err != nil {
		t.Fatal(err)
	}
	u.file(t, "assessment", "all four parts")
	made := map[string][]byte{"backup.age": u.backup(t, manager, true)}
	if _, err = u.EraseFace("op", li, "own request"); err != nil {
		t.Fatal(err)
	}
	rs, err := u.Receipts()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rs {
		line, _ := json.Marshal(r)
		made["receipts.json"] = append(append(made["receipts.json"], line...), '\n')
	}
	var log bytes.Buffer
	if err := u.ExportAudit(&log); err != nil {
		t.Fatal(err)
	}
	sig := u.Sign("dossier", []byte("a page\n"))
	signed, _ := json.MarshalIndent([]signedVector{{"dossier", "a page\n", sig, false},
		{"dossier", "a pagE\n", sig, true}, {"visitor pass", "a page\n", sig, true}}, "", "  ")
	made["signatures.json"] = append(signed, '\n')
	made["export.txt"] = log.Bytes()
	made["manager.age-identity"] = []byte(manager.String() + "\n")
	made["unit.pub"] = []byte(hex.EncodeToString(u.PublicKey()) + "\n")
	return made
}
