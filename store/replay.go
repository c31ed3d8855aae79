package store

import (
	"crypto/ed25519"
	"errors"
	"io"

	"menshen/policy"
	"menshen/store/audit"
	"menshen/store/seal"
)

// ReadExport checks an export as [VerifyExport] does, and calls f for each entry that fits, in
// order. With a vault of the unit it opens the parts about people whose keys the vault still has;
// what it cannot open has Erased set. v may be nil. An error of f ends it.
func ReadExport(r io.Reader, pub ed25519.PublicKey, v *Vault, f func(Entry) error) (rep AuditReport, err error) {
	if v == nil {
		return readExport(r, pub, func(l *audit.Line) error { return f(entryIn(l)) })
	}
	err = v.view(func(t *tx) error {
		people, err := t.readers()
		if err != nil {
			return err
		}
		rep, err = readExport(r, pub, func(l *audit.Line) error {
			e, err := t.exported(l, people)
			if err != nil {
				return err
			}
			return f(e)
		})
		return err
	})
	return rep, err
}

func readExport(r io.Reader, pub ed25519.PublicKey, f func(*audit.Line) error) (AuditReport, error) {
	var failed error
	rep, err := audit.Read(r, pub, func(l *audit.Line) {
		if failed == nil {
			failed = f(l)
		}
	})
	return rep, errors.Join(failed, err)
}

// reader is a person, and the key of their part of the log.
type reader struct {
	id   policy.PersonID
	part *seal.Key
}

// readers gives the keys of all people, to open the parts of the log that are about them.
func (t *tx) readers() (all []reader, err error) {
	err = t.each(keysBucket, func(key, value []byte) error {
		var own personKeys
		if err := t.open(keysBucket, key, value, &t.r.seal, &own); err != nil {
			return err
		}
		all = append(all, reader{policy.PersonID(key), own.audit()})
		return nil
	})
	return all, err
}

// exported reads a line of an export. Whose it is the line does not say: the person whose key makes
// its pseudonym. Whoever was found is tried first for the next line.
func (t *tx) exported(l *audit.Line, people []reader) (Entry, error) {
	e := entryIn(l)
	if l.Who == "" {
		return e, nil
	}
	for i, p := range people {
		switch found, err := e.open(l, p.id, p.part, t.linePlace(l.Seq)); {
		case err != nil:
			return e, err
		case found:
			copy(people[1:i+1], people[:i])
			people[0] = p
			return e, nil
		}
	}
	return e, nil
}
