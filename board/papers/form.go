package papers

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

// Form is an assessment to fill in with an editor, which ParseForm reads. What stands before the first heading is for the writer.
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

// ErrForm says that a file is no form of an assessment.
var ErrForm = errors.New("this is no assessment form")

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

var headings = map[string]heading{"1": necessity, "2": impact, "3": risks, "4": measures, "author": author, "负责人": author, "until": until, "有效期": until}

// ParseForm reads a form. Parts may be empty, Until zero; a day is one of zone. Errors: ErrForm with the line, or r's.
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
			return Assessment{}, fmt.Errorf("%w: line %d: not text in UTF-8, or more than %d bytes in all", ErrForm, n, MaxForm)
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
		kind := headings[strings.ToLower(strings.FieldsFunc(head+" ", func(r rune) bool { return strings.ContainsRune(" .:：/", r) })[0])]
		if kind != unknown && seen[kind] {
			return Assessment{}, fmt.Errorf("%w: line %d: the heading is there twice", ErrForm, n)
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
				return Assessment{}, fmt.Errorf("%w: line %d: %q is no day such as 2027-01-31", ErrForm, n, value)
			}
		case kind != until:
			return Assessment{}, fmt.Errorf("%w: line %d: a heading is 1, 2, 3, 4, Author or Until", ErrForm, n)
		}
	}
	for _, p := range parts {
		*p = strings.TrimSpace(*p)
	}
	if err := lines.Err(); err != nil {
		return Assessment{}, fmt.Errorf("reading the form: %w", err)
	}
	if len(seen) == 0 {
		return Assessment{}, fmt.Errorf("%w: it has no line that begins with #", ErrForm)
	}
	return a, nil
}
