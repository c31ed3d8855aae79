package check

import (
	"strings"
	"testing"

	"menshen/board/config"
	"menshen/hal/osdp"
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
