package aescard

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"

	"menshen/hal"
)

// Errors of a site's cards.
var (
	ErrFresh   = errors.New("this card is new: make it one of the site's with 'card WHO --write'")
	ErrForeign = errors.New("this card is not one of this site's")
	ErrBlank   = errors.New("the card knows the site's key, but no number was written to it")
	ErrNotNXP  = errors.New("the maker did not sign this card: it is an imitation, do not use it")
	ErrNoKind  = errors.New("this is neither an NTAG 424 DNA nor a MIFARE DESFire Light")
	ErrTwins   = errors.New("two of the site's keys have the same mark: make another one")
	ErrZero    = errors.New("a key of zeros is no secret")
)

// Number is what a site writes to a card and opens by: 16 random bytes.
type Number [16]byte

// product is what differs between the cards.
type product struct {
	kind    byte   // in its version
	file    byte   // for the number, at its beginning
	carries byte   // the file for what it carries
	name    []byte // of the application that it leaves the factory with
	public  []byte // files that the factory lets anybody write
}

var products = []product{
	{4, 3, 2, []byte{0xd2, 0x76, 0x00, 0x00, 0x85, 0x01, 0x01}, []byte{2}},
	{8, 0, 4, []byte{0xa0, 0x00, 0x00, 0x03, 0x96, 0x56, 0x43, 0x41, 0x03, 0xf0, 0x15, 0x40, 0x00, 0x00, 0x00, 0x0b},
		nil},
}

// The keys of a card. The others get secrets too, and open nothing.
const (
	master  = 0 // changes keys, files and the number
	reading = 2 // all that a door needs
	keys    = 5
)

// Site is how a site uses its cards: each has keys of its own, made from the site's secret and its
// UID, and in a file that only they open a number, by which it is known. Make one with NewSite.
// Its methods may be called from several goroutines.
type Site struct {
	secrets []Key
	met     *met
}

// String, GoString and Format never show the secrets.
func (*Site) String() string             { return "site(redacted)" }
func (*Site) GoString() string           { return "site(redacted)" }
func (*Site) Format(s fmt.State, _ rune) { fmt.Fprint(s, "site(redacted)") }

// NewSite takes the site's secret, and those that it had before and whose cards still open. Errors:
// ErrTwins, ErrZero.
func NewSite(secret Key, before ...Key) (*Site, error) {
	s := &Site{append([]Key{secret}, before...), newMet()}
	for i, k := range s.secrets {
		if k == (Key{}) {
			return nil, ErrZero
		}
		for _, other := range s.secrets[:i] {
			if other.mark() == k.mark() {
				return nil, ErrTwins
			}
		}
	}
	return s, nil
}

// mark is the version that a card's keys have: 1 to 255, by the secret that they were made from. So
// a card can be asked which key it has, and is never tried with a wrong one: after a thousand of
// those it is lost (NT4H2421Gx, 9.1.6).
func (k Key) mark() byte {
	sum := k.cmac([]byte("menshen: mark of a card's keys"))
	return 1 + sum[0]%255
}

// own is key number no of the card with this UID.
func (k Key) own(uid []byte, no byte) Key {
	return k.Diversify(slices.Concat(uid, []byte("menshen"), []byte{no})...)
}

// held is the key that the card has at no, by the mark that it tells.
func (s *Site) held(uid []byte, no, mark byte) (Key, error) {
	if mark == 0 {
		return Key{}, nil
	}
	for _, secret := range s.secrets {
		if secret.mark() == mark {
			return secret.own(uid, no), nil
		}
	}
	return Key{}, ErrForeign
}

// Read gives the number of a card of the site that has proved that it knows its key. Of a card that
// did so before neither its kind nor its mark is asked: four commands instead of five or six.
// Errors: ErrFresh, ErrForeign, ErrBlank, ErrNoKind, ErrKey (a clone, or wrong after all),
// ErrForged and others of a Session.
func (s *Site) Read(card Card, uid []byte) (Number, error) {
	n, _, err := s.ReadAll(card, uid)
	return n, err
}

// ReadAll gives what the card carries too. A card that is taken away after its number carries
// nothing.
func (s *Site) ReadAll(card Card, uid []byte) (n Number, c *hal.Carried, err error) {
	if t, known := s.met.of(uid); known {
		n, c, err = s.readAgain(card, uid, t)
		if !errors.Is(err, ErrKey) && !errors.Is(err, ErrNoApp) {
			return n, c, err
		}
		s.met.forget(uid) // it was changed elsewhere, or is a clone
	}
	p, err := open(card)
	if err != nil {
		return n, nil, err
	}
	mark, err := KeyVersion(card, reading)
	if err != nil {
		return n, nil, err
	}
	if mark == 0 {
		return n, nil, ErrFresh
	}
	t := trait{product: p, mark: mark}
	if n, c, err = s.read(card, uid, &t); err == nil {
		s.met.remember(uid, t)
	}
	return n, c, err
}

// readAgain is read for a card that is known.
func (s *Site) readAgain(card Card, uid []byte, t trait) (Number, *hal.Carried, error) {
	if err := Select(card, t.name); err != nil {
		return Number{}, nil, err
	}
	return s.read(card, uid, &t)
}

// read has a card whose application is open prove itself, and gives its number and what it carries.
func (s *Site) read(card Card, uid []byte, t *trait) (n Number, c *hal.Carried, err error) {
	key, err := s.held(uid, reading, t.mark)
	if err != nil {
		return n, nil, err
	}
	session, err := prove(card, reading, key, &t.lrp)
	if err != nil {
		return n, nil, err
	}
	defer session.Close()
	raw, err := session.Read(Full, t.file, 0, carrying+1)
	if err != nil {
		return n, nil, err
	}
	if n = Number(raw[:carrying]); n == (Number{}) {
		return n, nil, ErrBlank
	}
	return n, s.carried(session, t.product, uid, raw[carrying]), nil
}

// Issue makes a new card one of the site's and gives its number. NXP's signature is checked first;
// the number goes before the keys and the master key is last, so that a card that was taken away
// too early is issued at its next tap. A card of the site keeps its number and gets its keys from
// the present secret.
func (s *Site) Issue(card Card, uid []byte) (n Number, err error) {
	n, err = s.Read(card, uid)
	s.met.forget(uid)
	switch {
	case err == nil:
		return n, s.rekey(card, uid, s.secrets[0], nil)
	case !errors.Is(err, ErrFresh) && !errors.Is(err, ErrBlank):
		return n, err
	}
	if _, err := open(card); err != nil { // ends the session that Read may have begun
		return n, err
	}
	signature, err := Signature(card)
	if err != nil {
		return n, err
	}
	if !Genuine(uid, signature) {
		return n, ErrNotNXP
	}
	_, _ = rand.Read(n[:]) // never fails
	return n, s.rekey(card, uid, s.secrets[0], n[:])
}

// Retire makes a card of the site one as from the factory. What it carried and its number are
// overwritten first.
func (s *Site) Retire(card Card, uid []byte) error {
	s.met.forget(uid)
	return s.rekey(card, uid, Key{}, make([]byte, carrying+1))
}

// rekey gives a card the keys that are made from a secret, and a number if there is one. A zero
// secret stands for the factory's keys. What an earlier try has done already is not done again.
func (s *Site) rekey(card Card, uid []byte, secret Key, number []byte) error {
	session, p, marks, err := s.asMaster(card, uid)
	if err != nil {
		return err
	}
	defer session.Close()
	if secret == (Key{}) {
		if err := p.carry(session, nil, 0); err != nil {
			return err
		}
	}
	if number != nil {
		if err := p.write(session, number); err != nil {
			return err
		}
	}
	target, mark := func(byte) Key { return Key{} }, byte(0)
	if secret != (Key{}) {
		target, mark = func(no byte) Key { return secret.own(uid, no) }, secret.mark()
	}
	for no := byte(keys - 1); ; no-- { // the master key is last
		if marks[no] != mark {
			was, err := s.held(uid, no, marks[no])
			if err != nil {
				return err
			}
			if err := session.ChangeKey(no, was, target(no), mark); err != nil {
				return err
			}
		}
		if no == master {
			return nil
		}
	}
}

// asMaster begins a session in which everything of a card can be changed, and gives the marks of
// its keys.
func (s *Site) asMaster(card Card, uid []byte) (session *Session, p product, marks [keys]byte, err error) {
	if p, err = open(card); err != nil {
		return nil, p, marks, err
	}
	for no := range marks {
		if marks[no], err = KeyVersion(card, byte(no)); err != nil {
			return nil, p, marks, err
		}
	}
	key, err := s.held(uid, master, marks[master])
	if err != nil {
		return nil, p, marks, err
	}
	if session, err = prove(card, master, key, new(bool)); err != nil {
		return nil, p, marks, err
	}
	switch real, err := session.UID(); {
	case err != nil:
		return nil, p, marks, err
	case !bytes.Equal(real, uid):
		return nil, p, marks, ErrForged
	}
	return session, p, marks, nil
}

// prove has a card prove itself by AES, or by LRP if it is known, or found, to have been switched
// to that: such a card refuses AES, which costs one command and counts as no wrong key
// (NT4H2421Gx, 9).
func prove(card Card, no byte, key Key, lrp *bool) (*Session, error) {
	if !*lrp {
		if s, err := Authenticate(card, no, key); !errors.Is(err, NotAllowed) {
			return s, err
		}
	}
	s, err := AuthenticateLRP(card, no, key)
	*lrp = err == nil
	return s, err
}

// write protects the file of the number, and writes it.
func (p product) write(s *Session, number []byte) error {
	for _, file := range p.public {
		if err := s.Protect(file, Plain,
			Rights{Read: Free, Write: master, ReadWrite: master, Change: master}); err != nil {
			return err
		}
	}
	if err := s.Protect(p.file, Full,
		Rights{Read: reading, Write: master, ReadWrite: master, Change: master}); err != nil {
		return err
	}
	return s.Write(Full, p.file, 0, number)
}

// open selects the application that the number is in.
func open(card Card) (product, error) {
	for _, p := range products {
		if err := Select(card, p.name); err == nil {
			return p, nil
		} else if !errors.Is(err, ErrNoApp) {
			return product{}, err
		}
	}
	return product{}, ErrNoKind
}
