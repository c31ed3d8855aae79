package commission

import (
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"regexp"

	"menshen/store"
)

// ErrUnsigned means that a file carries no signature at its end: it is no sealed report, or was
// changed by what sent it (mail likes to).
var ErrUnsigned = errors.New("no signature at its end: not a report of a unit, or changed on its way")

// ErrForged means that the signature is not this unit's, or the file was changed since.
var ErrForged = errors.New("signature does not fit: changed since, or of another unit")

// trailer is the last line of a sealed file: a comment to browsers, a line to people.
var trailer = regexp.MustCompile(`\n(?:<!-- |)menshen signature ([0-9a-f]{128})(?: -->|)\n$`)

// seal adds the unit's signature, over all that stands before it, as the last line.
func seal(doc []byte, comment bool, sign func(purpose string, data []byte) []byte) []byte {
	line := "menshen signature " + hex.EncodeToString(sign(Purpose, doc))
	if comment {
		line = "<!-- " + line + " -->"
	}
	return append(doc, "\n"+line+"\n"...)
}

// Verify checks a file that HTML or Text made, to the last letter that it shows, and gives the
// report in it; nil for a text, which holds none. ErrUnsigned, ErrForged.
func Verify(file []byte, key ed25519.PublicKey) (*Report, error) {
	at := trailer.FindSubmatchIndex(file)
	if at == nil {
		return nil, ErrUnsigned
	}
	sig, err := hex.DecodeString(string(file[at[2]:at[3]]))
	doc := file[:at[0]]
	if err != nil || !store.VerifySigned(key, Purpose, doc, sig) {
		return nil, ErrForged
	}
	block := data.FindSubmatch(doc)
	if block == nil {
		return nil, nil
	}
	return Decode(block[1])
}

// data is where an HTML report holds itself for programs.
var data = regexp.MustCompile(`(?s)<script type="application/json" id="report">(.*?)</script>`)
