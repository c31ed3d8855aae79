package profile

import (
	"strings"
	"testing"

	"menshen/internal/i18n"
)

// TestOutputs: an output that its pin would switch at power-up is refused, in either polarity, and
// one that is declared released without power, or has a resistor of its own, is not; the drawing
// has its wire, and says where its relay is fed.
func TestOutputs(t *testing.T) {
	b, err := ByName("rpi4")
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		lines   string
		refused bool
	}{
		{"pin = \"GPIO12\"\n", false}, // rests low
		{"pin = \"GPIO5\"\n", true},   // rests high
		{"pin = \"GPIO5\"\npower_up = \"low\"\n", false},
		{"pin = \"GPIO5\"\nactive = \"low\"\n", false},
		{"pin = \"GPIO12\"\nactive = \"low\"\n", true},
		{"pin = \"GPIO12\"\nactive = \"low\"\npower_up = \"high\"\n", false},
		{"pin = \"GPIO12\"\nactive = \"low\"\nfail_safe = true\n", false}, // energised is at rest
	} {
		c := parse(t, "[[reader]]\nname = \"outside\"", "[[output]]\nname = \"garage\"\n"+
			x.lines+"[[reader]]\nname = \"outside\"")
		refused := ""
		for _, f := range b.Check(c, noBoard) {
			if f.Key == "output.0.pin" && f.Refuse {
				refused = i18n.English.Say(f.Text)
			}
		}
		if (refused != "") != x.refused {
			t.Errorf("%q: %q", x.lines, refused)
		}
		if pin, _ := b.pin(c.Outputs[0].Pin); b.Uses(c, nil)[pin.Name] != (Use{Kind: Relay, Of: "output garage"}) {
			t.Errorf("the drawing has %+v", b.Uses(c, nil)[pin.Name])
		}
		fed := false
		for _, m := range b.power(c) {
			fed = fed || strings.HasPrefix(i18n.English.Say(m), "output garage: its board takes 5 V (pin ")
		}
		if !fed {
			t.Errorf("where it is fed is not said: %v", b.power(c))
		}
	}
}
