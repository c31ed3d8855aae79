package papers

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"menshen/internal/i18n"
)

// Form is an assessment to fill in with an editor, which [ParseForm] reads. What stands before the
// first heading is for the writer.
const Form = `Impact assessment. Write below each line that begins with #, in any language, and keep those lines.
个人信息保护影响评估。请在每个 # 行下填写，语言不限，并保留这些行。

# 1 Purpose, and why it is necessary / 目的和必要性

# 2 Impact on people / 对个人权益的影响

# 3 Risks / 安全风险

# 4 Measures / 保护措施

# Author / 负责人:
# Until / 有效期 (2027-01-31):
`

// MaxForm is the size of the largest form that is read, in bytes.
const MaxForm = 64 << 10

// ErrForm says that a file is not the form of an assessment.
var ErrForm = i18n.E("papers.no-form", "this is not an assessment form")

// heading is what a line that begins with # announces, by its first word.
type heading int

const (
	unknown heading = iota
	necessity
	impact
	risks
	measures
	author
	until
)

var headings = map[string]heading{"1": necessity, "2": impact, "3": risks, "4": measures,
	"author": author, "负责人": author, "until": until, "有效期": until}

// wrong is ErrForm with the line and what is wrong with it.
func wrong(line int, what i18n.Message) error {
	return &i18n.Error{What: i18n.M("papers.form-line", "%v: line %d: %v", ErrForm, line, what), Cause: ErrForm}
}

// ParseForm reads a form. Parts may be empty, Until zero; a day is one of zone. Errors: ErrForm
// with the line, or r's.
func ParseForm(r io.Reader, zone *time.Location) (a Assessment, err error) {
	parts := map[heading]*string{necessity: &a.Necessity, impact: &a.Impact, risks: &a.Risks, measures: &a.Measures}
	seen := map[heading]bool{}
	var open *string
	lines := bufio.NewScanner(io.LimitReader(r, MaxForm+1))
	lines.Buffer(nil, MaxForm+1)
	size := 0
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if size += len(lines.Text()) + 1; size > MaxForm || !utf8.ValidString(line) {
			what := i18n.M("papers.form-not-text", "not text in UTF-8, or more than %d bytes in all", MaxForm)
			return Assessment{}, wrong(n, what)
		}
		head, isHead := strings.CutPrefix(line, "#")
		if !isHead {
			if open != nil && (line != "" || *open != "") {
				*open += line + "\n"
			}
			continue
		}
		if head = strings.Trim(head, " .:：/"); head == "" {
			head = "?"
		}
		words := strings.FieldsFunc(head, func(r rune) bool { return strings.ContainsRune(" .:：/", r) })
		kind := headings[strings.ToLower(words[0])]
		if kind != unknown && seen[kind] {
			return Assessment{}, wrong(n, i18n.M("papers.form-heading-twice", "the heading is there twice"))
		}
		seen[kind] = true
		_, value, _ := strings.Cut(strings.ReplaceAll(line, "：", ":"), ":")
		value = strings.TrimSpace(value)
		open = parts[kind]
		switch {
		case open != nil:
		case kind == author:
			a.Author = value
		case kind == until && value != "":
			if a.Until, err = time.ParseInLocation(time.DateOnly, value, zone); err != nil {
				return Assessment{}, wrong(n, i18n.M("papers.form-no-day", "%q is not a day such as 2027-01-31", value))
			}
		case kind != until:
			what := i18n.M("papers.form-other-heading", "a heading is 1, 2, 3, 4, Author or Until")
			return Assessment{}, wrong(n, what)
		}
	}
	for _, p := range parts {
		*p = strings.TrimSpace(*p)
	}
	if err := lines.Err(); err != nil {
		return Assessment{}, fmt.Errorf("reading the form: %w", err)
	}
	if len(seen) == 0 {
		return Assessment{}, &i18n.Error{Cause: ErrForm,
			What: i18n.M("papers.form-no-heading", "%v: it has no line that begins with #", ErrForm)}
	}
	return a, nil
}
