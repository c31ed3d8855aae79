package dossier

import (
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"menshen/board/release"
)

// TestPublished: the proof in a dossier shows that program and models are of a release in the
// publisher's log, and shows it of no other.
func TestPublished(t *testing.T) {
	skey, vkey, err := note.GenerateKey(rand.Reader, "example.org/menshen")
	if err != nil {
		t.Fatal(err)
	}
	key, err1 := note.NewSigner(skey)
	pub, err2 := note.NewVerifier(vkey)
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	sum := func(letter string) string { return strings.Repeat(letter, 64) }
	m := &release.Manifest{Version: "0~7", Commit: strings.Repeat("c", 40), Time: time.Unix(0, 0),
		Files: []release.File{{SHA256: sum("a"), Name: "x.deb:" + release.Program},
			{SHA256: sum("b"), Name: "y.deb:" + release.Models + "/eye.onnx"}}}
	log, err := release.Append(nil, m, key, pub)
	if err != nil {
		t.Fatal(err)
	}
	p := Program{SHA256: sum("a"), Models: map[string]string{"eye.onnx": sum("b")}, Problem: "no log"}
	if _, _, err := p.Published(pub); !errors.Is(err, ErrNotPublished) || !strings.Contains(err.Error(), "no log") {
		t.Errorf("without a proof: %v", err)
	}
	if err := p.Prove(log); err != nil {
		t.Fatal(err)
	}
	if got, c, err := p.Published(pub); err != nil || got.Version != "0~7" || c.Size != 1 {
		t.Errorf("%+v, %v", got, err)
	}
	page, err := Page(&Data{Made: time.Now(), Program: p, Retention: Retention{Ages: make([]int, Ages)}})
	if err != nil || !strings.Contains(string(page), "0~7") || !strings.Contains(string(page), "--publisher") {
		t.Errorf("the page does not name the release: %v", err)
	}
	_, strange, _ := note.GenerateKey(rand.Reader, "example.org/menshen")
	other, err := note.NewVerifier(strange)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := p.Published(other); !errors.Is(err, release.ErrSigner) {
		t.Errorf("another publisher: %v", err)
	}
	for name, bad := range map[string]Program{
		"program":  {SHA256: sum("d"), Models: p.Models},
		"model":    {SHA256: p.SHA256, Models: map[string]string{"eye.onnx": sum("d")}},
		"manifest": {SHA256: p.SHA256, Manifest: strings.Replace(p.Manifest, "0~7", "0~8", 1)},
	} {
		bad.Proof = p.Proof
		if bad.Manifest == "" {
			bad.Manifest = p.Manifest
		}
		if _, _, err := bad.Published(pub); !errors.Is(err, ErrNotPublished) && !errors.Is(err, release.ErrNoProof) {
			t.Errorf("another %s: %v", name, err)
		}
	}
	if err := (&Program{SHA256: sum("d")}).Prove(log); !errors.Is(err, release.ErrUnknown) {
		t.Errorf("an unknown program: %v", err)
	}
}
