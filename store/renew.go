package store

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"menshen/internal/safefile"
	"menshen/policy"
	"menshen/store/seal"
)

// slot is where one record lies.
type slot struct{ bucket, key string }

// delta collects the records that change in the old file while the new one is being written.
type delta struct {
	mu sync.Mutex
	m  map[slot]bool
}

func (d *delta) add(rs []slot) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, r := range rs {
		d.m[r] = true
	}
}

// forget is what a renewal leaves behind.
type forget struct {
	people map[policy.PersonID]bool
	all    bool // the whole people; otherwise their faces only
	// if not nil: asked of the old file once writing has stopped; an error leaves all as it was
	may func(*tx) error
}

// theirs is what forgets a person, or their face.
func theirs(id policy.PersonID, all bool) forget {
	return forget{people: map[policy.PersonID]bool{id: true}, all: all}
}

// renew moves the vault to a new file under a new root key, and destroys the old file and key:
//
//  1. a new root key is staged beside the old one
//  2. all records but those to be forgotten are copied to vault.db.new under the new epoch, while
//     the door goes on writing to the old file
//  3. writing stops; what changed meanwhile is copied too, and change is applied, in the new file
//     only
//  4. the new file takes the old one's name; writing goes on
//  5. the key source forgets the old key; the old file is wiped
//
// A power cut before step 4 leaves the old vault, unchanged; after it, the new
// one, and [Open] does step 5.
func (v *Vault) renew(ctx context.Context, drop forget, change func(*tx) error) error {
	v.renewing.Lock()
	defer v.renewing.Unlock()
	return v.renewTo(ctx, v.o.Key, v.counter, drop, change)
}

// renewTo is renew to another key source, with its counter, or to the same one.
func (v *Vault) renewTo(ctx context.Context, to KeySource, c *counter, drop forget, change func(*tx) error) error {
	if err := v.settle(ctx); err != nil {
		return err
	}
	root := v.o.newKey()
	defer root.Wipe()
	if err := v.recordUnwiped(to.Stage(ctx, root)); err != nil {
		return fmt.Errorf("stage a new key in %s: %w", to, err)
	}
	v.mu.RLock()
	next := v.ring.next(root, v.nextLayout())
	v.mu.RUnlock()
	db, err := v.copyAll(next, drop)
	if err == nil {
		err = v.exchange(db, next, c, drop, change)
	}
	if err != nil {
		v.mu.Lock()
		v.delta = nil
		v.mu.Unlock()
		next.wipe()
		return err
	}
	v.o.Key = to
	if err := v.settle(ctx); err != nil {
		v.untidy.Store(true)
		return fmt.Errorf("the change is done, but what was before is not forgotten yet; the next change or start "+
			"tries again: %w", err)
	}
	return nil
}

// syncName makes the exchange of files durable where that failed before. Until it succeeds, nothing
// that is written is durable. The caller holds mu.
func (v *Vault) syncName() error {
	if !v.unsynced.Load() {
		return nil
	}
	if err := safefile.SyncDir(v.path()); err != nil {
		return fmt.Errorf("sync the vault's directory: %w", err)
	}
	v.unsynced.Store(false)
	return nil
}

// copyAll is step 2. While it runs, writers note what they change.
func (v *Vault) copyAll(next *ring, drop forget) (*dbFile, error) {
	v.mu.Lock()
	v.delta = &delta{m: map[slot]bool{}}
	v.mu.Unlock()
	return v.build(next, func(db *dbFile) error {
		return v.view(func(src *tx) error {
			for _, name := range src.r.buckets() {
				if name == metaBucket {
					continue
				}
				if err := copyBucket(db, next, src, name, drop); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// copyBucket copies some hundred records a transaction, so that memory stays small.
func copyBucket(db *dbFile, next *ring, src *tx, bucket string, drop forget) error {
	const some = 256
	c := src.b.Bucket([]byte(bucket)).Cursor()
	for key, _ := c.First(); key != nil; {
		_, err := db.update(next, func(dst *tx) error {
			dst.packed = true
			for i := 0; i < some && key != nil; i++ {
				if err := copyRecord(dst, src, bucket, key, drop); err != nil {
					return err
				}
				key, _ = c.Next()
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// exchange is steps 3 and 4.
func (v *Vault) exchange(db *dbFile, next *ring, c *counter, drop forget, change func(*tx) error) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	old, changed := v.db, v.delta.m
	v.delta = nil
	next.hasPassphrase, next.faces, next.model = v.ring.hasPassphrase, v.ring.faces, v.ring.model
	if old == nil {
		return errors.Join(v.notOpen(), db.Close(), v.drop(safefile.New))
	}
	err := old.view(v.ring, func(src *tx) error {
		if drop.may != nil {
			if err := drop.may(src); err != nil {
				return err
			}
		}
		_, err := db.update(next, func(dst *tx) error {
			for r := range changed {
				if r.bucket == metaBucket {
					continue
				}
				if err := copyRecord(dst, src, r.bucket, []byte(r.key), drop); err != nil {
					return err
				}
			}
			live := dst.st.Sum
			dst.st = src.st
			dst.st.Sum = live
			return errors.Join(change(dst), dst.renewKey())
		})
		return err
	})
	var last state
	if err == nil { // both heads of the new file have it
		last, err = db.update(next, func(*tx) error { return nil })
	}
	if err == nil {
		err = old.checkName(v.path())
	}
	if err == nil {
		if err = safefile.Swap(v.path()); errors.Is(err, safefile.ErrUnsynced) {
			v.unsynced.Store(true)
			err = nil
		}
	}
	if err != nil {
		return errors.Join(err, db.Close(), v.drop(safefile.New))
	}
	was := v.ring
	v.db, v.ring, v.counter = db, next, c
	v.time.learn(&last, v.o.Running())
	v.news.came()
	was.wipe()
	return old.Close()
}

// copyRecord makes a record of dst equal to that of src, under dst's keys. What is sealed under a
// person's own key is copied as it is, since that key remains; a new layout needs it sealed again.
// The second hashes of credentials are computed again.
func copyRecord(dst, src *tx, bucket string, key []byte, drop forget) error {
	value := src.b.Bucket([]byte(bucket)).Get(key)
	ours := len(key) == len(policy.PersonID{}) && drop.people[policy.PersonID(key)]
	switch {
	case bucket == cardsBucket:
		return nil // follows from the people's records
	case bucket == peopleBucket:
		if ours && drop.all {
			value = nil
		}
		return copyPerson(dst, src, policy.PersonID(key), value)
	case drop.all && bucket == siteBucket && drop.people[waitsFor(key)]:
		return dst.del(bucket, key)
	case bucket == facesBucket && ours, bucket == keysBucket && ours && drop.all, value == nil:
		return dst.del(bucket, key)
	case bucket == facesBucket:
		return dst.raw(bucket, key, value)
	}
	plain, err := src.plain(bucket, key, value, &src.r.seal)
	if err != nil {
		return err
	}
	defer clear(plain)
	switch {
	case bucket == keysBucket && ours:
		plain, err = editRecord(plain, func(k *personKeys) { k.Face, k.FaceBox = seal.Key{}, nil })
	case bucket == auditBucket && drop.all:
		plain, err = editRecord(plain, func(k *kept) {
			if drop.people[k.Person] {
				k.Person = policy.PersonID{}
			}
		})
	case bucket == chainBucket && drop.all:
		plain, err = editRecord(plain, func(l *link) { l.forget(drop.people) })
	case bucket == passBucket && drop.all:
		plain, err = editRecord(plain, func(p *pass) { p.removeHosts(drop.people) })
	case bucket == settingBucket && drop.all && string(key) == string(importKey):
		plain, err = editRecord(plain, func(i *imported) { i.removePeople(drop.people) })
	}
	if err != nil {
		return err
	}
	return dst.reseal(bucket, key, &dst.r.seal, be(value), plain)
}

// reseal seals a plaintext again, with the revision that it had.
func (t *tx) reseal(bucket string, key []byte, k *seal.Key, rev uint64, plain []byte) error {
	return t.raw(bucket, key, append(key64(rev), k.Seal(t.place(bucket, key, rev), plain)...))
}

// copyOwned copies a person's record, which lies under their own key.
func copyOwned(dst, src *tx, id policy.PersonID, value []byte) error {
	if dst.r.Schema == src.r.Schema {
		return dst.raw(peopleBucket, id[:], value)
	}
	var own personKeys
	if err := src.get(keysBucket, id[:], &src.r.seal, &own); err != nil {
		return err
	}
	plain, err := src.plain(peopleBucket, id[:], value, own.data())
	if err != nil {
		return err
	}
	defer clear(plain)
	return dst.reseal(peopleBucket, id[:], own.data(), be(value), plain)
}

// copyPerson copies a person's record, and writes the lookup records of their credentials.
func copyPerson(dst, src *tx, id policy.PersonID, value []byte) error {
	if dst.b.Bucket([]byte(peopleBucket)).Get(id[:]) != nil {
		if err := dst.dropCards(src, id); err != nil {
			return err
		}
	}
	if value == nil {
		return dst.del(peopleBucket, id[:])
	}
	if err := copyOwned(dst, src, id, value); err != nil {
		return err
	}
	return dst.eachCard(src, id, func(second []byte, keyID string) error {
		return dst.put(cardsBucket, second, &dst.r.seal, &card{id, keyID})
	})
}

// dropCards removes the lookup records of a person's credentials, except those that
// belong to another person by now.
func (t *tx) dropCards(src *tx, id policy.PersonID) error {
	return t.eachCard(src, id, func(second []byte, _ string) error {
		var c card
		err := t.get(cardsBucket, second, &t.r.seal, &c)
		if errors.Is(err, ErrUnknown) || err == nil && c.Person != id {
			return nil
		}
		return errors.Join(err, t.del(cardsBucket, second))
	})
}

// eachCard goes through the credentials in t's record of a person, whose keys are read from src.
func (t *tx) eachCard(src *tx, id policy.PersonID, f func(second []byte, keyID string) error) error {
	var own personKeys
	var p person
	if err := src.get(keysBucket, id[:], &src.r.seal, &own); err != nil {
		return err
	}
	if err := t.get(peopleBucket, id[:], own.data(), &p); err != nil {
		return err
	}
	for keyID, first := range p.Hashes {
		if err := f(t.r.second(first), keyID); err != nil {
			return err
		}
	}
	return nil
}

// editRecord decodes a record, lets f take something out, and encodes it again.
func editRecord[T any](plain []byte, f func(*T)) ([]byte, error) {
	var v T
	if err := decMode.Unmarshal(plain, &v); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	f(&v)
	return encMode.Marshal(&v)
}
