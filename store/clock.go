package store

import (
	"fmt"
	"time"

	"menshen/store/audit"
)

// now is the host's time, or the floor when the clock is behind it.
func (v *Vault) now(t *tx) time.Time {
	now := v.o.Now().UTC()
	if now.Before(t.st.Floor) || now.Year() > 9999 {
		return t.st.Floor
	}
	return now
}

// Floor is the last time that is known to be past: of the newest record. A clock that shows less is wrong (design decision 7).
func (v *Vault) Floor() (time.Time, error) {
	var at time.Time
	err := v.view(func(t *tx) error { at = t.st.Floor; return nil })
	return at, err
}

// SetFloor puts the floor where an operator says that the time is, also backwards: a clock that was once wrong by years would otherwise
// hold the floor in the future for good.
func (v *Vault) SetFloor(a Actor, at time.Time, why string) error {
	if at.Year() < 1970 || at.Year() > 9999 {
		return fmt.Errorf("set time floor: %v is no possible time", at)
	}
	err := v.act(func(t *tx) error {
		was := t.st.Floor
		t.st.Floor = at.UTC()
		_, err := t.log(Entry{At: at, Kind: audit.TimeFloorSet, Actor: a, Detail: map[string]string{"was": was.Format(time.RFC3339), "why": why}})
		return err
	})
	if err != nil {
		return fmt.Errorf("set time floor: %w", err)
	}
	return nil
}
