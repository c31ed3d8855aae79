package waits

import (
	"strings"
	"testing"
	"time"

	"menshen/internal/i18n/catalogue"
	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
)

var noon = time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)

func grantedAt(at time.Duration, by policy.Means, detail map[string]string) store.Entry {
	return store.Entry{At: noon.Add(at), Kind: audit.Decision, Means: by, Grant: true, Reason: policy.Reason(by),
		Detail: detail}
}

func relay(at time.Duration, to string, why policy.Reason) store.Entry {
	return store.Entry{At: noon.Add(at), Kind: audit.Relay, Reason: why, Detail: map[string]string{"to": to}}
}

// TestREqualLog: an opening is a grant with its wait and the unlocking that follows from it, and
// nothing else.
func TestREqualLog(t *testing.T) {
	waited := func(text string) map[string]string { return map[string]string{"waited": text} }
	bell := store.Entry{At: noon, Kind: audit.Bell}
	card := grantedAt(0, policy.ByCard, waited("2s"))
	for name, c := range map[string]struct {
		entries   []store.Entry
		took      []time.Duration
		old, open int
	}{
		"a card": {[]store.Entry{card, bell, relay(40*time.Millisecond, "unlock", policy.ReasonCard),
			relay(5*time.Second, "lock", policy.ReasonRelock)}, []time.Duration{2040 * time.Millisecond}, 0, 0},
		"of before": {[]store.Entry{grantedAt(0, policy.ByCard, nil), relay(0, "unlock", policy.ReasonCard)},
			nil, 1, 0},
		"the lock was open": {[]store.Entry{card, relay(time.Second, "lock", policy.ReasonRelock),
			grantedAt(time.Minute, policy.ByFace, waited("1s")), relay(time.Minute, "unlock", policy.ReasonFace)},
			[]time.Duration{time.Second}, 0, 1},
		"exit is no opening": {[]store.Entry{grantedAt(0, policy.ByREX, waited("1s")),
			relay(0, "unlock", policy.ReasonREX)}, nil, 0, 0},
		"the fire's move is not the card's": {[]store.Entry{card, relay(0, "unlock", policy.ReasonFire)}, nil, 0, 0},
		"the clock was set back": {[]store.Entry{card, relay(-time.Hour, "unlock", policy.ReasonCard)},
			nil, 0, 0},
		"the program began anew": {[]store.Entry{card, {At: noon, Kind: audit.UnitStarted},
			relay(0, "unlock", policy.ReasonCard)}, nil, 0, 0},
		"not a time":     {[]store.Entry{grantedAt(0, policy.ByCard, waited("soon")), bell}, nil, 1, 0},
		"a time below 0": {[]store.Entry{grantedAt(0, policy.ByCard, waited("-1s")), bell}, nil, 1, 0},
		"refused, and yet": {[]store.Entry{{At: noon, Kind: audit.Decision, Means: policy.ByCard,
			Detail: waited("1s")}}, nil, 0, 0},
	} {
		var l Log
		for _, e := range c.entries {
			l.Add(e)
		}
		all := l.Openings()
		if len(all) != len(c.took) || l.Old() != c.old || l.Open() != c.open {
			t.Errorf("%s: %+v, %d of before, %d of an open door", name, all, l.Old(), l.Open())
			continue
		}
		for i, w := range all {
			if w.Took != c.took[i] || w.Retried {
				t.Errorf("%s: %+v, want %v", name, w, c.took[i])
			}
		}
	}
}

// TestTable: the figures and verdicts stand there in each language.
func TestTable(t *testing.T) {
	var all []policy.Wait
	for range 30 {
		all = append(all, policy.Wait{At: noon, Means: policy.ByCard, Took: 4 * time.Second},
			policy.Wait{At: noon, Means: policy.ByFace, Took: time.Second})
	}
	log := policy.WaitLog{Weeks: policy.Weeks(all, time.UTC, time.Time{}, noon.AddDate(0, 0, 7)), Old: 3}
	for code, want := range map[string][]string{
		"en": {"2026-W45", "card      30", "4.0 (4.0–4.0)", "Cards wait longer than faces.", "Left out: 3 openings"},
		"zh": {"2026-W45", "卡", "4.0 (4.0–4.0)", "刷卡比人脸等得更久。", "3 次"},
	} {
		text := strings.Join(Table(log, catalogue.In(code)), "\n")
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("in %s it lacks %q:\n%s", code, w, text)
			}
		}
	}
}
