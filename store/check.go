package store

import (
	"errors"
	"fmt"
)

// check reads the secrets and compares the sum over all live records with the stored one.
func (t *tx) check() error {
	if err := t.needed(metaBucket, []byte("secrets"), &t.r.seal, &t.r.secrets); err != nil {
		return err
	}
	settings := t.b.Bucket([]byte(settingBucket))
	t.r.hasPassphrase = settings != nil && settings.Get(faceLockKey) != nil
	var s sum
	for _, name := range t.r.buckets() {
		if name == auditBucket {
			continue
		}
		err := t.each(name, func(key, value []byte) error {
			if counted(name, key) {
				s.add(t.mark(name, key, value))
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	if s != t.st.Sum {
		return fmt.Errorf("the live records are not those of the last transaction: %w, exchanged or rolled back",
			ErrCorrupt)
	}
	return t.checkEnd()
}

// checkEnd checks that the audit log goes up to the entry that the state names.
func (t *tx) checkEnd() error {
	c := t.st.Audit
	if key, _ := t.b.Bucket([]byte(auditBucket)).Cursor().Last(); c.Seq < c.First || len(key) == 8 && be(key) == c.Seq {
		return nil
	}
	gaps, err := t.gaps()
	for _, g := range gaps {
		if g.To == c.Seq {
			return err
		}
	}
	return errors.Join(err, fmt.Errorf("the end of the audit log is missing: %w", ErrCorrupt))
}
