package dossier

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"fmt"

	"menshen/internal/exact"
	"menshen/store"
)

// Purpose is the domain of the signature (store.Vault.Sign).
const Purpose = "dossier"

// MaxFile is more than a dossier of ten thousand erasures takes.
const MaxFile = 64 << 20

// Errors of Verify.
var (
	ErrUnsigned = errors.New("this is not a signed dossier, or its end is missing")
	ErrChanged  = errors.New("it was not signed by the unit with this key, or it was changed since")
)

// The last line of a file. Every byte before it is signed.
const (
	sealBegin = "<!-- menshen dossier 1, signed by the unit: "
	sealEnd   = " -->\n"
)

// Seal signs a page, and gives the file.
func Seal(page []byte, sign func([]byte) []byte) ([]byte, error) {
	if len(page) == 0 || page[len(page)-1] != '\n' {
		page = append(page, '\n')
	}
	sig := sign(page)
	if len(sig) != ed25519.SignatureSize {
		return nil, errors.New("signing the dossier: the vault is closed")
	}
	return append(bytes.Clone(page), sealBegin+hex.EncodeToString(sig)+sealEnd...), nil
}

// Verify checks a file with the unit's public key, and gives what it says. The key must
// come from elsewhere than the file. Each receipt in it must be signed by the same unit.
// Errors: ErrUnsigned, ErrChanged.
func Verify(file []byte, key ed25519.PublicKey) (*Data, error) {
	at := bytes.LastIndex(file, []byte(sealBegin))
	if at <= 0 || file[at-1] != '\n' || len(file) > MaxFile {
		return nil, ErrUnsigned
	}
	page, seal := file[:at], file[at+len(sealBegin):]
	digits, ok := bytes.CutSuffix(seal, []byte(sealEnd))
	sig, err := hex.DecodeString(string(digits))
	if !ok || err != nil || len(sig) != ed25519.SignatureSize || hex.EncodeToString(sig) != string(digits) {
		return nil, ErrUnsigned
	}
	if !store.VerifySigned(key, Purpose, page, sig) {
		return nil, ErrChanged
	}
	_, rest, ok := bytes.Cut(page, []byte(dataBegin))
	raw, _, end := bytes.Cut(rest, []byte(dataEnd))
	d := new(Data)
	if !ok || !end {
		return nil, fmt.Errorf("%w: no data in it", ErrUnsigned)
	}
	if err := exact.Unmarshal(raw, d); err != nil {
		return nil, fmt.Errorf("reading the dossier's data: %w", err)
	}
	for _, r := range d.Receipts {
		if !r.Verify(key) {
			return d, fmt.Errorf("receipt %d: %w", r.Seq, ErrChanged)
		}
	}
	return d, nil
}

// Complete reports whether a file has its end, which Verify then judges.
func Complete(file []byte) bool {
	at := bytes.LastIndex(file, []byte(sealBegin))
	return at > 0 && bytes.HasSuffix(file[at:], []byte(sealEnd))
}

// Where the data stands in the page.
const (
	dataBegin = `<script type="application/json" id="data">`
	dataEnd   = `</script>`
)
