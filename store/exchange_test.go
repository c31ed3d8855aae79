package store

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"testing"

	bolt "go.etcd.io/bbolt"

	"menshen/policy"
)

// An attacker who can write to the disk, and knows bbolt, but not the key, moves nothing unnoticed.
func TestExchangedRecordsAreRefused(t *testing.T) {
	for name, change := range map[string]func(b *bolt.Tx, old map[string][]byte, li, wang []byte) error{
		"faces of two people swapped": func(b *bolt.Tx, _ map[string][]byte, li, wang []byte) error {
			k := b.Bucket([]byte(facesBucket))
			l, w := bytes.Clone(k.Get(li)), bytes.Clone(k.Get(wang))
			return errors.Join(k.Put(li, w), k.Put(wang, l))
		},
		"person dropped": func(b *bolt.Tx, _ map[string][]byte, li, _ []byte) error {
			return b.Bucket([]byte(peopleBucket)).Delete(li)
		},
		"person put back to an older version": func(b *bolt.Tx, old map[string][]byte, li, _ []byte) error {
			return b.Bucket([]byte(peopleBucket)).Put(li, old[string(li)])
		},
		"card moved to another's number": func(b *bolt.Tx, _ map[string][]byte, _, _ []byte) error {
			c := b.Bucket([]byte(cardsBucket))
			key, value := c.Cursor().First()
			return errors.Join(c.Put(bytes.Repeat([]byte{7}, 32), bytes.Clone(value)), c.Delete(bytes.Clone(key)))
		},
		"paper dropped": func(b *bolt.Tx, _ map[string][]byte, _, _ []byte) error {
			key, _ := b.Bucket([]byte(paperBucket)).Cursor().First()
			return b.Bucket([]byte(paperBucket)).Delete(bytes.Clone(key))
		},
		"pass put back to before its use": func(b *bolt.Tx, old map[string][]byte, _, _ []byte) error {
			key, _ := b.Bucket([]byte(passBucket)).Cursor().First()
			return b.Bucket([]byte(passBucket)).Put(bytes.Clone(key), old["pass"])
		},
		"end of the audit log cut off": func(b *bolt.Tx, _ map[string][]byte, _, _ []byte) error {
			key, _ := b.Bucket([]byte(auditBucket)).Cursor().Last()
			return b.Bucket([]byte(auditBucket)).Delete(bytes.Clone(key))
		},
	} {
		t.Run(name, func(t *testing.T) {
			u := newUnit(t)
			li, wang := u.enrolled(t, "li", face(1)), u.enrolled(t, "wang", face(5))
			u.file(t, "assessment", "all four parts")
			visitor := u.invite(t, li, "123456789")
			old := map[string][]byte{}
			err := u.view(func(t *tx) error {
				old[string(li[:])] = bytes.Clone(t.b.Bucket([]byte(peopleBucket)).Get(li[:]))
				old["pass"] = bytes.Clone(t.b.Bucket([]byte(passBucket)).Get(visitor.ID[:]))
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if err := u.ChangePerson("op", li, "blocked", func(p *policy.Person) error {
				p.Blocked = true
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			if _, err := u.RecordDecision(context.Background(), u.comesIn(visitor)); err != nil {
				t.Fatal(err)
			}
			u.Close()
			db, err := bolt.Open(filepath.Join(u.dir, vaultFile), 0o600, nil)
			if err != nil {
				t.Fatal(err)
			}
			err = db.Update(func(b *bolt.Tx) error { return change(b, old, li[:], wang[:]) })
			if err := errors.Join(err, db.Close()); err != nil {
				t.Fatal(err)
			}
			if _, err := Open(u.dir, u.o); !errors.Is(err, ErrCorrupt) {
				t.Errorf("got %v", err)
			}
		})
	}
}
