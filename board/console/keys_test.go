package console

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"
)

// keysOf decodes b, split at the given places.
func keysOf(b []byte, cuts ...int) (keys []rune, dropped uint64) {
	var d decoder
	for _, cut := range append(cuts, len(b)) {
		cut = min(cut, len(b))
		d.feed(b[:cut], func(k rune) { keys = append(keys, k) })
		b = b[cut:]
	}
	return keys, d.dropped
}

func TestDecoder(t *testing.T) {
	for name, c := range map[string]struct {
		in   string
		want []rune
	}{
		"text":                  {"a门 é", []rune{'a', '门', ' ', 'é'}},
		"line ends":             {"\r\n\n\r\r\n", []rune{keyEnter, keyEnter, keyEnter, keyEnter}},
		"arrows, both kinds":    {"\x1b[A\x1bOB", []rune{keyUp, keyDown}},
		"home, end, delete":     {"\x1b[1~\x1bOF\x1b[3~", []rune{keyHome, keyEnd, keyDelete}},
		"both backspaces":       {"\b\x7f", []rune{keyErase, keyErase}},
		"unknown sequence":      {"\x1b[?1;2cx", []rune{'x'}},
		"unfinished, then text": {"\x1b[1\rx", []rune{keyEnter, 'x'}},
		"escape twice":          {"\x1b\x1b[A", []rune{keyUp}},
		"cut character":         {"\xe9\x97x", []rune{'x'}},
		"stray continuation":    {"\x80\xbfx", []rune{'x'}},
		"replacement character": {"\ufffdx", []rune{'x'}},
		"wide space":            {"a\u3000b", []rune{'a', ' ', 'b'}},
		"private use":           {"\ue000\ue001x", []rune{'x'}},
		"direction override":    {"\u202ex\u200b", []rune{'x'}},
		"C1 control":            {"\u009bx", []rune{'x'}},
	} {
		if got, _ := keysOf([]byte(c.in)); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q gave %q, want %q", name, c.in, got, c.want)
		}
	}
}

func TestDecoderIsTheSameForAnySplit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		special := rapid.SampledFrom([]byte("\x1b[AO;1~\r\n\xe9\x97\xa8"))
		b := rapid.SliceOf(rapid.OneOf(rapid.Byte(), special)).Draw(t, "bytes")
		cuts := rapid.SliceOf(rapid.IntRange(0, 5)).Draw(t, "cuts")
		whole, n := keysOf(b)
		parts, m := keysOf(b, cuts...)
		if !slices.Equal(whole, parts) || n != m {
			t.Fatalf("whole %q (%d dropped), in parts %q (%d dropped)", whole, n, parts, m)
		}
	})
}

func FuzzDecoder(f *testing.F) {
	f.Add([]byte("people\r\x1b[A\x1b[1;5C\t\x7f"))
	f.Add([]byte("\xff\xfe\x1b]0;t\x07\x1b[" + strings.Repeat("9", 100)))
	f.Fuzz(func(t *testing.T, b []byte) {
		var d decoder
		d.feed(b, func(k rune) {
			if k >= 0 && !unicode.IsPrint(k) || k == markBroken || k == markTooLong {
				t.Errorf("%q is no key", k)
			}
		})
		if len(d.held) > maxSequence {
			t.Errorf("%d bytes held", len(d.held))
		}
	})
}
