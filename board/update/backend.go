package update

import (
	"fmt"

	"menshen/board/slots"
)

// Backend answers RAUC as its custom boot loader backend: get-primary, set-primary SLOT, get-state
// SLOT, set-state SLOT good|bad, get-current. What it prints is the answer.
func (r Root) Backend(words ...string) (string, error) {
	var slot slots.Slot
	var err error
	if len(words) > 1 {
		if slot, err = slots.ParseSlot(words[1]); err != nil {
			return "", err
		}
	}
	switch what := fmt.Sprint(len(words), words[:min(1, len(words))]); what {
	case "1 [get-current]":
		slot, err = r.Machine.Running()
		return string(slot), err
	case "1 [get-primary]":
		d, err := r.disk()
		return string(d.Committed), err
	case "2 [get-state]":
		n, err := r.Machine.Shared.Starts(slot)
		return either(n < slots.Bad, "good", "bad"), err
	case "3 [set-state]":
		return "", r.mark(slot, words[2])
	case "2 [set-primary]":
		if d, err := r.disk(); err != nil || d.Committed == slot {
			return "", err
		}
		return "", fmt.Errorf("only a system that was tried becomes the one that starts: type 'update' at the console")
	}
	return "", fmt.Errorf("unknown words %.60q", words)
}

// mark is RAUC's word for a slot.
func (r Root) mark(slot slots.Slot, state string) error {
	switch state {
	case "good":
		return r.setStarts(slot, 0)
	case "bad":
		return r.setStarts(slot, slots.Bad)
	}
	return fmt.Errorf("a slot is good or bad, not %.20q", state)
}

// Admit says whether a version may be installed, within an installation: RAUC calls it before it
// writes, with what stands in the signed manifest. The slot that does not run is bad then: what is
// in it is about to be lost. A bundle that is refused leaves it as it was.
func (r Root) Admit(v slots.Version) error {
	floor, err := r.Machine.Shared.Floor()
	if err != nil {
		return err
	}
	if err := (slots.Disk{Floor: floor}).Admits(v); err != nil {
		return err
	}
	running, err := r.Machine.Running()
	if err != nil {
		return err
	}
	from, err := r.Machine.Version()
	if err != nil {
		return err
	}
	to := running.Other()
	if err := r.setTrial(slots.Trial{Slot: to, Version: v, From: from, Stage: slots.Writing}); err != nil {
		return err
	}
	return r.setStarts(to, slots.Bad)
}
