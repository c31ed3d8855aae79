package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"time"

	"menshen/policy"
	"menshen/store/audit"
)

// Hours are who may come in when, and where that was decided (docs/decisions/0048).
type Hours struct {
	policy.Hours
	// Changed is when an operator changed them last, and By who; zero: never, they are those of the
	// configuration.
	Changed time.Time
	By      Actor
	// File are the configuration's as they were then. FileIgnored is true if they were edited
	// since: what was written there is not in force.
	File        policy.Hours
	FileIgnored bool
}

// HoursAct is one change of the hours.
type HoursAct struct {
	File     policy.Hours // the configuration's
	Was, Now policy.Hours
	// FromFile ends the record: Now is the configuration's, which holds again, and after each edit.
	FromFile bool
	Settings string            // with Now, as package facts writes them
	Detail   map[string]string // for the log: what was changed
}

// hoursRecord lies in the settings bucket; texts are as hoursText gives them.
type hoursRecord struct {
	Text string    `cbor:"text"`
	File string    `cbor:"file"` // of the configuration, when the record was changed last
	At   time.Time `cbor:"at"`
	By   Actor     `cbor:"by"`
}

var hoursKey = []byte("hours")

// Hours gives the hours in force: those of the vault, or file's, which are the configuration's, as
// long as no operator has changed them. [ErrCorrupt]: the record is damaged; file's are given
// beside the error.
func (v *Vault) Hours(file policy.Hours) (h Hours, err error) {
	err = v.view(func(t *tx) (err error) { h, err = t.hours(file); return err })
	if err != nil {
		return Hours{Hours: file, File: file}, fmt.Errorf("read the hours: %w", err)
	}
	return h, nil
}

func (t *tx) hours(file policy.Hours) (Hours, error) {
	var kept hoursRecord
	switch err := t.get(settingBucket, hoursKey, &t.r.seal, &kept); {
	case errors.Is(err, ErrUnknown):
		return Hours{Hours: file, File: file}, nil
	case err != nil:
		return Hours{}, err
	}
	h := Hours{Changed: kept.At, By: kept.By}
	if err := errors.Join(json.Unmarshal([]byte(kept.Text), &h.Hours),
		json.Unmarshal([]byte(kept.File), &h.File)); err != nil {
		return Hours{}, fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	text, err := hoursText(file)
	h.FileIgnored = text != kept.File
	return h, err
}

// hoursText writes hours as JSON, one text for one value.
func hoursText(h policy.Hours) (string, error) {
	b, err := json.Marshal(h)
	return string(b), err
}

// ChangeHours puts x.Now in the place of the hours in force, and records that with the settings by
// which the door decides from then on, in one act. [ErrMeanwhile]: x.Was are not in force.
func (v *Vault) ChangeHours(a Actor, x HoursAct) error {
	err := v.act(func(t *tx) error {
		before, err := t.hours(x.File)
		if errors.Is(err, ErrCorrupt) { // this act mends it
			before, err = Hours{Hours: x.File}, nil
		}
		if err != nil {
			return err
		}
		var texts [4]string
		for i, h := range []policy.Hours{before.Hours, x.Was, x.Now, x.File} {
			if texts[i], err = hoursText(h); err != nil {
				return err
			}
		}
		if texts[0] != texts[1] {
			return ErrMeanwhile
		}
		if x.FromFile {
			err = t.del(settingBucket, hoursKey)
		} else {
			err = t.put(settingBucket, hoursKey, &t.r.seal, &hoursRecord{texts[2], texts[3], v.now(t), a})
		}
		if err != nil {
			return err
		}
		detail := map[string]string{InForce: x.Settings}
		maps.Copy(detail, x.Detail)
		_, err = t.log(Entry{At: v.now(t), Kind: audit.HoursChanged, Actor: a, Detail: detail})
		return err
	})
	if err != nil {
		return fmt.Errorf("change the hours: %w", err)
	}
	return nil
}
