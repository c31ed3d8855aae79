package commission_test

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"html"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"menshen/board/commission"
	"menshen/internal/exact"
	"menshen/internal/i18n"
	"menshen/internal/i18n/catalogue"
	"menshen/store"
)

// signer is a unit's vault.
func signer(t testing.TB) *store.Vault {
	t.Helper()
	v, err := store.Create(filepath.Join(t.TempDir(), "vault"),
		store.Options{Key: store.KeyFile(filepath.Join(t.TempDir(), "key")),
			Cost: store.Cost{Time: 1, Memory: 64, Lanes: 1}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { v.Close() })
	return v
}

func words(en, zh string) catalogue.Words { return catalogue.Words{EN: en, ZH: zh} }

// sample is a report with one step of each verdict. Its name of the unit has signs of HTML.
func sample() *commission.Report {
	at := time.Date(2026, 3, 2, 8, 0, 0, 0, time.FixedZone("", 8*3600))
	step := func(id string, v commission.Verdict) commission.Result {
		return commission.Result{ID: id, Title: words("Title "+id, "标题 "+id), Expect: words("It works.", "正常。"),
			Verdict: v, Tries: 1, At: at}
	}
	r := &commission.Report{Format: "menshen commissioning report 1", Unit: `<b>Door</b> & "4" </script>`,
		Location: "building entrance", UnitID: "00ff", Board: "Raspberry Pi 4 Model B Rev 1.4",
		Software: "menshen test, Linux 6.1", Config: strings.Repeat("ab", 32), Lock: "fail-secure",
		Operator: "anna", Role: "installer", Began: at, Ended: at.Add(20 * time.Minute)}
	failed := step("relay", commission.Failed)
	failed.Why = words("The lock did not let go.", "锁没有释放。")
	failed.Remedy = words("Look at its wires.", "请检查接线。")
	passed := step("rex", commission.Passed)
	passed.Values = []commission.Value{{Key: "bounce_on_ms", Name: words("Bounce", "抖动"),
		Text: words("3.1 ms", "3.1 ms"), Number: 3.1, Unit: "ms"}}
	absent := step("bell", commission.Absent)
	absent.Why = words("Not configured.", "未配置。")
	r.Steps = []commission.Result{passed, failed, step("lamp", commission.Skipped), absent,
		step("camera", commission.Open)}
	return r
}

// TestSealedReports: page and text verify with the unit's key and no other, give back the same
// report, and no letter of them can be changed.
func TestSealedReports(t *testing.T) {
	v, other := signer(t), signer(t)
	r := sample()
	page, err := r.HTML(v)
	if err != nil {
		t.Fatal(err)
	}
	got, err := commission.Verify(page, v.PublicKey())
	if err != nil || got == nil || got.Unit != r.Unit || got.Verdict() != commission.Failed ||
		!got.Ended.Equal(r.Ended) || len(got.Steps) != len(r.Steps) {
		t.Errorf("the page gave back %+v, %v", got, err)
	}
	for _, lang := range catalogue.Languages() {
		text := r.Text(lang, v)
		if _, err := commission.Verify(text, v.PublicKey()); err != nil {
			t.Errorf("text in %s: %v", lang.Code(), err)
		}
		for _, s := range r.Steps {
			if !bytes.Contains(text, []byte(s.Title.In(lang))) || !bytes.Contains(text, []byte(s.Why.In(lang))) {
				t.Errorf("the text in %s does not tell of %s", lang.Code(), s.ID)
			}
		}
	}
	if _, err := commission.Verify(page, other.PublicKey()); !errors.Is(err, commission.ErrForged) {
		t.Errorf("with another unit's key: %v", err)
	}
	for i := 0; i < len(page); i += 97 {
		bad := bytes.Clone(page)
		bad[i] ^= 0x20
		if _, err := commission.Verify(bad, v.PublicKey()); err == nil {
			t.Fatalf("a change of byte %d was not noticed", i)
		}
	}
	for _, bad := range [][]byte{nil, []byte("hello\n"), page[:len(page)-3], append(bytes.Clone(page), "more\n"...)} {
		if _, err := commission.Verify(bad, v.PublicKey()); !errors.Is(err, commission.ErrUnsigned) {
			t.Errorf("%d bytes without a signature at the end: %v", len(bad), err)
		}
	}
}

// TestPageSaysEverythingInBothLanguages, loads nothing, and takes no name for markup.
func TestPageSaysEverythingInBothLanguages(t *testing.T) {
	r := sample()
	page, err := r.HTML(signer(t))
	if err != nil {
		t.Fatal(err)
	}
	text := string(page)
	for _, s := range r.Steps {
		for _, w := range []catalogue.Words{s.Title, s.Why, s.Remedy, catalogue.Both(s.Verdict.Message())} {
			if !strings.Contains(text, html.EscapeString(w.EN)) || !strings.Contains(text, w.ZH) {
				t.Errorf("the page does not say %q", w)
			}
		}
	}
	if strings.Contains(text, "<b>Door") || strings.Count(text, "</script>") != 1 {
		t.Error("the door's name became markup")
	}
	for _, outside := range []string{"http:", "https:", "src=", "@import", "url("} {
		if strings.Contains(text, outside) {
			t.Errorf("the page refers to something outside: %s", outside)
		}
	}
}

// TestTested: only a report that is over and passed is a test of the door.
func TestTested(t *testing.T) {
	for v, want := range map[commission.Verdict]bool{commission.Passed: true, commission.Failed: false,
		commission.Open: false, commission.Absent: false, commission.Skipped: false} {
		r := sample()
		r.Steps = r.Steps[:1]
		r.Steps[0].Verdict = v
		raw, err := r.Encode()
		if err != nil {
			t.Fatal(err)
		}
		got, err := commission.Decode(raw)
		if err != nil || got.Tested().IsZero() == want || want && !got.Tested().Equal(r.Ended) {
			t.Errorf("with one step that %s: tested %v, %v", v, got.Tested(), err)
		}
		r.Ended = time.Time{}
		if !r.Tested().IsZero() {
			t.Errorf("a session that is not over tested the door")
		}
	}
	if _, err := commission.Decode([]byte(`{"format":"other"}`)); err == nil {
		t.Error("another paper was taken for a report")
	}
	raw, err := sample().Encode()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := commission.Decode(raw); err != nil {
		t.Error(err)
	}
	twice := append([]byte(`{"Format":"another",`), raw[1:]...)
	if _, err := commission.Decode(twice); !errors.Is(err, exact.ErrTwice) {
		t.Errorf("a report that says a thing twice: %v", err)
	}
}

func FuzzVerify(f *testing.F) {
	v := signer(f)
	page, err := sample().HTML(v)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(page)
	f.Add(sample().Text(catalogue.In("zh"), v))
	f.Add([]byte("\nmenshen signature " + strings.Repeat("0", 128) + "\n"))
	key := append(ed25519.PublicKey(nil), v.PublicKey()...)
	known := [][]byte{page, sample().Text(catalogue.In("zh"), v), sample().Text(i18n.English, v)}
	f.Fuzz(func(t *testing.T, file []byte) {
		if _, err := commission.Verify(file, key); err == nil {
			for _, k := range known {
				if bytes.Equal(k, file) {
					return
				}
			}
			t.Error("a file that the unit never signed verifies")
		}
	})
}

func FuzzDecode(f *testing.F) {
	raw, err := sample().Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add([]byte("{}"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, err := commission.Decode(raw)
		if err == nil && !r.Tested().IsZero() && r.Verdict() != commission.Passed &&
			r.Verdict() != commission.PassedOpen {
			t.Error("tested without having passed")
		}
	})
}
