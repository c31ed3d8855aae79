package commission

import (
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"regexp"

	"menshen/store"
)

// ErrUnsigned means that a file has no signature at its end: it is not a sealed report, or was
// changed on its way, as some mail programs do.
var ErrUnsigned = errors.New("no signature at its end: not a report of a unit, or changed on its way")

// ErrForged means that the signature is not this unit's, or the file was changed since.
var ErrForged = errors.New("signature does not fit: changed since, or of another unit")

// trailer is the last line of a sealed file. In a page it is a comment.
var trailer = regexp.MustCompile(`\n(?:<!-- |)menshen signature ([0-9a-f]{128})(?: -->|)\n$`)

// seal adds the unit's signature over all of the file as its last line.
func seal(doc []byte, comment bool, sign func(purpose string, data []byte) []byte) []byte {
	line := "menshen signature " + hex.EncodeToString(sign(Purpose, doc))
	if comment {
		line = "<!-- " + line + " -->"
	}
	return append(doc, "\n"+line+"\n"...)
}

// Verify checks the signature of a file that [HTML] or [Text] made, over every byte, and gives the
// report in it; nil for a text, which has none inside. Errors: [ErrUnsigned], [ErrForged].
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

// data finds the JSON inside a page.
var data = regexp.MustCompile(`(?s)<script type="application/json" id="report">(.*?)</script>`)
