package notice

import (
	"strings"
	"testing"
	"time"

	"menshen/internal/i18n"
)

// TestRNoticeSaysEachThing holds the notice in each language to what PIPL 17 and 30 and FRT 5 ask
// for.
func TestRNoticeSaysEachThing(t *testing.T) {
	f := site
	f.Place = "the courtyard"
	must := map[string][]string{
		"en": {"responsible", "reach", "What for", "collected", "How ", "how long", "means for you", "necessary",
			"rights", "copy", "corrected", "withdraw", "under 14", "card opens the same doors"},
		"zh": {"处理者", "联系方式", "目的", "收集", "方式", "期限", "影响", "必要性", "权利", "副本", "更正", "撤回",
			"十四周岁", "门禁卡"},
	}
	for _, lang := range Languages() {
		text, err := Text(lang, f)
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range append(must[lang.Code()], f.Place, f.Door, f.Handler, f.Contact, "90 ", "3 ") {
			if !strings.Contains(text, word) {
				t.Errorf("the notice in %s does not say %q", lang.Code(), word)
			}
		}
	}
	if _, err := Text(klingon{}, f); err == nil {
		t.Error("a language that is not there was accepted")
	}
}

// TestRNoticeSaysWhereOneWas: where other doors hear who came in, the notice says so, and for how
// long.
func TestRNoticeSaysWhereOneWas(t *testing.T) {
	f := site
	said := map[string][]string{"en": {"What other doors hear", "15 minutes"}, "zh": {"告知其他门", "15 分钟"}}
	for _, lang := range Languages() {
		for _, on := range []bool{true, false} {
			if f.Entries = 0; on {
				f.Entries = 15 * time.Minute
			}
			text, err := Text(lang, f)
			if err != nil {
				t.Fatal(err)
			}
			for _, w := range said[lang.Code()] {
				if strings.Contains(text, w) != on {
					t.Errorf("%s: it says %q: %v", lang.Code(), w, !on)
				}
			}
		}
	}
}

// klingon is a language that nothing is written in.
type klingon struct{}

func (klingon) Code() string              { return "tlh" }
func (klingon) Say(m i18n.Message) string { return m.String() }

// TestNoticeIsHonestAboutPhotos: a resident reads the words, and the figures, that the dossier
// gives to everybody.
func TestNoticeIsHonestAboutPhotos(t *testing.T) {
	for _, l := range Languages() {
		lang, want := l.Code(), l.Say(Photos)
		text, err := Text(l, site)
		if err != nil {
			t.Fatal(err)
		}
		told := false
		for _, b := range take(text).Blocks {
			for _, x := range b.Terms {
				told = told || strings.Contains(x.Words, want)
			}
		}
		if !told {
			t.Errorf("the notice in %s does not say %q:\n%s", lang, want, text)
		}
		for _, soft := range []string{"rare case", "极少数"} {
			if strings.Contains(text, soft) {
				t.Errorf("the notice in %s says %q", lang, soft)
			}
		}
	}
}

// TestPapersAreInEachLanguage: a language with a notice has each other paper too.
func TestPapersAreInEachLanguage(t *testing.T) {
	if len(Languages()) < 2 {
		t.Errorf("languages %v", Languages())
	}
	for _, lang := range Languages() {
		for _, kind := range []string{"", "people.", "authority.", "commitment."} {
			if text, err := files.ReadFile(kind + lang.Code() + ".txt"); err != nil || len(text) == 0 {
				t.Errorf("%s%s: %d bytes, %v", kind, lang.Code(), len(text), err)
			}
		}
	}
}
