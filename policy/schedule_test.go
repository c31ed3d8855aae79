package policy

import (
	"reflect"
	"testing"
	"time"
	_ "time/tzdata" // the tests need zones, also where the system has none

	"pgregory.net/rapid"
)

func span(t interface{ Fatal(...any) }, text string) Span {
	var p Span
	if err := p.UnmarshalText([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return p
}

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal("no time zone data: ", err)
	}
	return z
}

func TestScheduleHolds(t *testing.T) {
	shanghai := Calendar{Zone: zone(t, "Asia/Shanghai"), Special: []Special{
		{Month: 10, Day: 1, As: Holiday},
		{Year: 2026, Month: 10, Day: 10, As: Friday}, // a Saturday that is worked
		{Year: 2027, Month: 10, Day: 1, As: Monday},  // goes before "every year", on either side of it
		{Month: 10, Day: 1, As: Holiday},
	}}
	for _, tc := range []struct {
		span, at string // wall clock in Shanghai
		want     bool
	}{
		{"Mon-Fri 07:00-23:00", "2026-03-10 06:59", false}, // Tuesday
		{"Mon-Fri 07:00-23:00", "2026-03-10 07:00", true},
		{"Mon-Fri 07:00-23:00", "2026-03-10 22:59", true},
		{"Mon-Fri 07:00-23:00", "2026-03-10 23:00", false},
		{"Mon-Fri 07:00-23:00", "2026-03-14 12:00", false}, // Saturday
		{"Mon-Fri 07:00-23:00", "2026-10-01 12:00", false}, // holiday, a Thursday
		{"Mon-Fri 07:00-23:00", "2027-10-01 12:00", true},
		{"Mon-Fri 07:00-23:00", "2026-10-10 12:00", true}, // worked Saturday
		{"Sat 07:00-23:00", "2026-10-10 12:00", false},
		{"holiday 07:00-23:00", "2026-10-01 12:00", true},
		{"Sat 22:00-06:00", "2026-03-14 23:00", true},
		{"Sat 22:00-06:00", "2026-03-15 05:59", true}, // Sunday morning
		{"Sat 22:00-06:00", "2026-03-15 06:00", false},
		{"Sat 22:00-06:00", "2026-03-14 05:00", false}, // Saturday morning is Friday's night
		{"Wed 22:00-06:00", "2026-10-01 03:00", true},  // runs into the holiday
		{"Thu 22:00-06:00", "2026-10-02 03:00", false}, // the holiday's night is not a Thursday's
		{"Fri-Mon 08:00-09:00", "2026-03-15 08:30", true},
		{"Fri-Mon 08:00-09:00", "2026-03-17 08:30", false},
		{"daily 00:00-24:00", "2026-10-01 23:59", true},
		{"Mon 07:00-07:00", "2026-03-10 06:59", true}, // a whole day from seven
	} {
		at, err := time.ParseInLocation("2006-01-02 15:04", tc.at, shanghai.Zone)
		if err != nil {
			t.Fatal(err)
		}
		if got := (Schedule{span(t, tc.span)}).Holds(shanghai, at.UTC()); got != tc.want {
			t.Errorf("%s at %s: %v", tc.span, tc.at, got)
		}
	}
	if (Schedule{}).Holds(Calendar{}, noon) || !Always.Holds(Calendar{}, noon) {
		t.Error("empty or endless schedule")
	}
}

// Berlin lost 02:00 to 03:00 on 2026-03-29 and doubled it on 2026-10-25.
func TestScheduleInTheNightOfTheClockChange(t *testing.T) {
	berlin := Calendar{Zone: zone(t, "Europe/Berlin")}
	held := func(text, day string) time.Duration {
		start, err := time.ParseInLocation("2006-01-02", day, berlin.Zone)
		if err != nil {
			t.Fatal(err)
		}
		var sum time.Duration
		for m := start; m.Before(start.Add(24 * time.Hour)); m = m.Add(time.Minute) {
			if (Schedule{span(t, text)}).Holds(berlin, m) {
				sum += time.Minute
			}
		}
		return sum
	}
	for _, tc := range []struct {
		text, day string
		want      time.Duration
	}{
		{"daily 01:00-04:00", "2026-03-28", 3 * time.Hour},
		{"daily 01:00-04:00", "2026-03-29", 2 * time.Hour},
		{"daily 01:00-04:00", "2026-10-25", 4 * time.Hour},
		{"daily 02:15-02:45", "2026-03-29", 0},
		{"daily 02:15-02:45", "2026-10-25", time.Hour},
		{"daily 02:30-05:00", "2026-03-29", 2 * time.Hour},
	} {
		if got := held(tc.text, tc.day); got != tc.want {
			t.Errorf("%s on %s holds for %v, want %v", tc.text, tc.day, got, tc.want)
		}
	}
}

// A span and the same span turned inside out divide every day between them.
func TestSpanAndItsOppositeShareTheDay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := rapid.IntRange(0, 24*60-1).Draw(t, "from")
		to := rapid.IntRange(0, 24*60-1).Filter(func(m int) bool { return m != from }).Draw(t, "to")
		at := noon.Add(time.Duration(rapid.IntRange(0, 1e6).Draw(t, "min")) * time.Minute)
		days := Always[0].Days
		in := Schedule{{days, from, to}}.Holds(Calendar{}, at)
		out := Schedule{{days, to, from}}.Holds(Calendar{}, at)
		if in == out {
			t.Fatalf("%d-%d at %v: both %v", from, to, at, in)
		}
	})
}

func TestAccessByGroup(t *testing.T) {
	day := Schedule{span(t, "daily 08:00-18:00")}
	rules := []Access{{Group: "cleaners", Hours: day}, {Group: "residents", Hours: Always}}
	night := noon.Add(12 * time.Hour)
	for _, tc := range []struct {
		rules  []Access
		groups []string
		at     time.Time
		want   bool
	}{
		{nil, nil, night, true},
		{rules, []string{"cleaners"}, noon, true},
		{rules, []string{"cleaners"}, night, false},
		{rules, []string{"cleaners", "residents"}, night, true},
		{rules, nil, noon, false},
		{[]Access{{Hours: day}}, nil, noon, true},
		{[]Access{{Hours: day}}, nil, night, false},
	} {
		if got := allowed(tc.rules, Calendar{}, tc.groups, tc.at); got != tc.want {
			t.Errorf("%v at %v: %v", tc.groups, tc.at, got)
		}
	}
}

func TestFreePassage(t *testing.T) {
	trusted := Clock{Trusted: true}
	f := FreePassage{Hours: Schedule{span(t, "daily 08:00-18:00"), span(t, "daily 17:00-20:00")}}
	if !f.Open(Calendar{}, trusted, noon, time.Time{}) ||
		f.Open(Calendar{}, trusted, noon.Add(9*time.Hour), time.Time{}) {
		t.Error("by the hours")
	}
	if f.Open(Calendar{}, Clock{}, noon, time.Time{}) {
		t.Error("opened by a clock that cannot be trusted")
	}
	f.FirstPerson = true
	for _, tc := range []struct {
		at, first time.Time
		want      bool
	}{
		{noon, time.Time{}, false},
		{noon, noon.Add(-time.Hour), true},
		{noon, noon.Add(-5 * time.Hour), false},  // before hours
		{noon, noon.Add(-24 * time.Hour), false}, // yesterday
		{noon, noon.Add(time.Minute), false},     // in the future
		{noon.Add(7 * time.Hour), noon, false},   // 19:00 is the second span's, at noon it did not hold
		{noon.Add(7 * time.Hour), noon.Add(5*time.Hour + time.Minute), true},
	} {
		if got := f.Open(Calendar{}, trusted, tc.at, tc.first); got != tc.want {
			t.Errorf("at %v, first %v: %v", tc.at, tc.first, got)
		}
	}
	p := Person{Groups: []string{"staff"}}
	if !f.Counts(p) {
		t.Error("anybody counts")
	}
	f.Groups = []string{"managers"}
	if f.Counts(p) || !f.Counts(Person{Groups: []string{"staff", "managers"}}) {
		t.Error("only managers count")
	}
}

func TestAddWorkingDays(t *testing.T) {
	c := Calendar{Special: []Special{{Month: 10, Day: 1, As: Holiday}, {Year: 2026, Month: 10, Day: 10, As: Friday}}}
	for _, tc := range []struct {
		from string
		n    int
		want string // midnight at the end of the last day
	}{
		{"2026-03-10", 1, "2026-03-12"}, // Tuesday: all of Wednesday
		{"2026-03-13", 1, "2026-03-17"}, // Friday: Monday
		{"2026-09-30", 1, "2026-10-03"}, // the holiday is skipped
		{"2026-10-09", 1, "2026-10-11"}, // the worked Saturday counts
		{"2026-03-10", 30, "2026-04-22"},
	} {
		from, err := time.Parse("2006-01-02", tc.from)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.AddWorkingDays(from.Add(9*time.Hour), tc.n).Format("2006-01-02"); got != tc.want {
			t.Errorf("%s + %d: %s, want %s", tc.from, tc.n, got, tc.want)
		}
	}
}

func TestScheduleText(t *testing.T) {
	for text, want := range map[string]Span{
		"Mon-Wed 07:59-23:59":      {[]Day{Monday, Tuesday, Wednesday}, 7*60 + 59, 23*60 + 59},
		" sat,SUN,sun 23:59-24:00": {[]Day{Sunday, Saturday}, 24*60 - 1, 24 * 60},
		"Fri-Sun 00:00-00:00":      {[]Day{Sunday, Friday, Saturday}, 0, 0},
		"daily  08:00-09:00":       {Always[0].Days, 8 * 60, 9 * 60},
	} {
		if got := span(t, text); !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %+v", text, got)
		}
	}
	for text, want := range map[string]Special{
		"2026-10-01 holiday": {2026, 10, 1, Holiday},
		"10-10  Sat":         {0, 10, 10, Saturday},
		"02-29 sun":          {0, 2, 29, Sunday},
	} {
		var got Special
		if err := got.UnmarshalText([]byte(text)); err != nil || got != want {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
}

func TestScheduleTextErrorsSayWhatToWrite(t *testing.T) {
	for _, bad := range []string{"", "Mon", "Mon-Fri", "Mon 07:00", "Mon 7-9", "Mon 07:00-24:01", "Mon 24:00-01:00",
		"Mon 07:60-08:00", "Mo 07:00-08:00", "mon-holiday 07:00-08:00", "Mon 0a:00-08:00", "Mon 0/:30-08:00",
		"Mon 0::30-11:00", "Mon 07x00-08:00", "Mon 07:000-08:00"} {
		var p Span
		if err := p.UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("%q read as %+v", bad, p)
		}
	}
	if Day(9).String() != "day 9" || Day(-1).String() != "day -1" {
		t.Error("a day that is none")
	}
	for _, bad := range []string{"", "2026-13-01 holiday", "2026-02-29 holiday", "02-30 mon", "10-01", "10-01 feast"} {
		var s Special
		if err := s.UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("%q read as %+v", bad, s)
		}
	}
}

func FuzzSpanText(f *testing.F) {
	for _, s := range []string{"Mon-Fri 07:00-23:00", "daily 00:00-24:00", "Sat,Sun,Holiday 22:00-06:00",
		"Fri-Mon 08:00-09:00", "mon-- 1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var p, again Span
		if p.UnmarshalText([]byte(text)) != nil {
			return
		}
		out, err := p.MarshalText()
		if err != nil || again.UnmarshalText(out) != nil || !reflect.DeepEqual(p, again) {
			t.Errorf("%q read as %+v, written %q, read as %+v", text, p, out, again)
		}
	})
}

func FuzzSpecialText(f *testing.F) {
	for _, s := range []string{"2026-10-01 holiday", "02-29 sun", "0000-01-01 mon", "2026-10-10 SAT"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var s, again Special
		if s.UnmarshalText([]byte(text)) != nil {
			return
		}
		out, err := s.MarshalText()
		if err != nil || again.UnmarshalText(out) != nil || s != again {
			t.Errorf("%q read as %+v, written %q, read as %+v", text, s, out, again)
		}
	})
}

// TestMayEver: whether anybody of some groups may ever come in agrees with trying each
// half hour of a year and more.
func TestMayEver(t *testing.T) {
	from := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		c := Calendar{}
		for range rapid.IntRange(0, 2).Draw(t, "special days") {
			c.Special = append(c.Special, Special{Year: rapid.SampledFrom([]int{0, 2025, 2026}).Draw(t, "year"),
				Month: time.Month(rapid.IntRange(1, 12).Draw(t, "month")),
				Day:   rapid.IntRange(1, 28).Draw(t, "day"), As: Holiday})
		}
		var rules []Access
		for range rapid.IntRange(0, 3).Draw(t, "rules") {
			rules = append(rules, Access{Group: rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "group"),
				Hours: Schedule{{
					Days: []Day{rapid.SampledFrom([]Day{Monday, Holiday, Holiday}).Draw(t,
						"kind")}, From: 7 * 60, To: rapid.SampledFrom([]int{6 * 60, 9 * 60}).Draw(t, "to")}}})
		}
		groups := rapid.SliceOf(rapid.SampledFrom([]string{"a", "b", "c"})).Draw(t, "groups")
		want := false
		for at := from; at.Before(from.AddDate(1, 0, 8)) && !want; at = at.Add(30 * time.Minute) {
			want = allowed(rules, c, groups, at)
		}
		if got := MayEver(rules, c, groups, from); got != want {
			t.Fatalf("%v, a year of trying says %v", got, want)
		}
	})
}
