package store

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"unicode/utf8"

	"filippo.io/age"

	"menshen/site/fact"
	"menshen/store/audit"
)

// keysMost is to how many keys a batch of events is sealed: to those that were named last.
const keysMost = 8

func managerKey(key string) []byte { return append([]byte("manager"), key...) }

// SetManager names a key of a manager for the whole site, an age recipient: what happens at its
// doors is sealed to it from then on. An empty name takes the key away. [ErrNoSite]; [ErrUnknown]:
// there is no such key to take away.
func (v *Vault) SetManager(a Actor, key, name string) error {
	_, err := age.ParseX25519Recipient(key)
	if err == nil {
		err = v.act(func(t *tx) error { return v.setManager(t, a, key, name) })
	}
	if err != nil {
		return fmt.Errorf("set a manager's key: %w", err)
	}
	return nil
}

func (v *Vault) setManager(t *tx, a Actor, key, name string) error {
	s, err := t.inSite()
	if err != nil {
		return err
	}
	m, known := s.keys[key]
	switch {
	case name == "" && (!known || m.Gone()):
		return ErrUnknown
	case known && m.Name.Value == name:
		return nil
	}
	m = fact.Manager{Key: key, Name: fact.Said[string]{At: s.next(t.r.Unit, m.Name.At.Count), Value: name}}
	s.managers = append(s.managers, m)
	return t.takeManager(m, Entry{At: v.now(t), Actor: a})
}

// takeManager takes over what is known of a key, and records that.
func (t *tx) takeManager(m fact.Manager, e Entry) error {
	s := t.telling
	s.keys[m.Key] = m
	if err := t.put(siteBucket, managerKey(m.Key), &t.r.seal, &m); err != nil {
		return err
	}
	if e.Kind = audit.ManagerKeySet; m.Gone() {
		e.Kind = audit.ManagerKeyRemoved
	}
	if e.Detail = maps.Clone(e.Detail); e.Detail == nil {
		e.Detail = map[string]string{}
	}
	e.Detail["key"] = m.Key
	s.beginEvents(t.st.Audit.Seq) // this entry is the first that they are told
	_, err := t.log(e)
	return err
}

// managersTold joins what another door told of managers' keys with what is known here.
func (a *applier) managersTold(s *telling, told []fact.Manager, from map[string]string) error {
	for _, m := range told {
		if _, err := age.ParseX25519Recipient(m.Key); err != nil || utf8.RuneCountInString(m.Name.Value) > nameMost {
			continue
		}
		s.heard(m.Name.At.Count)
		was, known := s.keys[m.Key]
		if known {
			m = was.Merge(m)
		}
		if m == was {
			continue
		}
		if err := a.t.takeManager(m, Entry{At: a.v.now(a.t), Actor: Door, Detail: from}); err != nil {
			return err
		}
	}
	return nil
}

// nameMost is how long a manager's name may be, in characters.
const nameMost = 64

// loadManagers reads all keys that were ever named.
func (t *tx) loadManagers() (map[string]fact.Manager, error) {
	all := map[string]fact.Manager{}
	return all, t.eachOf("manager", func(key, value []byte) error {
		var m fact.Manager
		err := t.open(siteBucket, key, value, &t.r.seal, &m)
		all[m.Key] = m
		return err
	})
}

// present are the keys that count, the one that was named last first.
func present(keys map[string]fact.Manager) (all []fact.Manager) {
	for _, m := range keys {
		if !m.Gone() {
			all = append(all, m)
		}
	}
	slices.SortFunc(all, func(a, b fact.Manager) int {
		return cmp.Or(b.Name.At.Compare(a.Name.At), cmp.Compare(a.Key, b.Key))
	})
	return all[:min(len(all), keysMost)]
}

// SiteManagers gives the managers' keys to which events are sealed, the one that was named last
// first. [ErrNoSite].
func (v *Vault) SiteManagers() (all []fact.Manager, err error) {
	err = v.view(func(t *tx) error {
		_, err := t.seat()
		keys, err2 := t.loadManagers()
		all = present(keys)
		return errors.Join(err, err2)
	})
	return all, err
}
