package store

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"menshen/internal/safefile"
	"menshen/policy"
	"menshen/store/seal"
)

func goleakMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clock is a clock that moves when told, also while a vault still writes.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func startClock() *clock { return &clock{t: start} }

func (c *clock) now() time.Time          { c.mu.Lock(); defer c.mu.Unlock(); return c.t }
func (c *clock) advance(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.t = c.t.Add(d) }
func (c *clock) set(t time.Time)         { c.mu.Lock(); defer c.mu.Unlock(); c.t = t }

var start = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

// cheap makes operators' hashes quick.
var cheap = Cost{Time: 1, Memory: 64, Lanes: 1}

type unit struct {
	*Vault
	dir, key string
	o        Options
	clock    *clock
}

func newUnit(t testing.TB) *unit {
	t.Helper()
	root := t.TempDir()
	u := &unit{dir: filepath.Join(root, "vault"), key: filepath.Join(root, "root.key"), clock: startClock()}
	u.o = Options{Key: KeyFile(u.key), Now: u.clock.now, Cost: cheap, Busy: 50 * time.Millisecond}
	v, err := Create(u.dir, u.o)
	if err != nil {
		t.Fatal(err)
	}
	u.Vault = v
	t.Cleanup(func() {
		if err := u.Close(); err != nil {
			t.Error(err)
		}
	})
	return u
}

func (u *unit) reopen(t testing.TB) {
	t.Helper()
	if err := u.Close(); err != nil {
		t.Fatal(err)
	}
	v, err := Open(u.dir, u.o)
	if err != nil {
		t.Fatal(err)
	}
	u.Vault = v
}

var cardOf = map[string][]byte{"li": []byte("\x1a1111"), "wang": []byte("\x1a2222")}

// tenant adds a person with a card.
func (u *unit) tenant(t testing.TB, name string) policy.PersonID {
	t.Helper()
	id, err := u.AddPerson("op", policy.Person{Name: policy.Private(name), Apartment: "12-0301",
		Lang: "zh", From: start})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := u.AddCredential("op", id, policy.CardKind, cardOf[name], "grey fob", true); err != nil {
		t.Fatal(err)
	}
	return id
}

// enrolled adds a person with a card and a face.
func (u *unit) enrolled(t testing.TB, name string, templates [][]float32) policy.PersonID {
	t.Helper()
	id := u.tenant(t, name)
	u.enrol(t, id, templates)
	return id
}

// enrol gives a person a face, with their consent.
func (u *unit) enrol(t testing.TB, id policy.PersonID, templates [][]float32) {
	t.Helper()
	hash, err := u.PutNotice("op", "Your face opens this door only if you want it to.", "en")
	if err != nil {
		t.Fatal(err)
	}
	err = u.ChangePerson("op", id, "face consented", func(p *policy.Person) error {
		p.Face = policy.FaceConsent{State: policy.FaceConsented, At: u.clock.now(), Notice: hash, Lang: "en"}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := u.EnrolFace("op", id, templates); err != nil {
		t.Fatal(err)
	}
}

// face is a template that stands out in a file.
func face(seed float32) [][]float32 {
	ts := make([][]float32, 3)
	for i := range ts {
		ts[i] = make([]float32, 512)
		for j := range ts[i] {
			ts[i][j] = seed + float32(i*512+j)/1000
		}
	}
	return ts
}

func TestPeopleSurviveReopening(t *testing.T) {
	u := newUnit(t)
	id := u.enrolled(t, "li", face(1))
	u.reopen(t)
	p, keyID, err := u.FindCredential(policy.CardKind, cardOf["li"])
	if err != nil || p.ID != id || p.Name.Reveal() != "li" || len(p.Credentials) != 1 || keyID != p.Credentials[0].ID {
		t.Fatalf("found %+v, key %q, %v", p, keyID, err)
	}
	if p.Face.State != policy.FaceEnrolled || !p.From.Equal(start) {
		t.Errorf("face %q, from %v", p.Face.State, p.From)
	}
	if _, _, err := u.FindCredential(policy.PINKind, cardOf["li"]); !errors.Is(err, ErrUnknown) {
		t.Errorf("a card's number is accepted as a PIN: %v", err)
	}
	n := 0
	err = u.Templates(func(who policy.PersonID, ts [][]float32) error {
		n++
		if who != id || len(ts) != 3 || ts[2][511] != face(1)[2][511] {
			t.Errorf("templates of %s: %d", who, len(ts))
		}
		return nil
	})
	if err != nil || n != 1 {
		t.Errorf("%d people with templates, %v", n, err)
	}
}

// Whatever a console or a wrong clock gives, what was stored can be read again.
func TestOddInputStaysReadable(t *testing.T) {
	u := newUnit(t)
	id, err := u.AddPerson("op\xff", policy.Person{Name: "\xff\xfe\x00", Apartment: "<&>\u2028"})
	if err != nil {
		t.Fatal(err)
	}
	err = u.ChangePerson("op", id, "lease changed", func(p *policy.Person) error {
		p.Until = start.AddDate(9000, 0, 0)
		return nil
	})
	if err == nil {
		t.Error("a lease into the year 11026 was stored")
	}
	u.clock.set(start.AddDate(9000, 0, 0))
	u.decide(t, id)
	if _, err := u.Record(context.Background(), Entry{Kind: "\xff", Detail: map[string]string{"\xff": "\xfe"},
		Person: id, Trace: []policy.Check{{Rule: "\xff"}}}); err != nil {
		t.Error(err)
	}
	u.reopen(t)
	if p, err := u.Person(id); err != nil || p.Name != "\xff\xfe\x00" {
		t.Errorf("%q, %v", p.Name.Reveal(), err)
	}
	if err := u.Check(); err != nil {
		t.Error(err)
	}
	if es, err := u.Entries(0, 100, false); err != nil || len(es) != 4 {
		t.Errorf("%d entries, %v", len(es), err)
	}
}

func TestRConsentNoFaceWithoutConsentToAStoredNotice(t *testing.T) {
	u := newUnit(t)
	id := u.tenant(t, "li")
	if err := u.EnrolFace("op", id, face(1)); !errors.Is(err, ErrConsent) {
		t.Errorf("enrolled without consent: %v", err)
	}
	err := u.ChangePerson("op", id, "face consented", func(p *policy.Person) error {
		p.Face = policy.FaceConsent{State: policy.FaceConsented, At: start, Notice: [32]byte{1}}
		return nil
	})
	if !errors.Is(err, ErrConsent) {
		t.Errorf("consent to a notice that nobody was shown: %v", err)
	}
	err = u.ChangePerson("op", id, "enrolled by hand", func(p *policy.Person) error {
		p.Face.State = policy.FaceEnrolled
		return nil
	})
	if !errors.Is(err, ErrNotAllowed) {
		t.Errorf("enrolled by a change of record: %v", err)
	}
}

func TestRAltNoFaceWithoutAnotherCredential(t *testing.T) {
	u := newUnit(t)
	id := u.tenant(t, "li")
	hash, _ := u.PutNotice("op", "notice", "en")
	p, err := u.Person(id)
	if err != nil {
		t.Fatal(err)
	}
	if err := u.RevokeCredential("op", id, p.Credentials[0].ID); err != nil {
		t.Fatal(err)
	}
	err = u.ChangePerson("op", id, "face consented", func(p *policy.Person) error {
		p.Face = policy.FaceConsent{State: policy.FaceConsented, At: start, Notice: hash}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := u.EnrolFace("op", id, face(1)); !errors.Is(err, ErrAlternative) {
		t.Errorf("enrolled with a revoked card only: %v", err)
	}
}

func TestCredentialsAreOnePersons(t *testing.T) {
	u := newUnit(t)
	li, wang := u.tenant(t, "li"), u.tenant(t, "wang")
	if _, err := u.AddCredential("op", wang, policy.CardKind, cardOf["li"], "", true); !errors.Is(err, ErrTaken) {
		t.Fatalf("a second person holds li's card: %v", err)
	}
	p, _ := u.Person(li)
	if err := u.RevokeCredential("op", li, p.Credentials[0].ID); err != nil {
		t.Fatal(err)
	}
	if p, _, err := u.FindCredential(policy.CardKind, cardOf["li"]); err != nil || !p.Credentials[0].Revoked {
		t.Fatalf("a revoked card is not known as revoked: %v", err)
	}
	if _, err := u.AddCredential("op", wang, policy.CardKind, cardOf["li"], "", true); err != nil {
		t.Fatalf("a returned card cannot be given again: %v", err)
	}
	if p, _, err := u.FindCredential(policy.CardKind, cardOf["li"]); err != nil || p.ID != wang {
		t.Errorf("the card is %s's: %v", p.ID, err)
	}
	if p, _ := u.Person(li); len(p.Credentials) != 0 {
		t.Errorf("li still lists %d credentials", len(p.Credentials))
	}
}

func TestREraseRemovesEveryTrace(t *testing.T) {
	u := newUnit(t)
	li, wang := u.enrolled(t, "li", face(1)), u.enrolled(t, "wang", face(5))
	old := copyDir(t, u.dir)
	blocks, err := u.Ciphertext(li, "person")
	if err != nil {
		t.Fatal(err)
	}
	files, _ := u.Files()
	if s, err := Scan(files, blocks); err != nil || len(s.Hits) == 0 {
		t.Fatalf("the scan does not find what is there: %+v, %v", s, err)
	}
	r, err := u.RemovePerson("op", li, "moved out")
	if err != nil {
		t.Fatal(err)
	}
	if r.Found != 0 || r.Sought < 100 || r.Files < 2 || !r.Verify(u.PublicKey()) {
		t.Errorf("receipt %+v", r)
	}
	r.Why = "another reason"
	if r.Verify(u.PublicKey()) {
		t.Error("a changed receipt verifies")
	}
	files, _ = u.Files()
	if s, err := Scan(files, blocks); err != nil || len(s.Hits) != 0 {
		t.Errorf("old ciphertext is still there: %+v, %v", s, err)
	}
	if _, err := u.Person(li); !errors.Is(err, ErrUnknown) {
		t.Errorf("person is still there: %v", err)
	}
	if _, _, err := u.FindCredential(policy.CardKind, cardOf["li"]); !errors.Is(err, ErrUnknown) {
		t.Errorf("card is still known: %v", err)
	}
	if p, _, err := u.FindCredential(policy.CardKind, cardOf["wang"]); err != nil || p.ID != wang {
		t.Errorf("the other card is lost: %v", err)
	}
	// The key that is left opens no earlier copy.
	if v, err := Open(old, u.o); !errors.Is(err, ErrWrongKey) {
		t.Errorf("a copy from before the erasure opens: %v, %v", v, err)
	}
	u.reopen(t)
	if rep, err := u.VerifyAudit(); err != nil || !rep.OK {
		t.Errorf("%v, %v", rep, err)
	}
}

func TestRWithdrawErasesTheFaceAndKeepsTheCard(t *testing.T) {
	u := newUnit(t)
	li := u.enrolled(t, "li", face(1))
	r, err := u.EraseFace("op", li, "withdrawn at the door")
	if err != nil || r.Found != 0 || !r.Verify(u.PublicKey()) {
		t.Fatalf("%+v, %v", r, err)
	}
	p, _, err := u.FindCredential(policy.CardKind, cardOf["li"])
	if err != nil || p.Face.State != policy.FaceWithdrawn || p.Face.Notice != [32]byte{} || !p.Face.At.Equal(r.At) {
		t.Errorf("face %+v, %v", p.Face, err)
	}
	if err := u.Templates(func(policy.PersonID, [][]float32) error {
		t.Error("templates are left")
		return nil
	}); err != nil {
		t.Error(err)
	}
	if _, err := u.EraseFace("op", li, "again"); !errors.Is(err, ErrUnknown) {
		t.Errorf("erased twice: %v", err)
	}
}

func TestRAuditErasureKeepsTheProof(t *testing.T) {
	u := newUnit(t)
	li, wang := u.tenant(t, "li"), u.tenant(t, "wang")
	for _, id := range []policy.PersonID{li, wang, {}} {
		p, _ := u.Person(id)
		d := policy.Decision{At: u.clock.now(), Door: "front", Means: policy.ByCard, Person: id,
			Grant: !id.IsZero(), Reason: "ok",
			Trace: []policy.Check{{Rule: "card known", Pass: !id.IsZero()}}}
		if len(p.Credentials) > 0 {
			d.CredentialID = p.Credentials[0].ID
		}
		if _, err := u.RecordDecision(context.Background(), d); err != nil {
			t.Fatal(err)
		}
	}
	es, err := u.Entries(0, 3, true)
	if err != nil || len(es) != 3 {
		t.Fatalf("%d entries, %v", len(es), err)
	}
	if es[0].Person != (policy.PersonID{}) || len(es[0].Trace) != 1 || es[1].Person != wang || es[2].Person != li ||
		es[2].CredentialID == "" || len(es[2].Trace) != 1 {
		t.Fatalf("entries %+v", es)
	}
	if p, _ := u.Person(li); p.Credentials[0].LastUsed.IsZero() {
		t.Error("a granted card is not marked as used")
	}
	if _, err := u.RemovePerson("op", li, "moved out"); err != nil {
		t.Fatal(err)
	}
	es, err = u.Entries(es[2].Seq, 1, false)
	if err != nil || !es[0].Erased || !es[0].Person.IsZero() || es[0].CredentialID != "" || es[0].Trace != nil ||
		!es[0].Grant {
		t.Errorf("after erasure: %+v, %v", es, err)
	}
	var out bytes.Buffer
	if err := u.ExportAudit(&out); err != nil {
		t.Fatal(err)
	}
	rep, err := VerifyExport(&out, u.PublicKey())
	if err != nil || !rep.OK {
		t.Errorf("%v, %v", rep, err)
	}
}

func TestOpeningRefusesWhatIsNotRight(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(t *testing.T, u *unit)
		want  error
	}{
		"no vault":       {func(t *testing.T, u *unit) { os.Remove(filepath.Join(u.dir, vaultFile)) }, ErrMissing},
		"open directory": {func(t *testing.T, u *unit) { os.Chmod(u.dir, 0o755) }, ErrInsecurePermissions},
		"open file": {func(t *testing.T, u *unit) {
			os.Chmod(filepath.Join(u.dir, vaultFile), 0o640)
		}, ErrInsecurePermissions},
		"open key": {func(t *testing.T, u *unit) { os.Chmod(u.key, 0o644) }, ErrInsecurePermissions},
		"another key": {func(t *testing.T, u *unit) {
			os.WriteFile(u.key, []byte("menshen-key-1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"), 0o600)
		}, ErrWrongKey},
		"text": {func(t *testing.T, u *unit) {
			os.WriteFile(filepath.Join(u.dir, vaultFile), bytes.Repeat([]byte("hello "), 5000), 0o600)
		}, ErrForeign},
	} {
		t.Run(name, func(t *testing.T) {
			u := newUnit(t)
			u.Close()
			c.spoil(t, u)
			v, err := Open(u.dir, u.o)
			if !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if v != nil {
				v.Close()
			}
		})
	}
}

func TestCreateTakesOverNothing(t *testing.T) {
	u := newUnit(t)
	o := u.o
	o.Key = KeyFile(filepath.Join(t.TempDir(), "another.key"))
	u.Close()
	if _, err := Create(u.dir, o); !errors.Is(err, ErrExists) {
		t.Errorf("over a vault: %v", err)
	}
	dir := filepath.Join(t.TempDir(), "new")
	if _, err := Create(dir, u.o); !errors.Is(err, ErrExists) {
		t.Errorf("with another vault's key: %v", err)
	}
	spoilt := o
	spoilt.Key = unmounting{o.Key, dir}
	if _, err := Create(dir, spoilt); err == nil {
		t.Error("created in spite of an obstacle")
	}
	v, err := Create(dir, o)
	if err != nil {
		t.Fatalf("after a failed attempt: %v", err)
	}
	v.Close()
}

// TestCreateForIsAllOrNothing: a secret that is too short leaves nothing behind, and the next try
// makes the unit with its operator.
func TestCreateForIsAllOrNothing(t *testing.T) {
	root := t.TempDir()
	dir, o := filepath.Join(root, "vault"), Options{Key: KeyFile(filepath.Join(root, "key")),
		Cost: Cost{Time: 1, Memory: 64, Lanes: 1}}
	if _, err := CreateFor(dir, o, "anna", []byte("short")); !errors.Is(err, ErrWeak) {
		t.Fatalf("a short secret: %v", err)
	}
	if left, _ := os.ReadDir(root); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	v, err := CreateFor(dir, o, "anna", []byte("correct horse"))
	if err != nil {
		t.Fatal(err)
	}
	if op, err := v.CheckOperator(Offline, "anna", []byte("correct horse")); err != nil || op.Role != Manager {
		t.Errorf("the first operator: %v, %v", op, err)
	}
	v.Close()

	// Power is cut after the key was kept and before the vault's file got its name.
	if err := os.Rename(filepath.Join(dir, vaultFile), filepath.Join(dir, vaultFile+safefile.New)); err != nil {
		t.Fatal(err)
	}
	another := o
	another.Key = KeyFile(filepath.Join(root, "another.key"))
	if err := another.Key.Stage(context.Background(), seal.NewKey()); err != nil {
		t.Fatal(err)
	}
	if _, err := CreateFor(dir, another, "anna", []byte("correct horse")); !errors.Is(err, ErrExists) {
		t.Errorf("a key that may be of another vault was not kept: %v", err)
	}
	if v, err = CreateFor(dir, o, "eve", []byte("correct horse")); err != nil {
		t.Fatalf("after a power cut: %v", err)
	}
	if ops, err := v.Operators(); err != nil || len(ops) != 1 || ops[0].Name != "eve" {
		t.Errorf("%v, %v", ops, err)
	}
	v.Close()
}

// unmounting is a key source at whose staging the vault's directory goes away: building will fail.
type unmounting struct {
	KeySource
	dir string
}

func (u unmounting) Stage(ctx context.Context, k seal.Key) error {
	return errors.Join(u.KeySource.Stage(ctx, k), os.RemoveAll(u.dir))
}

func TestSecondProcessIsRefused(t *testing.T) {
	u := newUnit(t)
	if _, err := Open(u.dir, u.o); !errors.Is(err, ErrBusy) {
		t.Errorf("opened twice: %v", err)
	}
	if _, err := Create(u.dir, u.o); !errors.Is(err, ErrBusy) {
		t.Errorf("created over an open vault: %v", err)
	}
}

func copyDir(t testing.TB, dir string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "copy")
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	os.Chmod(to, 0o700)
	files, _ := filepath.Glob(to + "/*")
	for _, f := range files {
		os.Chmod(f, 0o600)
	}
	return to
}

// A person who agreed to words that changed since can agree to the new ones, and keeps the face. A
// consent to words that this vault never had is refused.
func TestRNoticeConsentIsRenewedWithoutANewFace(t *testing.T) {
	u := newUnit(t)
	li := u.enrolled(t, "li", face(1))
	fresh, err := u.PutNotice("op", "Your face opens this door only if you want it to. New: the hours.", "en")
	if err != nil {
		t.Fatal(err)
	}
	agree := func(hash [32]byte) error {
		return u.ChangePerson("op", li, "consent renewed", func(p *policy.Person) (err error) {
			*p, err = policy.Consent(*p, policy.Yes{At: u.clock.now(), Notice: hash, Lang: "en", OwnAct: true})
			return err
		})
	}
	if err := agree([32]byte{1}); !errors.Is(err, ErrConsent) {
		t.Errorf("consent to a notice that nobody was shown: %v", err)
	}
	if err := agree(fresh); err != nil {
		t.Fatal(err)
	}
	u.reopen(t)
	p, err := u.Person(li)
	if err != nil || p.Face.State != policy.FaceEnrolled || p.Face.Notice != fresh {
		t.Errorf("after a new consent: %+v, %v", p.Face, err)
	}
	n := 0
	if err := u.Templates(func(policy.PersonID, [][]float32) error { n++; return nil }); err != nil || n != 1 {
		t.Errorf("%d people with templates, %v", n, err)
	}
}

func TestGrantsOfACountedCredentialAreCounted(t *testing.T) {
	u := newUnit(t)
	li := u.tenant(t, "li")
	err := u.act(func(t *tx) error {
		own, p, err := t.person(li)
		if err != nil {
			return err
		}
		p.Credentials[0].Uses = 2
		return t.putPerson(own, p)
	})
	if err != nil {
		t.Fatal(err)
	}
	p, _ := u.Person(li)
	for _, grant := range []bool{true, false, true} {
		d := policy.Decision{At: u.clock.now(), Means: policy.ByPIN, Person: li, CredentialID: p.Credentials[0].ID,
			Grant: grant, Duress: grant, Reason: "ok"}
		if _, err := u.RecordDecision(context.Background(), d); err != nil {
			t.Fatal(err)
		}
	}
	u.reopen(t)
	if p, err := u.Person(li); err != nil || p.Credentials[0].Used != 2 || p.Credentials[0].LastUsed.IsZero() {
		t.Errorf("%+v, %v", p.Credentials[0], err)
	}
	es, err := u.Entries(0, 2, true)
	if err != nil || es[0].Detail["duress"] != "yes" || es[1].Detail["duress"] != "" {
		t.Errorf("%+v, %v", es, err)
	}
}
