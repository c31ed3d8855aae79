package slots

import (
	"errors"
	"os/exec"
	"testing"
	"time"
)

var old, recent = time.Date(2021, 4, 29, 0, 0, 0, 0, time.UTC), time.Date(2023, 5, 11, 0, 0, 0, 0, time.UTC)

// disk is a disk as it usually is.
func disk(change func(*Disk)) Disk {
	d := Disk{Running: A, Committed: A, Loader: Loader{Built: recent}, Starts: map[Slot]int{}, Floor: "1.2"}
	change(&d)
	return d
}

func TestTarget(t *testing.T) {
	for _, c := range []struct {
		name string
		disk Disk
		want Slot
		err  error
	}{
		{"the other one", disk(func(*Disk) {}), B, nil},
		{"the other one of b", disk(func(d *Disk) { d.Running, d.Committed = B, B }), A, nil},
		{"never what a trial could go back to", disk(func(d *Disk) { d.Running = B }), "", RefusedOnTrial},
		{"an old EEPROM", disk(func(d *Disk) { d.Loader.Built = old }), "", RefusedFirmware},
		{"a board without an EEPROM", disk(func(d *Disk) { d.Loader = Loader{} }), B, nil},
	} {
		if got, err := c.disk.Target(); got != c.want || !errors.Is(err, c.err) {
			t.Errorf("%s: %q, %v", c.name, got, err)
		}
	}
}

func TestFloorAdmits(t *testing.T) {
	d := disk(func(*Disk) {})
	for v, want := range map[Version]error{
		"1.2": nil, "1.10": nil, "1.1": RefusedOld, "1.2~rc1": RefusedOld, "": RefusedVersion, "1.2 ": RefusedVersion,
		"2;rm": RefusedVersion,
	} {
		if got := d.Admits(v); !errors.Is(got, want) || got != nil && want == nil {
			t.Errorf("%q: %v, not %v", v, got, want)
		}
	}
	d.Floor = ""
	if err := d.Admits("0~1"); err != nil {
		t.Errorf("a unit without a floor: %v", err)
	}
}

// TestTrial: what may be tried, what may be kept, and what is said of what was taken back.
func TestTrial(t *testing.T) {
	with := func(change func(*Disk), trial Trial) Disk {
		return disk(func(d *Disk) { d.Trial = &trial; change(d) })
	}
	plain := func(*Disk) {}
	onTrial := func(d *Disk) { d.Running, d.Tried = B, true }
	b := func(stage Stage, why string) Trial { return Trial{Slot: B, Version: "1.3", Stage: stage, Why: why} }
	for _, c := range []struct {
		name      string
		disk      Disk
		try, keep error
		back      Cause
	}{
		{"no update yet", disk(plain), RefusedNothing, RefusedNotTried, ""},
		{"written", with(plain, b(Written, "")), nil, RefusedNotTried, ""},
		{"half written", with(func(d *Disk) { d.Starts[B] = Bad }, b(Writing, "")), RefusedNothing,
			RefusedNotTried, ""},
		{"on trial", with(onTrial, b(Begun, "")), RefusedOnTrial, nil, ""},
		{"on trial, and up", with(onTrial, b(Started, "")), RefusedOnTrial, nil, ""},
		{"started without the flag", with(func(d *Disk) { d.Running = B }, b(Begun, "")), RefusedOnTrial,
			RefusedNotTried, ""},
		{"not the one that was written", with(onTrial, Trial{Slot: A, Stage: Begun}), RefusedOnTrial,
			RefusedNotTried, ""},
		{"kept", with(func(d *Disk) { d.Running, d.Committed = B, B }, b(Kept, "")), RefusedNothing,
			RefusedNotTried, ""},
		{"the flag was ignored", with(plain, b(Begun, "")), RefusedNothing, RefusedNotTried, NeverStarted},
		{"it hung", with(plain, b(Started, "")), RefusedNothing, RefusedNotTried, DidNotFinish},
		{"it was not healthy", with(plain, b(Started, "relay: gone")), RefusedNothing,
			RefusedNotTried, NotHealthy},
		{"it stopped starting later", with(func(d *Disk) { d.Starts[B] = Bad }, b(Kept, "")), RefusedNothing,
			RefusedNotTried, StoppedLater},
	} {
		if err := c.disk.Tryable(); !same(err, c.try) {
			t.Errorf("%s: to try it: %v, not %v", c.name, err, c.try)
		}
		if err := c.disk.Keepable(); !same(err, c.keep) {
			t.Errorf("%s: to keep it: %v, not %v", c.name, err, c.keep)
		}
		if got := c.disk.TakenBack(); got != c.back {
			t.Errorf("%s: taken back: %q, not %q", c.name, got, c.back)
		}
	}
}

func same(got, want error) bool { return errors.Is(got, want) && (got == nil) == (want == nil) }

// TestVersionsCompareAsDebianDoes, by dpkg itself where it is there.
func TestVersionsCompareAsDebianDoes(t *testing.T) {
	all := []Version{"0~20261128.010436+g11fefa2-1~deb13", "0~20261128.010437+gffffff-1~deb13", "0~20261128.010436-1",
		"1.0~rc1", "1.0", "1.0-1", "1.0-1~deb13", "1.0-2", "1.00", "1.0.1", "1.10", "1.9", "1:0.1", "0:1.0", "1.0+b1",
		"1.0a",
		"1.0a.1", "1.0A", "1.0-", "-1", "~", "~~", "~~a", "a", "a1b02", "a1b2", "99999999999999999999999", "1.0+",
		"1.0."}
	dpkg, err := exec.LookPath("dpkg")
	asked := 0
	for i, v := range all {
		for j, w := range all {
			got := v.Compare(w)
			if back := w.Compare(v); back != -got {
				t.Errorf("%s and %s: %d, and the other way round %d", v, w, got, back)
			}
			if i == j && got != 0 {
				t.Errorf("%s is not the same as itself", v)
			}
			if err != nil || j < i || !isDigit(v[0]) || !isDigit(w[0]) || v == "1.0-" || w == "1.0-" {
				continue // dpkg takes no such version
			}
			op := map[int]string{-1: "lt", 0: "eq", 1: "gt"}[got]
			if exec.Command(dpkg, "--compare-versions", string(v), op, string(w)).Run() != nil {
				t.Errorf("dpkg does not say %s %s %s", v, op, w)
			}
			asked++
		}
	}
	if err == nil && asked < 200 {
		t.Errorf("dpkg was asked %d times only", asked)
	}
	if Version("").Compare("~~") != -1 || Version("").Compare("") != 0 {
		t.Error("no version is older than any")
	}
}
