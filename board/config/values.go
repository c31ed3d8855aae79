package config

import (
	"fmt"
	"time"
)

// Duration is written as "5s", "1m30s", "250ms".
type Duration time.Duration

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	if err != nil || v < 0 {
		return fmt.Errorf("%q is not a time: write a number with its unit, such as \"5s\", \"1m30s\" or \"250ms\"",
			text)
	}
	*d = Duration(v)
	return nil
}

// D gives the duration as a [time.Duration].
func (d Duration) D() time.Duration { return time.Duration(d) }

// Level is the electrical level that means "on": "high" or "low". The zero value is high.
type Level bool

// The levels.
const (
	ActiveHigh Level = false
	ActiveLow  Level = true
)

// String writes it as in the configuration.
func (l Level) String() string {
	if l == ActiveLow {
		return "low"
	}
	return "high"
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (l *Level) UnmarshalText(text []byte) error {
	switch string(text) {
	case "high":
		*l = ActiveHigh
	case "low":
		*l = ActiveLow
	default:
		return fmt.Errorf("%q is not a level: write \"high\" or \"low\"", text)
	}
	return nil
}
