package store

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

// TestRAuditReceiptHoldsAnExport: a receipt given for an erasure tells an export from before it,
// and fits every one from after it.
func TestRAuditReceiptHoldsAnExport(t *testing.T) {
	u := newUnit(t)
	li := u.enrolled(t, "li", face(1))
	var before, after bytes.Buffer
	if err := u.ExportAudit(&before); err != nil {
		t.Fatal(err)
	}
	r, err := u.EraseFace("op", li, "withdrawn")
	if err != nil {
		t.Fatal(err)
	}
	if err := u.ExportAudit(&after); err != nil {
		t.Fatal(err)
	}
	line, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	pub := u.PublicKey()
	for name, document := range map[string][]byte{"receipt": line, "later export": after.Bytes()} {
		known, err := KnownBy(document, pub)
		if err != nil || len(known) != 1 {
			t.Fatalf("%s: %v, %v", name, known, err)
		}
		if rep, err := VerifyExport(bytes.NewReader(after.Bytes()), pub, known...); err != nil || !rep.OK {
			t.Errorf("%s, and the export from after it: %+v, %v", name, rep, err)
		}
		if rep, err := VerifyExport(bytes.NewReader(before.Bytes()), pub, known...); err != nil || rep.OK {
			t.Errorf("%s, and the export from before it: %+v, %v", name, rep, err)
		}
	}
	forged := bytes.Replace(line, []byte(`"face"`), []byte(`"person"`), 1)
	other := bytes.Replace(after.Bytes(), []byte("face erased"), []byte("face orased"), 1)
	for name, document := range map[string][]byte{"forged receipt": forged, "changed export": other,
		"neither": []byte("hello"), "nothing": nil} {
		if known, err := KnownBy(document, pub); err == nil {
			t.Errorf("%s: %v", name, known)
		}
	}
}

// TestReceiptIsReadInOneForm: the values of a receipt are signed, so its text
// must be the one way to say them.
func TestReceiptIsReadInOneForm(t *testing.T) {
	u := newUnit(t)
	if _, err := u.EraseFace("op", u.enrolled(t, "li", face(1)), "withdrawn"); err != nil {
		t.Fatal(err)
	}
	if _, err := u.RemovePerson("op", u.tenant(t, "wang"), "moved out"); err != nil {
		t.Fatal(err)
	}
	rs, err := u.Receipts()
	if err != nil || len(rs) != 2 {
		t.Fatal(rs, err)
	}
	var text string
	for _, r := range rs {
		b, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		text += string(b) + "\n"
	}
	got, err := ParseReceipts(strings.NewReader(text))
	if err != nil || len(got) != 2 || !got[0].Verify(u.PublicKey()) || !got[1].Verify(u.PublicKey()) {
		t.Fatalf("%+v, %v", got, err)
	}
	for name, text := range map[string]string{
		"a member twice":            strings.Replace(text, `{"unit"`, `{"found":7,"unit"`, 1),
		"a member in capitals too":  strings.Replace(text, `"found":0`, `"Found":7,"found":0`, 1),
		"a member of another sort":  strings.Replace(text, `"sig"`, `"note":"not so","sig"`, 1),
		"spaces":                    strings.Replace(text, `:`, `: `, 1),
		"a number in another form":  strings.Replace(text, `"found":0`, `"found":0e1`, 1),
		"something else behind":     text + "hello",
		"nothing":                   "",
		"a letter in another form":  strings.Replace(text, `"why":"w`, `"why":"\u0077`, 1),
		"text that is not finished": text[:len(text)-3],
	} {
		if got, err := ParseReceipts(strings.NewReader(text)); err == nil {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func FuzzParseReceipts(f *testing.F) {
	b, err := json.Marshal(Receipt{Seq: 7, What: "face", Why: "withdrawn", At: start, Sig: []byte("signature")})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add(append(append(b, '\n'), b...))
	f.Fuzz(func(t *testing.T, b []byte) {
		rs, err := ParseReceipts(bytes.NewReader(b))
		if err != nil {
			return
		}
		for _, r := range rs {
			again, err := json.Marshal(r)
			if err != nil || !bytes.Contains(b, again) {
				t.Errorf("%q gives %+v, which is %q", b, r, again)
			}
		}
	})
}
