package wiring

import (
	"testing"

	"menshen/board/config"
	"menshen/hal/wiegand"
)

// TestEveryReaderKindHasADriver: what the configuration accepts can be made.
func TestEveryReaderKindHasADriver(t *testing.T) {
	for _, kind := range config.ReaderKinds {
		c := config.Reader{Name: "outside", Kind: kind, D0: "GPIO1", D1: "GPIO2", SPI: "0.0",
			Device: "/dev/null", Framing: "line", Content: "hex"}
		w := &opener{conf: &config.Config{Readers: []config.Reader{c}}}
		r, err := w.newReader(c)
		if err != nil || r.String() != "outside" {
			t.Errorf("%s: %v, %v", kind, r, err)
		}
	}
	for _, name := range config.WiegandFormats {
		if _, ok := wiegand.Formats()[name]; !ok {
			t.Errorf("the driver has no format %s", name)
		}
	}
}
