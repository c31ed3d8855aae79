// Package catalogue holds the languages of the unit other than English, a file each (zh.toml). A
// language is added by its file: copy en.toml, which is collected from the sources, and translate
// it. CONTRIBUTING.md says how.
package catalogue

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"
	"sync"

	library "github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/nicksnyder/go-i18n/v2/i18n/template"
	"github.com/pelletier/go-toml/v2"
	tags "golang.org/x/text/language"

	"menshen/internal/i18n"
)

//go:embed *.toml
var files embed.FS

// Languages are those of the program: English first, then the catalogues by code.
var Languages = sync.OnceValue(func() []i18n.Language {
	all, err := Read(files)
	if err != nil {
		panic(err) // the files are part of the program; a test reads them
	}
	return append([]i18n.Language{i18n.English}, all...)
})

// Codes are the codes of Languages.
func Codes() (codes []string) {
	for _, l := range Languages() {
		codes = append(codes, l.Code())
	}
	return codes
}

// Find gives the language of a code, "zh", or of a locale that begins with it,
// "zh_CN.UTF-8". Not found, it is English.
func Find(code string) (l i18n.Language, found bool) {
	for _, l := range Languages() {
		if rest, ok := strings.CutPrefix(code, l.Code()); ok &&
			(rest == "" || strings.ContainsRune("_-.@", rune(rest[0]))) {
			return l, true
		}
	}
	return i18n.English, false
}

// In is the language of a code, or English.
func In(code string) i18n.Language {
	l, _ := Find(code)
	return l
}

// English is the file that a new language begins with.
func English() ([]byte, error) { return files.ReadFile("en.toml") }

// Read reads the catalogues in the top folder of a file system: files named CODE.toml, but en.toml,
// whose words are in the sources.
func Read(folder fs.FS) ([]i18n.Language, error) {
	names, err := fs.Glob(folder, "*.toml")
	if err != nil {
		return nil, err
	}
	var all []i18n.Language
	for _, name := range names {
		code := strings.TrimSuffix(name, ".toml")
		if code == i18n.English.Code() {
			continue
		}
		bundle := library.NewBundle(tags.English)
		bundle.RegisterUnmarshalFunc("toml", toml.Unmarshal)
		if _, err := bundle.LoadMessageFileFS(folder, name); err != nil {
			return nil, fmt.Errorf("reading the catalogue %s: %w", name, err)
		}
		all = append(all, &language{code, library.NewLocalizer(bundle, code)})
	}
	return all, nil
}

// language is one catalogue.
type language struct {
	code  string
	words *library.Localizer
}

func (l *language) Code() string { return l.code }

// Say says a message; one that the catalogue lacks is said in English, and what is said
// within it as well as can be.
func (l *language) Say(m i18n.Message) string {
	args := make([]any, len(m.Args))
	for i, a := range m.Args {
		switch a := a.(type) {
		case i18n.Message:
			args[i] = l.Say(a)
		case error:
			args[i] = l.Say(i18n.Of(a))
		default:
			args[i] = a
		}
	}
	if m.ID == "" && len(args) > 0 {
		return fmt.Sprint(args...) // strings, one after another
	}
	config := &library.LocalizeConfig{MessageID: m.ID, TemplateData: args, TemplateParser: verbs{}}
	if m.Count != nil {
		config.PluralCount = *m.Count
	}
	if said, err := l.words.Localize(config); err == nil {
		return said
	}
	return m.String()
}

// verbs reads the texts of catalogues as formats of package fmt.
type verbs struct{}

func (verbs) Cacheable() bool { return true }

func (verbs) Parse(text, _, _ string) (template.ParsedTemplate, error) { return format(text), nil }

type format string

func (f format) Execute(args any) (string, error) {
	return fmt.Sprintf(string(f), args.([]any)...), nil
}
