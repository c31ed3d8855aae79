package console

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// keysOf decodes b, split at the given places.
func keysOf(b []byte, cuts ...int) (keys []string, dropped uint64) {
	var d decoder
	for _, cut := range append(cuts, len(b)) {
		cut = min(cut, len(b))
		d.feed(b[:cut], func(k []byte) { keys = append(keys, string(k)) })
		b = b[cut:]
	}
	return keys, d.Dropped
}

func TestDecoder(t *testing.T) {
	for name, c := range map[string]struct {
		in   string
		want []string
	}{
		"text":                  {"a门 é", []string{"a", "门", " ", "é"}},
		"line ends":             {"\r\n\n\r\r\n", []string{"\r", "\r", "\r", "\r"}},
		"arrows, both kinds":    {"\x1b[A\x1bOB", []string{"\x1b[A", "\x1b[B"}},
		"home, end, delete":     {"\x1b[1~\x1bOF\x1b[3~", []string{"\x01", "\x05", "\x1b[3~"}},
		"both backspaces":       {"\b\x7f", []string{"\x7f", "\x7f"}},
		"unknown sequence":      {"\x1b[?1;2cx", []string{"x"}},
		"unfinished, then text": {"\x1b[1\rx", []string{"\r", "x"}},
		"escape twice":          {"\x1b\x1b[A", []string{"\x1b[A"}},
		"cut character":         {"\xe9\x97x", []string{"x"}},
		"stray continuation":    {"\x80\xbfx", []string{"x"}},
		"replacement character": {"\ufffdx", []string{"x"}},
		"direction override":    {"\u202ex\u200b", []string{"x"}},
		"C1 control":            {"\u009bx", []string{"x"}},
	} {
		if got, _ := keysOf([]byte(c.in)); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q gave %q, want %q", name, c.in, got, c.want)
		}
	}
}

func TestDecoderIsTheSameForAnySplit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := rapid.SliceOf(rapid.OneOf(rapid.Byte(), rapid.SampledFrom([]byte("\x1b[AO;1~\r\n\xe9\x97\xa8")))).Draw(t, "bytes")
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
		d.feed(b, func(k []byte) {
			if len(k) == 0 || !utf8.Valid(k) || bytes.ContainsRune(k, utf8.RuneError) {
				t.Errorf("%q is no key", k)
			}
			if k[0] == escape && !slices.Contains([]string{"\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D", "\x1b[3~", "\x1b[1;3C", "\x1b[1;3D"}, string(k)) {
				t.Errorf("the terminal does not know %q", k)
			}
		})
		if len(d.held) > maxSequence {
			t.Errorf("%d bytes held", len(d.held))
		}
	})
}
