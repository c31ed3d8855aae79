package unit

import (
	"context"
	"errors"
	"time"

	"menshen/hal"
	"menshen/policy"
	"menshen/recognizer"
	"menshen/recognizer/index"
	"menshen/recognizer/packed"
	"menshen/store"
	"menshen/store/audit"
)

// A face may lie on its owner's card, and nowhere else (docs/decisions/0068). It is in memory from
// the tap of that card to the decision that follows, compared with the owner alone, and in no
// index.

// CardFaceBits are those of each number of a template on a card: more do not fit, and fewer cost
// (docs/figures.md).
const CardFaceBits = 3

// wipeWithin is how long after a withdrawal its owner's cards are overwritten that are held to a
// reader.
const wipeWithin = time.Minute

// Packed is the template as a card carries it. The caller overwrites it.
func (f *Face) Packed() ([]byte, error) { return packed.Pack(f.Template, CardFaceBits) }

// Model names the network whose templates are compared here.
func (u *Unit) Model() string { return u.faces.scores.Model.SHA256 }

// gallery is whom faces are compared with: those of the index and, after a card that carries its
// owner's face, that one.
type gallery struct {
	*index.Index
	owner    index.ID
	template []float32 // nil: no card carried one
}

// Score is that of the card's owner where the card carried their face.
func (g *gallery) Score(id index.ID, q []float32) (float64, bool) {
	if g.template == nil || id != g.owner {
		return g.Index.Score(id, q)
	}
	return cosine(g.template, q), true
}

func (g *gallery) forget() {
	clear(g.template)
	g.template, g.owner = nil, index.ID{}
}

// endCard ends the wait for the face of a card's owner, and overwrites what their card carried.
func (f *faces) endCard() {
	f.card = nil
	f.gallery.forget()
}

// openCarried gives the template that a card carries for its owner, and notes in the attempt that
// it does. nil: it carries none of theirs, or one that does not open; then it is a card without a
// face.
func (u *Unit) openCarried(a *policy.Attempt, c *hal.Carried) []float32 {
	p := a.Person
	if c == nil || len(c.Sealed) == 0 || !u.cfg.Faces.OnCard || p == nil || !p.Face.OnCard ||
		u.faces.dropped[p.ID] {
		return nil
	}
	raw, err := u.vault.OpenCardFace(store.CardPlace{Person: p.ID, Credential: a.CredentialID, Own: c.Key,
		Model: u.Model()}, c.Sealed)
	defer clear(raw)
	var template []float32
	if err == nil {
		template, err = packed.Unpack(raw, recognizer.Dim, CardFaceBits)
	}
	switch {
	case err == nil:
		a.Carried = true
	case errors.Is(err, store.ErrCardFace), errors.Is(err, packed.ErrForm):
		u.Record(store.Entry{At: a.At, Kind: audit.CardFaceRefused, Person: p.ID, CredentialID: a.CredentialID})
	case !errors.Is(err, store.ErrFacesLocked):
		u.vaultFault(err)
	}
	return template
}

// CarriesFace has a face that was written to its owner's card count from now on.
func (u *Unit) CarriesFace(ctx context.Context, id policy.PersonID) error {
	return u.do(ctx, func() { delete(u.faces.dropped, id) })
}

// wipeCards overwrites what cards of a person carry that are held to a reader within wipeWithin.
// The key that opens it is destroyed whether they come or not.
func (u *Unit) wipeCards(id policy.PersonID) {
	until := time.Now().Add(wipeWithin) // by the reader's own clock
	for _, r := range u.hw.Readers {
		if r, ok := r.(hal.Carrier); ok {
			r.Carry(until, func(c hal.Card) ([]byte, bool) {
				p, _, err := u.vault.FindCredential(policy.CardKind, c.Credential())
				return nil, err == nil && p.ID == id
			})
		}
	}
}

// wipes reports whether a card comes from being overwritten.
func wipes(c hal.Card) bool { return c.Written && c.Carried != nil && len(c.Carried.Sealed) == 0 }

// wiped takes a card that was overwritten. It is no tap.
func (u *Unit) wiped(c hal.Card, at time.Time) {
	p, credential, err := u.vault.FindCredential(policy.CardKind, c.Credential())
	if err != nil {
		return // its owner was removed meanwhile, and their part of the log with them
	}
	u.Record(store.Entry{At: at, Kind: audit.CardFaceWiped, Person: p.ID, CredentialID: credential})
}
