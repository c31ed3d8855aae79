package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"golang.org/x/crypto/argon2"

	"menshen/policy"
	"menshen/store/audit"
	"menshen/store/seal"
)

// The faces can be put behind a passphrase of their own. It protects templates even from a
// thief who has the disk and the key source. After a power cut at night the unit starts with
// its key source and opens for cards and PINs; templates stay unreadable until an operator
// types the passphrase at the console.
//
//	passphrase ─ Argon2id ─ wrap ─ face root ─ each person's face key ─ templates

// ErrFacesLocked means that templates cannot be read or stored until UnlockFaces.
var ErrFacesLocked = errors.New("faces are locked: type the passphrase (faces unlock)")

// faceLock lies in the settings bucket. Its cost can be raised; UnlockFaces does so by itself.
type faceLock struct {
	Cost Cost   `cbor:"cost"`
	Salt []byte `cbor:"salt"`
	Box  []byte `cbor:"box"` // the face root, sealed under the passphrase
}

var (
	faceLockKey   = []byte("facelock")
	faceLockPlace = []byte("menshen face root 1")
)

func (c Cost) wrapKey(pass, salt []byte) seal.Key {
	return seal.Key(argon2.IDKey(pass, salt, c.Time, c.Memory, c.Lanes, uint32(len(seal.Key{}))))
}

func newFaceLock(c Cost, pass []byte, root *seal.Key) faceLock {
	l := faceLock{Cost: c, Salt: make([]byte, 16)}
	rand.Read(l.Salt)
	wrap := c.wrapKey(pass, l.Salt)
	defer wrap.Wipe()
	l.Box = wrap.Seal(faceLockPlace, root[:])
	return l
}

// faceKey gives a person's face key.
func (t *tx) faceKey(id policy.PersonID, own *personKeys) (seal.Key, error) {
	if len(own.FaceBox) == 0 {
		return own.Face, nil
	}
	if t.r.faces.IsZero() {
		return seal.Key{}, ErrFacesLocked
	}
	raw, err := t.r.faces.Open(id[:], own.FaceBox)
	if err != nil || len(raw) != len(seal.Key{}) {
		return seal.Key{}, fmt.Errorf("face key of person %s is %w", id, ErrCorrupt)
	}
	defer clear(raw)
	return seal.Key(raw), nil
}

// setFaceKey puts a face key under the face root where there is a passphrase.
func (t *tx) setFaceKey(id policy.PersonID, own *personKeys, k seal.Key) error {
	switch {
	case !t.r.hasPassphrase:
		own.Face, own.FaceBox = k, nil
	case t.r.faces.IsZero():
		return ErrFacesLocked
	default:
		own.Face, own.FaceBox = seal.Key{}, t.r.faces.Seal(id[:], k[:])
	}
	return nil
}

// FacesLocked reports whether templates wait for the passphrase.
func (v *Vault) FacesLocked() bool {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.ring.hasPassphrase && v.ring.faces.IsZero()
}

// UnlockFaces makes templates readable until [Vault.LockFaces], or until the vault is closed.
// [ErrDenied]: the passphrase is wrong. Each try is recorded.
func (v *Vault) UnlockFaces(a Actor, pass []byte) error {
	var l faceLock
	err := v.view(func(t *tx) error { return t.get(settingBucket, faceLockKey, &t.r.seal, &l) })
	if err != nil {
		return fmt.Errorf("unlock faces: no passphrase is set: %w", err)
	}
	wrap := l.Cost.wrapKey(pass, l.Salt)
	defer wrap.Wipe()
	raw, wrong := wrap.Open(faceLockPlace, l.Box)
	defer clear(raw)
	if wrong != nil {
		_, err := v.Record(context.Background(), Entry{Kind: audit.UnlockRefused, Actor: a})
		return errors.Join(fmt.Errorf("unlock faces: %w", ErrDenied), err)
	}
	root := seal.Key(raw)
	defer root.Wipe()
	err = v.act(func(t *tx) error {
		if l.Cost != v.o.Cost {
			l := newFaceLock(v.o.Cost, pass, &root)
			if err := t.put(settingBucket, faceLockKey, &t.r.seal, &l); err != nil {
				return err
			}
		}
		_, err := t.log(Entry{At: v.now(t), Kind: audit.FacesUnlocked, Actor: a})
		return err
	})
	if err != nil {
		return fmt.Errorf("unlock faces: %w", err)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.ring.faces = root
	return nil
}

// LockFaces makes templates unreadable until [Vault.UnlockFaces]. The caller wipes what
// [Vault.Templates] gave out before.
func (v *Vault) LockFaces() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.ring.faces.Wipe()
}

// SetPassphrase puts all faces behind a passphrase, or behind another one; an empty one takes the
// lock away. The faces must be unlocked, and stay so. [ErrWeak]: it has fewer than 8 characters.
// The vault moves to a new epoch, so that what was readable without the passphrase is forgotten.
func (v *Vault) SetPassphrase(a Actor, pass []byte) error {
	if len(pass) > 0 && len(pass) < 8 {
		return fmt.Errorf("set passphrase: %w", ErrWeak)
	}
	root := seal.NewKey()
	defer root.Wipe()
	l := newFaceLock(v.o.Cost, pass, &root)
	what := audit.PassphraseSet
	if len(pass) == 0 {
		what = audit.PassphraseRemoved
	}
	err := v.renew(context.Background(), forget{}, func(t *tx) error {
		keys := map[policy.PersonID]seal.Key{}
		err := t.each(keysBucket, func(key, value []byte) error {
			var own personKeys
			if err := t.open(keysBucket, key, value, &t.r.seal, &own); err != nil {
				return err
			}
			k, err := t.faceKey(policy.PersonID(key), &own)
			if err == nil && !k.IsZero() {
				keys[policy.PersonID(key)] = k
			}
			return err
		})
		if err != nil {
			return err
		}
		t.r.hasPassphrase, t.r.faces = len(pass) > 0, root
		for id, k := range keys {
			var own personKeys
			if err := t.get(keysBucket, id[:], &t.r.seal, &own); err != nil {
				return err
			}
			if err := t.setFaceKey(id, &own, k); err != nil {
				return err
			}
			if err := t.put(keysBucket, id[:], &t.r.seal, &own); err != nil {
				return err
			}
		}
		if t.r.hasPassphrase {
			err = t.put(settingBucket, faceLockKey, &t.r.seal, &l)
		} else {
			err = t.del(settingBucket, faceLockKey)
		}
		if err != nil {
			return err
		}
		_, err = t.log(Entry{At: v.now(t), Kind: what, Actor: a})
		return err
	})
	if err != nil {
		return fmt.Errorf("set passphrase: %w", err)
	}
	return nil
}
