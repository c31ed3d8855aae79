package policy

import (
	"fmt"

	"menshen/internal/i18n"
)

var verdicts = map[Verdict]i18n.Message{
	ServedAlike: i18n.M("policy.served-alike", "Cards wait no longer than faces."),
	CardWaits:   i18n.M("policy.card-waits", "Cards wait longer than faces."),
	CardRefused: i18n.M("policy.card-refused", "Cards have to be shown again more often than faces."),
	TooFew:      i18n.M("policy.too-few-waits", "Too few openings to say."),
}

// Message is the verdict as a sentence.
func (v Verdict) Message() i18n.Message { return verdicts[v] }

// Name is the week as ISO 8601 writes it: "2026-W45".
func (w Week) Name() string { return fmt.Sprintf("%d-W%02d", w.Year, w.Number) }

// String is the quantile in seconds with its interval, in no language: "1.2 (1.0–1.5)", or
// "1.2 (1.0–)" where it has no upper bound.
func (q Quantile) String() string {
	high := ""
	if !q.Open {
		high = Tenths(q.High.Seconds())
	}
	return fmt.Sprintf("%s (%s–%s)", Tenths(q.Value.Seconds()), Tenths(q.Low.Seconds()), high)
}

// Tenths writes seconds as waits are shown.
func Tenths(seconds float64) string { return fmt.Sprintf("%.1f", seconds) }

// String is the share with its interval, in no language: "4% (1–12)".
func (s Share) String() string {
	return fmt.Sprintf("%.0f%% (%.0f–%.0f)", 100*s.Value(), 100*s.Low, 100*s.High)
}
