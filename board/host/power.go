package host

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Power is what kernel and firmware tell of the board's supply and of the pace of its processor.
type Power struct {
	Supply, Pace bool // whether LowVoltage, and whether Slowed, is known

	LowVoltage bool // now: below 4.63 V on a Raspberry Pi
	Slowed     bool // now: the processor is slower than asked, for heat or for want of voltage

	WasLow, WasSlowed bool // at some time since the board started, by the firmware's own account
}

// Bits of a Raspberry Pi's get_throttled (raspberrypi.com/documentation, "vcgencmd").
const (
	lowNow    = 1 << 0
	slowNow   = 1<<1 | 1<<2 | 1<<3 // frequency capped, throttled, soft temperature limit
	sinceBoot = 16
)

// power reads what there is of: the Raspberry Pi's get_throttled, its hwmon device rpi_volt, and
// the processor's cooling devices, which other boards have as well.
func (b Board) power() (p Power) {
	if bits, ok := b.number("devices/platform/soc/soc:firmware/get_throttled", 16); ok {
		p.Supply, p.Pace = true, true
		p.LowVoltage, p.Slowed = bits&lowNow != 0, bits&slowNow != 0
		p.WasLow, p.WasSlowed = bits>>sinceBoot&lowNow != 0, bits>>sinceBoot&slowNow != 0
	}
	for _, alarm := range b.glob("class/hwmon/hwmon*/in*_lcrit_alarm") {
		if b.text(filepath.Join(filepath.Dir(alarm), "name")) != "rpi_volt" {
			continue
		}
		if on, ok := b.number(alarm, 10); ok {
			p.Supply, p.LowVoltage = true, p.LowVoltage || on != 0
		}
	}
	for _, device := range b.glob("class/thermal/cooling_device*") {
		if kind := b.text(filepath.Join(device, "type")); !strings.Contains(kind, "cpufreq") && kind != "Processor" {
			continue // a fan, say
		}
		if step, ok := b.number(filepath.Join(device, "cur_state"), 10); ok {
			p.Pace, p.Slowed = true, p.Slowed || step > 0
		}
	}
	return p
}

// glob gives the names below Sys that fit a pattern, relative to it.
func (b Board) glob(pattern string) (names []string) {
	all, _ := filepath.Glob(filepath.Join(b.Sys, pattern)) // the pattern is right, so there is no error
	for _, path := range all {
		if name, err := filepath.Rel(b.Sys, path); err == nil {
			names = append(names, name)
		}
	}
	return names
}

// text reads a file below Sys; empty where it cannot be read.
func (b Board) text(name string) string {
	raw, err := os.ReadFile(filepath.Join(b.Sys, name))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(raw))
}

// number reads a file that holds one number.
func (b Board) number(name string, base int) (n uint64, ok bool) {
	n, err := strconv.ParseUint(strings.TrimPrefix(b.text(name), "0x"), base, 64)
	return n, err == nil
}
