package store

import (
	"encoding/json"
	"errors"
	"fmt"
)

// Overrides are what an operator set for all people at the door. They remain in force,
// after a restart too, until an operator ends them. They are in no backup, since they are
// about this door at this moment.
type Overrides struct {
	// Lockdown keeps the door locked for all but exit, fire, staff and operators.
	Lockdown   bool `cbor:"lockdown" json:"lockdown"`
	Evacuation bool `cbor:"evacuation" json:"evacuation"` // the door stands open for all, as in fire
}

// overridesKey is their place in the settings bucket.
var overridesKey = []byte("overrides")

// paperOverrides is the kind of paper on which earlier versions wrote each override,
// as JSON; the newest one holds.
const paperOverrides = "orders"

// Overrides gives the overrides in force.
func (v *Vault) Overrides() (Overrides, error) {
	var o Overrides
	err := v.view(func(t *tx) error { return t.get(settingBucket, overridesKey, &t.r.seal, &o) })
	if errors.Is(err, ErrUnknown) {
		o, err = v.paperOverrides()
	}
	if err != nil {
		return Overrides{}, fmt.Errorf("read the overrides: %w", err)
	}
	return o, nil
}

func (v *Vault) paperOverrides() (o Overrides, err error) {
	all, err := v.Papers(paperOverrides)
	if err != nil || len(all) == 0 {
		return Overrides{}, err
	}
	return o, json.Unmarshal(all[len(all)-1].Body, &o)
}

// SetOverrides stores o in the place of the present overrides. It does not record who did it: the
// caller does, before the door moves ([audit.Override]). Papers on which an earlier version wrote
// overrides are removed, and that is recorded.
func (v *Vault) SetOverrides(a Actor, o Overrides) error {
	old, err := v.Papers(paperOverrides)
	if err != nil {
		return fmt.Errorf("keep the overrides: %w", err)
	}
	err = v.act(func(t *tx) error {
		for _, p := range old {
			if err := t.removePaper(a, p, v.now(t)); err != nil {
				return err
			}
		}
		return t.put(settingBucket, overridesKey, &t.r.seal, &o)
	})
	if err != nil {
		return fmt.Errorf("keep the overrides: %w", err)
	}
	return nil
}
