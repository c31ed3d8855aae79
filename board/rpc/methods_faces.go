package rpc

import (
	"context"
	"encoding/hex"
	"slices"
	"strconv"

	"menshen/board/desk"
	"menshen/policy"
)

// faceMethods are a person's way to face entry, step by step, and back.
var faceMethods = map[string]handler{
	"faces.notice":       method(getNotice),
	"faces.show":         method(showNotice),
	"faces.refuse":       method(refuseFace),
	"faces.consent":      method(agreeing((*desk.Desk).Consent)),
	"faces.enrol":        method(enrol),
	"faces.again":        method(agreeing((*desk.Desk).Again)),
	"faces.notAgain":     method(notAgain),
	"faces.learn":        method(agreeing((*desk.Desk).Learn)),
	"faces.stopLearning": method(stopLearning),
	"faces.withdraw":     method(withdraw),
	"faces.receipt":      method(getReceipt),
	"faces.unlock":       method(unlockFaces),
	"faces.passphrase":   method(setPassphrase),
}

type noticeParams struct {
	Lang string `json:"lang"`
}

type noticeText struct {
	Lang    string `json:"lang"`
	Version string `json:"version"`
	Text    string `json:"text"` // to be shown whole
	Hash    string `json:"hash"` // SHA-256 of the text, in hex: a consent names it
	// Doors that it names: to these a template may go too, by a yes for each.
	Doors []string `json:"doors,omitempty"`
}

// getNotice gives the notice in force.
func getNotice(ctx context.Context, c *call, p noticeParams) (noticeText, error) {
	n, err := c.desk.Notice(ctx, c.who, p.Lang)
	if err != nil {
		return noticeText{}, err
	}
	return noticeText{n.Lang, n.Version, n.Text, hex.EncodeToString(n.Hash[:]), n.Doors}, nil
}

// showNotice has the door show a person the notice, in their language, while they are served.
func showNotice(ctx context.Context, c *call, p personParams) (nothing, error) {
	id, err := p.Person.id()
	if err != nil {
		return nothing{}, err
	}
	return nothing{}, c.desk.ShowNotice(ctx, c.who, id)
}

func refuseFace(ctx context.Context, c *call, p personParams) (nothing, error) {
	id, err := p.Person.id()
	if err != nil {
		return nothing{}, err
	}
	return nothing{}, c.desk.Refuse(ctx, c.who, id)
}

type agreeParams struct {
	Person       handle `json:"person"`
	Notice       string `json:"notice"`       // hash of the notice that they were shown, in hex
	Lang         string `json:"lang"`         // of the notice
	Guardian     string `json:"guardian"`     // of a person under 14: the relation
	GuardianName string `json:"guardianName"` // and the name
	// Doors to which their template goes too: of those that the notice names. Those named before
	// stay.
	Doors []string `json:"doors"`
}

// agreeing makes the handler of what a person agrees to by their own card at the door; progress
// asks them for it.
func agreeing(
	agree func(*desk.Desk, context.Context, desk.Session, desk.ConsentGiven, desk.Progress) error,
) func(context.Context, *call, agreeParams) (nothing, error) {
	return func(ctx context.Context, c *call, p agreeParams) (nothing, error) {
		id, err := p.Person.id()
		if err != nil {
			return nothing{}, err
		}
		hash, err := hex.DecodeString(p.Notice)
		if err != nil || len(hash) != len(desk.ConsentGiven{}.Notice) {
			return nothing{}, badParams("notice is the hash of the notice shown, 64 hex digits")
		}
		return nothing{}, agree(c.desk, ctx, c.who, desk.ConsentGiven{Person: id, Notice: [32]byte(hash), Lang: p.Lang,
			Guardian: p.Guardian, GuardianName: policy.Private(p.GuardianName), Doors: p.Doors}, c.step)
	}
}

type enrolParams struct {
	Person handle `json:"person"`
	OnCard bool   `json:"onCard"` // their own card carries the face, and nothing of it is stored
}

type enrolled struct {
	Pictures     int  `json:"pictures"`     // that the template was made of; none is kept
	Occasions    int  `json:"occasions"`    // on which the face was taken, with this one
	CardRequired bool `json:"cardRequired"` // another person looks too similar: the face works with the card only
}

// enrol takes a person's face at the door, for the first time or once more; progress guides them,
// in their own language. With onCard it asks for their card then.
func enrol(ctx context.Context, c *call, p enrolParams) (enrolled, error) {
	id, err := p.Person.id()
	if err != nil {
		return enrolled{}, err
	}
	take := c.desk.Enrol
	if p.OnCard {
		take = c.desk.EnrolOnCard
	}
	e, err := take(ctx, c.who, id, c.step)
	return enrolled{e.Pictures, e.Occasions, e.CardRequired}, err
}

func notAgain(ctx context.Context, c *call, p personParams) (nothing, error) {
	id, err := p.Person.id()
	if err != nil {
		return nothing{}, err
	}
	return nothing{}, c.desk.NotAgain(ctx, c.who, id)
}

// stopLearning ends learning from a person's visits, and erases what was learnt.
func stopLearning(ctx context.Context, c *call, p personParams) (receipt, error) {
	id, err := p.Person.id()
	if err != nil {
		return receipt{}, err
	}
	r, err := c.desk.StopLearning(ctx, c.who, id)
	return c.receipt(r), err
}

// withdraw ends a person's face entry and erases the face.
func withdraw(ctx context.Context, c *call, p personParams) (receipt, error) {
	id, err := p.Person.id()
	if err != nil {
		return receipt{}, err
	}
	r, err := c.desk.Withdraw(ctx, c.who, id)
	return c.receipt(r), err
}

type receiptParams struct {
	Number string `json:"number"` // as a receipt has it
}

// signedReceipt is an erasure's receipt in full.
type signedReceipt struct {
	Number string `json:"number"`
	At     string `json:"at"`
	What   coded  `json:"what"`
	Why    coded  `json:"why"`
	Sought int    `json:"sought"` // blocks of the erased ciphertext, in all files of the unit
	Found  int    `json:"found"`
	Signed bool   `json:"signed"`
	JSON   string `json:"json"` // a line for "menshen receipt verify"
}

func getReceipt(ctx context.Context, c *call, p receiptParams) (signedReceipt, error) {
	all, err := c.desk.Receipts(ctx, c.who)
	if err != nil {
		return signedReceipt{}, err
	}
	i := slices.IndexFunc(all, func(e desk.Erasure) bool { return strconv.FormatUint(e.Number, 10) == p.Number })
	if i < 0 {
		return signedReceipt{}, desk.ErrNoRecord
	}
	e := all[i]
	return signedReceipt{p.Number, c.time(e.At), word(c, e.What), word(c, e.Why), e.Sought, e.Found, e.Signed,
		e.JSON}, nil
}

type passphraseParams struct {
	Passphrase secret `json:"passphrase"`
}

// unlockFaces unlocks the templates and loads them into memory.
func unlockFaces(ctx context.Context, c *call, p passphraseParams) (nothing, error) {
	defer p.Passphrase.of().Wipe()
	return nothing{}, c.desk.UnlockFaces(ctx, c.who, p.Passphrase.of())
}

// setPassphrase puts the templates behind a passphrase; an empty one takes it away.
func setPassphrase(ctx context.Context, c *call, p passphraseParams) (nothing, error) {
	defer p.Passphrase.of().Wipe()
	return nothing{}, c.desk.SetPassphrase(ctx, c.who, p.Passphrase.of())
}
