package notice

import (
	"crypto/sha256"
	"fmt"

	"menshen/internal/i18n"
)

// Commitment gives the confidentiality commitment that staff accept before first use (R-OPERATOR),
// and its version, the same in each language: the beginning of the SHA-256 of all of them, so that
// a changed word asks for a new acceptance. In a language that it is not written in, it is English.
func Commitment(lang i18n.Language) (text, version string) {
	all := sha256.New()
	for _, l := range Languages() {
		words, _ := files.ReadFile("commitment." + l.Code() + ".txt") // a test reads each
		all.Write(words)
		if l.Code() == lang.Code() || l == i18n.English {
			text = string(words)
		}
	}
	return text, fmt.Sprintf("%.4x", all.Sum(nil))
}
