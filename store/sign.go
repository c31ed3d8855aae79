package store

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
)

// Sign signs data with the unit's key, for one purpose: the signature fits no other purpose, and no
// receipt, export or backup. nil once the vault is closed. See [VerifySigned].
func (v *Vault) Sign(purpose string, data []byte) []byte {
	v.mu.RLock()
	defer v.mu.RUnlock()
	if v.db == nil {
		return nil
	}
	return ed25519.Sign(v.ring.sign(), signed(purpose, data))
}

// VerifySigned reports whether the unit with this public key signed data for that purpose.
func VerifySigned(pub ed25519.PublicKey, purpose string, data, sig []byte) bool {
	return len(pub) == ed25519.PublicKeySize && ed25519.Verify(pub, signed(purpose, data), sig)
}

// signed gives the bytes to sign: a first line with which nothing else begins that the unit signs,
// the purpose with its length, and the SHA-256 of the data.
func signed(purpose string, data []byte) []byte {
	m := binary.BigEndian.AppendUint64([]byte("menshen signed 1\n"), uint64(len(purpose)))
	sum := sha256.Sum256(data)
	return append(append(m, purpose...), sum[:]...)
}
