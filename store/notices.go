package store

import (
	"crypto/sha256"
	"errors"
	"fmt"

	"menshen/store/audit"
)

// notice is a text as it was shown. It is stored under its hash for good, since consents name it,
// and under its language while it is in force.
type notice struct {
	Text string `cbor:"text"`
	Lang string `cbor:"lang"`
}

// PutNotice puts a notice in force for a language ("en", "zh") and returns the SHA-256 of its text,
// to which a consent refers (R-NOTICE, R-CONSENT).
func (v *Vault) PutNotice(a Actor, text, lang string) ([32]byte, error) {
	hash := sha256.Sum256([]byte(text))
	if text == "" || lang == "" || len(lang) > 16 {
		return hash, errors.New("put notice: a text and a language are needed")
	}
	err := v.act(func(t *tx) error {
		n := notice{text, lang}
		if err := t.put(noticeBucket, hash[:], &t.r.seal, &n); err != nil {
			return err
		}
		if err := t.put(noticeBucket, []byte(lang), &t.r.seal, &n); err != nil {
			return err
		}
		_, err := t.log(Entry{At: v.now(t), Kind: audit.NoticeChanged, Actor: a,
			Detail: map[string]string{"lang": lang, "sha256": fmt.Sprintf("%x", hash)}})
		return err
	})
	if err != nil {
		return hash, fmt.Errorf("put notice: %w", err)
	}
	return hash, nil
}

// Notice gives the text in force for a language, and its hash. [ErrUnknown]: none is in force.
func (v *Vault) Notice(lang string) (text string, hash [32]byte, err error) {
	var n notice
	err = v.view(func(t *tx) error { return t.get(noticeBucket, []byte(lang), &t.r.seal, &n) })
	if err != nil {
		return "", hash, fmt.Errorf("notice in %q: %w", lang, err)
	}
	return n.Text, sha256.Sum256([]byte(n.Text)), nil
}

// NoticeByHash gives the exact text that a consent refers to.
func (v *Vault) NoticeByHash(hash [32]byte) (text, lang string, err error) {
	var n notice
	err = v.view(func(t *tx) error { return t.get(noticeBucket, hash[:], &t.r.seal, &n) })
	if err != nil {
		return "", "", fmt.Errorf("notice: %w", err)
	}
	return n.Text, n.Lang, nil
}

// Notices gives the hash of every notice that can be shown again, and whether it is in force.
func (v *Vault) Notices() (map[[32]byte]bool, error) {
	out := map[[32]byte]bool{}
	err := v.view(func(t *tx) error {
		return t.each(noticeBucket, func(key, value []byte) error {
			var n notice
			if err := t.open(noticeBucket, key, value, &t.r.seal, &n); err != nil {
				return err
			}
			hash := sha256.Sum256([]byte(n.Text))
			out[hash] = out[hash] || string(key) == n.Lang
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("notices: %w", err)
	}
	return out, nil
}
