package host

import "testing"

// TestPower: each source is read, in words of its own, and what is not there or is no number is not
// known.
func TestPower(t *testing.T) {
	const throttled = "devices/platform/soc/soc:firmware/get_throttled"
	for _, x := range []struct {
		name string
		sys  map[string]string
		want Power
	}{
		{"nothing", nil, Power{}},
		{"a Pi in order", map[string]string{throttled: "0\n"}, Power{Supply: true, Pace: true}},
		{"low voltage now", map[string]string{throttled: "50005\n"},
			Power{Supply: true, Pace: true, LowVoltage: true, Slowed: true, WasLow: true, WasSlowed: true}},
		{"low voltage before", map[string]string{throttled: "0x10000\n"},
			Power{Supply: true, Pace: true, WasLow: true}},
		{"soft limit of temperature", map[string]string{throttled: "80008\n"},
			Power{Supply: true, Pace: true, Slowed: true, WasSlowed: true}},
		{"no number", map[string]string{throttled: "never\n"}, Power{}},
		{"hwmon low", map[string]string{"class/hwmon/hwmon1/name": "rpi_volt\n",
			"class/hwmon/hwmon1/in0_lcrit_alarm": "1\n"},
			Power{Supply: true, LowVoltage: true}},
		{"hwmon in order", map[string]string{"class/hwmon/hwmon0/name": "rpi_volt\n",
			"class/hwmon/hwmon0/in0_lcrit_alarm": "0\n"}, Power{Supply: true}},
		{"another sensor's alarm", map[string]string{"class/hwmon/hwmon0/name": "nct6775\n",
			"class/hwmon/hwmon0/in0_lcrit_alarm": "1\n"}, Power{}},
		{"processor cooled", map[string]string{"class/thermal/cooling_device0/type": "cpufreq-cpu0\n",
			"class/thermal/cooling_device0/cur_state": "2\n", "class/thermal/cooling_device1/type": "pwm-fan\n",
			"class/thermal/cooling_device1/cur_state": "3\n"}, Power{Pace: true, Slowed: true}},
		{"only the fan runs", map[string]string{"class/thermal/cooling_device0/type": "thermal-cpufreq-0\n",
			"class/thermal/cooling_device0/cur_state": "0\n", "class/thermal/cooling_device1/type": "pwm-fan\n",
			"class/thermal/cooling_device1/cur_state": "3\n"}, Power{Pace: true}},
	} {
		if got := (Board{Sys: sysOf(t, x.sys)}).power(); got != x.want {
			t.Errorf("%s: %+v, want %+v", x.name, got, x.want)
		}
	}
}
