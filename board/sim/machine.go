package sim

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"menshen/board/slots"
	"menshen/board/update"
)

// machine is the unit's storage with two systems, in files, its firmware and its first root; root's
// side of updates is the real one.
type machine struct {
	update.Root
	holds map[slots.Slot]slots.Version
	stick slots.Version // of the bundle on it
	try   bool          // the firmware is to try the other slot at the next start
	asked bool          // root asked for a restart
}

func newMachine(dir string) (*machine, error) {
	m := &machine{holds: map[slots.Slot]slots.Version{slots.A: "1.0"},
		Root: update.Root{Folders: update.Folders{Asked: dir + "/asked", Answered: dir + "/answered"},
			Machine: slots.Machine{Root: dir + "/root", Shared: slots.Shared(dir + "/root/state")}}}
	m.Tools = m
	for _, d := range []string{"asked", "answered", "root/state", "root/proc/device-tree/chosen/bootloader", "root/etc",
		"root/card", "root/boot-a", "root/boot-b", "root/stick"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o700); err != nil {
			return nil, err
		}
	}
	return m, errors.Join(m.put("card/autoboot.txt", string(slots.Autoboot(slots.A))),
		m.put("boot-a/cmdline.txt", "quiet menshen.slot=a\n"), m.put("stick/0.raucb", ""),
		m.Machine.Shared.SetStarts(slots.B, slots.Bad)) // it is empty
}

func (m *machine) put(path, content string) error {
	return os.WriteFile(filepath.Join(m.Machine.Root, path), []byte(content), 0o600)
}

// start is what firmware, first root and root's service do at a start.
func (m *machine) start() error {
	slot, err := slots.ReadAutoboot(filepath.Join(m.Machine.Root, "card/autoboot.txt"))
	if err != nil {
		return err
	}
	tries := uint32(0)
	if m.try {
		slot, tries = slot.Other(), 1
	} else if slot, err = m.counted(slot); err != nil {
		return err
	}
	m.try, m.asked = false, false
	line, err := os.ReadFile(filepath.Join(m.Machine.Root, "boot-"+string(slot), "cmdline.txt"))
	if v := m.holds[slot]; err != nil || v == "" || !strings.Contains(string(line), "menshen.slot="+string(slot)) {
		return fmt.Errorf("slot %s is started, which holds %q with %q, %v", slot, v, line, err)
	}
	return errors.Join(m.put("proc/cmdline", string(line)),
		m.put("etc/os-release", fmt.Sprintf("IMAGE_VERSION=%s\n", m.holds[slot])),
		m.put("proc/device-tree/chosen/bootloader/tryboot", string(binary.BigEndian.AppendUint32(nil, tries))),
		m.Serve(context.Background()))
}

// counted counts a start of a slot, and gives the storage to the other one after too many.
func (m *machine) counted(slot slots.Slot) (slots.Slot, error) {
	n, err := m.Machine.Shared.Starts(slot)
	other, err2 := m.Machine.Shared.Starts(slot.Other())
	switch {
	case err != nil || err2 != nil:
		return slot, errors.Join(err, err2)
	case n < slots.Bad:
		return slot, m.Machine.Shared.SetStarts(slot, n+1)
	case other < slots.Bad:
		return slot.Other(), m.put("card/autoboot.txt", string(slots.Autoboot(slot.Other())))
	}
	return slot, nil
}

func (m *machine) onTrial() bool {
	s, err := m.State()
	return err == nil && s.OnTrial
}

// The tools.

func free() error { return nil }

func (m *machine) folder(name string) (string, func() error, error) {
	return filepath.Join(m.Machine.Root, name), free, nil
}

func (m *machine) Firmware(bool) (string, func() error, error) { return m.folder("card") }

func (m *machine) Boot(s slots.Slot) (string, func() error, error) {
	return m.folder("boot-" + string(s))
}

func (m *machine) Stick() (string, func() error, error)        { return m.folder("stick") }
func (m *machine) StickToWrite() (string, func() error, error) { return m.folder("stick") }

func (m *machine) Inspect(context.Context, string) (update.Bundle, error) {
	return update.Bundle{Version: m.stick, Signer: "CN = release key"}, nil
}

func (m *machine) Install(context.Context, string, func(int)) error {
	running, err := m.Machine.Running()
	if err != nil {
		return err
	}
	if err := m.Admit(m.stick); err != nil {
		return err
	}
	m.holds[running.Other()] = m.stick
	return m.put("boot-"+string(running.Other())+"/cmdline.txt", "quiet menshen.slot=a\n") // as every bundle has it
}

func (m *machine) Restart(try bool) error {
	m.asked, m.try = true, try
	return nil
}
