package wiring

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"menshen/board/config"
	"menshen/hal/aescard"
)

// aesSite gives how the site uses its AES cards, by the secrets that [[reader]] aes names: the
// present one first.
func aesSite(r config.Reader) (*aescard.Site, error) {
	raw, err := aesSecrets(r)
	if err != nil {
		return nil, err
	}
	defer clear(raw)
	var secrets []aescard.Key
	for _, line := range bytes.Fields(raw) {
		var k aescard.Key
		if len(line) != hex.EncodedLen(len(k)) {
			return nil, badAESKey(r.AES)
		}
		if _, err := hex.Decode(k[:], line); err != nil { // the error would show a part of the key
			return nil, badAESKey(r.AES)
		}
		secrets = append(secrets, k)
	}
	if len(secrets) == 0 {
		return nil, badAESKey(r.AES)
	}
	site, err := aescard.NewSite(secrets[0], secrets[1:]...)
	if err != nil {
		return nil, fmt.Errorf("the secret of the cards in %s: %w", r.AES, err)
	}
	return site, nil
}

// aesSecrets reads them from a file, or from the folder in memory where systemd puts what it has
// unsealed.
func aesSecrets(r config.Reader) ([]byte, error) {
	name, sealed := r.AESCredential()
	if !sealed {
		return readKeyFile("key file", r.AES)
	}
	dir := os.Getenv("CREDENTIALS_DIRECTORY")
	if dir == "" {
		return nil, errors.New("no credentials: start the service by systemd with LoadCredentialEncrypted=" + name)
	}
	raw, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		return nil, fmt.Errorf("reading the credential: %w", err)
	}
	return raw, nil
}

func badAESKey(from string) error {
	return fmt.Errorf("the secret of the cards in %s is not 32 hex digits: make them with 'openssl rand -hex 16'; "+
		"further lines are secrets from before", from)
}
