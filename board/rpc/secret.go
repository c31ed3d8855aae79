package rpc

import (
	"bytes"
	"encoding/json"
	"errors"

	"menshen/board/desk"
)

// secret is a parameter that only its owner knows. It is read without a copy that stays, if it is
// written without escapes; the handler wipes it.
type secret desk.Secret

// UnmarshalJSON takes a text.
func (s *secret) UnmarshalJSON(b []byte) error {
	if len(b) < 2 || b[0] != '"' {
		return errors.New("not a text")
	}
	if !bytes.ContainsRune(b, '\\') {
		*s = bytes.Clone(b[1 : len(b)-1])
		return nil
	}
	var text string
	err := json.Unmarshal(b, &text)
	*s = []byte(text)
	return err
}

// MarshalJSON writes it as a text.
func (s secret) MarshalJSON() ([]byte, error) { return json.Marshal(string(s)) }

func (s secret) of() desk.Secret { return desk.Secret(s) }
