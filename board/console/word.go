package console

import "menshen/internal/i18n"

// word is a word of the unit's vocabulary in a table: JSON has it as it is,
// columns in the operator's language.
type word string

func (w word) message() i18n.Message { return i18n.Word(string(w)) }
