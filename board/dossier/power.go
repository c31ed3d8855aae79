package dossier

import (
	"strings"

	"menshen/internal/i18n"
	"menshen/store"
	"menshen/store/audit"
)

// Power is what the log, as kept, says of the unit's supply. Out and Low are how it ends.
type Power struct {
	MainsLost  int  `json:"mains_lost"` // times
	Out        bool `json:"out"`
	BatteryLow int  `json:"battery_low"` // times
	Low        bool `json:"low"`
	LowVoltage int  `json:"low_voltage"` // times, of the board's own supply
	Slowed     int  `json:"slowed"`      // times, its processor
	Lines      int  `json:"lines"`       // faults of inputs
}

// add counts an entry.
func (p *Power) add(e store.Entry) {
	switch e.Kind {
	case audit.MainsLost:
		p.MainsLost, p.Out = p.MainsLost+1, true
	case audit.MainsBack:
		p.Out = false
	case audit.BatteryLow:
		p.BatteryLow, p.Low = p.BatteryLow+1, true
	case audit.BatteryGood:
		p.Low = false
	case audit.Fault:
		switch device := e.Detail["device"]; {
		case device == "power":
			p.LowVoltage++
		case device == "processor":
			p.Slowed++
		case strings.HasPrefix(device, "input "):
			p.Lines++
		}
	}
}

// Power is what was counted of the supply.
func (l *Log) Power() Power { return l.power }

// power says what was counted.
func (e *evidence) power() {
	p := e.d.Power
	e.say(i18n.M("dossier.power", "By the log: mains lost %d times, battery low %d times, "+
		"the board's voltage too low %d times, its processor slowed down %d times, "+
		"faults of inputs and their lines %d.",
		p.MainsLost, p.BatteryLow, p.LowVoltage, p.Slowed, p.Lines))
	if p.Out {
		e.say(i18n.M("dossier.mains-out", "The mains are away at this moment."))
	}
	if p.Low {
		e.say(i18n.M("dossier.battery-is-low", "The battery is low at this moment."))
	}
}
