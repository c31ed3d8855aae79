package store

import (
	"context"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"menshen/policy"
)

// spoilNewestHead flips one bit of the newest of the file's two head pages, whose transaction
// numbers lie at byte 64 of each.
func spoilNewestHead(t *testing.T, path string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	at, page := 64, os.Getpagesize()
	if binary.LittleEndian.Uint64(b[page+at:]) > binary.LittleEndian.Uint64(b[at:]) {
		at += page
	}
	b[at+8] ^= 1 // of the checksum behind the number
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestNoActIsTakenBackByOneBit: the file goes on from the older of its heads when the newest is
// damaged; an act that was answered is in both.
func TestNoActIsTakenBackByOneBit(t *testing.T) {
	for name, act := range map[string]func(u *unit, id policy.PersonID, key string) error{
		"revoke": func(u *unit, id policy.PersonID, key string) error { return u.RevokeCredential("op", id, key) },
		"block": func(u *unit, id policy.PersonID, _ string) error {
			return u.ChangePerson("op", id, "person corrected", func(p *policy.Person) error {
				p.Blocked = true
				return nil
			})
		},
		"revoke and rotate": func(u *unit, id policy.PersonID, key string) error {
			if err := u.RevokeCredential("op", id, key); err != nil {
				return err
			}
			return u.Rotate(context.Background(), "op", "test")
		},
	} {
		t.Run(name, func(t *testing.T) {
			u := newUnit(t)
			li := u.tenant(t, "li")
			_, key, err := u.FindCredential(policy.CardKind, cardOf["li"])
			if err == nil {
				err = act(u, li, key)
			}
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(u.dir, vaultFile)
			if err := u.Close(); err != nil {
				t.Fatal(err)
			}
			spoilNewestHead(t, path)
			v, err := Open(u.dir, u.o)
			if err != nil {
				t.Fatal(err)
			}
			u.Vault = v
			p, _, err := u.FindCredential(policy.CardKind, cardOf["li"])
			if err != nil || !p.Blocked && !p.Credentials[0].Revoked {
				t.Errorf("taken back: blocked %v, revoked %v, %v", p.Blocked, p.Credentials[0].Revoked, err)
			}
		})
	}
}

// TestDamagedHeadStandsUntilSeen: over restarts too, and whoever may only read is told as well.
func TestDamagedHeadStandsUntilSeen(t *testing.T) {
	u := newUnit(t)
	u.tenant(t, "li")
	path := filepath.Join(u.dir, vaultFile)
	if err := errors.Join(u.Condition(), u.Close()); err != nil {
		t.Fatal(err)
	}
	spoilNewestHead(t, path)
	for _, open := range []func(string, Options) (*Vault, error){OpenToRead, Open, OpenToRead, Open} {
		v, err := open(u.dir, u.o)
		if err != nil {
			t.Fatal(err)
		}
		if err := v.Check(); err != nil || !errors.Is(v.Condition(), ErrHead) {
			t.Errorf("records %v, condition %v", err, v.Condition())
		}
		if !v.reader && !errors.Is(v.Mend(context.Background()), ErrHead) {
			t.Error("Mend does not say it")
		}
		if err := v.Close(); err != nil {
			t.Fatal(err)
		}
	}
	v, err := Open(u.dir, u.o)
	if err != nil {
		t.Fatal(err)
	}
	u.Vault = v
	if err := u.Rotate(context.Background(), "op", "test"); err != nil || !errors.Is(u.Condition(), ErrHead) {
		t.Errorf("after a new epoch: %v, %v", err, u.Condition())
	}
	if err := errors.Join(u.ConfirmHead("op"), u.ConfirmHead("op"), u.Condition(),
		u.Mend(context.Background())); err != nil {
		t.Error(err)
	}
	u.reopen(t)
	if err := u.Condition(); err != nil {
		t.Error(err)
	}
}
