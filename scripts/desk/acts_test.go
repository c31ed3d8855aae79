package desk_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"filippo.io/age"

	"menshen/board/boardtest"
	door "menshen/board/unit"
	"menshen/hal"
	"menshen/hal/wiegand"
	"menshen/policy"
	"menshen/recognizer/eye"
	"menshen/site/fact"
	"menshen/store"
	"menshen/store/audit"
)

// act is something that a flow asks of the unit's world. It runs in the test's goroutine, so the
// bench's methods may end the test.
type act func(u *unit, params json.RawMessage) (any, error)

// does makes an act of a function with typed parameters, an object of JSON.
func does[P any](f func(u *unit, p P) (any, error)) act {
	return func(u *unit, raw json.RawMessage) (any, error) {
		var p P
		if len(raw) > 0 {
			if err := json.Unmarshal(raw, &p); err != nil {
				return nil, err
			}
		}
		return f(u, p)
	}
}

// acts are what harness/unit.js offers to flows, which says what each means.
var acts = map[string]act{
	"site": does(func(u *unit, p struct {
		Version, Image, Supply string
		Raised, Faults         []string
	}) (any, error) {
		return nil, u.found(fact.State{Version: p.Version, Raised: p.Raised, Faults: p.Faults, Image: p.Image,
			Supply: p.Supply})
	}),
	"address": does(func(u *unit, _ struct{}) (any, error) {
		select {
		case a := <-u.addresses:
			return a, nil
		case <-time.After(10 * time.Second):
			return nil, errors.New("no new address is told")
		}
	}),
	"tap": does(func(u *unit, p struct{ Card uint64 }) (any, error) {
		c := boardtest.CardOf(p.Card)
		u.Reader.Present(hal.ReaderEvent{At: u.Clock.Now(), Card: &c})
		return nil, nil
	}),
	"frame": does(func(u *unit, p struct {
		Card uint64
		Bits int // sent; fewer than 26: some are lost
	}) (any, error) {
		u.wires.Send(wiegand.H10301.Encode(1, p.Card)[:p.Bits])
		return nil, nil
	}),
	"hold": does(func(u *unit, p struct{ Card int }) (any, error) {
		u.lobby.Present(u.aesCards[p.Card])
		return nil, nil
	}),
	"lift": does(func(u *unit, _ struct{}) (any, error) {
		u.lobby.Present()
		time.Sleep(2 * away)
		return nil, nil
	}),
	"gate": does(func(u *unit, p struct {
		Opened, Away bool
		Card         byte // 0: none
	}) (any, error) {
		u.line.Do(func() {
			if u.gate.Tampered, u.gate.Deaf = p.Opened, p.Away; p.Card != 0 {
				u.gate.Tap(26, 0, 0, p.Card, 0)
			}
		})
		return nil, nil
	}),
	"type": does(func(u *unit, p struct{ Keys string }) (any, error) {
		for _, k := range p.Keys {
			u.Reader.Present(hal.ReaderEvent{At: u.Clock.Now(), Button: hal.Button(k)})
		}
		return nil, nil
	}),
	"input": does(func(u *unit, p struct {
		Role   string
		Active bool
	}) (any, error) {
		in := u.Inputs[p.Role]
		if in == nil {
			return nil, fmt.Errorf("the unit has no input %q", p.Role)
		}
		in.Set(p.Active, u.Clock.Now())
		return nil, nil
	}),
	"face": does(func(u *unit, p struct{ Number uint64 }) (any, error) {
		u.before.Store(p.Number)
		return nil, nil
	}),
	"camera": does(func(u *unit, p struct{ State string }) (any, error) {
		u.Eye.SetCamera(eye.CameraState(p.State))
		return nil, nil
	}),
	"later": does(func(u *unit, p struct{ Seconds float64 }) (any, error) {
		u.Clock.Advance(time.Duration(p.Seconds * float64(time.Second)))
		return nil, u.Driver.Do(context.Background(), func() {})
	}),
	"opened": does(func(u *unit, p struct {
		By      string
		Waited  float64 // seconds
		Retried bool
		Times   int
	}) (any, error) {
		for range p.Times {
			d := policy.Decision{At: u.Clock.Now(), Means: policy.Means(p.By), Grant: true, Reason: policy.Reason(p.By),
				Visit: &policy.Visit{Waited: time.Duration(p.Waited * float64(time.Second)), Retried: p.Retried}}
			if _, err := u.Vault.RecordDecision(context.Background(), d); err != nil {
				return nil, err
			}
			u.Unit.Record(store.Entry{Kind: audit.Relay, Reason: d.Reason, Detail: map[string]string{"to": "unlock"}})
		}
		return nil, nil
	}),
	"now":   does(func(u *unit, _ struct{}) (any, error) { return u.Clock.Now().In(u.Config.Site.Location()), nil }),
	"relay": does(func(u *unit, _ struct{}) (any, error) { return u.Relay.On(), nil }),
	"person": does(func(u *unit, p struct {
		Name, Apartment, Lang string
		Groups                []string
		Cards                 []uint64
		Minor                 bool
	}) (any, error) {
		id, err := u.Vault.AddPerson(store.Door, policy.Person{Name: policy.Private(p.Name),
			Apartment: policy.Private(p.Apartment), Lang: p.Lang, Groups: p.Groups})
		if err == nil && p.Minor {
			err = u.Vault.ChangePerson(store.Door, id, audit.PersonCorrected, func(p *policy.Person) error {
				p.Face.Minor = true
				return nil
			})
		}
		for _, n := range p.Cards {
			if err == nil {
				card := boardtest.CardOf(n).Credential()
				_, err = u.Vault.AddCredential(store.Door, id, policy.CardKind, card, "fob", true)
			}
		}
		return id, err
	}),
	"people": does(func(u *unit, p struct{ Count int }) (any, error) { return nil, u.people(p.Count) }),
	"enrolled": does(func(u *unit, p struct{ Card uint64 }) (any, error) {
		id := u.Someone(p.Card)
		u.Consent(id)
		face := boardtest.FaceOf(p.Card)[:]
		err := u.Vault.EnrolFace(store.Door, id, [][]float32{face})
		if err == nil {
			err = u.Unit.Learn(context.Background(), id, &door.Face{Template: face, Pictures: 5})
		}
		return id, err
	}),
	"operator": does(func(u *unit, p struct {
		Name, Role string
		Card       uint64
		New        bool
	}) (any, error) {
		return nil, u.operator(p.Name, store.Role(p.Role), p.Card, p.New)
	}),
	"notice": does(func(u *unit, p struct{ Contact string }) (any, error) {
		err := u.Driver.Do(context.Background(), func() { u.Config.Unit.Contact = p.Contact })
		return nil, errors.Join(err, u.Law.EnsureNotices())
	}),
	"log": does(func(u *unit, p struct{ Kind string }) (any, error) { return u.recorded(audit.Kind(p.Kind)) }),
	"pull": does(func(u *unit, p struct{ Unit bool }) (any, error) {
		u.cable.pull(p.Unit)
		return nil, nil
	}),
	"unseal": does(func(_ *unit, p struct {
		Key    string
		Sealed []byte
	}) (any, error) {
		key, err := age.ParseX25519Identity(p.Key)
		if err != nil {
			return nil, err
		}
		plain, err := age.Decrypt(bytes.NewReader(p.Sealed), key)
		if err != nil {
			return nil, err
		}
		return io.Copy(io.Discard, plain)
	}),
	"listens": does(func(u *unit, _ struct{}) (any, error) { return u.cable.used(), nil }),
	"plug":    does(func(u *unit, _ struct{}) (any, error) { return nil, u.cable.plug() }),
}

// people adds made-up people, each with a card.
func (u *unit) people(count int) error {
	var all []store.ListedPerson
	for n := range count {
		all = append(all, store.ListedPerson{
			Is: store.Details{Name: policy.Private(name(n)), Lang: []string{"zh", "en"}[n%2],
				Apartment: policy.Private(fmt.Sprintf("%d-%d%02d", n/200+1, n/8%25+1, n%8+1)),
				Groups:    []string{"residents"}},
			Cards: []store.ListedCard{{Secret: boardtest.CardOf(uint64(100_000 + n)).Credential(), Label: "fob",
				Clonable: true}}})
	}
	_, err := u.Vault.Import(store.Door, all, [32]byte{}, func(int) {})
	return err
}

// operator makes an account; new: it has not yet accepted the commitment.
func (u *unit) operator(name string, role store.Role, card uint64, isNew bool) error {
	if !isNew {
		u.Desk.LogOut(u.Operator(name, role), "asked")
	} else if _, err := u.Vault.AddOperator(store.Door, name, role, []byte(boardtest.Secret)); err != nil {
		return err
	}
	if card == 0 {
		return nil
	}
	all, err := u.Vault.Operators()
	if err != nil {
		return err
	}
	for _, o := range all {
		if o.Name == name {
			return u.Vault.SetOperatorCard(store.Door, o.ID, boardtest.CardOf(card).Credential())
		}
	}
	return fmt.Errorf("no operator %q", name)
}

// record is an entry of the audit log, as a flow sees it.
type record struct {
	Kind   audit.Kind        `json:"kind"`
	Actor  store.Actor       `json:"actor"`
	Detail map[string]string `json:"detail"`
	Grant  bool              `json:"grant"`
	Reason string            `json:"reason"`
}

// recorded gives the entries of a kind, newest first; all with an empty one.
func (u *unit) recorded(kind audit.Kind) (all []record, err error) {
	entries, err := u.Vault.Entries(0, 10_000, true)
	for _, e := range entries {
		if kind == "" || e.Kind == kind {
			all = append(all, record{e.Kind, e.Actor, e.Detail, e.Grant, string(e.Reason)})
		}
	}
	return all, err
}
