package notice

import (
	"crypto/sha256"
	_ "embed"
	"fmt"
)

var (
	//go:embed commitment.en.txt
	commitmentEN string
	//go:embed commitment.zh.txt
	commitmentZH string
)

// Commitment gives the confidentiality commitment that staff accept before first use (R-OPERATOR), and its version, the
// same in each language: the beginning of the SHA-256 of all of them, so that a changed word asks for a new acceptance.
func Commitment(lang string) (text, version string) {
	version = fmt.Sprintf("%.4x", sha256.Sum256([]byte(commitmentEN+commitmentZH)))
	if lang == "zh" {
		return commitmentZH, version
	}
	return commitmentEN, version
}
