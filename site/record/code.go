package record

import (
	"crypto/sha256"
	"encoding/base32"
	"strings"
)

// Code gives the twelve letters by which two people at two consoles see that the same bytes are at
// both: 60 bits of their SHA-256, in three groups. Nobody can find other bytes with the same code.
func Code(data []byte) string {
	sum := sha256.Sum256(append([]byte("menshen site code 1\n"), data...))
	text := letters.EncodeToString(sum[:])
	return text[:4] + "-" + text[4:8] + "-" + text[8:12]
}

// IsCode reports whether typed is the code of data. Case, spaces and hyphens do not matter.
func IsCode(typed string, data []byte) bool {
	plain := func(s string) string {
		return strings.NewReplacer("-", "", " ", "").Replace(strings.ToUpper(s))
	}
	return plain(typed) == plain(Code(data))
}

// letters leaves out what is easily misread: there is no I, O, 0 or 1.
var letters = base32.NewEncoding("ABCDEFGHJKLMNPQRSTUVWXYZ23456789").WithPadding(base32.NoPadding)
