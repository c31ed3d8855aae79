package update

import (
	"strings"
	"testing"
)

// TestBackend: the words with which RAUC calls its custom backend (docs/integration.rst of 1.13).
func TestBackend(t *testing.T) {
	u := newTwoSystems(t)
	for _, c := range []struct{ words, want, refused string }{
		{"get-current", "a", ""},
		{"get-primary", "a", ""},
		{"get-state b", "good", ""},
		{"set-state b bad", "", ""},
		{"get-state b", "bad", ""},
		{"get-state a", "good", ""},
		{"set-state b good", "", ""},
		{"get-state b", "good", ""},
		{"set-primary a", "", ""},
		{"set-primary b", "", "only a system that was tried"},
		{"get-primary", "a", ""},
		{"get-state c", "", "a or b"},
		{"set-state b", "", "unknown words"},
		{"set-state b fine", "", "good or bad"},
		{"", "", "unknown words"},
	} {
		got, err := u.Backend(strings.Fields(c.words)...)
		fits := (err != nil) == (c.refused != "") && (err == nil || strings.Contains(err.Error(), c.refused))
		if got != c.want || !fits {
			t.Errorf("%s: %q, %v", c.words, got, err)
		}
	}
}

// TestWhatRaucPrints is read: 1.8 of Debian 12 quotes each value, 1.13 of Debian 13 those that need
// it.
func TestWhatRaucPrints(t *testing.T) {
	const out = "RAUC_MF_COMPATIBLE='menshen'\nRAUC_MF_VERSION=1.4.0\nRAUC_MF_DESCRIPTION=''\n" +
		"RAUC_MF_BUILD='it'\\''s'\n"
	for name, want := range map[string]string{"RAUC_MF_COMPATIBLE": "menshen", "RAUC_MF_VERSION": "1.4.0",
		"RAUC_MF_DESCRIPTION": "", "RAUC_MF_BUILD": "", "RAUC_MF_IMAGES": ""} {
		if got := shellValue(out, name); got != want {
			t.Errorf("%s is %q, not %q", name, got, want)
		}
	}
}
