package desk

import (
	"fmt"

	"menshen/board/host"
	"menshen/internal/i18n"
)

// machineFacts says how temperature, supply, processor and storage are.
func machineFacts(h host.Health, lang i18n.Language) (out []Fact) {
	if h.Measured {
		f := Fact{Name: "temperature", State: fmt.Sprintf("%.0f °C", h.Celsius)}
		if h.Hot() {
			f.Fault = lang.Say(i18n.M("desk.too-hot", "hot, and slowed down: give the unit air and shade"))
		}
		out = append(out, f)
	}
	out = append(out, powerFacts(h.Power, lang)...)
	f := Fact{Name: "storage"}
	if h.Err != nil {
		f.Fault = h.Err.Error()
		return append(out, f)
	}
	f.State = lang.Say(i18n.M("desk.storage-free", "%d MiB free of %d", h.Free>>20, h.Size>>20))
	if h.Used > 0 {
		f.State += lang.Say(i18n.M("desk.storage-used", ", up to %d%% of its life used", h.Used))
	}
	switch {
	case h.WornOut():
		f.Fault = lang.Say(i18n.M("desk.storage-worn-out", "worn out: replace the board's memory soon, after a backup"))
	case h.NearlyFull():
		f.Fault = lang.Say(i18n.M("desk.storage-nearly-full",
			"nearly full: remove old backups and exports from the unit's out folder"))
	}
	return append(out, f)
}
