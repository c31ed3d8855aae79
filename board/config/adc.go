package config

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"menshen/hal/supervised"
)

// ADC is a converter that measures supervised inputs, an ADS1115 with four channels.
type ADC struct {
	Name   string  `toml:"name"`
	I2C    string  `toml:"i2c"`     // bus and address: "1:0x48" is address 0x48 on /dev/i2c-1
	Supply float64 `toml:"supply"`  // of the lines' pull-ups, in volts; 3.3 when 0
	PullUp Ohms    `toml:"pull_up"` // between the supply and each line; 2k2 when 0
}

// The defaults of a supervised input.
const (
	usualSupply   = 3.3
	usualPullUp   = 2200
	usualSeries   = 1000
	usualParallel = 2200
)

// Addresses of an ADS1115. Its pin ADDR is joined to ground, supply, SDA or SCL, in this order.
const firstAddress, lastAddress = 0x48, 0x4b

// Supervised reports whether the input is on an ADC, with resistors at its contact.
func (in *Input) Supervised() bool { return in.ADC != "" }

// FindADC finds a converter by its name.
func (c *Config) FindADC(name string) (ADC, bool) {
	for _, a := range c.ADCs {
		if a.Name == name {
			return a, true
		}
	}
	return ADC{}, false
}

// Bus gives the number of the I2C bus, and the chip's address on it.
func (a *ADC) Bus() (bus int, address uint16, err error) {
	number, at, _ := strings.Cut(a.I2C, ":")
	bus, bad := strconv.Atoi(number)
	address64, worse := strconv.ParseUint(at, 0, 8)
	if bad != nil || worse != nil || bus < 0 || address64 < firstAddress || address64 > lastAddress {
		return 0, 0, fmt.Errorf("i2c %q: write the bus and the chip's address, 0x48 to 0x4b, "+
			"such as i2c = \"1:0x48\"", a.I2C)
	}
	return bus, uint16(address64), nil
}

// Wiring gives the supply and the resistors of a supervised input.
func (c *Config) Wiring(in Input) supervised.Wiring {
	a, _ := c.FindADC(in.ADC)
	return supervised.Wiring{Supply: cmp.Or(a.Supply, usualSupply), PullUp: float64(cmp.Or(a.PullUp, usualPullUp)),
		Series: float64(cmp.Or(in.Series, usualSeries)), Parallel: float64(cmp.Or(in.Parallel, usualParallel))}
}

func (c *Config) checkADCs(m *misfits) {
	names, chips := map[string]bool{}, map[string]string{}
	for i, a := range c.ADCs {
		key := fmt.Sprintf("adc.%d", i)
		m.when(a.Name == "" || names[a.Name], key+".name",
			"[[adc]] name %q is taken or empty: give it one of its own, such as name = \"lines\"", a.Name)
		names[a.Name] = true
		m.when(a.Supply != 0 && (a.Supply < 2 || a.Supply > 5.5), key+".supply",
			"[[adc]] %s: supply %v is out of range: write volts, 2.0 to 5.5, and no more than the chip's own supply",
			a.Name, a.Supply)
		bus, address, err := a.Bus()
		if err != nil {
			m.add(key+".i2c", fmt.Errorf("[[adc]] %s: %w", a.Name, err))
			continue
		}
		at := fmt.Sprintf("%d:%#x", bus, address)
		m.when(chips[at] != "", key+".i2c",
			"[[adc]] %s has the bus and address of %s: join its pin ADDR to another pin, and write that address",
			a.Name, chips[at])
		chips[at] = a.Name
	}
	lines := map[string]string{}
	for i, in := range c.Inputs {
		key := fmt.Sprintf("input.%d", i)
		if !in.Supervised() {
			for k, set := range map[string]bool{"channel": in.Channel != 0, "active_when": in.ActiveWhen != "",
				"series": in.Series != 0, "parallel": in.Parallel != 0} {
				m.when(set, key+"."+k,
					"[[input]] %s: %s is of supervised inputs: write adc = as well, or leave it out", in.Role, k)
			}
			continue
		}
		c.checkLine(m, key, in)
		line := fmt.Sprintf("%s, channel %d", in.ADC, in.Channel)
		m.when(lines[line] != "", key+".channel",
			"[[input]] %s is on ADC %s, where the %s input is already: give each its own",
			in.Role, line, lines[line])
		lines[line] = in.Role
	}
}

// checkLine checks one supervised input.
func (c *Config) checkLine(m *misfits, key string, in Input) {
	var known []string
	for _, a := range c.ADCs {
		known = append(known, a.Name)
	}
	if len(known) == 0 {
		m.add(key+".adc", fmt.Errorf("[[input]] %s: there is no [[adc]] %q: write one", in.Role, in.ADC))
		return
	}
	m.add(key+".adc", oneOf("[[input]] "+in.Role+": adc", in.ADC, known))
	m.add(key+".active_when", oneOf("[[input]] "+in.Role+": active_when", in.ActiveWhen, []string{"closed", "open"}))
	m.when(in.Channel < 0 || in.Channel >= supervised.Channels, key+".channel",
		"[[input]] %s: channel %d: the chip has 0 to %d", in.Role, in.Channel, supervised.Channels-1)
	for _, k := range []string{"pin", "active", "pull"} {
		m.when(c.lines[key+"."+k] != 0, key+"."+k,
			"[[input]] %s: %s is of inputs on a pin: leave it out beside adc", in.Role, k)
	}
	if err := c.Wiring(in).Validate(); err != nil {
		m.add(key, fmt.Errorf("[[input]] %s: %w", in.Role, err))
	}
}

// Ohms is a resistance: a number, or as it is printed on resistors: "470", "1k", "2k2", "4.7k".
type Ohms int

// UnmarshalText implements encoding.TextUnmarshaler.
func (o *Ohms) UnmarshalText(text []byte) error {
	s := strings.TrimRight(strings.ToLower(string(text)), "ωΩ ")
	unit := 1.0
	for letter, times := range map[string]float64{"r": 1, "k": 1e3, "m": 1e6} {
		if whole, part, found := strings.Cut(s, letter); found {
			unit = times
			s = whole
			if part != "" {
				s += "." + part
			}
		}
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || !(v*unit >= 1 && v*unit <= 1e7) {
		return fmt.Errorf("%q is not a resistance: write ohms, such as 470, \"1k\", \"2k2\" or \"4.7k\"", text)
	}
	*o = Ohms(v*unit + 0.5)
	return nil
}
