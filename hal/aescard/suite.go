package aescard

import "slices"

// suite is how the messages of a session are protected: by AES or by LRP. start, the beginning of
// what AES makes of it, is a label, the transaction and the counter of commands (NT4H2421Gx,
// 9.1.4); LRP counts blocks instead (9.2.4). Messages are whole blocks.
type suite interface {
	code(message []byte) Key
	seal(start Key, message []byte) []byte
	open(start Key, message []byte) []byte
	forget()
}

// byAES is AES secure messaging (NT4H2421Gx, 9.1).
type byAES struct{ enc, mac Key }

func (s *byAES) code(message []byte) Key { return s.mac.cmac(message) }
func (s *byAES) seal(start Key, message []byte) []byte {
	return s.enc.encrypted(s.enc.encrypt(start), message)
}
func (s *byAES) open(start Key, message []byte) []byte {
	return s.enc.decrypted(s.enc.encrypt(start), message)
}
func (s *byAES) forget() { *s = byAES{} }

// aesKeys are the keys of a session after a proof by AES with the numbers a and b (9.1.7).
func aesKeys(key, a, b Key) *byAES {
	vector := slices.Concat([]byte{0xa5, 0x5a, 0, 1, 0, 0x80}, mixed(a, b))
	enc := key.cmac(vector)
	vector[0], vector[1] = 0x5a, 0xa5
	return &byAES{enc, key.cmac(vector)}
}

// byLRP is LRP secure messaging (NT4H2421Gx, 9.2).
type byLRP struct {
	enc, mac *lrp
	blocks   uint32 // sealed and opened so far
}

func (s *byLRP) code(message []byte) Key { return s.mac.cmac(message) }
func (s *byLRP) seal(_ Key, message []byte) []byte {
	return s.enc.crypt(&s.blocks, message, Key.encrypt)
}
func (s *byLRP) open(_ Key, message []byte) []byte {
	return s.enc.crypt(&s.blocks, message, Key.decrypt)
}
func (s *byLRP) forget() { *s.enc, *s.mac = lrp{}, lrp{} }

// lrpKeys are those of a session after a proof by LRP (9.2.7).
func lrpKeys(key, a, b Key) *byLRP {
	vector := slices.Concat([]byte{0, 1, 0, 0x80}, mixed(a, b), []byte{0x96, 0x69})
	session := newLRP(key, 0).cmac(vector)
	return &byLRP{mac: newLRP(session, 0), enc: newLRP(session, 1)}
}

// mixed are both numbers of a proof, as the keys of the session are made from them.
func mixed(a, b Key) []byte {
	middle := slices.Clone(a[2:8])
	for i := range middle {
		middle[i] ^= b[i]
	}
	return slices.Concat(a[:2], middle, b[6:], a[8:])
}
