package slots

import (
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

func TestShared(t *testing.T) {
	d := Shared(t.TempDir())
	if n, err := d.Starts(A); n != 0 || err != nil {
		t.Errorf("no file: %d, %v", n, err)
	}
	if err := errors.Join(d.SetStarts(A, 2), d.SetStarts(B, Bad)); err != nil {
		t.Fatal(err)
	}
	if raw, err := os.ReadFile(filepath.Join(string(d), "starts.a")); string(raw) != "2\n" || err != nil {
		t.Errorf("%q, %v: the first root reads this", raw, err)
	}
	a, err := d.Starts(A)
	b, err2 := d.Starts(B)
	if a != 2 || b != Bad || err != nil || err2 != nil {
		t.Errorf("%d, %d, %v, %v", a, b, err, err2)
	}
	for _, damaged := range []string{"", "\n", "x\n", "-1\n", "1", "1\n\n", "4\n", "\x00\x00"} {
		if err := os.WriteFile(filepath.Join(string(d), "starts.a"), []byte(damaged), 0o600); err != nil {
			t.Fatal(err)
		}
		if n, err := d.Starts(A); n != 0 || err != nil {
			t.Errorf("%q: %d, %v", damaged, n, err)
		}
	}
}

// TestFloorNeverFalls, and a damaged one admits nothing by being taken for none.
func TestFloorNeverFalls(t *testing.T) {
	d := Shared(t.TempDir())
	for _, step := range []struct{ raise, want Version }{
		{"1.2", "1.2"}, {"1.1", "1.2"}, {"1.2", "1.2"}, {"1.2~rc9", "1.2"}, {"", "1.2"},
		{"no version", "1.2"}, {"1.10", "1.10"},
	} {
		if err := d.RaiseFloor(step.raise); err != nil {
			t.Fatal(err)
		}
		if got, err := d.Floor(); got != step.want || err != nil {
			t.Errorf("after %q: %q, %v", step.raise, got, err)
		}
	}
	for _, damaged := range []string{"", "\n", "1.2", "1 2\n", "1.2\n1.3\n"} {
		if err := os.WriteFile(filepath.Join(string(d), "floor"), []byte(damaged), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := d.Floor(); err == nil {
			t.Errorf("%q: %q", damaged, got)
		}
		if err := d.RaiseFloor("9"); err == nil {
			t.Errorf("%q was raised", damaged)
		}
	}
}

func TestTrialIsKept(t *testing.T) {
	d := Shared(t.TempDir())
	if got, err := d.Trial(); got != nil || err != nil {
		t.Errorf("%+v, %v", got, err)
	}
	want := Trial{Slot: B, Version: "1.3", From: "1.2", Stage: Begun, Faulty: []string{"reader in"}, Why: "relay: gone"}
	if err := d.SetTrial(want); err != nil {
		t.Fatal(err)
	}
	if got, err := d.Trial(); err != nil || !reflect.DeepEqual(*got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	for _, damaged := range []string{"", "{", `{"slot":"c"}`, "null"} {
		if err := os.WriteFile(filepath.Join(string(d), "trial"), []byte(damaged), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := d.Trial(); got != nil || err != nil {
			t.Errorf("%q: %+v, %v", damaged, got, err)
		}
	}
}

// machine makes a computer out of files.
func machine(t *testing.T, files map[string]string) Machine {
	t.Helper()
	m := Machine{Root: t.TempDir()}
	for path, content := range files {
		path = filepath.Join(m.Root, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	m.Shared = Shared(filepath.Join(m.Root, "state"))
	return m
}

func word(n uint32) string { return string(binary.BigEndian.AppendUint32(nil, n)) }

func TestMachine(t *testing.T) {
	m := machine(t, map[string]string{
		"proc/cmdline": "console=ttyS1 menshen.slot=b menshen.root=00ff\n",
		"proc/device-tree/chosen/bootloader/tryboot":         word(1),
		"proc/device-tree/chosen/bootloader/build-timestamp": word(uint32(recent.Unix())),
		"etc/os-release":    "ID=debian\nIMAGE_VERSION=\"1.3\"\n",
		"boot/autoboot.txt": string(Autoboot(A)),
		"state/starts.b":    "1\n",
		"state/floor":       "1.2\n",
	})
	d, err := m.Read(filepath.Join(m.Root, "boot/autoboot.txt"))
	want := Disk{Running: B, Committed: A, Tried: true, Loader: Loader{Built: recent}, Starts: map[Slot]int{A: 0, B: 1},
		Floor: "1.2"}
	if err != nil || !reflect.DeepEqual(d, want) {
		t.Errorf("%+v, %v", d, err)
	}
	if v, err := m.Version(); v != "1.3" || err != nil {
		t.Errorf("%q, %v", v, err)
	}
	one := machine(t, map[string]string{"proc/cmdline": "root=/dev/sda1"})
	if _, err := one.Running(); !errors.Is(err, ErrOneSystem) {
		t.Errorf("one system: %v", err)
	}
	if _, err := machine(t, map[string]string{"proc/cmdline": "menshen.slot=c"}).Running(); err == nil {
		t.Error("slot c")
	}
}

// TestPartitions: of the storage by number, whatever the kernel calls it; and those of sticks.
func TestPartitions(t *testing.T) {
	const card, usb = "sys/devices/soc/mmc0/block/mmcblk0", "sys/devices/soc/usb1/1-1/host0/block/sda"
	const empty, disk = "sys/devices/soc/usb2/1-3/host2/block/sdc", "sys/devices/soc/usb2/1-4/host3/block/sdd"
	m := machine(t, map[string]string{
		card + "/mmcblk0p1/partition": "1\n", card + "/mmcblk0p5/partition": "5\n", card + "/size": "1\n",
		usb + "/sda1/partition": "1\n", "sys/devices/soc/usb2/1-2/host1/block/sdb/size": "1\n",
		usb + "/sda1/dev": "8:1\n", empty + "/size": "0\n",
		disk + "/sdd1/partition": "1\n", disk + "/sdd1/dev": "8:49\n",
		"proc/self/mountinfo": "30 1 8:49 / / rw - ext4 /dev/sdd1 rw\n" +
			"31 30 8:1 / /run/menshen-stick/sda1 ro - vfat x ro\n",
	})
	class := filepath.Join(m.Root, "sys/class/block")
	if err := os.MkdirAll(class, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, at := range map[string]string{"mmcblk0": card, "mmcblk0p1": card + "/mmcblk0p1", "sda": usb,
		"sda1": usb + "/sda1", "sdb": "sys/devices/soc/usb2/1-2/host1/block/sdb", "sdc": empty, "sdd": disk,
		"sdd1": disk + "/sdd1"} {
		if err := os.Symlink(filepath.Join(m.Root, at), filepath.Join(class, name)); err != nil {
			t.Fatal(err)
		}
	}
	got, err := m.partitionOf(filepath.Join(m.Root, card), A.RootPartition())
	if got != m.Root+"/dev/mmcblk0p5" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := m.partitionOf(filepath.Join(m.Root, card), 7); err == nil {
		t.Errorf("partition 7: %q", got)
	}
	want := [][]string{{m.Root + "/dev/sda1"}, {m.Root + "/dev/sdb"}}
	if got := m.Sticks(); !reflect.DeepEqual(got, want) {
		t.Errorf("sticks %v", got)
	}
}

func TestNameSlot(t *testing.T) {
	for line, want := range map[string]string{
		"menshen.slot=a menshen.root=0a quiet\n": "menshen.slot=b menshen.root=0a quiet\n",
		"quiet menshen.slot=b":                   "quiet menshen.slot=b",
		"quiet menshen.slot=":                    "",
		"quiet xmenshen.slot=a":                  "",
		"menshen.slot=a menshen.slot=a":          "",
		"menshen.slot=aa":                        "",
		"quiet":                                  "",
	} {
		if got, err := NameSlot([]byte(line), B); string(got) != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v", line, got, err)
		}
	}
}
