package store

import (
	"context"
	"fmt"
	"time"

	"menshen/store/audit"
)

// Condition says what is wrong with an open vault that works all the same: nil, or ErrHead.
func (v *Vault) Condition() error {
	if v.unseen.Load() {
		return ErrHead
	}
	return nil
}

// tellHead records that the file was opened by the older of its two heads. From then on both are
// whole again, and the state says that one was not.
func (v *Vault) tellHead(context.Context) error {
	if !v.headBad.Load() {
		return nil
	}
	err := v.writer.act(func(t *tx) error {
		t.st.Head = v.now(t)
		_, err := t.log(Entry{At: t.st.Head, Kind: audit.Fault, Actor: Door,
			Detail: map[string]string{"what": ErrHead.Error()}})
		return err
	})
	if err != nil {
		return fmt.Errorf("record a damaged head page: %w", err)
	}
	v.headBad.Store(false)
	return nil
}

// ConfirmHead records that an operator has seen [ErrHead], and ends it.
// Without that error it does nothing.
func (v *Vault) ConfirmHead(a Actor) error {
	err := v.act(func(t *tx) error {
		if t.st.Head.IsZero() {
			return nil
		}
		_, err := t.log(Entry{At: v.now(t), Kind: audit.FaultOver, Actor: a, Detail: map[string]string{
			"what": "damaged head page, seen by an operator", "since": t.st.Head.Format(time.RFC3339)}})
		t.st.Head = time.Time{}
		return err
	})
	if err != nil {
		return fmt.Errorf("confirm a damaged head page: %w", err)
	}
	v.unseen.Store(v.headBad.Load())
	return nil
}
