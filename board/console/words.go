package console

import (
	"errors"
	"menshen/internal/i18n"
	"slices"
	"strings"
)

var errQuote = errors.New("a quotation mark is not closed")

// split cuts a command line into words at spaces. Single or double quotation marks keep spaces in a
// word. There are no escapes, variables or wildcards. Errors: errQuote.
func split(s string) ([]string, error) {
	var words []string
	var word strings.Builder
	var quote rune
	open := false
	for _, r := range s {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '"' || r == '\'':
			quote, open = r, true
		case r == ' ' || r == '\t':
			if open {
				words = append(words, word.String())
				word.Reset()
				open = false
			}
		default:
			word.WriteRune(r)
			open = true
		}
	}
	if quote != 0 {
		return nil, errQuote
	}
	if open {
		words = append(words, word.String())
	}
	return words, nil
}

// quote is s as one word for split.
func quote(s string) string {
	switch {
	case s != "" && !strings.ContainsAny(s, " \t'\""):
		return s
	case strings.Contains(s, `"`):
		return "'" + s + "'"
	}
	return `"` + s + `"`
}

// args is a command's words: positional ones in order, and options.
type args struct {
	words   []string
	options map[string]string // "json": "", "until": "2027-01-31"
}

// parse separates options from words. spec names the options of a command: "json", or
// "until=" when a value follows, as `--until 2027-01-31` or `--until=2027-01-31`. After a
// lone "--" everything is a word.
func parse(words []string, spec ...string) (args, error) {
	a := args{options: map[string]string{}}
	for i := 0; i < len(words); i++ {
		name, isOption := strings.CutPrefix(words[i], "--")
		if !isOption {
			a.words = append(a.words, words[i])
			continue
		}
		if name == "" {
			a.words = append(a.words, words[i+1:]...)
			break
		}
		name, value, has := strings.Cut(name, "=")
		switch {
		case slices.Contains(spec, name) && !has:
			a.options[name] = ""
		case slices.Contains(spec, name+"=") && has:
			a.options[name] = value
		case slices.Contains(spec, name+"="):
			if i++; i == len(words) {
				return a, i18n.E("console.value-is-missing", "a value is missing after --%s", name)
			}
			a.options[name] = words[i]
		default:
			return a, i18n.E("console.no-such-option", "this command has no option --%s", name)
		}
	}
	return a, nil
}

// has reports whether an option was given.
func (a args) has(name string) bool { _, ok := a.options[name]; return ok }

// rest is all words as one text.
func (a args) rest() string { return strings.Join(a.words, " ") }
