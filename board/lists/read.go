package lists

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"menshen/hal"
	"menshen/internal/i18n"
	"menshen/policy"
)

// Limits of a list: of the file in bytes, of its rows, its columns, and of a cell in characters.
const (
	MaxBytes   = 2 << 20
	MaxRows    = 5000
	MaxColumns = 64
	MaxCell    = 200
)

// Options say how cells are read.
type Options struct {
	Zone      *time.Location // of the days
	Languages []string       // codes of those that a person can have
	Numbers   Numbers
}

// List is a file as it was read.
type List struct {
	File     [32]byte         // SHA-256 of its bytes
	Encoding string           // "UTF-8" or "GB18030"
	Unread   []policy.Private // headings of columns that are not known
	Rows     []Row
}

// Row is one person of a list.
type Row struct {
	Line      int
	Handle    string
	Name      policy.Private
	Apartment policy.Private
	From      Day
	Until     Day // the last day
	Groups    []string
	HasGroups bool   // false: the cell is empty
	Lang      string // empty: the cell is
	Cards     []hal.Card
	Wrong     []i18n.Message // why it cannot be taken
	sum       [32]byte       // SHA-256 of all cells, to find a line that stands twice
}

// Day is a cell with a day.
type Day struct {
	Given bool      // false: the cell is empty
	At    time.Time // the beginning of the day; zero: no limit
}

// Errors of a file. None of them quotes it.
var (
	ErrTooLarge  = i18n.E("lists.file-too-large", "the file is larger than %d KiB", MaxBytes>>10)
	ErrTooMany   = i18n.E("lists.too-many-rows", "the list has more than %d lines", MaxRows)
	ErrEncoding  = i18n.E("lists.encoding", "the file is neither UTF-8 nor GB18030")
	ErrNotCSV    = i18n.E("lists.not-csv", "the file is not CSV")
	ErrHeadings  = i18n.E("lists.no-headings", "the first line has no heading %v", Name.Heading())
	ErrNeverRead = i18n.E("lists.has-faces", "the list has a column of faces or consents, which are never imported "+
		"(R-CONSENT)")
	ErrTwice = i18n.E("lists.heading-twice", "two columns have the same meaning")
)

// Read reads a list. Errors are of the file as a whole; what is wrong with one line is in
// [Row.Wrong].
func Read(in io.Reader, o Options) (*List, error) {
	raw, err := io.ReadAll(io.LimitReader(in, MaxBytes+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("reading the list: %w", err)
	case len(raw) > MaxBytes:
		return nil, i18n.Problem(ErrTooLarge, i18n.M("lists.cut-the-file", "cut it into several files"))
	}
	l := &List{File: sha256.Sum256(raw)}
	text, err := l.decode(raw)
	if err != nil {
		return nil, err
	}
	comma, places, err := l.headings(text)
	if err != nil {
		return nil, err
	}
	return l, l.read(text, comma, places, o)
}

// decode gives the text of a file.
func (l *List) decode(raw []byte) (string, error) {
	text, marked := bytes.CutPrefix(raw, []byte("\ufeff"))
	switch {
	case bytes.HasPrefix(raw, []byte("PK\x03\x04")), bytes.HasPrefix(raw, []byte("\xff\xfe")),
		bytes.HasPrefix(raw, []byte("\xfe\xff")), bytes.IndexByte(raw, 0) >= 0:
		return "", i18n.Problem(ErrNotCSV, i18n.M("lists.save-as-csv", "save it as \"CSV UTF-8\" in the spreadsheet"))
	case utf8.Valid(text):
		l.Encoding = "UTF-8"
		return string(text), nil
	}
	l.Encoding = "GB18030"
	text, err := simplifiedchinese.GB18030.NewDecoder().Bytes(raw)
	if marked || err != nil || bytes.ContainsRune(text, utf8.RuneError) {
		return "", i18n.Problem(ErrEncoding, i18n.M("lists.save-as-csv", "save it as \"CSV UTF-8\" in the spreadsheet"))
	}
	return string(text), nil
}

// headings finds the separator that makes most headings known, and the column at each place; one
// that is not known is -1.
func (l *List) headings(text string) (comma rune, places []Column, err error) {
	best := 0
	for _, sep := range ",;\t" {
		record, err := reader(text, sep).Read()
		if err != nil || len(record) > MaxColumns {
			continue
		}
		known := 0
		for _, heading := range record {
			if _, ok := columnOf(heading); ok {
				known++
			}
		}
		if known > best {
			best, comma = known, sep
		}
	}
	if best == 0 {
		return 0, nil, noHeadings()
	}
	record, err := reader(text, comma).Read()
	if err != nil {
		return 0, nil, notCSV(err)
	}
	seen := map[Column]bool{}
	for _, heading := range record {
		c, ok := columnOf(heading)
		switch {
		case isNeverRead(heading):
			return 0, nil, i18n.Problem(ErrNeverRead, i18n.M("lists.remove-the-column",
				"remove the column; each person decides at the door, with 'consent' and their own card"))
		case ok && seen[c]:
			return 0, nil, i18n.Problem(ErrTwice, i18n.M("lists.remove-one-column",
				"remove one of those that say %v", c.Heading()))
		case !ok:
			c = -1
			if trim(heading) != "" {
				l.Unread = append(l.Unread, policy.Private(trim(heading)))
			}
		}
		seen[c] = true
		places = append(places, c)
	}
	if !seen[Name] {
		return 0, nil, noHeadings()
	}
	return comma, places, nil
}

func noHeadings() error {
	return i18n.Problem(ErrHeadings, i18n.M("lists.see-template", "'export --template' writes a list to fill in"))
}

func notCSV(err error) error {
	var at *csv.ParseError
	if !errors.As(err, &at) {
		return fmt.Errorf("reading the list: %w", err)
	}
	return i18n.Problem(ErrNotCSV, i18n.M("lists.quotation-marks",
		"line %d has a quotation mark that does not fit: save the list again from the spreadsheet", at.Line))
}

func reader(text string, comma rune) *csv.Reader {
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.FieldsPerRecord, r.ReuseRecord = comma, -1, true
	return r
}

// read reads the lines below the headings.
func (l *List) read(text string, comma rune, places []Column, o Options) error {
	r := reader(text, comma)
	for first := true; ; first = false {
		record, err := r.Read()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return notCSV(err)
		case first || strings.Trim(strings.Join(record, ""), " \t\u00a0\u3000") == "":
			continue
		case len(l.Rows) == MaxRows:
			return i18n.Problem(ErrTooMany, i18n.M("lists.cut-the-file", "cut it into several files"))
		}
		line, _ := r.FieldPos(0)
		l.Rows = append(l.Rows, rowOf(line, record, places, o))
	}
}

// rowOf reads the cells of a line.
func rowOf(line int, record []string, places []Column, o Options) Row {
	row := Row{Line: line, sum: sha256.Sum256([]byte(strings.Join(record, "\x00")))}
	for i, cell := range record {
		cell = bare(trim(cell))
		if cell == "" || i < len(places) && places[i] < 0 {
			continue
		}
		if i >= len(places) {
			row.wrong(i18n.M("lists.cell-without-heading", "it has more cells than there are headings"))
			break
		}
		if why := badCell(cell); !why.IsZero() {
			row.wrong(i18n.M("lists.cell-of", "%v: %v", places[i].Heading(), why))
			continue
		}
		row.take(places[i], cell, o)
	}
	if row.Name == "" && len(row.Wrong) == 0 {
		row.wrong(i18n.M("lists.no-name", "it has no name"))
	}
	return row
}

func (row *Row) wrong(why i18n.Message) { row.Wrong = append(row.Wrong, why) }

// take reads one cell.
func (row *Row) take(c Column, cell string, o Options) {
	switch c {
	case Handle:
		row.Handle = strings.ToLower(cell)
	case Name:
		row.Name = policy.Private(oneLine(cell))
	case Apartment:
		row.Apartment = policy.Private(oneLine(cell))
	case From:
		row.takeDay(&row.From, c, cell, o.Zone)
	case Until:
		row.takeDay(&row.Until, c, cell, o.Zone)
	case Groups:
		row.Groups, row.HasGroups = groupsIn(cell), true
	case Language:
		var ok bool
		if row.Lang, ok = languageOf(cell, o.Languages); !ok {
			row.wrong(i18n.M("lists.not-a-language", "%v: it is one of %s", c.Heading(),
				strings.Join(o.Languages, ", ")))
		}
	case Cards:
		row.takeCards(cell, o.Numbers)
	}
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func (row *Row) takeDay(to *Day, c Column, cell string, zone *time.Location) {
	if isNone(cell) {
		*to = Day{Given: true}
		return
	}
	at, ok := day(cell, zone)
	if !ok {
		row.wrong(i18n.M("lists.not-a-day", "%v: write it like 2027-01-31, or %v", c.Heading(), none))
		return
	}
	*to = Day{true, at}
}

// takeCards reads the numbers of a cell. Which one is wrong is said by its place: a number is never
// repeated.
func (row *Row) takeCards(cell string, numbers Numbers) {
	place := 0
	for _, text := range strings.FieldsFunc(cell, func(r rune) bool { return strings.ContainsRune(";；、\n", r) }) {
		text = trim(text)
		if text == "" {
			continue
		}
		place++
		card, err := numbers.Card(text)
		if err != nil {
			row.wrong(i18n.M("lists.card-wrong", "card %d: %v", place, i18n.Of(err)))
			continue
		}
		row.Cards = append(row.Cards, card)
	}
}
