package config

import (
	"strings"
	"testing"

	"menshen/hal/supervised"
)

// lines is an ADC with a fire input on it, in the place of the example's.
const lines0 = `[[adc]]
name = "lines"
i2c  = "1:0x48"

[[input]]
role        = "fire"
adc         = "lines"
channel     = 1
active_when = "open"
series      = "4k7"
parallel    = 4700
`

// withLines is the example with supervised lines.
func withLines(t *testing.T, edit ...string) string {
	t.Helper()
	begin := strings.Index(Example, "[[input]]\nrole     = \"fire\"")
	end := begin + strings.Index(Example[begin:], "\n\n") + 1
	return Example[:begin] + strings.NewReplacer(edit...).Replace(lines0) + Example[end:]
}

// TestSupervisedInput: an input on an ADC has no pin, and what the file leaves out is the usual.
func TestSupervisedInput(t *testing.T) {
	c, err := Parse(strings.NewReader(withLines(t, `series      = "4k7"`, "", `parallel    = 4700`, "")))
	if err != nil {
		t.Fatal(err)
	}
	in := c.Inputs[2]
	if got := c.Wiring(in); !in.Supervised() ||
		got != (supervised.Wiring{Supply: 3.3, PullUp: 2200, Series: 1000, Parallel: 2200}) {
		t.Errorf("wired as %+v", got)
	}
	for _, w := range c.Pins() {
		if strings.HasPrefix(w.Of, "fire") {
			t.Errorf("it has a pin: %+v", w)
		}
	}
	if bus, address, err := c.ADCs[0].Bus(); bus != 1 || address != 0x48 || err != nil {
		t.Errorf("bus %d, address %#x, %v", bus, address, err)
	}
	if !c.has("fire") {
		t.Error("the door has no fire input")
	}
}

// TestSupervisedRefusals: each impossible line is refused, at its line, with a remedy.
func TestSupervisedRefusals(t *testing.T) {
	twice := lines0[strings.Index(lines0, "[[input]]"):]
	for _, x := range []struct{ name, from, to, want string }{
		{"no such adc", `adc         = "lines"`, `adc = "line"`, `did you mean "lines"?`},
		{"bus", `"1:0x48"`, `"1"`, `such as i2c = "1:0x48"`},
		{"address", `"1:0x48"`, `"1:0x20"`, `0x48 to 0x4b`},
		{"negative bus", `"1:0x48"`, `"-1:0x48"`, `such as i2c`},
		{"channel", `= 1`, `= 4`, "the chip has 0 to 3"},
		{"active_when", `"open"`, `"opened"`, `did you mean "open"?`},
		{"no active_when", `active_when = "open"`, ``, `write one of closed, open`},
		{"pin beside adc", `channel     = 1`, "pin = \"GPIO5\"", "pin is of inputs on a pin"},
		{"level beside adc", `channel     = 1`, "active = \"low\"", "active is of inputs on a pin"},
		{"resistor", `"4k7"`, `"4x7"`, `"2k2" or "4.7k"`},
		{"states too close", `4700`, `100`, "may read as"},
		{"supply", `i2c  =`, "supply = 12.0\ni2c  =", "2.0 to 5.5"},
		{"no name", `name = "lines"`, ``, `[[adc]] name "" is taken or empty`},
		{"channel twice", twice, twice + twice, "where the fire input is already"},
		{"chip twice", "[[adc]]\n", "[[adc]]\nname = \"more\"\ni2c = \"1:0x48\"\n[[adc]]\n",
			"has the bus and address of more"},
		{"no adc table", "[[adc]]\nname = \"lines\"\ni2c  = \"1:0x48\"\n", "", `there is no [[adc]] "lines"`},
		{"resistor without adc", `adc         = "lines"`, `pin = "GPIO23"`, "of supervised inputs"},
	} {
		_, err := Parse(strings.NewReader(withLines(t, x.from, x.to)))
		if err == nil || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%s: %v, want %q", x.name, err, x.want)
		}
	}
}

// TestOhms: resistances as they are printed on resistors.
func TestOhms(t *testing.T) {
	for text, want := range map[string]Ohms{"470": 470, "1k": 1000, "2k2": 2200, "4.7k": 4700, "4K7": 4700, "470R": 470,
		"1M": 1000000, "2k2 Ω": 2200, "4r7": 5} {
		var o Ohms
		if err := o.UnmarshalText([]byte(text)); err != nil || o != want {
			t.Errorf("%q: %d, %v", text, o, err)
		}
	}
	for _, text := range []string{"", "k", "-1k", "0", "1e99", "NaN", "inf", "2k2k"} {
		if err := new(Ohms).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q was accepted", text)
		}
	}
}
