package cli

import "testing"

func TestUserLanguage(t *testing.T) {
	for _, c := range []struct{ all, messages, lang, want string }{
		{"", "", "", "en"},
		{"", "", "zh_CN.UTF-8", "zh"},
		{"", "", "de_DE.UTF-8", "en"},
		{"", "en_GB.UTF-8", "zh_CN.UTF-8", "en"},
		{"", "zh_TW.UTF-8", "C", "zh"},
		{"C.UTF-8", "zh_CN.UTF-8", "zh_CN.UTF-8", "en"},
		{"zh_CN.UTF-8", "C", "C", "zh"},
	} {
		t.Setenv("LC_ALL", c.all)
		t.Setenv("LC_MESSAGES", c.messages)
		t.Setenv("LANG", c.lang)
		if got := UserLanguage().Code(); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}
