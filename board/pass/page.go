package pass

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strconv"
	"strings"
	"time"

	"menshen/internal/i18n"
	"menshen/internal/i18n/catalogue"
)

// Sheet is a pass as it is printed for its visitor. It names no person: who finds it learns of no
// host.
type Sheet struct {
	Doors       []string // that it opens
	Number      string
	From, Until time.Time // in the site's zone
	Uses        int
	Digits      string   // for the keypad, as they are to be read; empty: none
	QR          [][]bool // as of [Draw]; empty: none
}

// quietZone is the light border that a QR code needs, in modules (ISO/IEC 18004, 6.3.8).
const quietZone = 4

var (
	//go:embed page.html
	pageText string

	pageTemplate = template.Must(template.New("pass").Parse(pageText))
)

// fact is one line beside the code, in both languages.
type fact struct {
	Name   catalogue.Words
	Value  string
	Digits bool
}

// picture is a QR code as the path of an SVG picture, Side modules wide with its quiet zone.
type picture struct {
	Side int
	Path string
}

// Write writes the sheet as a page of HTML in Chinese and English: A4, or a label of 62 by 100 mm.
func (s Sheet) Write(w io.Writer, label bool) error {
	const minute = "2006-01-02 15:04"
	facts := []fact{
		{Name: catalogue.Both(i18n.M("pass.door", "Door")), Value: strings.Join(s.Doors, ", ")},
		{Name: catalogue.Both(i18n.M("pass.valid", "Valid")),
			Value: s.From.Format(minute) + " – " + s.Until.Format(minute)},
		{Name: catalogue.Both(i18n.M("pass.uses", "Opens the door so many times")), Value: strconv.Itoa(s.Uses)},
		{Name: catalogue.Both(i18n.M("pass.number", "Number")), Value: s.Number},
	}
	var advice []catalogue.Words
	if s.Digits != "" {
		keypad := catalogue.Both(i18n.M("pass.keypad", "At the keypad"))
		facts = append([]fact{{keypad, s.Digits + " #", true}}, facts...)
	}
	if len(s.QR) > 0 {
		advice = append(advice, catalogue.Both(i18n.M("pass.hold-up",
			"Hold the code flat before the camera or the scanner at the door, a hand's width away.")))
	}
	if len(s.Doors) > 1 {
		advice = append(advice, catalogue.Both(i18n.M("pass.shared",
			"The doors tell each other how often it was used, so that it is counted once.")))
	}
	advice = append(advice, catalogue.Both(i18n.M("pass.keep",
		"Whoever has this sheet can come in. If it is lost, ask staff to end the pass.")))
	err := pageTemplate.Execute(w, struct {
		Label  bool
		Title  catalogue.Words
		Number string
		Code   *picture
		Facts  []fact
		Advice []catalogue.Words
	}{label, catalogue.Both(i18n.M("pass.title", "Visitor's pass")), s.Number, paint(s.QR), facts, advice})
	if err != nil {
		return fmt.Errorf("setting the page of a pass: %w", err)
	}
	return nil
}

// paint draws each run of dark modules of a row as a rectangle. nil: there is no code.
func paint(code [][]bool) *picture {
	if len(code) == 0 {
		return nil
	}
	var b strings.Builder
	for y, row := range code {
		for x := 0; x < len(row); x++ {
			run := 0
			for x+run < len(row) && row[x+run] {
				run++
			}
			if run > 0 {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", x+quietZone, y+quietZone, run, run)
				x += run
			}
		}
	}
	return &picture{len(code) + 2*quietZone, b.String()}
}
