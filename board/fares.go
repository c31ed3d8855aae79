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
			f := faresOf(s)
			f.Image, f.Seat, f.NoPasses = d.image(), d.conf.Seat(), !d.conf.Passes.Enabled
			_, _ = d.vault.TellState(f)
		}
	}
}

// raisedAs are the vocabulary's words for what inputs raise under their own names.
var raisedAs = map[string]string{"mains": string(audit.MainsLost), "battery": string(audit.BatteryLow)}

// image is the version of the flashed system; empty: there is none, or root's side does not say.
func (d *Door) image() string {
	if d.trial == nil {
		return ""
	}
	s, _ := d.trial.updates.State()
	return string(s.Version)
}

// faresOf is what is told of a state. Duress is none of what is raised: it shows nowhere.
func faresOf(s unit.State) fact.State {
	f := fact.State{Version: shortVersion(compliance.Software()), Supply: supplyOf(s),
		Faults: slices.Collect(maps.Keys(s.Faults))}
	if i := slices.Index(f.Faults, unit.OtherDoors); i >= 0 { // none of this door's parts
		f.Faults, f.Raised = slices.Delete(f.Faults, i, i+1), append(f.Raised, "faces rest")
	}
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

// supplyOf says from what the unit is fed, where its supply tells; empty: it is not known.
func supplyOf(s unit.State) string {
	watched := func(role string) bool {
		return slices.ContainsFunc(s.Inputs, func(in unit.InputState) bool { return in.Role == role && in.Err == nil })
	}
	switch mains, battery := watched("mains"), watched("battery"); {
	case battery && slices.Contains(s.Raised, "battery"):
		return string(audit.BatteryLow)
	case mains && slices.Contains(s.Raised, "mains"):
		return "battery"
	case mains:
		return "mains"
	case battery:
		return string(audit.BatteryGood)
	}
	return ""
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
