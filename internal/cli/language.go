package cli

import (
	"cmp"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/pflag"

	"menshen/internal/i18n"
	"menshen/internal/i18n/catalogue"
)

// UserLanguage is the language of the user's locale, or English. As POSIX has it, that is the
// first of LC_ALL, LC_MESSAGES and LANG that is not empty.
func UserLanguage() i18n.Language {
	return catalogue.In(cmp.Or(os.Getenv("LC_ALL"), os.Getenv("LC_MESSAGES"), os.Getenv("LANG")))
}

// LangFlag defines --lang: one of the languages of the program.
func LangFlag(flags *pflag.FlagSet, to *i18n.Language, unless i18n.Language) {
	*to = unless
	flags.Var(langValue{to}, "lang", "language: "+strings.Join(catalogue.Codes(), " or "))
}

// langValue is the value of such a flag.
type langValue struct{ of *i18n.Language }

func (v langValue) String() string {
	if v.of == nil {
		return ""
	}
	return (*v.of).Code()
}

func (v langValue) Type() string { return "code" }

func (v langValue) Set(code string) error {
	l, ok := catalogue.Find(code)
	if !ok {
		return fmt.Errorf("menshen does not speak it: write one of %s", strings.Join(catalogue.Codes(), ", "))
	}
	*v.of = l
	return nil
}
