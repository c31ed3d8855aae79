package profile

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"menshen/board/config"
)

var namedPin = regexp.MustCompile(`(5 V|3\.3 V|GND) \(pin (\d+)\)`)

// TestPower: each part on the header is told its supply and its ground, and the pins named are that
// supply, on each board.
func TestPower(t *testing.T) {
	for _, edit := range [][]string{nil, {"kind = \"wiegand\"", rc522}} {
		conf := parse(t, edit...)
		for _, b := range boards(t) {
			said := b.power(conf)
			if len(said) != len(wired(b, conf)) {
				t.Errorf("%s: %d sentences, %d parts on the header: %v", b.Name, len(said), len(wired(b, conf)), said)
			}
			for _, m := range said {
				pins := namedPin.FindAllStringSubmatch(m.String(), -1)
				if len(pins) == 0 {
					t.Errorf("%s: names no pin: %s", b.Name, m)
				}
				for _, p := range pins {
					at, _ := strconv.Atoi(p[2])
					i := slices.IndexFunc(b.Pins, func(q Pin) bool { return q.At == at })
					want := map[string]string{"5 V": "5V", "3.3 V": "3.3V", "GND": "GND"}[p[1]]
					if i < 0 || b.Pins[i].Name != want {
						t.Errorf("%s: pin %d is not %s: %s", b.Name, at, want, m)
					}
				}
			}
		}
	}
}

// wired gives the parts of a configuration that have a pin on the header.
func wired(b *Board, c *config.Config) map[string]bool {
	parts := map[string]bool{}
	for _, w := range c.Pins() {
		if _, on := b.pin(w.Pin); on {
			var table string
			var n int
			if _, err := fmt.Sscanf(w.Key, "input.%d", &n); err == nil || w.Of == "relay" {
				table = w.Of
			} else if _, err := fmt.Sscanf(w.Key, "reader.%d", &n); err == nil && c.Readers[n].Kind == "wiegand" {
				table = "reader " + c.Readers[n].Name
			}
			if table != "" {
				parts[table] = true
			}
		}
	}
	for _, r := range c.Readers {
		port, ok := b.spi(r.SPI)
		if _, on := b.pin(port.Pins["SCLK"]); r.Kind == "rc522" && ok && on {
			parts["reader "+r.Name] = true
		}
	}
	return parts
}

// TestNearestGround: the ground named is beside the wire, not at the other end of the header.
func TestNearestGround(t *testing.T) {
	b, err := ByName("rpi4")
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[int]int{18: 20, 11: 9, 37: 39, 1: 6, 40: 39} {
		if got := b.nearest("GND", at); got != want {
			t.Errorf("the ground nearest to pin %d is %d, want %d", at, got, want)
		}
	}
	if b.nearest("48V", 1) != 0 {
		t.Error("a supply that is not there was found")
	}
}
