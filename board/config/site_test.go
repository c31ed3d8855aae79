package config

import (
	"strings"
	"testing"
	"time"

	"menshen/policy"
)

const siteHead = `
[unit]
name = "gate"
dir = "/x"
[key]
source = "file:/k"
[relay]
pin = "GPIO17"
`

func TestSite(t *testing.T) {
	c, err := Parse(strings.NewReader(siteHead + `
[site]
zone        = "Asia/Shanghai"
special     = ["2026-10-01 holiday", "2026-10-10 wed", "01-01 holiday"]
passback    = "2m"
two_persons = "30s"
[[site.access]]
group = "residents"
hours = ["mon-sun,holiday 00:00-24:00"]
[[site.access]]
group = "cleaners"
hours = ["mon-fri 06:00-09:00", "sat 22:00-06:00"]
[site.free_passage]
hours = ["mon-fri 09:00-17:00"]
first_person = true
groups = ["staff"]
[site.keypad]
free = 3
`))
	if err != nil {
		t.Fatal(err)
	}
	s := c.Site
	limits := s.Keypad.Limits()
	if len(s.Hours().Access) != 2 || s.Hours().Access[1].Hours[1].From != 22*60 || !s.Free.FirstPerson ||
		s.Free.Groups[0] != "staff" {
		t.Errorf("%+v", s)
	}
	if limits.Free != 3 || limits.Pause != policy.DefaultTryLimits.Pause {
		t.Errorf("a key that is not written takes its default: %+v", limits)
	}
	// 2026-10-01 is a Thursday, and a holiday; 2026-10-10 a Saturday that is worked.
	// 01:30 UTC is 09:30 in Shanghai.
	for day, open := range map[string]bool{"2026-09-30": true, "2026-10-01": false, "2026-10-10": true,
		"2026-10-11": false} {
		at, _ := time.Parse("2006-01-02 15:04", day+" 01:30")
		if got := s.Free.Hours.Holds(s.Calendar(), at); got != open {
			t.Errorf("free passage on %s: %v", day, got)
		}
	}
}

func TestSiteMistakes(t *testing.T) {
	for text, says := range map[string]string{
		"[site]\nzone = \"Shanghai\"":                                      "Asia/Shanghai",
		"[site]\nspecial = [\"1 October\"]":                                "2026-10-01 holiday",
		"[[site.access]]\ngroup = \"day\"":                                 "has no hours",
		"[[site.access]]\nhours = [\"mon 7-9\"]":                           "hh:mm",
		"[site.free_passage]\nfirst_person = true":                         "has no hours",
		"[site]\ntwo_persons = \"1h\"":                                     "at most 5m",
		"[site]\npassback = \"48h\"":                                       "at most 24h",
		"[site]\npassback = \"24h\"\npassback_site = \"2h\"":               "at most 1h",
		"[site]\npassback = \"5m\"\npassback_site = \"10m\"":               "no more than passback",
		"[site.keypad]\nalarm = 99":                                        "no more than 12 wrong codes",
		"[site.keypad]\npause = \"1ms\"\nlongest = \"1ms\"\n":              "no PIN is long enough",
		"[site.keypad]\nfree = 0":                                          "free 1 to 100",
		"[site]\nholidays = [\"2026-10-01\"]":                              "holidays",
		"[site.free_passage]\nhours = [\"fri 09:00-17:00\"]\nfirst = true": "first",
	} {
		_, err := Parse(strings.NewReader(siteHead + text))
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, should say %q", text, err, says)
		}
	}
}
