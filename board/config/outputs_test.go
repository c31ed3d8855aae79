package config

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// withTables is the example with more tables before its readers, where the arrays of tables stand.
func withTables(tables string) string {
	return strings.Replace(Example, "[[reader]]", tables+"\n[[reader]]", 1)
}

// TestOutputs: an output is read with its rest state and what it does in a fire, and hours that
// name it are not the door's.
func TestOutputs(t *testing.T) {
	c, err := Parse(strings.NewReader(withTables(`
[[output]]
name    = "garage"
pin     = "GPIO5"
release = "2s"
[[output]]
name      = "gate-2"
pin       = "GPIO6"
active    = "low"
fail_safe = true
in_fire   = "release"
[[site.access]]
group = "residents"
hours = ["daily 00:00-24:00"]
output = "garage"
`)))
	if err != nil {
		t.Fatal(err)
	}
	want := []Output{{Name: "garage", Pin: "GPIO5", Release: Duration(2 * time.Second)},
		{Name: "gate-2", Pin: "GPIO6", Active: ActiveLow, FailSafe: true, InFire: "release"}}
	if !reflect.DeepEqual(c.Outputs, want) || c.Outputs[0].ReleasedInFire() || !c.Outputs[1].ReleasedInFire() {
		t.Errorf("%+v", c.Outputs)
	}
	h := c.Site.Hours()
	if len(h.Access) != 0 || len(h.In("garage").Of("residents")) != 1 || len(h.In("gate-2").Access) != 0 {
		t.Errorf("%+v", h)
	}
	if !slices.Contains(c.Site.Groups(h), "residents") {
		t.Error("a group with hours at an output alone is not known")
	}
	pins := c.Pins()
	if !slices.ContainsFunc(pins, func(w Wire) bool {
		return w == Wire{Pin: "GPIO6", Of: "output gate-2", Key: "output.1.pin", Out: true}
	}) {
		t.Errorf("%+v", pins)
	}
}

// TestOutputsRefused: each value that cannot be is refused with its remedy, and takes the outputs
// alone from a door that works.
func TestOutputsRefused(t *testing.T) {
	one := func(lines string) string { return "[[output]]\nname = \"garage\"\npin = \"GPIO5\"\n" + lines }
	hoursOf := func(output string) string {
		return "[[site.access]]\nhours = [\"daily 00:00-24:00\"]\noutput = \"" + output + "\""
	}
	for want, tables := range map[string]string{
		"write one word of small letters":        "[[output]]\nname = \"Big Gate\"\npin = \"GPIO5\"",
		"output  has no pin":                     "[[output]]",
		"output garage has no pin":               "[[output]]\nname = \"garage\"",
		"which is already the relay":             "[[output]]\nname = \"garage\"\npin = \"GPIO17\"",
		"there are two of this name":             one("") + strings.Replace(one(""), "GPIO5", "GPIO6", 1),
		"write between 100ms and 60s":            one("release = \"5m\""),
		"write one of rest, release":             one("in_fire = \"open\""),
		"write one of low, high":                 one("power_up = \"up\""),
		"did you mean \"garage\"":                one(hoursOf("garge")),
		"wire an [[output]] of that name":        hoursOf("garage"),
		"there are 5 [[output]]":                 five(),
		"is already the output garage: give eac": one("[[output]]\nname = \"lift\"\npin = \"GPIO5\""),
	} {
		if _, err := Parse(strings.NewReader(withTables(tables))); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", want, err)
		}
	}
	c, err := decode(strings.NewReader(withTables(one("in_fire = \"open\"\n" + hoursOf("garge")))))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range c.check() {
		if !c.LeaveOut(m.key, m.err) {
			t.Errorf("the door does not start for %s", m.key)
		}
	}
	if c.LeftOut("output.0") == nil || c.LeftOut(PartPeople) != nil || c.LeftOut(partLock) != nil {
		t.Errorf("left out: %v", c.leftOut)
	}
}

// five are one output too many.
func five() (all string) {
	for i := range 5 {
		all += "[[output]]\nname = \"o" + string(rune('a'+i)) + "\"\npin = \"GPIO" + string(rune('2'+i)) + "\"\n"
	}
	return all
}
