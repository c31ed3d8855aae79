package desk

import (
	"menshen/board/host"
	"menshen/internal/i18n"
)

// machineDevices are the devices whose faults have a line of their own among machineFacts.
var machineDevices = []string{"power", "processor", "storage"}

// powerFacts says how the board's supply and its processor are, where the board tells.
func powerFacts(p host.Power, lang i18n.Language) (out []Fact) {
	order := lang.Say(i18n.M("desk.in-order", "in order"))
	if p.Supply {
		f := Fact{Name: "power", State: order}
		switch {
		case p.LowVoltage:
			f.State, f.Fault = "", lang.Say(i18n.M("desk.power-low",
				"too little voltage: use a stronger supply, or a shorter or thicker cable"))
		case p.WasLow:
			f.State = lang.Say(i18n.M("desk.power-was-low",
				"in order now; too low at some time since the board started"))
		}
		out = append(out, f)
	}
	if p.Pace {
		f := Fact{Name: "processor", State: order}
		switch {
		case p.Slowed:
			f.State, f.Fault = "", lang.Say(i18n.M("desk.processor-slowed",
				"slowed down: give the unit air and shade, and look at its supply"))
		case p.WasSlowed:
			f.State = lang.Say(i18n.M("desk.processor-was-slowed",
				"in order now; slowed down at some time since the board started"))
		}
		out = append(out, f)
	}
	return out
}
