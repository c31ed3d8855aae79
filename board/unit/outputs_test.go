package unit

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	periph "periph.io/x/conn/v3/gpio"

	"menshen/board/config"
	"menshen/board/wiring"
	"menshen/hal/sim"
	"menshen/store"
)

// TestRSafeUnitDrivesItsRelayAgain: nobody asks for anything, and the relay of an unplugged chip is
// what it was once the chip is back; the absence stands in the log as a fault.
func TestRSafeUnitDrivesItsRelayAgain(t *testing.T) {
	door, err := sim.New(sim.Config{Prefix: "AGAIN_"})
	if err != nil {
		t.Fatal(err)
	}
	defer door.Close()
	c, err := config.Parse(strings.NewReader("[unit]\nname = \"Door\"\ndir = \"vault\"\n[key]\nsource = " +
		"\"file:key\"\n[relay]\npin = \"AGAIN_RELAY\"\nactive = \"low\"\n"))
	if err != nil {
		t.Fatal(err)
	}
	hw, _, err := wiring.Open(c)
	if err != nil {
		t.Fatal(err)
	}
	defer hw.Close()
	dir := t.TempDir()
	vault, err := store.Create(filepath.Join(dir, "vault"),
		store.Options{Key: store.KeyFile(filepath.Join(dir, "key"))})
	if err != nil {
		t.Fatal(err)
	}
	defer vault.Close()
	u := &Unit{cfg: c, hw: hw, faults: map[string]string{}, now: time.Now, vault: vault}
	hold := func() { u.heldAt = time.Time{}; u.holdOutputs() }
	hold()
	if len(u.faults) != 0 {
		t.Errorf("faults of a whole door: %v", u.faults)
	}
	door.Unplug(true)
	hold()
	if !strings.Contains(u.faults["relay"], "hold relay off") {
		t.Errorf("unplugged: %v", u.faults)
	}
	door.Unplug(false)
	u.holdOutputs() // too soon after the last time
	if door.Pin(sim.Relay).Level() != periph.Low {
		t.Error("held more often than was said")
	}
	hold()
	if len(u.faults) != 0 || door.Pin(sim.Relay).Level() != periph.High {
		t.Errorf("plugged in: %v, level %v", u.faults, door.Pin(sim.Relay).Level())
	}
}
