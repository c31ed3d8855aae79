package notice

import (
	"strings"
	"testing"
)

// TestRNoticeSaysEachThing holds the notice in each language to what PIPL 17 and 30 and FRT 5 ask for.
func TestRNoticeSaysEachThing(t *testing.T) {
	f := site
	f.Place = "the courtyard"
	must := map[string][]string{
		"en": {"responsible", "reach", "What for", "collected", "How ", "how long", "means for you", "necessary", "rights", "copy", "corrected", "withdraw", "under 14", "card opens the same doors"},
		"zh": {"处理者", "联系方式", "目的", "收集", "方式", "期限", "影响", "必要性", "权利", "副本", "更正", "撤回", "十四周岁", "门禁卡"},
	}
	for _, lang := range Languages {
		text, err := Text(lang, f)
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range append(must[lang], f.Place, f.Door, f.Handler, f.Contact, "90 ", "3 ") {
			if !strings.Contains(text, word) {
				t.Errorf("the notice in %s does not say %q", lang, word)
			}
		}
	}
	if _, err := Text("xx", f); err == nil {
		t.Error("a language that is not there was accepted")
	}
}

// TestNoticeIsHonestAboutPhotos: the tenant reads the words, and the figures, that the dossier gives to everybody.
func TestNoticeIsHonestAboutPhotos(t *testing.T) {
	for lang, want := range map[string]string{"en": Photos.EN, "zh": Photos.ZH} {
		text, err := Text(lang, site)
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
