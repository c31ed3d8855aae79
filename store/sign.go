package store

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
)

// Sign signs data with the unit's key, for one purpose only: a signature for another purpose, or one on a receipt, an export or a backup, never fits. nil once the vault is closed.
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

// signed is what is signed: a first line that begins nothing else the unit signs, the purpose with its length, and the SHA-256 of the data.
func signed(purpose string, data []byte) []byte {
	m := binary.BigEndian.AppendUint64([]byte("menshen signed 1\n"), uint64(len(purpose)))
	sum := sha256.Sum256(data)
	return append(append(m, purpose...), sum[:]...)
}
