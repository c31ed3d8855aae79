package boardtest

import (
	"context"
	"fmt"
	"time"

	"menshen/board/unit"
	"menshen/hal"
	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
)

// Someone adds a person with card number n; with used, they open the door with it once.
func (b *Bench) Someone(n uint64) policy.PersonID {
	b.Helper()
	name := policy.Private(fmt.Sprintf("Tenant %d", n))
	id, err := b.Vault.AddPerson(store.Door, policy.Person{Name: name, Lang: "en"})
	if err != nil {
		b.Fatal(err)
	}
	_, err = b.Vault.AddCredential(store.Door, id, policy.CardKind, CardOf(n).Credential(), "fob", true)
	if err != nil {
		b.Fatal(err)
	}
	return id
}

func CardOf(n uint64) hal.Card {
	return hal.Card{Bits: 26, Raw: []byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}, Number: n,
		Clonable: true}
}

// Tap gives a card to the loop.
func (b *Bench) Tap(n uint64) {
	c := CardOf(n)
	b.Driver.Device(hal.ReaderEvent{At: b.Clock.Now(), Reader: "outside", Card: &c})
}

// TapAtReader lets the running loop read a card, and gives its decision once the door has done what
// follows from it.
func (b *Bench) TapAtReader(n uint64) store.Entry {
	b.Helper()
	before := b.Count(audit.Decision)
	c := CardOf(n)
	b.Reader.Present(hal.ReaderEvent{At: b.Clock.Now(), Card: &c})
	b.Eventually("a decision on a card", func() bool { return b.Count(audit.Decision) > before })
	if err := b.Driver.Do(context.Background(), func() {}); err != nil {
		b.Fatal(err)
	}
	return b.Last()
}

// LookAtEye lets the running loop see a face until it decides, and gives its decision once the door
// has done what follows from it.
func (b *Bench) LookAtEye(n uint64) store.Entry {
	b.Helper()
	before := b.Count(audit.Decision)
	b.Eventually("a decision on a face", func() bool {
		o := Look(n)
		o.At = b.Clock.Now()
		b.Eye.Seen <- o
		b.Clock.Advance(100 * time.Millisecond)
		return b.Count(audit.Decision) > before
	})
	if err := b.Driver.Do(context.Background(), func() {}); err != nil {
		b.Fatal(err)
	}
	return b.Last()
}

func (b *Bench) Input(role string, active bool) {
	b.Driver.Device(hal.InputEvent{At: b.Clock.Now(), Input: role, Active: active})
}

// Consent records a person's consent to the English notice in force, without the desk.
func (b *Bench) Consent(id policy.PersonID) { b.Helper(); b.Consents(id, false) }

// Consents does so, at the person's own request or not.
func (b *Bench) Consents(id policy.PersonID, request bool) {
	b.Helper()
	_, hash, err := b.Vault.Notice("en")
	if err != nil {
		b.Fatal(err)
	}
	err = b.Vault.ChangePerson(store.Door, id, audit.ConsentGiven, func(p *policy.Person) (err error) {
		*p, err = policy.Consent(*p, policy.Yes{At: b.Clock.Now(), Notice: hash, Lang: "en", OwnAct: true,
			OwnRequest: request})
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
}

// Enrolled adds a person with card n and a face, with consent, without the desk.
func (b *Bench) Enrolled(n uint64) policy.PersonID {
	b.Helper()
	id := b.Someone(n)
	b.Tap(n)
	b.Later(time.Minute)
	b.Consent(id)
	if err := b.Vault.EnrolFace(store.Door, id, [][]float32{FaceOf(n)[:]}); err != nil {
		b.Fatal(err)
	}
	if err := b.Unit.Learn(context.Background(), id, &unit.Face{Template: FaceOf(n)[:], Pictures: 5}); err != nil {
		b.Fatal(err)
	}
	return id
}

// WalkUp shows a person to the eye until there is a decision, and gives it.
func (b *Bench) WalkUp(n uint64) store.Entry {
	b.Helper()
	before := b.Count(audit.Decision)
	for range 50 {
		o := Look(n)
		o.At = b.Clock.Now()
		b.Driver.See(&o)
		b.Later(100 * time.Millisecond)
		if b.Count(audit.Decision) > before {
			return b.Last()
		}
	}
	b.Fatal("no decision on a face within 5 s")
	return store.Entry{}
}
