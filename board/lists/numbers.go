package lists

import (
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"menshen/hal"
	"menshen/hal/serialreader"
	"menshen/hal/wiegand"
	"menshen/internal/i18n"
)

// Numbers are the ways in which the readers of a door send cards. A number as it is printed on a
// card, or as a list of its seller has it, becomes what the reader will send:
//
//	12:34567          facility and number of a Wiegand format; also 12-34567, 12/34567, 12,34567
//	0001234567        both as one decimal number, as fobs have it; or a number without facility
//	04:A1:B2:C3       the UID of an ISO 14443 card, 4, 7 or 10 bytes in hex; also 04A1B2C3
//	0A001234FF        five bytes in hex of an EM4100 fob; hex or decimal of a serial reader
//	H10301 12:34567   the format before it, where several fit; also uid, em4100, hex, decimal
type Numbers struct {
	Wiegand []wiegand.Format
	UID     bool // an RC522 that opens by the UID
	EM4100  bool
	Hex     bool // serial readers
	Decimal bool
}

// AddWiegand adds formats that are not there yet.
func (n *Numbers) AddWiegand(formats ...wiegand.Format) {
	for _, f := range formats {
		if !slices.ContainsFunc(n.Wiegand, func(g wiegand.Format) bool { return g.Name == f.Name }) {
			n.Wiegand = append(n.Wiegand, f)
		}
	}
}

// Errors of a number. None of them holds the number.
var (
	ErrNoNumbers = i18n.E("lists.no-reader-of-numbers", "no reader of this door reads cards by a printed number")
	ErrRounded   = i18n.E("lists.number-rounded", "the spreadsheet has rounded the number")
	ErrNumber    = i18n.E("lists.not-a-number", "no reader of this door sends such a number")
	ErrSeveral   = i18n.E("lists.several-numbers", "the number can mean several cards")
)

var (
	rounded  = regexp.MustCompile(`^[0-9]+([.,][0-9]+)?[eE][+][0-9]+$`)
	twoParts = regexp.MustCompile(`^([0-9]+) ?[:/,-] ?([0-9]+)$`)
	digits   = regexp.MustCompile(`^[0-9]+$`)
	hexPairs = regexp.MustCompile(`^[0-9A-Fa-f]{2}(?:[ :-][0-9A-Fa-f]{2}){2,}$`)
)

// Card gives the card of a number. Errors: those above, with a remedy.
func (n Numbers) Card(text string) (hal.Card, error) {
	if len(n.names()) == 0 {
		return hal.Card{}, i18n.Problem(ErrNoNumbers, i18n.M("lists.tap-or-write-cards",
			"leave the column out, and give cards at the door with 'card'"))
	}
	if rounded.MatchString(text) {
		return hal.Card{}, i18n.Problem(ErrRounded, i18n.M("lists.format-as-text",
			"make the column one of text, and enter the numbers again"))
	}
	found := n.candidates(text)
	switch {
	case len(found) == 0:
		return hal.Card{}, i18n.Problem(ErrNumber, i18n.M("lists.write-like", "write it like %s", n.Example()))
	case len(found) > 1:
		return hal.Card{}, i18n.Problem(ErrSeveral, i18n.M("lists.write-format-before",
			"write its format before it, one of: %s", strings.Join(n.names(), ", ")))
	}
	return found[0], nil
}

// names are the formats that can stand before a number.
func (n Numbers) names() (all []string) {
	for _, f := range n.Wiegand {
		all = append(all, f.Name)
	}
	for _, of := range []struct {
		has  bool
		name string
	}{{n.UID, "uid"}, {n.EM4100, "em4100"}, {n.Hex, "hex"}, {n.Decimal, "decimal"}} {
		if of.has {
			all = append(all, of.name)
		}
	}
	return all
}

// candidates are the different cards that a number can mean here.
func (n Numbers) candidates(text string) (found []hal.Card) {
	of := ""
	for _, name := range n.names() {
		if rest, ok := cutFold(text, name); ok {
			of, text = name, rest
		}
	}
	add := func(name string, c *hal.Card) {
		if c != nil && (of == "" || of == name) && !slices.ContainsFunc(found, func(other hal.Card) bool {
			return string(other.Credential()) == string(c.Credential())
		}) {
			found = append(found, *c)
		}
	}
	for _, f := range n.Wiegand {
		add(f.Name, wiegandCard(f, text))
	}
	raw := hexOf(text)
	if n.UID {
		add("uid", uidCard(raw))
	}
	if n.EM4100 {
		add("em4100", em4100Card(raw))
	}
	if n.Hex {
		add("hex", read(serialreader.Hex, hex.EncodeToString(raw)))
	}
	if n.Decimal && digits.MatchString(text) {
		add("decimal", read(serialreader.Decimal, text))
	}
	return found
}

// cutFold cuts a format's name from the front of a number.
func cutFold(text, name string) (string, bool) {
	if len(text) <= len(name) || !strings.EqualFold(text[:len(name)], name) ||
		!strings.ContainsRune(" :", rune(text[len(name)])) {
		return "", false
	}
	return strings.TrimSpace(text[len(name)+1:]), true
}

// wiegandCard gives a card of a format by facility and number, or by both as one decimal number. A
// number that could be one without its facility is not completed.
func wiegandCard(f wiegand.Format, text string) *hal.Card {
	facility, number := "0", text
	if m := twoParts.FindStringSubmatch(text); m != nil {
		facility, number = m[1], m[2]
		if f.Facility.Len == 0 {
			return nil
		}
	} else if !digits.MatchString(text) {
		return nil
	}
	fc, err := strconv.ParseUint(facility, 10, 64)
	n, err2 := strconv.ParseUint(number, 10, 64)
	if err != nil || err2 != nil || f.Number.Len == 0 {
		return nil
	}
	if number == text && f.Facility.Len > 0 {
		if n>>f.Number.Len == 0 && len(text) < 8 { // fobs have both in eight or ten digits
			return nil
		}
		fc, n = n>>f.Number.Len, n&(1<<f.Number.Len-1)
	}
	if !fits(fc, f.Facility.Len) || !fits(n, f.Number.Len) {
		return nil
	}
	c := f.Card(f.Encode(fc, n))
	return &c
}

func fits(v uint64, bits int) bool { return bits >= 64 || v>>bits == 0 }

// hexOf gives the bytes of hex digits, in pairs with a sign between or without; nil: it is not hex.
func hexOf(text string) []byte {
	if hexPairs.MatchString(text) {
		text = strings.Map(func(r rune) rune {
			if strings.ContainsRune(" :-", r) {
				return -1
			}
			return r
		}, text)
	}
	raw, err := hex.DecodeString(strings.TrimPrefix(text, "0x"))
	if err != nil {
		return nil
	}
	return raw
}

// uidCard gives a card by its UID, but for one that is another at each tap.
func uidCard(uid []byte) *hal.Card {
	if n := len(uid); n != 4 && n != 7 && n != 10 || hal.RandomUID(uid) {
		return nil
	}
	c := hal.UIDCard(uid)
	return &c
}

// em4100Card gives a fob by its five bytes, with the check digits of its reader or without.
func em4100Card(raw []byte) *hal.Card {
	if len(raw) == 5 {
		raw = append(slices.Clone(raw), raw[0]^raw[1]^raw[2]^raw[3]^raw[4])
	}
	return read(serialreader.EM4100, fmt.Sprintf("%X", raw))
}

// read gives what a serial reader makes of a number; nil: nothing.
func read(content serialreader.Content, frame string) *hal.Card {
	e, err := content([]byte(frame))
	if err != nil {
		return nil
	}
	return e.Card
}

// Example is a number as one of the readers has it; empty: there is no such reader.
func (n Numbers) Example() string {
	switch {
	case len(n.Wiegand) > 0 && n.Wiegand[0].Facility.Len > 0:
		return "12:34567"
	case len(n.Wiegand) > 0, n.Decimal:
		return "1234567"
	case n.UID:
		return "04:A1:B2:C3"
	case n.EM4100, n.Hex:
		return "0A001234FF"
	}
	return ""
}
