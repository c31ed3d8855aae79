package console

import (
	"unicode"
	"unicode/utf8"
)

// The keys that mean something besides printable characters.
const (
	keyBreak  = 0x00 // a serial BREAK arrives as a zero byte
	keyCancel = 0x03 // Ctrl-C
	keyEnd    = 0x04 // Ctrl-D
	keyTab    = '\t'
	keyEnter  = '\r'
	keyErase  = 0x7f
	keyKill   = 0x15 // Ctrl-U, erases to the start of the line
	keyLast   = 0x05 // Ctrl-E, goes to the end of the line
	escape    = 0x1b
)

// maxSequence is the longest escape sequence that is waited for, in bytes.
const maxSequence = 64

// decoder turns the bytes of a line into whole keys and drops all else: noise, invalid UTF-8, unknown or unfinished
// escape sequences, characters that do not print. It stands before x/term's Terminal, which waits for ever behind an invalid byte
// and an unfinished sequence. The zero value is ready; any split of the bytes gives the same keys.
type decoder struct {
	held    []byte // an unfinished character or sequence
	skipLF  bool   // the last byte was CR
	Dropped uint64 // bytes that were no key
}

// feed gives the keys in b, each as the bytes that Terminal knows it by.
func (d *decoder) feed(b []byte, key func([]byte)) {
	for _, c := range b {
		skip := d.skipLF && c == '\n'
		d.skipLF = false
		switch {
		case skip:
		case len(d.held) > 0 && d.held[0] == escape:
			d.sequence(c, key)
		case len(d.held) > 0:
			d.character(c, key)
		case c == escape || c >= utf8.RuneSelf:
			d.held = append(d.held, c)
		default:
			d.single(c, key)
		}
	}
}

func (d *decoder) single(c byte, key func([]byte)) {
	switch {
	case c == '\n':
		key([]byte{keyEnter})
	case c == '\r':
		d.skipLF = true
		key([]byte{keyEnter})
	case c == '\b':
		key([]byte{keyErase})
	case c >= ' ', c == keyTab, c == keyBreak, c == keyCancel, c == keyEnd, c == keyKill, c == keyLast,
		c == 0x01, c == 0x02, c == 0x06, c == 0x0b, c == 0x0e, c == 0x10, c == 0x17: // ^A ^B ^F ^K ^N ^P ^W, as in Emacs
		key([]byte{c})
	default:
		d.Dropped++
	}
}

// character goes on with a multi-byte character.
func (d *decoder) character(c byte, key func([]byte)) {
	if utf8.RuneStart(c) { // the one before is unfinished
		d.drop()
		d.feed([]byte{c}, key)
		return
	}
	d.held = append(d.held, c)
	if !utf8.FullRune(d.held) {
		return
	}
	r, n := utf8.DecodeRune(d.held)
	if r == utf8.RuneError || n != len(d.held) || !unicode.IsPrint(r) {
		d.drop()
		return
	}
	whole := d.held
	d.held = nil
	key(whole)
}

// sequence goes on with an escape sequence (ECMA-48, 5.4). A control character inside ends it.
func (d *decoder) sequence(c byte, key func([]byte)) {
	if c < ' ' || c >= keyErase || len(d.held) == maxSequence {
		d.drop()
		d.feed([]byte{c}, key)
		return
	}
	d.held = append(d.held, c)
	if len(d.held) == 2 && (c == '[' || c == 'O') || c < '@' {
		return // parameters follow
	}
	known, ok := sequences[string(d.held[1:])]
	if !ok {
		d.drop()
		return
	}
	d.held = d.held[:0]
	key([]byte(known))
}

func (d *decoder) drop() {
	d.Dropped += uint64(len(d.held))
	d.held = nil
}

// sequences are the keys that terminals send as sequences, and how Terminal knows them.
var sequences = map[string]string{
	"[A": "\x1b[A", "OA": "\x1b[A", // up
	"[B": "\x1b[B", "OB": "\x1b[B", // down
	"[C": "\x1b[C", "OC": "\x1b[C", // right
	"[D": "\x1b[D", "OD": "\x1b[D", // left
	"[H": "\x01", "OH": "\x01", "[1~": "\x01", // home
	"[F": "\x05", "OF": "\x05", "[4~": "\x05", // end
	"[3~":   "\x1b[3~",                         // delete
	"[1;3C": "\x1b[1;3C", "[1;5C": "\x1b[1;3C", // a word on
	"[1;3D": "\x1b[1;3D", "[1;5D": "\x1b[1;3D", // a word back
}
