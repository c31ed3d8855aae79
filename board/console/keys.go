package console

import (
	"unicode"
	"unicode/utf8"
)

// Keys are runes; those that print nothing have a negative value.
const (
	keyBreak  rune = -1 - iota // a serial BREAK, which arrives as a zero byte
	keyCancel                  // Ctrl-C
	keyLeave                   // Ctrl-D
	keyEnter                   // CR, LF or CR LF
	keyTab
	keyErase     // backspace
	keyEraseWord // Ctrl-W
	keyEraseAll  // Ctrl-U, to the start of the line
	keyEraseRest // Ctrl-K, to the end of the line
	keyDelete
	keyHome
	keyEnd
	keyLeft
	keyRight
	keyWordLeft
	keyWordRight
	keyUp
	keyResize // not a key: the terminal has another size
	keyDown
	markBroken  // not a key: the line being typed was given up with Ctrl-C
	markTooLong // not a key: the line being typed was too long
)

const escape = 0x1b

// controls are the keys that arrive as one control character; the letters are those of Emacs.
var controls = map[byte]rune{
	0x00: keyBreak, 0x01: keyHome, 0x02: keyLeft, 0x03: keyCancel, 0x04: keyLeave, 0x05: keyEnd, 0x06: keyRight,
	0x08: keyErase, 0x09: keyTab, 0x0a: keyEnter, 0x0b: keyEraseRest, 0x0d: keyEnter, 0x0e: keyDown, 0x10: keyUp,
	0x15: keyEraseAll, 0x17: keyEraseWord, 0x7f: keyErase,
}

// sequences are the keys that arrive as ESC and these, from the terminals in use.
var sequences = map[string]rune{
	"[A": keyUp, "OA": keyUp, "[B": keyDown, "OB": keyDown, "[C": keyRight, "OC": keyRight,
	"[D": keyLeft, "OD": keyLeft,
	"[H": keyHome, "OH": keyHome, "[1~": keyHome, "[7~": keyHome,
	"[F": keyEnd, "OF": keyEnd, "[4~": keyEnd, "[8~": keyEnd,
	"[3~": keyDelete, "[1;3C": keyWordRight, "[1;5C": keyWordRight, "[1;3D": keyWordLeft, "[1;5D": keyWordLeft,
}

// maxSequence is the longest escape sequence that the decoder takes, in bytes.
const maxSequence = 64

// decoder turns the bytes of a line into keys and drops all else: noise, invalid UTF-8, unknown or
// unfinished escape sequences, characters that do not print. The zero value is ready; any split of
// the bytes gives the same keys. It stands before x/term's Terminal, which would wait for ever
// behind an invalid byte or an unfinished sequence.
type decoder struct {
	held    []byte                  // an unfinished character or sequence
	skipLF  bool                    // the last byte was CR
	resized func(width, height int) // the terminal tells its size; may be nil
	dropped uint64                  // bytes that were not keys
}

// feed gives the keys in b.
func (d *decoder) feed(b []byte, key func(rune)) {
	for _, c := range b {
		skip := d.skipLF && c == '\n'
		d.skipLF = c == '\r'
		switch {
		case skip:
		case len(d.held) > 0 && d.held[0] == escape:
			d.sequence(c, key)
		case len(d.held) > 0:
			d.character(c, key)
		default:
			d.single(c, key)
		}
	}
}

func (d *decoder) single(c byte, key func(rune)) {
	k, known := controls[c]
	switch {
	case c == escape || c >= utf8.RuneSelf:
		d.held = append(d.held, c)
	case known:
		key(k)
	case c >= ' ':
		key(rune(c))
	default:
		d.dropped++
	}
}

// character goes on with a character of several bytes.
func (d *decoder) character(c byte, key func(rune)) {
	if utf8.RuneStart(c) { // the one before is unfinished
		d.drop()
		d.single(c, key)
		return
	}
	d.held = append(d.held, c)
	if !utf8.FullRune(d.held) {
		return
	}
	r, n := utf8.DecodeRune(d.held)
	if r == '\u3000' { // the space of Chinese keyboards
		r = ' '
	}
	if r == utf8.RuneError || n != len(d.held) || !unicode.IsPrint(r) {
		d.drop()
		return
	}
	d.forget()
	key(r)
}

// sequence goes on with an escape sequence (ECMA-48, 5.4). A control character inside ends it.
func (d *decoder) sequence(c byte, key func(rune)) {
	if c < ' ' || c >= 0x7f || len(d.held) == maxSequence {
		d.drop()
		d.single(c, key)
		return
	}
	d.held = append(d.held, c)
	if len(d.held) == 2 && (c == '[' || c == 'O') || c < '@' {
		return // parameters follow
	}
	k, known := sequences[string(d.held[1:])]
	width, height, told := sizeIn(string(d.held[1:]))
	switch {
	case known:
		d.forget()
		key(k)
	case told && d.resized != nil:
		d.forget()
		d.resized(width, height)
	default:
		d.drop()
	}
}

func (d *decoder) drop() {
	d.dropped += uint64(len(d.held))
	d.forget()
}

// forget leaves no byte behind: it may have been part of a secret.
func (d *decoder) forget() {
	clear(d.held)
	d.held = d.held[:0]
}
