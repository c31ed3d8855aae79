package policy

import (
	"regexp"
	"testing"
	"time"
	"unicode"
)

// TestEveryDetailHasChinese: what each question writes, passed and failed, in each means, has
// Chinese; English is what is stored.
func TestEveryDetailHasChinese(t *testing.T) {
	plain := regexp.MustCompile(`\b\d+(\.\d+)?(ms|s|m|h)(\d+(m|s))*\b`) // durations
	seen := 0
	see := func(a Attempt) {
		for _, c := range Decide(a).Trace {
			if c.Message().String() != c.Detail {
				t.Errorf("%s in English: %q", c.Rule, c.Message().String())
			}
			if c.Rule == "picture good" || c.Rule == "faces on" { // the words of others
				continue
			}
			zh := plain.ReplaceAllString(chinese.Say(c.Message()), "")
			for _, r := range zh {
				if r < unicode.MaxASCII && unicode.IsLetter(r) {
					t.Fatalf("%s in Chinese: %q", c.Rule, zh)
				}
			}
			if c.Detail != "" {
				seen++
			}
		}
	}
	means := append([]Means{ByREX, ByStaff, ByFire, ByConsole}, asking...)
	for _, m := range means {
		for _, trusted := range []bool{true, false} {
			for _, s := range append(spoil, spoil[0]) {
				a := good(m)
				a.Clock.Trusted, a.Site.Passback, a.LastEntry = trusted, time.Minute, a.At.Add(-time.Hour)
				see(a)
				if s.appliesTo(m) {
					s.break_(&a)
					see(a)
				}
			}
		}
	}
	if seen < 100 {
		t.Errorf("only %d details seen", seen)
	}
}
