package slots

import (
	"cmp"
	"errors"
	"strings"
)

// Version is the version of a system, in the form of Debian's: EPOCH:UPSTREAM-REVISION, such as
// "0~20261128.010436+g11fefa2-1". Empty is older than any.
type Version string

// Check refuses what is not a version: the characters are those of Debian's, at most 64.
func (v Version) Check() error {
	for _, r := range v {
		if !isDigit(byte(r)) && !isLetter(byte(r)) && !strings.ContainsRune(".+-~:", r) {
			return errors.New("a version has letters, digits and . + - ~ : only")
		}
	}
	if v == "" || len(v) > 64 {
		return errors.New("a version has 1 to 64 characters")
	}
	return nil
}

// Compare gives −1, 0 or +1 as v is older than w, the same or newer, as dpkg --compare-versions
// does.
func (v Version) Compare(w Version) int {
	if v == "" || w == "" {
		return cmp.Compare(len(v), len(w))
	}
	ve, vu, vr := v.parts()
	we, wu, wr := w.parts()
	return cmp.Or(comparePart(ve, we), comparePart(vu, wu), comparePart(vr, wr))
}

// parts cuts a version at its first colon and at its last hyphen.
func (v Version) parts() (epoch, upstream, revision string) {
	upstream = string(v)
	if e, rest, found := strings.Cut(upstream, ":"); found {
		epoch, upstream = e, rest
	}
	if i := strings.LastIndexByte(upstream, '-'); i >= 0 {
		upstream, revision = upstream[:i], upstream[i+1:]
	}
	return epoch, upstream, revision
}

// comparePart compares by turns what is not a number, by [order], and numbers, by value.
func comparePart(a, b string) int {
	for a != "" || b != "" {
		for a != "" && !isDigit(a[0]) || b != "" && !isDigit(b[0]) {
			if c := cmp.Compare(order(a), order(b)); c != 0 {
				return c
			}
			a, b = a[1:], b[1:] // the same order: neither is at its end
		}
		var x, y string
		x, a = number(a)
		y, b = number(b)
		if c := cmp.Or(cmp.Compare(len(x), len(y)), strings.Compare(x, y)); c != 0 {
			return c
		}
	}
	return 0
}

// order is the rank of the first character: a tilde before the end, then letters, then others.
func order(s string) int {
	switch {
	case s == "" || isDigit(s[0]):
		return 0
	case s[0] == '~':
		return -1
	case isLetter(s[0]):
		return int(s[0])
	}
	return int(s[0]) + 256
}

// number cuts off the digits at the beginning, without leading zeros.
func number(s string) (digits, rest string) {
	i := 0
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	return strings.TrimLeft(s[:i], "0"), s[i:]
}

func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }
