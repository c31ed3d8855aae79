package wiring

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"menshen/board/config"
	"menshen/hal/aescard/aescardtest"
)

const secretOfCards = "00112233445566778899aabbccddeeff"

func TestAESKeyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cards.key")
	for _, c := range []struct {
		text string
		mode os.FileMode
		want string
	}{
		{secretOfCards + "\n", 0o600, ""},
		{"ffeeddccbbaa99887766554433221100\n" + secretOfCards, 0o600, ""},
		{secretOfCards, 0o640, "chmod 600 " + path},
		{secretOfCards[:30], 0o600, "32 hex digits"},
		{secretOfCards[:30] + "zz", 0o600, "32 hex digits"},
		{"", 0o600, "32 hex digits"},
		{secretOfCards + "\n" + secretOfCards, 0o600, "the same mark"},
		{strings.Repeat("0", 32), 0o600, "no secret"},
	} {
		if err := os.WriteFile(path, []byte(c.text), c.mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, c.mode); err != nil {
			t.Fatal(err)
		}
		_, err := aesSite(config.Reader{AES: path})
		switch {
		case c.want == "" && err != nil, c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%d characters: %v", len(c.text), err)
		case err != nil && strings.Contains(err.Error(), secretOfCards[:8]):
			t.Errorf("the error shows the secret: %v", err)
		}
	}
	found := CheckKeyFiles(&config.Config{Readers: []config.Reader{{Kind: "rc522", Name: "lobby", AES: path}}})
	if len(found) != 1 || found[0].Key != "reader.0.aes" {
		t.Errorf("found %+v", found)
	}
}

// TestAESCredential: the secret may come from systemd; both ways read each other's cards.
func TestAESCredential(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("CREDENTIALS_DIRECTORY", "")
	r := config.Reader{AES: "credential:cards"}
	if _, err := aesSite(r); err == nil || !strings.Contains(err.Error(), "LoadCredentialEncrypted=cards") {
		t.Errorf("without systemd: %v", err)
	}
	t.Setenv("CREDENTIALS_DIRECTORY", dir)
	if _, err := aesSite(r); err == nil {
		t.Error("no such credential, and no error")
	}
	path := filepath.Join(dir, "cards")
	if err := os.WriteFile(path, []byte(secretOfCards), 0o600); err != nil {
		t.Fatal(err)
	}
	sealed, err := aesSite(r)
	if err != nil {
		t.Fatal(err)
	}
	filed, err := aesSite(config.Reader{AES: path})
	if err != nil {
		t.Fatal(err)
	}
	card := aescardtest.NTAG(0)
	n, err := sealed.Issue(card, card.UID)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := filed.Read(card, card.UID); err != nil || got != n {
		t.Errorf("%v", err)
	}
}
