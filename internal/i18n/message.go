// Package i18n holds what the unit says as messages: an id, the English words and the
// figures in them. A [Language] says a message; English is here, the others are files of
// package catalogue. Errors that people read carry a message too ([Error]), so nothing is
// looked up by an English sentence.
package i18n

import (
	"fmt"
	"strings"
)

// Message is one thing to say. The zero Message says nothing. Its String is the English.
type Message struct {
	ID    string // as in the catalogues: "desk.no-such-person"; empty: its parts, or the words themselves
	Args  []any  // for the verbs of package fmt; a Message or an [Error] among them is said in the same language
	Count *int   // of a plural; nil otherwise

	english string
}

// M makes a message. The text is English, a format of package fmt; the catalogues' texts have the
// same verbs, in another order where a language needs it (%[2]d). Both id and text are written out
// where M is called: the English catalogue is collected from the sources.
func M(id, text string, args ...any) Message {
	return Message{ID: id, Args: args, english: fmt.Sprintf(text, args...)}
}

// InTemplate is M for the function t of HTML templates: {{t "id" "English" args…}}. The ids and
// texts of templates are collected too.
func InTemplate(id, text string, args ...any) Message { return M(id, text, args...) }

// N makes a message about a number of things, with the English for one thing and for
// another number of them. A catalogue has as many forms as its language needs. The number
// is not an argument by itself.
func N(n int, id, one, other string, args ...any) Message {
	text := other
	if n == 1 {
		text = one
	}
	return Message{ID: id, Args: args, Count: &n, english: fmt.Sprintf(text, args...)}
}

// String is the message in English.
func (m Message) String() string { return m.english }

// IsZero reports whether the message says nothing.
func (m Message) IsZero() bool { return m.ID == "" && m.english == "" }

// Join is messages one after another, without a space between.
func Join(parts ...Message) Message {
	var all Message
	for _, p := range parts {
		if !p.IsZero() {
			all.Args = append(all.Args, p)
			all.english += p.english
		}
	}
	if len(all.Args) == 1 {
		return all.Args[0].(Message)
	}
	return all
}

// List is messages with a separator between.
func List(separator Message, all ...Message) Message {
	var parts []Message
	for i, m := range all {
		if i > 0 {
			parts = append(parts, separator)
		}
		parts = append(parts, m)
	}
	return Join(parts...)
}

// Verbatim is a message that every language leaves as it is: a name, a
// figure, words from elsewhere.
func Verbatim(s string) Message { return Message{english: s} }

// Language says messages.
type Language interface {
	Code() string // "en", "zh"; as in records and configuration
	Say(m Message) string
}

// English is the language of the sources, of logs and of scripts.
var English Language = english{}

type english struct{}

func (english) Code() string         { return "en" }
func (english) Say(m Message) string { return m.english }

// Match reads a message back out of English that was stored: figures stand in form where its
// arguments are "%". It reports whether the text has the form.
func (form Message) Match(text string) (Message, bool) {
	parts := strings.Split(form.english, "%")
	m := Message{ID: form.ID, english: text}
	rest, ok := strings.CutPrefix(text, parts[0])
	for i := 1; ok && i < len(parts); i++ {
		figure := rest
		if rest = ""; parts[i] != "" {
			figure, rest, ok = strings.Cut(figure, parts[i])
		}
		m.Args = append(m.Args, Word(figure))
	}
	return m, ok && rest == ""
}

// Comma and Semicolon stand between the members of a list.
var (
	Comma     = M("list.comma", ", ")
	Semicolon = M("list.semicolon", "; ")
)
