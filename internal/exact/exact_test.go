package exact

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

type doc struct {
	N    int            `json:"n"`
	Name string         `json:"name,omitempty"`
	In   map[string]int `json:"in,omitempty"`
}

func TestDecodeTakesOneFormOnly(t *testing.T) {
	for text, want := range map[string]bool{
		`{"n":1}`:                 true,
		`{"n":1,"name":"a"}`:      true,
		`{"n":1,"in":{"a":1}}`:    true,
		`{"n":2,"n":1}`:           false,
		`{"n":1,"N":2}`:           false,
		`{"n": 1}`:                false,
		`{"n":1} `:                false,
		`{"n":1}{"n":1}`:          false,
		`{"name":"a","n":1}`:      false,
		`{"n":1,"more":1}`:        false,
		`{"n":1,"name":"\u0061"}`: false,
		`{"n":1e0}`:               false,
		`{"n":1,"name":""}`:       false,
		``:                        false,
	} {
		if err := Decode([]byte(text), new(doc)); (err == nil) != want {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestUnmarshalRefusesWhatIsSaidTwice(t *testing.T) {
	for text, want := range map[string]error{
		` { "n" : 1 , "later" : [ {"a":1}, {"a":2}, [] ] } `: nil,
		`{"n":1,"in":{"n":1}}`:                               nil,
		`{"n":1,"n":1}`:                                      ErrTwice,
		`{"n":1,"N":1}`:                                      ErrTwice,
		`{"ſ":1,"S":1}`:                                      ErrTwice,
		`{"n":1,"\u006e":1}`:                                 ErrTwice,
		`{"in":{"a":1,"b":{},"a":2}}`:                        ErrTwice,
		`{"x":[1,{"y":[{"z":1,"z":2}]}]}`:                    ErrTwice,
		`[{"a":1},{"a":1}]`:                                  nil,
		`"n"`:                                                nil,
	} {
		var v any
		if err := Unmarshal([]byte(text), &v); !errors.Is(err, want) {
			t.Errorf("%s: %v instead of %v", text, err, want)
		}
	}
}

// TestErrorsQuoteNothing: what is read may be any file, and is not for a terminal or a log.
func TestErrorsQuoteNothing(t *testing.T) {
	for _, text := range []string{`{"n":41734}{}`, `{"n":"41734"}`, `{"41734":1}`, `41734`, `{"n":41734e99}`,
		`{"n":1,"41734":1,"41734":2}`, "\x8041734"} {
		for name, err := range map[string]error{"Decode": Decode([]byte(text), new(doc)),
			"Unmarshal": Unmarshal([]byte(text), new(doc))} {
			if err != nil && strings.Contains(err.Error(), "41734") {
				t.Errorf("%s of %s: %v", name, text, err)
			}
		}
	}
}

// What Decode takes, it takes in one form; what Unmarshal takes, json.Unmarshal takes.
func FuzzExact(f *testing.F) {
	f.Add([]byte(`{"n":1,"name":"a","in":{"a":1}}`))
	f.Add([]byte(`{"n":1,"n":[{}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var d doc
		if Decode(b, &d) == nil {
			if again, err := json.Marshal(d); err != nil || string(again) != string(b) {
				t.Errorf("%q decodes, and encodes as %q", b, again)
			}
		}
		var v any
		if Unmarshal(b, &v) == nil && !json.Valid(b) {
			t.Errorf("%q is not JSON", b)
		}
	})
}
