package policy_test

import (
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"

	"menshen/policy"
)

// TestSpanIsTypedAsItIsShown: String gives what UnmarshalText reads as the same span.
func TestSpanIsTypedAsItIsShown(t *testing.T) {
	for typed, shown := range map[string]string{
		"mon,tue,wed,thu,fri 07:00-23:00":     "mon-fri 07:00-23:00",
		"fri-mon 22:00-06:00":                 "mon,fri-sun 22:00-06:00",
		"sat,sun,holiday 09:00-24:00":         "sat,sun,holiday 09:00-24:00",
		"daily 00:00-24:00":                   "daily 00:00-24:00",
		"sun,mon,tue,wed,thu,fri 00:00-12:30": "mon-fri,sun 00:00-12:30",
	} {
		if got := hours(t, typed).String(); got != shown {
			t.Errorf("%q is shown as %q, want %q", typed, got, shown)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		p := policy.Span{From: rapid.IntRange(0, 1439).Draw(t, "from"), To: rapid.IntRange(0, 1440).Draw(t, "to")}
		for d := policy.Sunday; d <= policy.Holiday; d++ {
			if rapid.Bool().Draw(t, d.String()) {
				p.Days = append(p.Days, d)
			}
		}
		if len(p.Days) == 0 {
			t.Skip()
		}
		var back policy.Span
		if err := back.UnmarshalText([]byte(p.String())); err != nil || back.String() != p.String() {
			t.Fatalf("%q: %v, %v", p, back, err)
		}
	})
}

// TestRulesAreReadAsWritten: ParseRules gives the rules that RulesText wrote, and says of other
// texts what is wrong.
func TestRulesAreReadAsWritten(t *testing.T) {
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"", "mon-fri 07:00-23:00", "sat,sun,holiday 09:00-24:00, fri 22:00-06:00",
		"mon-fri 07:00-18:00; sat 10:00-14:00, sun 10:00-12:00 until 2026-12-31; daily 00:00-24:00"} {
		for _, zone := range []*time.Location{nil, shanghai} {
			rules, err := policy.ParseRules(text, zone)
			if got := policy.RulesText(rules, zone); err != nil || got != text {
				t.Errorf("%q was read as %q, %v", text, got, err)
			}
		}
	}
	rules, _ := policy.ParseRules("mon 08:00-09:00 until 2026-12-31", shanghai)
	if want := time.Date(2027, 1, 1, 0, 0, 0, 0, shanghai); len(rules) != 1 || !rules[0].Until.Equal(want) {
		t.Errorf("%+v, want the end of the year at the site", rules)
	}
	for _, text := range []string{"mon", "mon-fri", "mon 7-8", "mon 07:00-25:00", "until 2026-12-31",
		" until 2026-12-31", "mon 07:00-08:00 until tomorrow", "mon 07:00-08:00,tue 07:00-08:00"} {
		if rules, err := policy.ParseRules(text, nil); err == nil {
			t.Errorf("%q was read as %+v", text, rules)
		}
	}
}

// TestHoursEdits: each edit gives other hours and leaves those before as they were; Changes tells
// old and new.
func TestHoursEdits(t *testing.T) {
	work := policy.Access{Hours: hours(t, "mon-fri 07:00-18:00")}
	base := policy.Hours{}.With("staff", work).With("cleaners", policy.Access{Hours: hours(t, "daily 05:00-07:00")})
	sale := policy.Access{Hours: hours(t, "sat 10:00-14:00"), Until: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)}
	next := base.With("staff", work, sale).With("cleaners").WithDay(policy.Special{Year: 2026, Month: 10, Day: 1,
		As: policy.Holiday})
	want := []policy.HoursChange{
		{Of: "cleaners", Was: "daily 05:00-07:00"},
		{Of: "staff", Was: "mon-fri 07:00-18:00", Now: "mon-fri 07:00-18:00; sat 10:00-14:00 until 2026-12-31"},
		{Of: "2026-10-01", Now: "holiday"},
	}
	got := next.Changes(base, nil)
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			t.Fatalf("changes\n%q\nwant\n%q", got, want)
		}
	}
	if len(base.Of("cleaners")) != 1 || len(base.Special) != 0 || len(next.Of("staff")) != 2 {
		t.Errorf("before %+v, after %+v", base, next)
	}
	if h, was := next.WithoutDay(policy.Special{Year: 2026, Month: 10, Day: 1}); !was || len(h.Special) != 0 {
		t.Errorf("%v %+v", was, h.Special)
	}
	for name, ok := range map[string]bool{"night-shift": true, "保洁": true, "": false, "a b": false, "a,b": false,
		"--all": false, "*": false, "a|b": true, "\x1b[2J": false, "abcdefghijabcdefghijabcdefghijabcdefghijk": false} {
		if policy.GroupNamed(name) != ok {
			t.Errorf("group %q: %v", name, !ok)
		}
	}
}

// TestTemporaryHoursEnd: at the moment they say, for a decision, for the question whether a person
// may ever come in, and in the picture of a day.
func TestTemporaryHoursEnd(t *testing.T) {
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	c := policy.Calendar{Zone: shanghai}
	until := time.Date(2026, 12, 1, 0, 0, 0, 0, shanghai) // a Tuesday; the last day is Monday
	rule := policy.Access{Group: "g", Hours: hours(t, "mon 09:00-12:00"), Until: until}
	rules := []policy.Access{rule, {Group: "other", Hours: policy.Always}}
	a := policy.Attempt{Means: policy.ByCard, CredentialID: "c", Clock: policy.Clock{Trusted: true},
		Site: policy.Site{Durable: true, Access: rules, Calendar: c},
		Person: &policy.Person{Groups: []string{"g"},
			Credentials: []policy.Credential{{ID: "c", Kind: policy.CardKind}}}}
	for at, want := range map[time.Time][2]bool{ // opens, may ever come in
		time.Date(2026, 11, 23, 10, 0, 0, 0, shanghai):  {true, true},
		time.Date(2026, 11, 24, 10, 0, 0, 0, shanghai):  {false, true},
		time.Date(2026, 11, 30, 11, 59, 0, 0, shanghai): {true, true},
		time.Date(2026, 11, 30, 12, 0, 0, 0, shanghai):  {false, false},
		time.Date(2026, 12, 7, 10, 0, 0, 0, shanghai):   {false, false},
	} {
		a.At = at
		if d := policy.Decide(a); d.Grant != want[0] {
			t.Errorf("at %v: %v %s", at, d.Grant, d.Reason)
		}
		if ever := policy.MayEver(rules, c, []string{"g"}, at); ever != want[1] {
			t.Errorf("from %v on: ever %v", at, ever)
		}
	}
	a.At, a.Clock.Floor = time.Date(2026, 11, 23, 10, 0, 0, 0, shanghai), until
	if d := policy.Decide(a); d.Grant {
		t.Error("a clock that was set back revived the rule")
	}
	if rule.LastDay(shanghai) != "2026-11-30" {
		t.Errorf("last day %s", rule.LastDay(shanghai))
	}
}

// TestMinutesOfADay: nights belong to two days, holidays count, and nights in which clocks change
// lose an hour or show it once.
func TestMinutesOfADay(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	c := policy.Calendar{Zone: berlin, Special: []policy.Special{{Year: 2026, Month: 3, Day: 27, As: policy.Holiday}}}
	h := policy.Hours{}.With("g", policy.Access{Hours: hours(t, "fri,sat 22:00-04:00", "sun 02:15-02:45",
		"holiday 10:00-11:00")})
	count := func(day int, month time.Month) (n int) {
		for _, open := range h.Minutes(c, []string{"g"}, time.Date(2026, month, day, 20, 0, 0, 0, berlin)) {
			if open {
				n++
			}
		}
		return n
	}
	for _, day := range []struct {
		month   time.Month
		day, is int
	}{
		{time.March, 27, 60},          // a Friday that is a holiday
		{time.March, 28, 120},         // Saturday, no night before it
		{time.March, 29, 180},         // loses 02:00-03:00
		{time.October, 24, 240 + 120}, // Friday's night and its own
		{time.October, 25, 240},       // has 02:00-03:00 twice, and shows it once
		{time.October, 26, 0},
	} {
		if got := count(day.day, day.month); got != day.is {
			t.Errorf("%v %d: %d minutes, want %d", day.month, day.day, got, day.is)
		}
	}
}
