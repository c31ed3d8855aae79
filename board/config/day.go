package config

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// spanOfDay reads a span such as "22:00-07:00", in minutes of the day. One that is not, or is
// empty, is nothing: both are the same.
func spanOfDay(text string) (from, until int, ok bool) {
	a, b, _ := strings.Cut(text, "-")
	from, ok1 := minutes(a)
	until, ok2 := minutes(b)
	if !ok1 || !ok2 || from == until {
		return 0, 0, false
	}
	return from, until, true
}

// inSpan reports whether a time is in a span, which may go over midnight.
func inSpan(from, until int, t time.Time) bool {
	now := 60*t.Hour() + t.Minute()
	if until < from {
		return now >= from || now < until
	}
	return from <= now && now < until
}

var clock = regexp.MustCompile(`^([01][0-9]|2[0-3]):([0-5][0-9])$`)

func minutes(text string) (int, bool) {
	found := clock.FindStringSubmatch(text)
	if found == nil {
		return 0, false
	}
	h, _ := strconv.Atoi(found[1])
	m, _ := strconv.Atoi(found[2])
	return 60*h + m, true
}
