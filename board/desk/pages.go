package desk

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"menshen/board/commission"
	"menshen/board/compliance"
	"menshen/board/notice"
	"menshen/internal/i18n"
	"menshen/internal/i18n/catalogue"
)

// Page is a paper that is printed on A4.
type Page string

// The pages.
const (
	NoticePage     Page = "notice"     // what people are told before anything is collected
	SignPage       Page = "sign"       // the sign at the camera, in both languages
	CommitmentPage Page = "commitment" // the staff's confidentiality commitment, to be signed by hand
	ReportPage     Page = "report"     // the last self-test's, signed by the unit, in both languages
)

// Pages are all there are.
func Pages() []Page { return []Page{NoticePage, SignPage, CommitmentPage, ReportPage} }

// isPage reports whether a file of the out folder is one of the pages, which tell of no person.
func isPage(name string) bool {
	return strings.HasSuffix(name, ".html") && slices.ContainsFunc(Pages(), func(p Page) bool {
		return strings.HasPrefix(name, string(p)+"-")
	})
}

// WritePage writes a page into the out folder, in the language with this code where it is not in
// both, and gives its path. Errors: the door has no faces, and so no notice; nothing was tested
// yet.
func (d *Desk) WritePage(_ context.Context, s Session, page Page, lang string) (path string, err error) {
	if _, err := d.allow(s, SeesStatus); err != nil {
		return "", err
	}
	html, err := d.page(page, catalogue.In(lang))
	if err != nil {
		return "", err
	}
	return d.writeOut(string(page), ".html", func(w io.Writer) error {
		_, err := io.WriteString(w, html)
		return err
	})
}

func (d *Desk) page(page Page, lang i18n.Language) (string, error) {
	facts := compliance.NoticeFacts(d.cfg)
	switch {
	case page == CommitmentPage:
		return notice.CommitmentPage(lang, facts)
	case page == ReportPage:
		return d.reportPage()
	case !d.cfg.Faces.Enabled:
		return "", i18n.Problem(i18n.E("desk.no-faces-no-notice", "this door uses no faces"),
			i18n.M("desk.no-notice-needed", "it needs neither notice nor sign"))
	case page == SignPage:
		return notice.Sign(facts)
	}
	return notice.Page(lang, facts)
}

func (d *Desk) reportPage() (string, error) {
	all, err := d.vault.Papers(commission.PaperKind)
	if err != nil {
		return "", fmt.Errorf("reading the papers: %w", err)
	}
	if len(all) == 0 {
		return "", i18n.Problem(i18n.E("desk.no-report", "there is no report of a self-test yet"),
			i18n.M("desk.make-report", "run 'menshen check' at the door"))
	}
	r, err := commission.Decode(all[len(all)-1].Body)
	if err != nil {
		return "", fmt.Errorf("reading the report: %w", err)
	}
	html, err := r.HTML(d.vault)
	return string(html), err
}
