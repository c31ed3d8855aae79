package demo

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"menshen/policy"
	"menshen/store"
)

// withdraw shows the end of a consent, and that a stolen copy of the vault is of no use after it.
func (s *story) withdraw(ctx context.Context) error {
	s.begin("The consent is withdrawn: the face stops working at once, the card still works, the template is erased")
	copied := filepath.Join(s.o.Dir, "stolen")
	if err := copyVault(filepath.Join(s.o.Dir, "vault"), copied); err != nil {
		return err
	}
	r, err := s.desk.Withdraw(ctx, s.staff, s.wei.id)
	if err != nil {
		return err
	}
	s.say("receipt %s: %s", r.Serial, r.Detail)
	if err := s.tell(); err != nil {
		return err
	}
	if err := s.tap(ctx, s.wei, true); err != nil {
		return err
	}
	if err := s.show(s.wei.met); err != nil {
		return err
	}
	quiet, cancel := context.WithTimeout(ctx, 6*time.Second)
	defer cancel()
	if e, err := s.await(quiet, decision(policy.ByFace)); err == nil && e.Grant {
		return fmt.Errorf("a withdrawn face opened: %w", errOtherwise)
	}
	if err := s.leave(); err != nil {
		return err
	}
	s.say("the face was shown to the camera for 6 s: it opened nothing")
	_, err = store.Open(copied, store.Options{Key: store.KeyFile(filepath.Join(s.o.Dir, "key"))})
	if !errors.Is(err, store.ErrWrongKey) {
		return fmt.Errorf("a copy made before the erasure, with today's key: %w", errors.Join(err, errOtherwise))
	}
	s.say("a copy of the vault, stolen before the withdrawal, does not open with the unit's present key: %v",
		store.ErrWrongKey)
	return nil
}

// copyVault copies the vault's file, as a thief could.
func copyVault(from, to string) error {
	if err := os.MkdirAll(to, 0o700); err != nil {
		return err
	}
	data, err := os.ReadFile(filepath.Join(from, "vault.db"))
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(to, "vault.db"), data, 0o600)
}
