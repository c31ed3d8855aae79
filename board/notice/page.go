package notice

import (
	"crypto/sha256"
	_ "embed"
	"fmt"
	"html/template"
	"strings"
)

var (
	//go:embed page.html
	pageText string
	//go:embed page.css
	pageCSS string

	pageTemplate = template.Must(template.New("page").Parse(pageText))
)

// page is a paper as it is printed.
type page struct {
	Lang string
	CSS  template.CSS
	paper
	Lines []string // to be filled in by hand: name, date, signature
	Foot  []string // what identifies the paper
}

func (p page) html() (string, error) {
	p.CSS = template.CSS(pageCSS) // ours
	var b strings.Builder
	if err := pageTemplate.Execute(&b, p); err != nil {
		return "", fmt.Errorf("setting the page: %w", err)
	}
	return b.String(), nil
}

// Page is the notice as a page of large print: the words of Text, and below them their version and hash, by which a
// consent on record can be told to be to these words.
func Page(lang string, f Facts) (string, error) {
	if gaps := f.Gaps(); len(gaps) > 0 {
		return "", fmt.Errorf("the notice must say it all (R-NOTICE); still empty: %s", strings.Join(gaps, ", "))
	}
	text, err := Text(lang, f)
	if err != nil {
		return "", err
	}
	hash := sha256.Sum256([]byte(text))
	foot := map[string][]string{
		"en": {fmt.Sprintf("Version %.4x of these words.", hash), fmt.Sprintf("SHA-256: %x", hash)},
		"zh": {fmt.Sprintf("本告知书文本版本 %.4x。", hash), fmt.Sprintf("SHA-256：%x", hash)},
	}
	return page{Lang: lang, paper: take(text), Foot: foot[lang]}.html()
}

// CommitmentPage is the staff's confidentiality commitment, to be signed by hand.
func CommitmentPage(lang string, f Facts) (string, error) {
	text, version := Commitment(lang)
	lines := map[string][]string{
		"en": {"Name", "Position", "Date", "Signature"},
		"zh": {"姓名", "岗位", "日期", "签名"},
	}
	site := one(f.Handler + " " + f.Door)
	foot := map[string][]string{
		"en": {site, "Version " + version + " of these words, as the console shows it."},
		"zh": {site, "本承诺书文本版本 " + version + "，与操作台所示一致。"},
	}
	return page{Lang: lang, paper: take(text), Lines: lines[lang], Foot: foot[lang]}.html()
}
