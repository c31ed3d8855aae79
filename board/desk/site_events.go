package desk

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"filippo.io/age"

	"menshen/board/outbox"
	"menshen/internal/i18n"
	"menshen/internal/screen"
	"menshen/site/events"
)

// ManagerKey is a key to which the doors of the site seal what they tell their managers.
type ManagerKey struct {
	Key  string // an age public key
	Name string
}

// Managers lists the keys that count, the one that was named last first. Errors: as of [Desk.Site].
func (d *Desk) Managers(_ context.Context, s Session) ([]ManagerKey, error) {
	if _, err := d.allow(s, ReadsRecords); err != nil {
		return nil, err
	}
	return d.managers()
}

func (d *Desk) managers() (all []ManagerKey, err error) {
	found, err := d.vault.SiteManagers()
	for _, m := range found {
		all = append(all, ManagerKey{m.Key, m.Name.Value})
	}
	return all, explainSite(err)
}

// SetManager names a key of a manager for all doors of the site. It gives how many keys there are
// then.
func (d *Desk) SetManager(_ context.Context, s Session, key, name string) (int, error) {
	by, err := d.allow(s, KeepsPeople)
	if err != nil {
		return 0, err
	}
	if _, err := age.ParseX25519Recipient(key); err != nil {
		return 0, i18n.Problem(i18n.E("desk.not-an-age-key", "that is not an age public key"),
			i18n.M("desk.make-age-key", "make one on the manager's own machine with age-keygen; it begins with age1"))
	}
	if name = strings.TrimSpace(name); name == "" || len(name) > 64 || screen.Clean(name) != name {
		return 0, i18n.Problem(i18n.E("desk.manager-name", "that cannot be a name for a key"),
			i18n.M("desk.manager-name-short", "write a word or two, such as office"))
	}
	if err := d.vault.SetManager(by, key, name); err != nil {
		return 0, explainSite(err)
	}
	all, err := d.managers()
	return len(all), err
}

// RemoveManager takes a key away: what happens from then on is not sealed to it. words are its name
// or its beginning.
func (d *Desk) RemoveManager(_ context.Context, s Session, words string) (ManagerKey, error) {
	by, err := d.allow(s, KeepsPeople)
	if err != nil {
		return ManagerKey{}, err
	}
	all, err := d.managers()
	if err != nil {
		return ManagerKey{}, err
	}
	all = slices.DeleteFunc(all, func(m ManagerKey) bool {
		return !strings.EqualFold(m.Name, words) && !(len(words) >= 8 && strings.HasPrefix(m.Key, words))
	})
	if len(all) != 1 {
		return ManagerKey{}, i18n.Problem(i18n.E("desk.no-manager", "no key, or more than one, is meant"),
			i18n.M("desk.managers-look", "'managers' lists the keys; write a name, or how a key begins"))
	}
	return all[0], explainSite(d.vault.SetManager(by, all[0].Key, ""))
}

// SiteBatch is a batch of events of a door, sealed to the managers. Its JSON is a line of the file
// that [Desk.WriteSiteEvents] writes.
type SiteBatch struct {
	Door  string    `json:"door"` // its handle, in hex
	Name  string    `json:"name"`
	Batch uint64    `json:"batch"` // 1, 2, 3, … of the door
	Got   time.Time `json:"got"`   // when this door had it
	Data  []byte    `json:"data"`  // an age file
}

// SiteEvents gives the batches of all doors that are kept here, those of each door in their order.
// Errors: as of [Desk.Site].
func (d *Desk) SiteEvents(_ context.Context, s Session) (all []SiteBatch, err error) {
	if _, err := d.allow(s, ReadsRecords); err != nil {
		return nil, err
	}
	return d.siteEvents()
}

func (d *Desk) siteEvents() (all []SiteBatch, err error) {
	found, err := d.vault.Site()
	if err != nil {
		return nil, explainSite(err)
	}
	for _, x := range found.Doors {
		some, err := d.vault.SiteEvents(x.ID)
		if err != nil {
			return nil, err
		}
		for _, b := range some {
			all = append(all, SiteBatch{fmt.Sprintf("%x", x.ID), x.Name, b.Number, b.Got, b.Data})
		}
	}
	return all, nil
}

// EventsWritten is what [Desk.WriteSiteEvents] wrote.
type EventsWritten struct {
	File, Path string // its name, and where it is; on the stick: empty
	Batches    int
	Missing    []DoorMissing
}

// DoorMissing is a door of which batches are missing here, between others.
type DoorMissing struct {
	Door    string
	Batches uint64
}

// WriteSiteEvents writes the batches of all doors into a file, which the holder of a manager's key
// reads with 'menshen-site events'.
func (d *Desk) WriteSiteEvents(ctx context.Context, s Session, via Via, step Progress) (EventsWritten, error) {
	by, err := d.allow(s, CarriesSite)
	if err != nil {
		return EventsWritten{}, err
	}
	all, err := d.siteEvents()
	if err != nil {
		return EventsWritten{}, err
	}
	if len(all) == 0 {
		return EventsWritten{}, i18n.Problem(i18n.E("desk.no-events", "no door has told the managers anything yet"),
			i18n.M("desk.no-events-how", "'managers NAME KEY' names a manager's key; from then on doors tell"))
	}
	var content bytes.Buffer
	lines := json.NewEncoder(&content)
	for _, b := range all {
		if err := lines.Encode(b); err != nil {
			return EventsWritten{}, err
		}
	}
	to := d.bag(s, by, via)
	w := EventsWritten{File: "events-" + shortDoor(d.vault.Unit()) + outbox.SiteEnding, Batches: len(all),
		Missing: missingOf(all)}
	w.Path = to.path(w.File)
	return w, to.give(ctx, map[string][]byte{w.File: content.Bytes()}, step)
}

// missingOf gives the doors of which batches are missing between others.
func missingOf(all []SiteBatch) (out []DoorMissing) {
	for len(all) > 0 {
		n := 1
		for n < len(all) && all[n].Door == all[0].Door {
			n++
		}
		var numbers []uint64
		for _, b := range all[:n] {
			numbers = append(numbers, b.Batch)
		}
		if missing := events.Missing(numbers); missing > 0 {
			out = append(out, DoorMissing{all[0].Name, missing})
		}
		all = all[n:]
	}
	return out
}
