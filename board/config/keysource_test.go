package config

import (
	"strings"
	"testing"
	"unicode"

	"menshen/internal/i18n/catalogue"
)

// TestKeySourceSays: each source says what it withstands and what not, in both languages, and the
// example has them side by side. What they say is shown by TestWhatAKeySourceWithstands in store.
func TestKeySourceSays(t *testing.T) {
	for _, source := range []string{"file:/k", "credential:menshen:/k", "tpm:/dev/tpmrm0"} {
		k, err := ParseKeySource(source)
		if err != nil {
			t.Fatal(err)
		}
		en, zh := k.Withstands().String(), catalogue.In("zh").Say(k.Withstands())
		for _, of := range []string{"stolen card of the board", "put back while the unit is stopped",
			"runs", "together"} {
			if !strings.Contains(en, of) {
				t.Errorf("%s says nothing of %q: %s", source, of, en)
			}
		}
		for _, of := range []string{"存储卡被盗", "停机时", "运行中", "一起换回"} {
			if !strings.Contains(zh, of) {
				t.Errorf("%s says nothing of %q: %s", source, of, zh)
			}
		}
		if strings.ContainsFunc(en, func(r rune) bool {
			return unicode.Is(unicode.Han, r)
		}) || strings.Contains(en+zh, "\n") {
			t.Errorf("not a line of one language: %s", en)
		}
	}
	for _, row := range []string{"file   credential          tpm", "card stolen  ", "is stopped  ", "it runs  ",
		"key file and all else"} {
		if !strings.Contains(Example, row) {
			t.Errorf("the example has no %q", row)
		}
	}
}
