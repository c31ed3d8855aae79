package update

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"menshen/board/slots"
)

// unit is a unit with two systems, made of files. It plays the firmware and the first root.
type unit struct {
	*testing.T
	Root
	version   map[slots.Slot]slots.Version // what is in each slot; "half" while it is written
	running   slots.Slot
	try       bool // the firmware is to try the other slot at the next start
	restarted bool
	stick     []slots.Version // of the bundles on it
	bad       error           // why Inspect refuses
	outbox    string
	left      int // things that may still be written before power is cut; negative: no cut
}

// errCut is what a power cut ends the program with.
var errCut = errors.New("power was cut")

func newTwoSystems(t *testing.T) *unit {
	dir := t.TempDir()
	u := &unit{T: t, version: map[slots.Slot]slots.Version{slots.A: "1.0"}, left: -1,
		Root: Root{Folders: Folders{Asked: dir + "/asked", Answered: dir + "/answered"},
			Machine: slots.Machine{Root: dir + "/root", Shared: slots.Shared(dir + "/root/state")}}}
	u.Tools, u.cut = u, u.write
	u.Files = func() (string, error) { return u.outbox, nil }
	for _, d := range []string{"asked", "answered", "root/state", "root/proc/device-tree/chosen/bootloader", "root/etc",
		"root/card", "root/boot-a", "root/boot-b", "root/stick"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	u.put("card/autoboot.txt", string(slots.Autoboot(slots.A)))
	u.put("boot-a/cmdline.txt", "quiet menshen.slot=a\n")
	u.start()
	return u
}

func (u *unit) put(path, content string) {
	u.Helper()
	if err := os.WriteFile(filepath.Join(u.Machine.Root, path), []byte(content), 0o600); err != nil {
		u.Fatal(err)
	}
}

func (u *unit) write() {
	if u.left == 0 {
		panic(errCut)
	}
	u.left--
}

// start starts the unit as firmware and first root do. A unit that cannot start ends the test.
func (u *unit) start() {
	u.Helper()
	committed, err := slots.ReadAutoboot(filepath.Join(u.Machine.Root, "card/autoboot.txt"))
	if err != nil {
		u.Fatalf("the firmware starts nothing: %v", err)
	}
	u.running = committed
	if u.try {
		u.running = committed.Other()
	}
	line, err := os.ReadFile(filepath.Join(u.Machine.Root, "boot-"+string(u.running), "cmdline.txt"))
	if v := u.version[u.running]; err != nil || v == "" || v == "half" ||
		!strings.Contains(string(line), "menshen.slot="+string(u.running)) {
		u.Fatalf("slot %s is started, which holds %q with %q", u.running, v, line)
	}
	u.put("proc/cmdline", string(line))
	u.put("etc/os-release", fmt.Sprintf("IMAGE_VERSION=%s\n", u.version[u.running]))
	u.put("proc/device-tree/chosen/bootloader/tryboot", string(binary.BigEndian.AppendUint32(nil, uint32(b2i(u.try)))))
	if !u.try && u.count() {
		u.put("card/autoboot.txt", string(slots.Autoboot(u.running.Other())))
		u.start()
		return
	}
	u.try, u.restarted = false, false
}

// count counts the start, and reports whether the first root gives the storage to the other slot.
func (u *unit) count() (given bool) {
	n, err := u.Machine.Shared.Starts(u.running)
	other, err2 := u.Machine.Shared.Starts(u.running.Other())
	if n == slots.Bad {
		return other < slots.Bad
	}
	if err := errors.Join(err, err2, u.Machine.Shared.SetStarts(u.running, n+1)); err != nil {
		u.Fatal(err)
	}
	return false
}

func b2i(b bool) int { return either(b, 1, 0) }

// ask serves one request, or what happens at a start for the zero Request. cut reports whether
// power was cut meanwhile.
func (u *unit) ask(q Request) (a Answer, cut bool) {
	u.Helper()
	defer func() {
		if r := recover(); r == any(errCut) {
			cut = true
		} else if r != nil {
			panic(r)
		}
	}()
	if q.ID = "1"; q.Do != "" {
		if err := write(filepath.Join(u.Asked, requestFile), 0o600, q); err != nil {
			u.Fatal(err)
		}
	}
	if err := u.Serve(u.Context()); err != nil {
		u.Fatalf("%s: %v", q.Do, err)
	}
	err := read(filepath.Join(u.Answered, answerFile), maxAnswered, &a)
	if q.Do != "" && (err != nil || !a.Done || a.ID != "1") {
		u.Fatalf("%s: %+v, %v", q.Do, a, err)
	}
	return a, false
}

func (u *unit) state() State {
	u.Helper()
	s, err := u.State()
	if err != nil {
		u.Fatal(err)
	}
	return s
}

// The tools.

func free() error { return nil }

func (u *unit) Firmware(bool) (string, func() error, error) {
	return filepath.Join(u.Machine.Root, "card"), free, nil
}

func (u *unit) Boot(s slots.Slot) (string, func() error, error) {
	return filepath.Join(u.Machine.Root, "boot-"+string(s)), free, nil
}

func (u *unit) Stick() (string, func() error, error) {
	dir := filepath.Join(u.Machine.Root, "stick")
	for i := range u.stick {
		u.put(fmt.Sprintf("stick/%d.raucb", i), "")
	}
	return dir, free, nil
}

func (u *unit) StickToWrite() (string, func() error, error) {
	return filepath.Join(u.Machine.Root, "stick"), free, nil
}

func (u *unit) Inspect(context.Context, string) (Bundle, error) {
	return Bundle{Version: u.stick[0], Signer: "CN = release key", Layout: 4}, u.bad
}

func (u *unit) Install(_ context.Context, _ string, percent func(int)) error {
	if err := u.Admit(u.stick[0]); err != nil {
		return err
	}
	to := u.running.Other()
	u.write()
	u.version[to] = "half"
	percent(50)
	u.put("boot-"+string(to)+"/cmdline.txt", "quiet menshen.slot=a\n") // as every bundle has it
	u.write()
	u.version[to] = u.stick[0]
	return nil
}

func (u *unit) Restart(try bool) error {
	u.restarted, u.try = true, try
	return nil
}

// TestUpdateIsTriedAndKept, and the next one goes to the slot before.
func TestUpdateIsTriedAndKept(t *testing.T) {
	u := newTwoSystems(t)
	u.ask(Request{})
	if s := u.state(); s.Version != "1.0" || s.OnTrial || s.Refused != "" || s.Newest != nil {
		t.Errorf("%+v", s)
	}
	u.ask(Request{Do: Healthy})
	for _, v := range []slots.Version{"1.1", "1.2"} {
		was := u.running
		u.stick = []slots.Version{v}
		if a, _ := u.ask(Request{Do: Look}); a.Refused != "" || a.Bundle == nil || a.Bundle.Version != v ||
			a.Bundle.Name != "0.raucb" {
			t.Fatalf("%+v", a)
		}
		if a, _ := u.ask(Request{Do: Try}); a.Refused != slots.RefusedNothing || u.restarted {
			t.Errorf("tried before it was installed: %+v", a)
		}
		if a, _ := u.ask(Request{Do: Install, Version: v}); a.Refused != "" || a.Percent != 50 {
			t.Fatalf("%+v", a)
		}
		if s := u.state(); s.Newest.Stage != slots.Written || s.TakenBack != "" {
			t.Errorf("%+v", s)
		}
		if a, _ := u.ask(Request{Do: Try, Faulty: []string{"reader in"}}); a.Refused != "" || !u.restarted || !u.try {
			t.Fatalf("%+v", a)
		}
		u.start()
		u.ask(Request{})
		if s := u.state(); u.running == was || !s.OnTrial || s.Refused != slots.RefusedOnTrial || s.Version != v ||
			s.Newest.Stage != slots.Started || s.Newest.Faulty[0] != "reader in" {
			t.Fatalf("%+v", s)
		}
		if a, _ := u.ask(Request{Do: Healthy}); a.Refused != slots.RefusedOnTrial {
			t.Errorf("a system on trial was called healthy: %+v", a)
		}
		if a, _ := u.ask(Request{Do: Keep}); a.Refused != "" {
			t.Fatalf("%+v", a)
		}
		if s := u.state(); s.OnTrial || s.Floor != v || s.Newest.Stage != slots.Kept || s.Slot == was {
			t.Errorf("%+v", s)
		}
		u.start()
		if u.running == was {
			t.Error("what was kept does not start")
		}
		u.ask(Request{Do: Healthy})
	}
	u.stick = []slots.Version{"1.1"}
	if a, _ := u.ask(Request{Do: Look}); a.Refused != slots.RefusedOld {
		t.Errorf("below the floor: %+v", a)
	}
	if a, _ := u.ask(Request{Do: Install, Version: "1.1"}); a.Refused != slots.RefusedOld {
		t.Errorf("below the floor: %+v", a)
	}
}

// TestRefused: what is on the stick is not installed, and nothing is written.
func TestRefused(t *testing.T) {
	for name, c := range map[string]struct {
		stick []slots.Version
		bad   error
		want  slots.Refusal
	}{
		"an empty stick":     {nil, nil, NoBundle},
		"two":                {[]slots.Version{"1.1", "1.2"}, nil, Several},
		"another than shown": {[]slots.Version{"1.2"}, nil, Changed},
		"not signed":         {[]slots.Version{"1.1"}, fmt.Errorf("%w: self-signed certificate", NotSigned), NotSigned},
		"another unit's":     {[]slots.Version{"1.1"}, OtherKind, OtherKind},
		"no version":         {[]slots.Version{""}, nil, Changed},
	} {
		u := newTwoSystems(t)
		u.stick, u.bad = c.stick, c.bad
		a, _ := u.ask(Request{Do: Install, Version: "1.1"})
		if a.Refused != c.want || c.bad != nil && c.bad != error(c.want) && a.Detail != "self-signed certificate" {
			t.Errorf("%s: %+v", name, a)
		}
		if n, err := u.Machine.Shared.Starts(slots.B); n != 0 || err != nil || u.version[slots.B] != "" {
			t.Errorf("%s: something was written", name)
		}
	}
}

// TestStopsAfterItWasKept: three starts, then the system before, however often its own plug was
// pulled before the update.
func TestStopsAfterItWasKept(t *testing.T) {
	u := newTwoSystems(t)
	if err := u.Machine.Shared.SetStarts(slots.A, slots.Bad); err != nil {
		t.Fatal(err)
	}
	u.stick = []slots.Version{"1.1"}
	u.ask(Request{Do: Install, Version: "1.1"})
	u.ask(Request{Do: Try})
	u.start()
	u.ask(Request{})
	u.ask(Request{Do: Keep})
	for n := range 4 {
		if u.start(); (u.running == slots.B) != (n < slots.Bad) {
			t.Fatalf("start %d is of slot %s", n+1, u.running)
		}
	}
	u.ask(Request{})
	if s := u.state(); s.TakenBack != slots.StoppedLater {
		t.Errorf("%+v", s)
	}
}

// TestTakenBack: each end of a trial is told, once, with its cause, and its slot is not started
// again.
func TestTakenBack(t *testing.T) {
	for _, c := range []struct {
		name  string
		trial func(u *unit)
		cause slots.Cause
	}{
		{"the flag is ignored", func(u *unit) { u.try = false }, slots.NeverStarted},
		{"it hangs", func(u *unit) { u.start(); u.ask(Request{}) }, slots.DidNotFinish},
		{"it is not healthy", func(u *unit) {
			u.start()
			u.ask(Request{})
			u.ask(Request{Do: Unhealthy, Why: "relay: gone"})
			if err := u.Expire(); err != nil || !u.restarted || u.try {
				u.Errorf("the trial does not end: %v", err)
			}
		}, slots.NotHealthy},
		{"the door's program does not start", func(u *unit) {
			u.start()
			u.ask(Request{}) // the start of the system; the door asks for nothing
			if err := u.Expire(); err != nil || !u.restarted || u.try {
				u.Errorf("the trial does not end: %v", err)
			}
		}, slots.NotHealthy},
	} {
		u := newTwoSystems(t)
		// Its plug was pulled three times within the first minute.
		if err := u.Machine.Shared.SetStarts(slots.A, slots.Bad); err != nil {
			t.Fatal(err)
		}
		u.stick = []slots.Version{"1.1"}
		u.ask(Request{Do: Install, Version: "1.1"})
		u.ask(Request{Do: Try})
		c.trial(u)
		u.try = false
		u.start()
		u.ask(Request{})
		s := u.state()
		if s.TakenBack != c.cause || s.Newest.Told || s.Version != "1.0" {
			t.Errorf("%s: %+v", c.name, s)
		}
		if n, _ := u.Machine.Shared.Starts(slots.B); n != slots.Bad {
			t.Errorf("%s: slot b may be started again", c.name)
		}
		u.ask(Request{Do: Told})
		if s := u.state(); !s.Newest.Told {
			t.Errorf("%s: it is told again", c.name)
		}
		if a, _ := u.ask(Request{Do: Try}); a.Refused != slots.RefusedNothing {
			t.Errorf("%s: it may be tried again: %+v", c.name, a)
		}
		if a, _ := u.ask(Request{Do: Install, Version: "1.1"}); a.Refused != "" {
			t.Errorf("%s: it may not be installed again: %+v", c.name, a)
		}
	}
}

// TestPowerCutAtEachWrite of an update: whatever was written, a whole system starts, and the update
// can be made again. A unit that does not start ends the test in start.
func TestPowerCutAtEachWrite(t *testing.T) {
	for n := 0; ; n++ {
		u := newTwoSystems(t)
		u.ask(Request{Do: Healthy})
		u.stick, u.left = []slots.Version{"1.1"}, n
		cuts := 0
		for _, q := range []Request{{Do: Install, Version: "1.1"}, {Do: Try}, {}, {Do: Keep}, {Do: Healthy}} {
			if _, cut := u.ask(q); cut {
				cuts, u.left, u.try = 1, -1, false
				u.start()
				break
			}
			if q.Do == Try {
				u.start()
			}
		}
		u.ask(Request{})
		u.ask(Request{Do: Healthy})
		if s := u.state(); s.OnTrial || s.Slot == slots.B && s.Floor != "1.1" {
			t.Errorf("cut at write %d: %+v", n, s)
		}
		if u.running == slots.A {
			for _, q := range []Request{{Do: Install, Version: "1.1"}, {Do: Try}} {
				if a, _ := u.ask(q); a.Refused != "" {
					t.Errorf("cut at write %d: then %s: %+v", n, q.Do, a)
				}
			}
			u.start()
			u.ask(Request{Do: Keep})
			u.start()
		}
		if u.running != slots.B {
			t.Errorf("cut at write %d: the update could not be made again", n)
		}
		if cuts == 0 {
			if n < 10 {
				t.Errorf("an update has %d writes only", n)
			}
			t.Logf("power was cut at each of %d writes", n)
			return
		}
	}
}

// TestDoorCannotHarmRoot: a request may be anything; root takes it away and goes on.
func TestDoorCannotHarmRoot(t *testing.T) {
	u := newTwoSystems(t)
	path := filepath.Join(u.Asked, requestFile)
	for name, put := range map[string]func() error{
		"a link":     func() error { return os.Symlink(filepath.Join(u.Machine.Root, "card/autoboot.txt"), path) },
		"not JSON":   func() error { return os.WriteFile(path, []byte("{"), 0o600) },
		"a huge one": func() error { return os.WriteFile(path, make([]byte, 1<<20), 0o600) },
		"a folder":   func() error { return os.Mkdir(path, 0o700) },
	} {
		if err := put(); err != nil {
			t.Fatal(err)
		}
		if err := u.Serve(t.Context()); err == nil {
			t.Errorf("%s was taken for a request", name)
		}
		if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is still there, and would be served again and again", name)
		}
		u.state()
	}
	if a, _ := u.ask(Request{Do: "rm -rf"}); a.Refused != Failed {
		t.Errorf("%+v", a)
	}
}
