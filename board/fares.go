package board

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"menshen/board/compliance"
	"menshen/board/unit"
	"menshen/site/fact"
	"menshen/store/audit"
)

// faresEvery is how often a door looks whether the other doors of its site are to be told how it
// fares. The vault tells them no more often than [store.StateEvery].
const faresEvery = 30 * time.Second

// tellFares tells the other doors how this one fares, until ctx ends. A failure is tried again, and
// is shown as what it is: a fault of the vault.
func (d *Door) tellFares(ctx context.Context) {
	for tick := time.NewTicker(faresEvery); ; {
		select {
		case <-ctx.Done():
			tick.Stop()
			return
		case <-tick.C:
		}
		if s, err := d.Unit.State(ctx); err == nil {
			_, _ = d.vault.TellState(faresOf(s))
		}
	}
}

// raisedAs are the vocabulary's words for what inputs raise under their own names.
var raisedAs = map[string]string{"mains": string(audit.MainsLost), "battery": string(audit.BatteryLow)}

// faresOf is what is told of a state. Duress is none of what is raised: it shows nowhere.
func faresOf(s unit.State) fact.State {
	f := fact.State{Version: shortVersion(compliance.Software()), Faults: slices.Collect(maps.Keys(s.Faults))}
	for _, name := range s.Raised {
		if strings.HasPrefix(name, "line ") {
			continue // a fault, too
		}
		f.Raised = append(f.Raised, cmp.Or(raisedAs[name], name))
	}
	if s.Lockdown {
		f.Raised = append(f.Raised, "lockdown")
	}
	return f.Fit()
}

// shortVersion is a version without the program's name, and with twelve digits of its commit.
func shortVersion(software string) string {
	words := strings.Fields(strings.TrimPrefix(software, "menshen"))
	if len(words) == 0 {
		return ""
	}
	words[0] = words[0][:min(len(words[0]), 12)]
	return strings.Join(words, " ")
}
