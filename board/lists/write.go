package lists

import (
	"bufio"
	"encoding/csv"
	"errors"
	"io"
	"iter"
	"slices"
	"strings"
	"time"

	"menshen/internal/i18n"
	"menshen/internal/i18n/catalogue"
	"menshen/policy"
)

// Write writes a table as CSV for spreadsheets: UTF-8 with a byte order mark, commas, CRLF. Cells
// that could be taken for a formula are made safe. It gives the number of rows.
func Write(w io.Writer, headings []i18n.Message, lang i18n.Language, rows iter.Seq[[]string]) (n int, err error) {
	b := bufio.NewWriter(w)
	b.WriteString("\ufeff")
	c := csv.NewWriter(b)
	c.UseCRLF = true
	var first []string
	for _, h := range headings {
		first = append(first, safe(lang.Say(h)))
	}
	err = c.Write(first)
	for row := range rows {
		if err != nil {
			break
		}
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = safe(cell)
		}
		err = c.Write(cells)
		n++
	}
	c.Flush()
	return n, errors.Join(err, c.Error(), b.Flush())
}

// People writes a list of people, as [Read] reads it. It has no cards: of a card the vault holds
// only a hash.
func People(w io.Writer, people []policy.Person, lang i18n.Language, zone *time.Location) (int, error) {
	columns := headings(Handle, Name, Apartment, From, Until, Groups, Language)
	return Write(w, columns, lang, func(yield func([]string) bool) {
		for _, p := range people {
			if !yield([]string{p.ID.String(), p.Name.Reveal(), p.Apartment.Reveal(), dayOf(p.From, zone),
				lastDay(p.Until, zone), strings.Join(p.Groups, ", "), p.Lang}) {
				return
			}
		}
	})
}

func headings(cs ...Column) (all []i18n.Message) {
	for _, c := range cs {
		all = append(all, c.Heading())
	}
	return all
}

// Examples are the values of a template's line.
type Examples struct {
	Until time.Time // a last day
	Group string    // empty: the site has none
	Card  string    // empty: no reader reads numbers
}

var exampleName = i18n.M("lists.example-name", "Example: delete this line")

// isExample finds the template's line, which is nobody.
func isExample(name policy.Private) bool {
	return slices.ContainsFunc(catalogue.Languages(), func(l i18n.Language) bool {
		return strings.EqualFold(name.Reveal(), l.Say(exampleName))
	})
}

// Template writes a list to fill in: the headings, and one line that shows how.
func Template(w io.Writer, lang i18n.Language, x Examples) error {
	_, err := Write(w, headings(Name, Apartment, From, Until, Groups, Language, Cards), lang,
		slices.Values([][]string{{lang.Say(exampleName), "1204", "", x.Until.Format(time.DateOnly), x.Group,
			lang.Say(ownName), x.Card}}))
	return err
}
