package record

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"filippo.io/age"

	"menshen/internal/golden"
	"menshen/policy"
	"menshen/site/fact"
)

// signer is the unit whose key has the seed of 32 bytes 07.
var signer = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))

var pub = signer.Public().(ed25519.PublicKey)

// testKey is a throw-away key: what is sealed to it in these tests has no person's data.
const testKey = "AGE-SECRET-KEY-1R0J4AD0ZTG8FXE36ACN2Y25KSUZY9V5UD538RD4W6W48KKHLSKWS9RXZ8J"

func identity(t testing.TB) *age.X25519Identity {
	t.Helper()
	id, err := age.ParseX25519Identity(testKey)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// body is one with something of each kind.
func body() *Body {
	at := fact.Stamp{Count: 3, Door: fact.DoorID{1}}
	li := fact.Person{About: fact.Said[fact.About]{At: at, Value: fact.About{Name: "li", Lang: "zh"}}}
	return &Body{Count: 3, People: []About{{ID: policy.PersonID{9}, Facts: li}}, Erased: []Erased{{Subject: Subject{8}, At: at}},
		Doors: []fact.Door{{ID: fact.DoorID{1}, At: at, Sign: pub, Name: fact.Said[string]{At: at, Value: "gate"}}},
		Ask:   []Span{{Door: fact.DoorID{2}, First: 4, Last: 6}}, Receipts: [][]byte{[]byte("{}")}}
}

func make1(t testing.TB, h Head) *Record {
	t.Helper()
	id := identity(t)
	h.Site, h.Door, h.Key = SiteID{5}, fact.DoorID{1}, id.Recipient().String()
	r, err := Make(h, body(), signer, id.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// checkBody checks that a record opens and tells what body says.
func checkBody(t *testing.T, r *Record) {
	t.Helper()
	b, err := r.Open(identity(t))
	if err != nil {
		t.Fatal(err)
	}
	got, _ := encode(b)
	want, _ := encode(body())
	if !bytes.Equal(got, want) {
		t.Errorf("%+v, not %+v", b, body())
	}
}

func TestRecord(t *testing.T) {
	first := make1(t, Head{Seq: 1, First: 1})
	second := make1(t, Head{Seq: 2, First: 1, Prev: first.Hash()})
	r, err := Parse(second.Raw())
	if err != nil {
		t.Fatal(err)
	}
	if !r.Verify(pub) || r.Seq != 2 || r.Prev != first.Hash() || r.Hash() != second.Hash() || r.Begins() {
		t.Errorf("%+v", r.Head)
	}
	if !first.Begins() || first.Hash() == second.Hash() {
		t.Error("the first record begins its chain, and is another than the second")
	}
	if r.Verify(ed25519.NewKeyFromSeed(bytes.Repeat([]byte{8}, 32)).Public().(ed25519.PublicKey)) || r.Verify(nil) {
		t.Error("another door's key verifies it")
	}
	checkBody(t, r)
	other, _ := age.GenerateX25519Identity()
	if _, err := r.Open(other); !errors.Is(err, ErrNotOurs) {
		t.Errorf("with another key: %v", err)
	}
}

// TestChangedRecordsAreRefused changes each byte in turn: none is taken for a record of its door.
func TestChangedRecordsAreRefused(t *testing.T) {
	raw := make1(t, Head{Seq: 1, First: 1}).Raw()
	for i := range raw {
		changed := bytes.Clone(raw)
		changed[i] ^= 1
		if r, err := Parse(changed); err == nil && r.Verify(pub) {
			t.Errorf("byte %d was changed, and nobody noticed", i)
		} else if err != nil && !errors.Is(err, ErrForm) && !errors.Is(err, ErrNewer) {
			t.Errorf("byte %d: %v", i, err)
		}
	}
	for i := range len(raw) {
		if _, err := Parse(raw[:i]); !errors.Is(err, ErrForm) {
			t.Errorf("cut after %d bytes: %v", i, err)
		}
	}
	if _, err := Parse(append(bytes.Clone(raw), 0)); !errors.Is(err, ErrForm) {
		t.Errorf("with a byte more: %v", err)
	}
}

func TestLimit(t *testing.T) {
	if _, err := Parse(make([]byte, Limit+1)); !errors.Is(err, ErrTooLong) {
		t.Errorf("%v", err)
	}
	b := &Body{Receipts: [][]byte{make([]byte, Limit)}}
	id := identity(t)
	_, err := Make(Head{Seq: 1, First: 1, Key: id.Recipient().String()}, b, signer, id.Recipient())
	if !errors.Is(err, ErrTooLong) {
		t.Errorf("%v", err)
	}
}

// TestNewer: a record of a later version is refused as such, so that its chain waits for an update.
func TestNewer(t *testing.T) {
	r := make1(t, Head{Seq: 1, First: 1})
	r.Head.Version = version + 1
	head, err := encode(&r.Head)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := encode(wire{head, ed25519.Sign(signer, message(head)), r.sealed})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Parse(raw); !errors.Is(err, ErrNewer) {
		t.Errorf("%v", err)
	}
}

// TestLaterBody: what a later version tells beside is no reason to refuse the rest.
func TestLaterBody(t *testing.T) {
	raw, err := encode(map[uint64]any{0: 3, 2: []Erased{{Subject: Subject{8}}}, 8: []map[string]any{
		{"at": fact.Stamp{Count: 1}, "kind": "lockdown", "why": "of a later version"}}, 1000: []string{"news"}})
	if err != nil {
		t.Fatal(err)
	}
	id := identity(t)
	r := make1(t, Head{Seq: 1, First: 1})
	if r.sealed, err = Seal(raw, id.Recipient()); err != nil {
		t.Fatal(err)
	}
	b, err := r.Open(id)
	if err != nil || b.Count != 3 || len(b.Erased) != 1 || len(b.Orders) != 1 || b.Orders[0].Kind != fact.Lockdown {
		t.Errorf("%+v, %v", b, err)
	}
}

func TestCode(t *testing.T) {
	code := Code([]byte("a request"))
	if len(code) != 14 || !IsCode(code, []byte("a request")) || IsCode(code, []byte("another")) {
		t.Errorf("%s", code)
	}
	if typed := strings.ToLower(strings.ReplaceAll(code, "-", " ")); !IsCode(typed, []byte("a request")) {
		t.Errorf("%s is not taken for %s", typed, code)
	}
	if IsCode("", nil) || IsCode(code[:13], []byte("a request")) {
		t.Error("a part of a code is taken for it")
	}
}

// TestVectors: what one version wrote is read by every later one (docs/formats.md).
func TestVectors(t *testing.T) {
	var made map[string][]byte
	vector := func(name string) []byte {
		return golden.Vector(t, "testdata/record-1/"+name, func() []byte {
			if made == nil {
				made = map[string][]byte{
					"record.cbor":  make1(t, Head{Seq: 7, First: 5, Prev: Hash{4}}).Raw(),
					"age-identity": []byte(testKey + "\n"),
					"unit.pub":     []byte(hex.EncodeToString(pub) + "\n"),
				}
			}
			return made[name]
		})
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(vector("unit.pub"))))
	if err != nil || strings.TrimSpace(string(vector("age-identity"))) != testKey {
		t.Fatal(err)
	}
	r, err := Parse(vector("record.cbor"))
	if err != nil || !r.Verify(key) || r.Seq != 7 || r.First != 5 || r.Prev != (Hash{4}) || r.Site != (SiteID{5}) {
		t.Fatalf("%+v, %v", r, err)
	}
	checkBody(t, r)
}

// FuzzParse: what is read is written in the same form, and nothing but that is read.
func FuzzParse(f *testing.F) {
	f.Add(make1(f, Head{Seq: 1, First: 1}).Raw())
	f.Add([]byte{})
	f.Add([]byte{0xa3, 0, 0x40, 1, 0x40, 2, 0x40})
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, err := Parse(raw)
		if err != nil {
			return
		}
		again, err := encode(wire{r.signed, r.sig, r.sealed})
		if err != nil || !bytes.Equal(again, raw) || r.Seq == 0 || r.First > r.Seq {
			t.Errorf("%+v, %v", r.Head, err)
		}
	})
}

// FuzzBody: whatever a door seals, its facts can be merged and stored, and coming twice they say
// what they said once.
func FuzzBody(f *testing.F) {
	raw, err := encode(body())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	pass := policy.Pass{ID: policy.PersonID{1}, Door: "gate", Uses: 3}
	at := fact.Stamp{Count: 1, Door: fact.DoorID{1}}
	raw, err = encode(Body{Passes: []fact.Pass{fact.GivePass(pass, policy.PersonID{2}, nil, at, []fact.DoorID{{1}, {2}})}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Fuzz(func(t *testing.T, raw []byte) {
		b := new(Body)
		if reads.Unmarshal(raw, b) != nil {
			return
		}
		for _, p := range b.People {
			once := fact.Person{}.Merge(p.Facts)
			if !once.Merge(p.Facts).Equal(once) || !p.Facts.Merge(once).Equal(once) {
				t.Errorf("%+v", p.Facts)
			}
			again, err := encode(&once)
			if err != nil || reads.Unmarshal(again, new(fact.Person)) != nil {
				t.Errorf("cannot be stored: %+v, %v", once, err)
			}
		}
		for _, p := range b.Passes {
			once := fact.Pass{}.Merge(p).Merge(p)
			lent, _ := once.Lend()
			if !once.Merge(p).Equal(once) || p.Check() == nil && lent.Left(p.Giver()) > once.Left(p.Giver()) {
				t.Errorf("%+v", p)
			}
		}
		for _, o := range b.Orders {
			if !o.Whole() {
				continue
			}
			if again, err := encode(&o); err != nil || reads.Unmarshal(again, new(fact.Order)) != nil || !o.Merge(o).Equal(o) {
				t.Errorf("cannot be stored: %+v, %v", o, err)
			}
		}
	})
}

// TestUnknownPart: a door of an older program reads of a body what it knows, and leaves out what
// later ones tell.
func TestUnknownPart(t *testing.T) {
	id := identity(t)
	type later struct {
		Count uint64            `cbor:"0,keyasint"`
		New   map[string][]byte `cbor:"99,keyasint"`
	}
	plain, err := encode(later{7, map[string][]byte{"what": {1}}})
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := Seal(plain, id.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	b, err := (&Record{sealed: sealed}).Open(id)
	if err != nil || b.Count != 7 {
		t.Errorf("%+v, %v", b, err)
	}
}
