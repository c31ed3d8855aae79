package check

import (
	"strings"
	"testing"

	"menshen/board/config"
	"menshen/hal"
	"menshen/hal/osdp"
	"menshen/internal/i18n"
)

// TestNoAnswer: what is on the line instead is said, with what to write.
func TestNoAnswer(t *testing.T) {
	c := config.Reader{Name: "gate", Kind: "osdp", Device: "/dev/ttyUSB0", Address: 1}
	for _, test := range []struct {
		found []osdp.Found
		says  []string
	}{
		{nil, []string{"/dev/ttyUSB0", "terminators"}},
		{[]osdp.Found{{Address: 0, Baud: 115200, Identity: osdp.Identity{Serial: 4711}}, {Address: 9, Baud: 9600},
			{Address: 12, Baud: 9600, Damaged: true}},
			[]string{"address 1 and 9600",
				"address 0 at 115200 baud", "4711", "address 9 at 9600", "12 at 9600 baud (damaged", "configuration"}},
	} {
		p := noAnswer(c, test.found)
		text := p.What.String() + " " + p.Remedy.String()
		for _, w := range test.says {
			if !strings.Contains(text, w) {
				t.Errorf("%q says not %q", text, w)
			}
		}
	}
}

// told takes what a step tells, and nothing else is asked of it.
type told struct {
	Installer
	all []string
}

func (t *told) Tell(m i18n.Message) { t.all = append(t.all, m.String()) }

// linked is a reader that the unit talks with.
type linked struct {
	hal.Reader
	hal.Installer
}

func (linked) Link() hal.Link {
	return hal.Link{Address: 5, Speed: 9600, Secure: true, Device: "model 7", Abilities: []string{"cards", "lamp"},
		Inputs: []string{"off", "on"}}
}

func (linked) Counts() []hal.Count {
	return []hal.Count{{Of: "questions", N: 400}, {Of: "times busy", N: 2}}
}

// TestLinkFacts: the report has how the reader is connected, what it can do and what was counted.
func TestLinkFacts(t *testing.T) {
	who := new(told)
	r := &run{Installer: who}
	linkFacts(r, linked{})
	want := []string{"address 5, 9600 baud", "model 7", "cards, lamp", "off, on", "questions 400, times busy 2"}
	if len(r.values) != len(want) || len(who.all) != len(want) {
		t.Fatalf("%d values, %q", len(r.values), who.all)
	}
	for i, w := range want {
		if !strings.Contains(who.all[i], w) || !strings.Contains(r.values[i].Text.EN, w) {
			t.Errorf("%q says not %q", who.all[i], w)
		}
	}
}
