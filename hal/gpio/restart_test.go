package gpio_test

import (
	"testing"

	periph "periph.io/x/conn/v3/gpio"

	"menshen/hal/gpio"
	"menshen/hal/sim"
)

// TestRestartReadsTheWiring: a line that is not driven has the level of its wiring, reported in the
// output's meaning; afterwards it is driven again.
func TestRestartReadsTheWiring(t *testing.T) {
	for _, test := range []struct {
		name      string
		activeLow bool
		pulled    periph.Level
		want      bool
	}{
		{"pulled to off", false, periph.Low, false}, {"pulled to on", false, periph.High, true},
		{"active low, pulled to off", true, periph.High, false}, {"active low, pulled to on", true, periph.Low, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			door, err := sim.New(sim.Config{Prefix: "RESTART_"})
			if err != nil {
				t.Fatal(err)
			}
			defer door.Close()
			pin := door.Pin(sim.Relay)
			pin.Drive(test.pulled)
			r, err := gpio.NewRelay(pin, gpio.RelayConfig{ActiveLow: test.activeLow})
			if err != nil {
				t.Fatal(err)
			}
			on, err := r.Restart()
			if err != nil || on != test.want {
				t.Errorf("at rest on is %v, %v", on, err)
			}
			if pin.Function() != "Out" || pin.Level() != periph.Level(test.activeLow) || r.On() {
				t.Errorf("afterwards the line is %s at %v", pin.Function(), pin.Level())
			}
			if err := r.Close(); err != nil {
				t.Fatal(err)
			}
			if _, err := r.Restart(); err == nil {
				t.Error("a closed relay restarted")
			}
		})
	}
}
