package dossier

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"fmt"
	"html"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"menshen/internal/exact"
	"menshen/internal/i18n/catalogue"
	"menshen/policy"
	"menshen/store"
)

// sample is the dossier of a door of two years, not in order in two rules.
func sample() *Data {
	at := time.Date(2026, 11, 22, 14, 0, 0, 0, time.FixedZone("CST", 8*3600))
	f := policy.UnitFacts{At: at,
		Doors: []policy.DoorFacts{{Name: "Block 4, main entrance", Place: policy.PlaceBuilding, Faces: true,
			CardReader: true, Keypad: true, Withdraw: true, REX: true, FireInput: true, SafeState: true,
			Tested: at.AddDate(-1, 0, 0), Sign: at.AddDate(0, -7, 0)}},
		People: policy.PeopleFacts{At: at, WithFace: 137, OldNotice: 3},
		Papers: policy.PaperFacts{At: at, Notice: []string{"en", "zh"},
			Assessment: policy.Assessment{At: at.AddDate(0, -3, 0), ValidUntil: at.AddDate(0, 9, 0), Necessity: true,
				Impact: true, Risks: true, Measures: true}},
		Store: policy.StoreFacts{At: at, Sealed: true, KeyApart: true, AuditWhole: true,
			AuditChecked: at, Purged: at},
		Staff: policy.StaffFacts{At: at, Operators: 4, OneFactor: 1, IdleLogout: 5 * time.Minute, LockOut: true},
		Machine: policy.MachineFacts{At: at, Confined: true, DumpsOff: true,
			Models: []string{"detect", "landmark", "embed", "liveness", "eye"}},
		Waits: policy.WaitFacts{At: at, Verdict: policy.ServedAlike},
		Duties: policy.DutyFacts{At: at, SiteFaces: 137, Incidents: []policy.Incident{{At: at.AddDate(0, -5, 0),
			People: 12, ToldPeople: at.AddDate(0, -5, 0), ToldAuthority: at.AddDate(0, -5, 0)}}},
	}
	d := &Data{Made: at, Unit: strings.Repeat("5a", 16), Key: strings.Repeat("3b", 32), Software: "menshen 1.0",
		Running: true,
		Door:    "Block 4, main entrance", Place: catalogue.Words{EN: "the building entrance", ZH: "楼宇入口"},
		Handler: "Example Homes <script>alert(1)</script>", Contact: "+86 21 5555 0100",
		Rules: Rules(policy.Review(f)), Facts: f,
		Faces: Faces{People: 412, Templates: 137,
			States: map[string]int{"never": 250, "refused": 11, "consented": 2, "enrolled": 137, "withdrawn": 12}},
		Notices: []Notice{{"en", strings.Repeat("ab", 32), true, 20}, {"zh", strings.Repeat("cd", 32), true, 114},
			{"zh", strings.Repeat("ef", 32), false, 3}},
		Acts: []Act{{"looked up", 812, at}, {"face enrolled", 190, at}, {"face erased", 12, at},
			{"person removed", 41, at}},
		Retention: Retention{EventDays: 90, ActDays: 1095, LastRun: at, Removed: 301, Oldest: at.AddDate(0, -3, 3),
			Ages: []int{3000, 3100, 2800, 3050, 2900, 3200, 3000, 2700, 2950, 0, 0, 0, 0}},
		Audit: Audit{OK: true, Lines: 31250, Signed: at},
		Matching: &Matching{Model: "mobilefacenet, embed.onnx", Source: "LFW, 610 people, 2026-10-01",
			Threshold: .536, Asked: 10000, OneIn: 10000, Basis: "extrapolated", TAR: .971, LiveMin: .7, Frames: 3,
			Challenge: "in doubt"},
		Papers: []Paper{{812, "assessment", at.AddDate(0, -3, 0), strings.Repeat("12", 32)},
			{13, "commissioning", at.AddDate(-1, 0, 0), strings.Repeat("34", 32)}},
		Commitment: "654b7f96", Confined: "landlock(5), seccomp, no-dump, no-swap"}
	for i := range 20 {
		d.Months = append(d.Months, Month{at.AddDate(0, i-19, 0).Format("2006-01"), (i*7)%13 + 2, i % 3, (i * 5) % 4})
	}
	weeks := policy.Weeks(sampleWaits(at), at.Location(), at.AddDate(0, 0, -90), at)
	d.Waits = policy.WaitLog{Weeks: weeks, Old: 1812, Open: 7}
	for i := range 9 {
		r := store.Receipt{Seq: uint64(1000 + 100*i), Subject: [32]byte{byte(17 * i), 2, 3, 4}, What: "face",
			Why: "withdrawn by the person", At: at.AddDate(0, 0, i*11-99), Files: 4, Bytes: 133 << 20, Sought: 384}
		if i%2 == 1 {
			r.What, r.Why = "person", "lease end"
		}
		d.Receipts = append(d.Receipts, r)
	}
	return d
}

// sampleWaits are those of the last six weeks, in which a reader failed and was mended.
func sampleWaits(until time.Time) (all []policy.Wait) {
	for i := range 2400 {
		w := policy.Wait{At: until.Add(-time.Duration(i) * 25 * time.Minute), Means: policy.ByCard, Retried: i%15 == 0,
			Took: time.Duration(30+i%40) * time.Millisecond}
		some := time.Duration(i*7919%1300) * time.Millisecond
		switch {
		case i%5 < 2:
			w.Means, w.Took = policy.ByFace, 700*time.Millisecond+some
		case i%25 == 2:
			w.Means, w.Took = policy.ByPIN, 2500*time.Millisecond+some
		case i%50 == 4:
			w.Means, w.Took = policy.ByPass, 4*time.Second+some
		case i > 900 && i < 1400:
			w.Took, w.Retried = 3*time.Second+some, i%2 == 0
		}
		all = append(all, w)
	}
	slices.Reverse(all)
	return all
}

// unit is a vault that signs, with one erasure behind it.
func unit(t testing.TB) *store.Vault {
	t.Helper()
	v, err := store.Create(t.TempDir()+"/vault",
		store.Options{Key: store.KeyFile(t.TempDir() + "/key"), Cost: store.Cost{Time: 1, Memory: 64, Lanes: 1}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { v.Close() })
	id, err := v.AddPerson(store.Door, policy.Person{Name: "Li"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.RemovePerson(store.Door, id, "lease end"); err != nil {
		t.Fatal(err)
	}
	return v
}

// sealed is the sample as a unit hands it out.
func sealed(t testing.TB, v *store.Vault) (*Data, []byte) {
	t.Helper()
	d := sample()
	var err error
	if d.Receipts, err = v.Receipts(); err != nil {
		t.Fatal(err)
	}
	d.Key = hex.EncodeToString(v.PublicKey())
	page, err := Page(d)
	if err != nil {
		t.Fatal(err)
	}
	file, err := Seal(page, func(b []byte) []byte { return v.Sign(Purpose, b) })
	if err != nil {
		t.Fatal(err)
	}
	return d, file
}

var tag = regexp.MustCompile(`<[^>]*>`)

// TestRErasePageAnswers holds the page to each rule, each receipt and each figure, in both
// languages. MENSHEN_PAGES=DIR keeps the page to look at.
func TestRErasePageAnswers(t *testing.T) {
	d := sample()
	page, err := Page(d)
	if err != nil {
		t.Fatal(err)
	}
	if dir := os.Getenv("MENSHEN_PAGES"); dir != "" {
		if err := os.WriteFile(dir+"/dossier.html", page, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	body, _, _ := strings.Cut(string(page), dataBegin)
	_, body, _ = strings.Cut(body, "<body>")
	words := html.UnescapeString(tag.ReplaceAllString(body, " "))
	for _, want := range []string{"137", "412", "残留", "Remains", "<script>alert(1)</script>", "R-OPERATOR",
		"31,250", "1095", "0.536", "97.1%", "lease ended", "租约结束",
		"landlock(5)", "2026-06-22", "menshen dossier verify FILE --key " + d.Key, "《个人信息保护法》", "to be done",
		"faces are switched off"} {
		if !strings.Contains(words, want) {
			t.Errorf("it does not say %q", want)
		}
	}
	for _, r := range d.Rules {
		if !strings.Contains(words, r.Text.EN) || !strings.Contains(words, r.Text.ZH) ||
			!strings.Contains(words, "["+r.Source+"]") {
			t.Errorf("%s is not told in both languages", r.ID)
		}
		if len(d.Evidence(r.ID)) == 0 {
			t.Errorf("%s has no evidence", r.ID)
		}
		for _, p := range r.Problems {
			if !strings.Contains(words, p.Wrong.ZH) || !strings.Contains(words, p.Remedy.EN) {
				t.Errorf("%s: a problem is not told", r.ID)
			}
		}
	}
	for _, r := range d.Receipts {
		if !strings.Contains(words, fmt.Sprintf(" %d ", r.Seq)) ||
			!strings.Contains(words, fmt.Sprintf("%x", r.Subject[:4])) {
			t.Errorf("receipt %d is not there", r.Seq)
		}
	}
	if n := strings.Count(body, "<script"); n != 0 {
		t.Errorf("%d scripts", n)
	}
	for _, bad := range []string{"http://", "https://", "url(", "@import", "src=", "<link", "javascript:",
		"%!", "ZgotmplZ"} {
		if strings.Contains(string(page), bad) {
			t.Errorf("the page has %q in it", bad)
		}
	}
}

// TestREqualWaitsInTheDossier: each week stands there with its figures, the verdict on each that is
// over, and a drawing with the intervals.
func TestREqualWaitsInTheDossier(t *testing.T) {
	d := sample()
	page, err := Page(d)
	if err != nil {
		t.Fatal(err)
	}
	text := html.UnescapeString(tag.ReplaceAllString(string(page), " "))
	verdicts := map[policy.Verdict]int{}
	for _, w := range d.Waits.Weeks {
		verdicts[w.Verdict]++
		if !strings.Contains(text, w.Name()) {
			t.Errorf("no week %s", w.Name())
		}
		for _, s := range w.Served {
			if !strings.Contains(text, s.Median.String()) || !strings.Contains(text, s.Retried.String()) {
				t.Errorf("%s: %+v is not told", w.Name(), s)
			}
		}
	}
	if verdicts[policy.CardWaits] == 0 || verdicts[policy.ServedAlike] == 0 {
		t.Errorf("verdicts %v", verdicts)
	}
	for _, want := range []string{"Cards wait longer than faces.", "刷卡比人脸等得更久。",
		"This week is not over", "1,812",
		"in the last full week that can tell, 2026-W"} {
		if !strings.Contains(text, want) {
			t.Errorf("it does not say %q", want)
		}
	}
	if n := strings.Count(string(page), `class="interval c"`); n != len(d.Waits.Weeks) {
		t.Errorf("%d intervals of faces drawn, of %d weeks", n, len(d.Waits.Weeks))
	}
}

// TestWhatIsNotKnownIsSaidSo: a unit of which nothing was counted makes a dossier too, in which
// nothing reads as kept.
func TestWhatIsNotKnownIsSaidSo(t *testing.T) {
	d := &Data{Made: time.Now(), Rules: Rules(policy.Review(policy.UnitFacts{At: time.Now()})),
		Retention: Retention{Ages: make([]int, Ages)}}
	page, err := Page(d)
	if err != nil {
		t.Fatal(err)
	}
	words := html.UnescapeString(tag.ReplaceAllString(string(page), " "))
	if d.Count(policy.Kept) != 0 || strings.Contains(words, "✓ 符合") || !strings.Contains(words, "Not counted") ||
		!strings.Contains(words, "was not running") ||
		!strings.Contains(words, "does NOT verify") {
		t.Errorf("%d rules read as kept", d.Count(policy.Kept))
	}
}

// TestRAuditVerify: the file gives its data back to whoever has the key, and one changed byte
// anywhere, a cut, or another key shows.
func TestRAuditVerify(t *testing.T) {
	v := unit(t)
	pub := v.PublicKey()
	want, file := sealed(t, v)
	got, err := Verify(file, pub)
	if err != nil {
		t.Fatal(err)
	}
	got.Made, got.Facts.At = want.Made, want.Facts.At // zones are not compared
	if len(got.Receipts) != 1 || got.Faces.States["withdrawn"] != 12 || len(got.Rules) != len(want.Rules) ||
		!reflect.DeepEqual(got.Matching, want.Matching) || got.Handler != want.Handler {
		t.Errorf("it says\n%+v\nand not\n%+v", got, want)
	}
	for at := 0; at < len(file); at += 97 {
		bad := bytes.Clone(file)
		bad[at] ^= 1
		if _, err := Verify(bad, pub); !errors.Is(err, ErrChanged) && !errors.Is(err, ErrUnsigned) {
			t.Fatalf("byte %d changed: %v", at, err)
		}
	}
	other, _, _ := ed25519.GenerateKey(nil)
	for name, bad := range map[string][]byte{"cut": file[:len(file)-200],
		"longer": append(bytes.Clone(file), '\n'), "empty": nil,
		"sealed twice": append(bytes.Clone(file), file[bytes.LastIndex(file, []byte(sealBegin)):]...)} {
		if _, err := Verify(bad, pub); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	if _, err := Verify(file, other); !errors.Is(err, ErrChanged) {
		t.Errorf("another unit's key: %v", err)
	}
	if _, err := Verify(file, nil); !errors.Is(err, ErrChanged) {
		t.Errorf("no key: %v", err)
	}
	forged := sample() // a receipt that the unit did not sign
	page, _ := Page(forged)
	file, _ = Seal(page, func(b []byte) []byte { return v.Sign(Purpose, b) })
	if _, err := Verify(file, pub); !errors.Is(err, ErrChanged) {
		t.Errorf("a forged receipt: %v", err)
	}
	_, file = sealed(t, v)
	page = bytes.Replace(file[:bytes.LastIndex(file, []byte(sealBegin))], []byte(dataBegin+"{"),
		[]byte(dataBegin+`{"receipts":[],`), 1)
	// as if the unit itself had said a thing twice
	twice, err := Seal(page, func(b []byte) []byte { return v.Sign(Purpose, b) })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Verify(twice, pub); !errors.Is(err, exact.ErrTwice) {
		t.Errorf("a member named twice: %v", err)
	}
	if _, err := Seal(page, func([]byte) []byte { return nil }); err == nil {
		t.Error("sealed without a signature")
	}
}

// FuzzVerify: bytes from outside are refused or read, and never more.
func FuzzVerify(f *testing.F) {
	v := unit(f)
	pub := v.PublicKey()
	_, file := sealed(f, v)
	f.Add(file[len(file)-1000:])
	f.Add([]byte(dataBegin + "{}" + dataEnd + "\n" + sealBegin + strings.Repeat("00", 64) + sealEnd))
	f.Fuzz(func(t *testing.T, b []byte) {
		if d, err := Verify(b, pub); err == nil || d != nil {
			t.Errorf("taken: %q", b)
		}
		// As the unit would have signed it: the reading behind the signature.
		sealed, err := Seal(bytes.Clone(b), func(p []byte) []byte { return v.Sign(Purpose, p) })
		if err != nil {
			t.Fatal(err)
		}
		_, _ = Verify(sealed, pub)
	})
}
