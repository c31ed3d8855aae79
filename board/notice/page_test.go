package notice

import (
	"crypto/sha256"
	"fmt"
	"html"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"

	"pgregory.net/rapid"

	"menshen/internal/i18n"
	"menshen/internal/i18n/catalogue"
	"menshen/policy"
)

var site = Facts{Place: "building entrance", Door: "Gate 2", Handler: "Example Homes", Contact: "+86 21 5555 0100",
	Access: 90 * 24 * time.Hour, Acts: 3 * 365 * 24 * time.Hour, Learns: true, Infrared: true}

var tag = regexp.MustCompile(`<[^>]*>`)

// words are the letters of a text, without spaces and bullets.
func words(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '·' || r == '-' {
			return -1
		}
		return r
	}, s)
}

// shown is what a page shows in its main part.
func shown(t testing.TB, page string) string {
	t.Helper()
	_, rest, ok := strings.Cut(page, "<main>")
	main, _, end := strings.Cut(rest, "</main>")
	if !ok || !end {
		t.Fatalf("no main part in %.200q", page)
	}
	return html.UnescapeString(tag.ReplaceAllString(main, ""))
}

// selfContained holds a page to loading, running and linking to nothing.
func selfContained(t testing.TB, page string) {
	t.Helper()
	for _, bad := range []string{"<script", "http://", "https://", "url(", "@import", "src=", "<link", "<a ",
		"javascript:"} {
		if strings.Contains(strings.ToLower(page), bad) {
			t.Errorf("the page has %q in it", bad)
		}
	}
}

// TestRConsentPageIsTheText: what is printed is, letter by letter, the text whose hash a consent
// keeps, and bears that hash.
func TestRConsentPageIsTheText(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		f := site
		fact := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"<script>alert(1)</script>", "A  B", "a\n  " +
			"- b", "{{.}}", "\"&'"}))
		for _, field := range []*string{&f.Place, &f.Door, &f.Handler, &f.Contact} {
			if *field = fact.Draw(rt, "fact"); one(*field) == "" {
				*field = "x"
			}
		}
		for _, lang := range Languages() {
			text, err := Text(lang, f)
			if err != nil {
				t.Fatal(err)
			}
			page, err := Page(lang, f)
			if err != nil {
				t.Fatal(err)
			}
			if got, want := words(shown(t, page)), words(text); got != want {
				rt.Fatalf("the page in %s shows\n%s\nand not\n%s", lang.Code(), got, want)
			}
			if !strings.Contains(page, fmt.Sprintf("%x", sha256.Sum256([]byte(text)))) {
				rt.Fatal("the page does not bear the hash of its text")
			}
			if strings.Contains(page, "<script") {
				rt.Fatal("a fact of the site became a script")
			}
		}
	})
	page, err := Page(i18n.English, site)
	if err != nil {
		t.Fatal(err)
	}
	selfContained(t, page)
	if terms, items := strings.Count(page, "<dt>"), strings.Count(page, "<li>"); terms != 9 || items != 5 {
		t.Errorf("%d facts and %d rights on the page, want 9 and 5", terms, items)
	}
}

// TestRNoticeNeedsItAll: nothing is printed while an item is empty, and each empty one is named.
func TestRNoticeNeedsItAll(t *testing.T) {
	for gap, empty := range map[string]func(*Facts){
		"handler": func(f *Facts) {
			f.Handler = " "
		}, "contact": func(f *Facts) { f.Contact = "" }, "name": func(f *Facts) { f.Door = "" },
		"location": func(f *Facts) {
			f.Place = "\n"
		}, "door events": func(f *Facts) { f.Access = 0 }, "acts": func(f *Facts) { f.Acts = time.Hour },
	} {
		f := site
		empty(&f)
		for what, write := range map[string]func(Facts) (string, error){"sign": Sign,
			"page": func(f Facts) (string, error) { return Page(catalogue.In("zh"), f) }} {
			if _, err := write(f); err == nil || !strings.Contains(err.Error(), gap) {
				t.Errorf("%s without %s: %v", what, gap, err)
			}
		}
	}
}

// TestRNoticeSign holds the sign to what has to stand at the camera, in both languages.
func TestRNoticeSign(t *testing.T) {
	f := site
	f.Handler = "Homes <script>alert(1)</script>"
	page, err := Sign(f)
	if err != nil {
		t.Fatal(err)
	}
	selfContained(t, page)
	text := shown(t, page)
	for _, want := range []string{"人脸识别", "Face recognition", "刷卡或密码同样开门",
		"card or code opens just as well", "不保存任何影像", "No picture and no face data",
		"不统计人数", "No counting", "撤回", "Withdraw", f.Handler, f.Contact, "楼宇入口", "the building entrance",
		"告知书全文", "full notice"} {
		if !strings.Contains(text, want) {
			t.Errorf("the sign does not say %q", want)
		}
	}
	if strings.Contains(text, "turn your head") {
		t.Error("the sign explains what this door never asks for")
	}
	f.Asks = true
	if page, err = Sign(f); err != nil || !strings.Contains(page, "短短长，头稍向左转") || !strings.Contains(page,
		"turn your head a little to your left") {
		t.Error("the sign does not explain what lamp and buzzer ask for", err)
	}
	if !strings.Contains(page, `role="img" aria-label=`) {
		t.Error("the pictogram has no words for who does not see it")
	}
}

func TestPlacesOfPolicyHaveWords(t *testing.T) {
	for _, p := range []policy.Place{policy.PlaceBuilding, policy.PlaceFloor, policy.PlaceOffice, policy.PlaceShared,
		policy.PlaceService} {
		f := Facts{Place: string(p)}
		if en, zh := f.Where().String(), catalogue.In("zh").Say(f.Where()); en == string(p) || zh == string(p) ||
			en == "" || zh == "" {
			t.Errorf("%q reads %q and %q", p, en, zh)
		}
	}
	if got := (Facts{Place: "三号楼大厅"}).Where().String(); got != "三号楼大厅" {
		t.Errorf("the site's own words became %q", got)
	}
}

func TestROperatorCommitmentPage(t *testing.T) {
	for _, lang := range Languages() {
		page, err := CommitmentPage(lang, site)
		if err != nil {
			t.Fatal(err)
		}
		selfContained(t, page)
		text, version := Commitment(lang)
		if words(shown(t, page)) != words(text) {
			t.Errorf("the page in %s does not say what the console shows:\n%s", lang.Code(), shown(t, page))
		}
		if !strings.Contains(page, version) || strings.Count(page, "<dd></dd>") != 4 {
			t.Errorf("the page in %s lacks its version or a line to sign on", lang.Code())
		}
	}
}
