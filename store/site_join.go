package store

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"

	"filippo.io/age"

	"menshen/site/fact"
	"menshen/site/record"
	"menshen/store/audit"
	"menshen/store/seal"
)

// A door joins in two steps, whatever carries them:
//
//	RequestSite  the new door's name and keys; a code of it, which the operator types at …
//	AdmitDoor    … a door of the site. Its answer, sealed to the new door, has all that is known
//	             of people and doors; a code of it, which the operator types at …
//	JoinSite     … the new door
//
// So neither believes what was exchanged on the way.

// request is what a door that wants to join says of itself.
type request struct {
	Unit fact.DoorID       `cbor:"unit"`
	Name string            `cbor:"name"`
	Sign ed25519.PublicKey `cbor:"sign"`
	Key  string            `cbor:"key"`
}

const requestMagic = "menshen site request 1\n"

// asked lies in the site bucket between request and answer.
type asked struct {
	Name     string `cbor:"name"`
	Identity string `cbor:"identity"`
}

var askedKey = []byte("asked")

// welcome is the answer to a request.
type welcome struct {
	Site     record.SiteID   `cbor:"site"`
	Count    uint64          `cbor:"count"`
	Lookup   []byte          `cbor:"lookup"` // without it no card would be known here
	Doors    []member        `cbor:"doors"`
	People   []record.About  `cbor:"people"`
	Erased   []record.Erased `cbor:"erased"`
	Orders   []fact.Order    `cbor:"orders,omitempty"`
	Managers []fact.Manager  `cbor:"managers,omitempty"`
}

// Errors of joining.
var (
	ErrCode    = errors.New("the code is not that of what was brought here")
	ErrRequest = errors.New("not a request to join a site")
	ErrWelcome = errors.New("not the answer to this door's request")
)

// RequestSite gives this door's request to join a site, and its code. door is the name by which the
// site will know it. A new request takes the place of an earlier one. [ErrInSite]; [ErrNotEmpty]:
// there are people here; [ErrNotMigrated].
func (v *Vault) RequestSite(door string) (raw []byte, code string, err error) {
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		return nil, "", fmt.Errorf("ask to join a site: %w", err)
	}
	err = v.act(func(t *tx) error {
		if err := errors.Join(t.mayFound(), t.mustBeEmpty()); err != nil {
			return err
		}
		body, err := encMode.Marshal(request{t.r.Unit, door, t.r.public(), identity.Recipient().String()})
		if err != nil {
			return err
		}
		raw = append([]byte(requestMagic), body...)
		return t.put(siteBucket, askedKey, &t.r.seal, &asked{door, identity.String()})
	})
	if err != nil {
		return nil, "", fmt.Errorf("ask to join a site: %w", err)
	}
	return raw, record.Code(raw), nil
}

// mustBeEmpty checks that there are no people here: [ErrNotEmpty].
func (t *tx) mustBeEmpty() error {
	if key, _ := t.b.Bucket([]byte(keysBucket)).Cursor().First(); key != nil {
		return ErrNotEmpty
	}
	return nil
}

// AdmitDoor makes the door that made a request a door of this site, and gives the answer for it and
// the answer's code. code is that which the new door shows. A door that was admitted and has not
// been heard of yet is answered again: an answer may be lost. Errors: [ErrCode], [ErrRequest],
// [ErrNoSite]; [ErrTaken]: it is a door of the site already, or was.
func (v *Vault) AdmitDoor(a Actor, raw []byte, code string) (answer []byte, answerCode string, err error) {
	err = v.act(func(t *tx) error {
		q, err := readRequest(raw, code)
		if err != nil {
			return err
		}
		answer, err = v.admit(t, a, q)
		return err
	})
	if err != nil {
		return nil, "", fmt.Errorf("admit a door: %w", err)
	}
	return answer, record.Code(answer), nil
}

func readRequest(raw []byte, code string) (*request, error) {
	if !record.IsCode(code, raw) {
		return nil, ErrCode
	}
	q := new(request)
	body, ok := bytes.CutPrefix(raw, []byte(requestMagic))
	if !ok || decMode.Unmarshal(body, q) != nil || len(q.Sign) != ed25519.PublicKeySize {
		return nil, ErrRequest
	}
	return q, nil
}

func (v *Vault) admit(t *tx, a Actor, q *request) ([]byte, error) {
	to, err := age.ParseX25519Recipient(q.Key)
	if err != nil {
		return nil, ErrRequest
	}
	s, err := t.teller()
	switch {
	case err != nil:
		return nil, err
	case s == nil:
		return nil, ErrNoSite
	}
	if alone(s.members, t.r.Unit) { // until now nothing could happen elsewhere
		v.answeredNow(t, &s.seat, s.members[t.r.Unit].Seq+1)
	}
	at, m := s.next(t.r.Unit, 0), s.members[q.Unit]
	switch {
	case m == nil:
		m = &member{Door: fact.Door{ID: q.Unit, At: at, Sign: q.Sign}}
		s.members[m.ID] = m
	case m.gone(), m.Seq > 0, !m.Sign.Equal(q.Sign):
		return nil, ErrTaken
	}
	m.Key, m.Name = q.Key, fact.Said[string]{At: at, Value: q.Name}
	s.doors = append(s.doors, m.Door)
	if err := t.putMember(m); err != nil {
		return nil, err
	}
	_, err = t.log(Entry{At: v.now(t), Kind: audit.DoorAdmitted, Actor: a, Detail: doorDetail(m.ID)})
	if err != nil {
		return nil, err
	}
	w := welcome{Site: s.Site, Count: s.Count, Lookup: t.r.secrets.Lookup[:]}
	for _, other := range s.members {
		w.Doors = append(w.Doors, *other)
	}
	for _, m := range s.keys {
		w.Managers = append(w.Managers, m)
	}
	if w.Erased, err = t.erasedPeople(); err != nil {
		return nil, err
	}
	err = t.eachPerson(func(_ *personKeys, p *person) error {
		if p.Facts != nil {
			w.People = append(w.People, record.About{ID: p.ID, Facts: *p.Facts})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	orders, err := t.siteOrders()
	if err != nil {
		return nil, err
	}
	for _, o := range orders {
		w.Orders = append(w.Orders, o.Order)
	}
	plain, err := encMode.Marshal(&w)
	if err != nil {
		return nil, err
	}
	defer clear(plain)
	return record.Seal(plain, to)
}

func doorDetail(id fact.DoorID) map[string]string {
	return map[string]string{"door": fmt.Sprintf("%x", id[:4])}
}

// JoinSite makes this door one of the site whose answer it is. code is that which the door of the
// site shows. The people of the site are known here when it returns, and their cards open. Like an
// erasure it moves the vault to a new file. Errors: [ErrCode], [ErrWelcome], [ErrInSite],
// [ErrNotEmpty].
func (v *Vault) JoinSite(a Actor, answer []byte, code string) error {
	if !record.IsCode(code, answer) {
		return fmt.Errorf("join a site: %w", ErrCode)
	}
	err := v.renew(context.Background(), forget{}, func(t *tx) error {
		w, key, err := t.readWelcome(answer)
		if err == nil {
			err = errors.Join(t.mayFound(), t.mustBeEmpty())
		}
		if err != nil {
			return err
		}
		return v.join(t, a, w, key)
	})
	if err != nil {
		return fmt.Errorf("join a site: %w", err)
	}
	return nil
}

// readWelcome reads the answer to the request, and gives the key of the request too.
func (t *tx) readWelcome(answer []byte) (w *welcome, identity string, err error) {
	var q asked
	if err := t.get(siteBucket, askedKey, &t.r.seal, &q); errors.Is(err, ErrUnknown) {
		return nil, "", ErrWelcome
	} else if err != nil {
		return nil, "", err
	}
	id, err := age.ParseX25519Identity(q.Identity)
	if err != nil {
		return nil, "", err
	}
	plain, err := record.Unseal(answer, id)
	if err != nil {
		return nil, "", fmt.Errorf("%w: %w", ErrWelcome, err)
	}
	defer clear(plain)
	w = new(welcome)
	if decMode.Unmarshal(plain, w) != nil || len(w.Lookup) != len(seal.Key{}) {
		return nil, "", ErrWelcome
	}
	return w, q.Identity, nil
}

// join takes the place of the welcome. The key of the request stays this door's until its next
// epoch: what the others told since the answer was made is sealed to it.
func (v *Vault) join(t *tx, a Actor, w *welcome, identity string) error {
	if err := errors.Join(t.takeLookup(w.Lookup, nil), t.del(siteBucket, askedKey)); err != nil {
		return err
	}
	var here *member
	for i := range w.Doors {
		m := &w.Doors[i]
		if m.ID == t.r.Unit {
			here = m
		}
		if err := t.putMember(m); err != nil {
			return err
		}
	}
	if here == nil || !here.Sign.Equal(t.r.public()) {
		return ErrWelcome
	}
	is := seat{Site: w.Site, Identity: identity, Count: w.Count, ToldFaces: true}
	v.answeredNow(t, &is, 1)
	if err := t.takeSeat(&is, here); err != nil {
		return err
	}
	t.telling.announce, t.telling.joined, t.telling.hears = true, true, true
	_, err := t.log(Entry{At: v.now(t), Kind: audit.SiteJoined, Actor: a,
		Detail: map[string]string{"site": fmt.Sprintf("%x", w.Site), "people": fmt.Sprint(len(w.People))}})
	if err != nil {
		return err
	}
	to := applier{v: v, t: t}
	if err := to.managersTold(t.telling, w.Managers, nil); err != nil {
		return err
	}
	for _, e := range w.Erased {
		if err := to.erased(e, e.At.Door); err != nil {
			return err
		}
	}
	if err := to.orders(w.Orders, nil); err != nil {
		return err
	}
	for i := range w.People {
		if err := to.person(&w.People[i], nil); err != nil {
			return err
		}
	}
	return nil
}

// SendDoorAway names a door that is one of the site no longer, for ever: it is told so in the last
// record that it can open. The door that does it may be that door itself. [ErrUnknown],
// [ErrNoSite].
func (v *Vault) SendDoorAway(a Actor, id fact.DoorID) error {
	err := v.act(func(t *tx) error {
		s, err := t.inSite()
		if err != nil {
			return err
		}
		m := s.members[id]
		if m == nil || m.gone() {
			return ErrUnknown
		}
		m.Left = s.next(t.r.Unit, 0)
		s.doors = append(s.doors, m.Door)
		if m.Key != "" {
			s.farewell = append(s.farewell, m.Key)
		}
		if err := errors.Join(t.putMember(m), t.tellOf(m)); err != nil {
			return err
		}
		_, err = t.log(Entry{At: v.now(t), Kind: audit.DoorSentAway, Actor: a, Detail: doorDetail(id)})
		return err
	})
	if err != nil {
		return fmt.Errorf("send a door away: %w", err)
	}
	return nil
}

// door joins what another door told of a door with what is known here. The key that a door is known
// by here stays: else a broken door could tell another one for any door, and speak in its name.
func (a *applier) door(s *telling, told fact.Door, r *record.Record) error {
	t := a.t
	m := s.members[told.ID]
	if m == nil {
		if len(told.Sign) != ed25519.PublicKeySize {
			return nil
		}
		m = &member{Door: told}
		m.Left = fact.Stamp{}
		s.members[m.ID] = m
		if err := a.noteDoor(audit.DoorAdmitted, m.ID, r); err != nil {
			return err
		}
	}
	if !m.Sign.Equal(told.Sign) {
		told.Sign, told.At = m.Sign, m.At
	}
	left := m.gone()
	m.Door = m.Door.Merge(told)
	s.heard(max(m.At.Count, m.Name.At.Count, m.Left.Count))
	if m.gone() && !left {
		if err := a.noteDoor(audit.DoorSentAway, m.ID, r); err != nil {
			return err
		}
		if err := t.tellOf(m); err != nil {
			return err
		}
	}
	return t.putMember(m)
}

func (a *applier) noteDoor(kind audit.Kind, id fact.DoorID, r *record.Record) error {
	detail := a.from(r)
	detail["door"] = doorDetail(id)["door"]
	_, err := a.t.log(Entry{At: a.v.now(a.t), Kind: kind, Actor: Door, Detail: detail})
	return err
}
