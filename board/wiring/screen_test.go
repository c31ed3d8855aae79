package wiring

import (
	"strings"
	"testing"

	"menshen/board/config"
)

// TestScreen: a panel's lines are opened by their names on the board, and one that the board
// refuses keeps the display alone from starting.
func TestScreen(t *testing.T) {
	for _, c := range []struct{ screen, want, says string }{
		{"drm:HDMI-A-1,turn=90", "drm:HDMI-A-1,turn=90", ""},
		{"ssd1306:i2c=1:0x3c", "ssd1306:i2c=1:0x3c", ""},
		{"st7789:spi=0.0,dc=pin 38,reset=GPIO21",
			"st7789:spi=0.0,dc=pinctrl-bcm2711:20,reset=pinctrl-bcm2711:21", ""},
		{"st7789:spi=0.0,dc=gpiochip7:3", "st7789:spi=0.0,dc=gpiochip7:3", ""},
		{"st7789:spi=0.0,dc=pin 2", "", "pin 2 is 5V"},
		{"st7789:spi=0.0,dc=pin 11", "", "already the relay"},
		{"st7789:spi=0.0,dc=GPIO1", "", "ID memory"},
		{"", "", "none of drm"},
	} {
		conf := &config.Config{Relay: config.Relay{Pin: "GPIO17"}, Display: config.Display{Screen: c.screen}}
		conf.Unit.Board = "rpi4"
		got, err := Screen(conf)
		if got != c.want || (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %q, %v, want %q", c.screen, got, err, c.want)
		}
	}
}
