package config

import (
	"strings"
	"testing"
	"time"
)

// TestVoice: the hours of a day, over midnight too, in the site's own zone.
func TestVoice(t *testing.T) {
	for quiet, want := range map[string]string{
		"":            "80 80 80 80 80",
		"22:00-07:00": "40 40 80 80 40",
		"12:00-14:00": "80 80 40 80 80",
		"07:00-22:00": "80 80 40 40 80",
		"00:00-06:59": "40 40 80 80 80",
	} {
		c, err := Parse(strings.NewReader(siteHead + "[site]\nzone = \"Asia/Shanghai\"\n[voice]\ncard = \"Device\"\n" +
			"quiet = \"" + quiet + "\"\n"))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, hour := range []string{"00:00", "06:58", "12:00", "21:59", "23:00"} {
			at, err := time.ParseInLocation("15:04", hour, c.Site.Location())
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, map[int]string{80: "80", 40: "40"}[c.VolumeAt(at.UTC())])
		}
		if s := strings.Join(got, " "); s != want || !c.Speaks() {
			t.Errorf("%q: %s, want %s", quiet, s, want)
		}
	}
}

// TestVoiceRefuses: each value that cannot be has its remedy, and takes the voice with it, not the
// door.
func TestVoiceRefuses(t *testing.T) {
	for text, want := range map[string]string{
		`card = "hw:0,0"`:                       "'menshen voice cards' lists",
		`quiet = "22:00-07:00"`:                 "[voice] has no card",
		"card = \"a\"\nlanguage = \"fr\"":       "write one of en, zh",
		"card = \"a\"\nvolume = 0":              "between 1 and 100",
		"card = \"a\"\nvolume = 30":             "louder than volume 30",
		"card = \"a\"\nquiet_volume = 101":      "between 1 and 100",
		"card = \"a\"\nquiet = \"22-7\"":        "22:00-07:00",
		"card = \"a\"\nquiet = \"24:00-07:00\"": "22:00-07:00",
		"card = \"a\"\nquiet = \"07:00-07:00\"": "22:00-07:00",
		"card = \"a\"\nlangauge = \"zh\"":       "did you mean \"language\"",
	} {
		c, err := decode(strings.NewReader(siteHead + "[voice]\n" + text + "\n"))
		if err == nil {
			wrong := c.check()
			err = c.lines.explain(wrong)
			for _, w := range wrong {
				if !c.LeaveOut(w.key, w.err) || c.LeftOut(PartVoice) == nil {
					t.Errorf("%s: %s takes the door with it", text, w.key)
				}
			}
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}
