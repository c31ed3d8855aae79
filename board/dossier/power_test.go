package dossier

import (
	"strings"
	"testing"
	"time"

	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
)

// TestRSafePower: the dossier counts what the log says of the supply, and says how it is now.
func TestRSafePower(t *testing.T) {
	l := NewLog(time.Now())
	for _, e := range []store.Entry{
		{Kind: audit.MainsLost}, {Kind: audit.MainsBack}, {Kind: audit.MainsLost},
		{Kind: audit.BatteryLow}, {Kind: audit.BatteryGood},
		{Kind: audit.Fault, Detail: map[string]string{"device": "power"}},
		{Kind: audit.Fault, Detail: map[string]string{"device": "processor"}},
		{Kind: audit.Fault, Detail: map[string]string{"device": "input fire"}},
		{Kind: audit.Fault, Detail: map[string]string{"device": "reader outside"}},
	} {
		l.Add(e)
	}
	want := Power{MainsLost: 2, Out: true, BatteryLow: 1, LowVoltage: 1, Slowed: 1, Lines: 1}
	if got := l.Power(); got != want {
		t.Errorf("counted %+v, want %+v", got, want)
	}
	d := sample()
	d.Power = want
	var said []string
	for _, w := range d.Evidence(policy.RuleSafe) {
		if w.EN == w.ZH {
			t.Errorf("no Chinese for %q", w.EN)
		}
		said = append(said, w.EN)
	}
	for _, part := range []string{"mains lost 2 times", "faults of inputs and their lines 1", "The mains are away"} {
		if !strings.Contains(strings.Join(said, "\n"), part) {
			t.Errorf("it does not say %q: %q", part, said)
		}
	}
}
