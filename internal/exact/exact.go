// Package exact reads JSON and refuses forms that two readers could understand differently.
//
// Documents whose values are signed are read by [Decode]; documents whose bytes are signed, by
// [Unmarshal]. encoding/json alone takes the last of two members of the same name, leaves out
// members that it does not know, and accepts any spaces. So a signed document could show one thing
// to a reader and another to a program, with a signature that fits.
package exact

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
)

// Errors of this package. They do not quote what was read, which may be any file.
var (
	ErrForm  = errors.New("not in the form in which it was written: changed, or formatted by another program")
	ErrTwice = errors.New("a member is named twice")
)

// Decode reads b into v, and refuses bytes that [json.Marshal] would not have made of v: unknown or
// repeated members, another order, spaces.
func Decode(b []byte, v any) error {
	if err := json.Unmarshal(b, v); err != nil {
		return unquoted(err)
	}
	if again, err := json.Marshal(v); err != nil || !bytes.Equal(again, b) {
		return ErrForm
	}
	return nil
}

// Unmarshal is [json.Unmarshal], but refuses a member that is named twice in one object. Names that
// differ only in case count as the same, since encoding/json takes them for the same field.
func Unmarshal(b []byte, v any) error {
	if err := json.Unmarshal(b, v); err != nil {
		return unquoted(err)
	}
	return checkMembers(json.NewDecoder(bytes.NewReader(b)))
}

// unquoted gives ErrForm for an error of encoding/json, with the place where it knows one.
func unquoted(err error) error {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return fmt.Errorf("%w, from byte %d on", ErrForm, syntax.Offset)
	}
	return ErrForm
}

// checkMembers looks at every object of a document that is known to be valid JSON.
func checkMembers(d *json.Decoder) error {
	type level struct {
		seen  map[string]bool // nil: an array
		value bool            // the next token is the value of a member
	}
	var levels []level
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch t {
		case json.Delim('}'), json.Delim(']'):
			levels = levels[:len(levels)-1]
			continue
		}
		if n := len(levels); n > 0 && levels[n-1].seen != nil {
			in := &levels[n-1]
			if in.value = !in.value; in.value {
				name := strings.Map(smallest, t.(string))
				if in.seen[name] {
					return ErrTwice
				}
				in.seen[name] = true
				continue
			}
		}
		switch t {
		case json.Delim('{'):
			levels = append(levels, level{seen: map[string]bool{}})
		case json.Delim('['):
			levels = append(levels, level{})
		}
	}
}

// smallest gives the least of the runes that differ from r by case alone.
func smallest(r rune) rune {
	least := r
	for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
		least = min(least, next)
	}
	return least
}
