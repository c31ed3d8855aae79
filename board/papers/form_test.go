package papers

import (
	"errors"
	"strings"
	"testing"
	"time"

	"menshen/internal/i18n"
	"menshen/internal/i18n/catalogue"
)

func TestParseForm(t *testing.T) {
	filled := strings.NewReplacer("necessity / 目的和必要性\n", "x\n", "Risks / 安全风险\n",
		"Risks\nA photo.\n\nA leak.\n", "负责人:", "负责人：Mei, manager", "(2027-01-31):",
		"(day): 2027-06-30").Replace(Form)
	a, err := ParseForm(strings.NewReader(filled), time.UTC)
	if err != nil || a.Risks != "A photo.\n\nA leak." || a.Author != "Mei, manager" ||
		!a.Until.Equal(time.Date(2027, 6, 30, 0, 0, 0, 0, time.UTC)) || a.Necessity != "" {
		t.Errorf("read %+v, %v", a, err)
	}
	if a, err := ParseForm(strings.NewReader(Form), time.UTC); err != nil || a.Author != "" || !a.Until.IsZero() {
		t.Errorf("the empty form: %+v, %v", a, err)
	}
	for name, bad := range map[string]string{
		"no heading": "just text", "another heading": "# Appendix\n", "a heading twice": "# 1\n# 1\n", "no " +
			"day": "# Until: soon\n", "not UTF-8": "# 1\n\xff\n",
		"too long": "# 1\n" + strings.Repeat("words\n", MaxForm/5), "nothing": "",
	} {
		if a, err := ParseForm(strings.NewReader(bad), time.UTC); !errors.Is(err, ErrForm) {
			t.Errorf("%s: %+v, %v", name, a, err)
		} else if zh := catalogue.In("zh").Say(i18n.Of(err)); !strings.HasPrefix(zh, "这不是") || strings.Contains(zh,
			"line") {
			t.Errorf("%s reads %q in Chinese", name, zh)
		}
	}
}

func FuzzParseForm(f *testing.F) {
	for _, s := range []string{Form, "# 1\nwords\n# Author: Mei\n# Until: 2027-01-31\n", "#", "# 5", "#\x00",
		"# 1\r\n\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := ParseForm(strings.NewReader(s), time.UTC)
		if n := len(a.Necessity + a.Impact + a.Risks + a.Measures + a.Author); n > len(s) || err != nil && n > 0 {
			t.Errorf("%q became %+v, %v", s, a, err)
		}
	})
}
