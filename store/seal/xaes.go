package seal

import (
	"crypto/aes"
	"crypto/cipher"
)

// newXAES gives XAES-256-GCM for one nonce: AES-256-GCM with a key derived from the
// first half of the nonce by the counter mode of NIST SP 800-108r1 over AES-CMAC, and
// the second half as its nonce.
func newXAES(k *Key, nonce []byte) (cipher.AEAD, error) {
	outer, err := aes.NewCipher(k[:])
	if err != nil {
		return nil, err
	}
	var k1 [16]byte // the CMAC subkey for whole last blocks
	outer.Encrypt(k1[:], k1[:])
	carry := k1[0] >> 7
	for i := range 15 {
		k1[i] = k1[i]<<1 | k1[i+1]>>7
	}
	k1[15] = k1[15]<<1 ^ carry*0x87

	var inner Key
	defer inner.Wipe()
	for i := range 2 {
		half := inner[16*i : 16*i+16]
		copy(half, []byte{0, byte(i + 1), 'X', 0})
		copy(half[4:], nonce[:12])
		for j := range half {
			half[j] ^= k1[j]
		}
		outer.Encrypt(half, half)
	}
	block, err := aes.NewCipher(inner[:])
	if err != nil {
		return nil, err
	}
	gcm, err := cipher.NewGCM(block)
	return shortNonce{gcm}, err
}

// shortNonce feeds the second half of a 24-byte nonce to a cipher that was keyed with the first.
type shortNonce struct{ cipher.AEAD }

func (shortNonce) NonceSize() int { return nonceSize }

func (s shortNonce) Seal(dst, nonce, plain, ad []byte) []byte {
	return s.AEAD.Seal(dst, nonce[12:], plain, ad)
}

func (s shortNonce) Open(dst, nonce, box, ad []byte) ([]byte, error) {
	return s.AEAD.Open(dst, nonce[12:], box, ad)
}
