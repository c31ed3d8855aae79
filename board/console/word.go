package console

import "menshen/internal/i18n"

// word is a word of the unit's own vocabulary in a table: JSON has it as it is, Chinese columns have it translated.
type word string

// in is w in a language.
func (w word) in(lang string) string { return i18n.Word(string(w), lang) }
