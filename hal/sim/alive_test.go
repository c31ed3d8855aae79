package sim_test

import (
	"testing"
	"time"

	"menshen/hal"
	"menshen/hal/gpio"
	"menshen/hal/serialreader"
	"menshen/hal/sim"
	"menshen/hal/wiegand"
)

// TestDevicesShowThatTheyLive: a reader and an input have a heartbeat while nothing happens, and
// while their lines are unplugged.
func TestDevicesShowThatTheyLive(t *testing.T) {
	d := door(t, sim.Config{})
	reader, err := wiegand.New(wiegand.Lines(t.Name()+"_D0", t.Name()+"_D1"), wiegand.Config{Name: "front"})
	if err != nil {
		t.Fatal(err)
	}
	rex, err := gpio.NewInput(d.Pin(sim.REX), gpio.InputConfig{ActiveLow: true})
	if err != nil {
		t.Fatal(err)
	}
	cable, err := sim.NewSerial()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cable.Close() })
	scanner, err := serialreader.New(serialreader.Device(cable.Name(), 9600), serialreader.Scanner("scanner"))
	if err != nil {
		t.Fatal(err)
	}
	devices := map[string]hal.Heartbeat{"reader": reader, "input": rex, "scanner": scanner}
	for name, l := range devices {
		if !l.Alive().IsZero() {
			t.Errorf("the %s lives before it runs", name)
		}
	}
	run(t, reader.Run)
	run(t, rex.Run)
	run(t, scanner.Run)
	live := func(when string) {
		t.Helper()
		for name, l := range devices {
			since := time.Now()
			for !l.Alive().After(since) {
				if time.Since(since) > 5*time.Second {
					t.Fatalf("%s, the %s gave no sign of life for 5 s", when, name)
				}
				time.Sleep(5 * time.Millisecond)
			}
		}
	}
	live("at rest")
	d.Unplug(true)
	live("unplugged")
	live("unplugged for a while")
	d.Unplug(false)
	live("plugged in again")
}
