package profile

import (
	"strings"
	"testing"
)

// fireOnADC puts the example's fire input on an ADC of a bus.
func fireOnADC(bus string) []string {
	return []string{"[[input]]\nrole     = \"fire\"", "[[adc]]\nname = \"lines\"\ni2c = \"" + bus + ":0x48\"\n" +
		"[[input]]\nadc = \"lines\"\nchannel = 2\nactive_when = \"open\"\nrole     = \"fire\"",
		"pin      = \"GPIO23\"\nactive   = \"low\"\npull     = \"up\"\n", ""}
}

// TestI2C: the pins of a converter's bus are taken, and what is wrong with the bus is told.
func TestI2C(t *testing.T) {
	for _, x := range []struct {
		name, board string
		machine     Machine
		changes     []string
		want        []string // as in TestCheck
	}{
		{"as it should be", "rpi4", noBoard, fireOnADC("1"), nil},
		{"device there", "rpi4", device("raspberrypi,4-model-b\x00", "", "dev/ttyS0", "dev/i2c-1"),
			fireOnADC("1"), nil},
		{"no device", "rpi4", device("raspberrypi,4-model-b\x00", "", "dev/ttyS0"), fireOnADC("1"),
			[]string{"warning adc.0.i2c: dtparam=i2c_arm=on"}},
		{"SDA used twice", "rpi4", noBoard, append(fireOnADC("1"), `"GPIO22"`, `"pin 3"`),
			[]string{"refused input.1.pin: which is already the ADC lines SDA"}},
		{"SCL under a lamp", "rpi4", noBoard, append(fireOnADC("1"), `"GPIO16"`, `"GPIO3"`),
			[]string{"refused signal.0.pin: already the ADC lines SCL", "warning signal.0.pin: pulled up until"}},
		{"a bus that is not known", "rpi4", noBoard, fireOnADC("7"), []string{"warning adc.0.i2c: known: 1"}},
		{"a board whose buses are not known", "orangepi-zero2w", noBoard, nil, nil},
	} {
		t.Run(x.name, func(t *testing.T) {
			c := parse(t, x.changes...)
			c.Unit.Board = x.board
			b, err := ByName(x.board)
			if err != nil {
				t.Fatal(err)
			}
			if x.changes == nil {
				if b.i2cBuses() != "-" {
					t.Errorf("buses %q", b.i2cBuses())
				}
				return
			}
			got := b.Check(c, x.machine)
			if len(got) != len(x.want) {
				t.Fatalf("found %v, want %q", told(got), x.want)
			}
			for i := range got {
				bad, part, _ := strings.Cut(x.want[i], ": ")
				if text := told(got)[i]; !strings.HasPrefix(text, bad) || !strings.Contains(text, part) {
					t.Errorf("found %q, want %q", text, x.want[i])
				}
			}
		})
	}
}

// told is findings as "refused KEY: TEXT".
func told(all []Finding) (out []string) {
	for _, f := range all {
		how := "warning"
		if f.Refuse {
			how = "refused"
		}
		out = append(out, how+" "+f.Key+": "+f.Text.String())
	}
	return out
}

// TestDrawI2C: the drawing shows the bus at its pins, and lists the line at its channel.
func TestDrawI2C(t *testing.T) {
	c := parse(t, fireOnADC("1")...)
	b, err := ByName("rpi4")
	if err != nil {
		t.Fatal(err)
	}
	uses := b.Uses(c, nil)
	if uses["GPIO2"].Of != "adc lines SDA" || uses["GPIO3"].Of != "adc lines SCL" || uses["GPIO2"].Kind != Input {
		t.Errorf("GPIO2 %+v, GPIO3 %+v", uses["GPIO2"], uses["GPIO3"])
	}
	var listed []string
	for _, m := range b.listOffHeader(c) {
		listed = append(listed, m.String())
	}
	if !strings.Contains(strings.Join(listed, "\n"), "fire input: ADC lines, channel 2") {
		t.Errorf("off the header: %q", listed)
	}
}
