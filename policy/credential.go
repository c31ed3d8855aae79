package policy

import (
	"slices"
	"time"
)

// opensAt reports whether the credential is meant for the door.
func (c Credential) opensAt(door string) bool { return c.Door == "" || c.Door == door }

// Copying is who can make another credential that opens like this one.
type Copying string

// Who can. A PIN is not copied, but told.
const (
	CopiedByAnybody Copying = "by anybody"   // with a copier from a shop
	CopiedByExpert  Copying = "by an expert" // who has the card in hand: MIFARE Classic under keys of its own
	NotCopied       Copying = "no, AES"      // it proves itself
)

// Copying says who can copy a card or a pass; empty for a PIN.
func (c Credential) Copying() Copying {
	switch {
	case c.Kind == PINKind:
		return ""
	case c.AES:
		return NotCopied
	case c.Clonable:
		return CopiedByAnybody
	}
	return CopiedByExpert
}

// NeedsAES reports whether a card of a person in these groups counts only if it is an AES card. The
// groups of which that is so, only, are Site.AESCards.
func NeedsAES(only, groups []string) bool {
	return slices.Contains(only, Everybody) ||
		slices.ContainsFunc(groups, func(g string) bool { return slices.Contains(only, g) })
}

// lacksAES reports whether nothing of what the person has counts, since they need an AES card and
// have cards of other kinds.
func (p Person) lacksAES(only []string, t time.Time) bool {
	working := p.Working(t)
	return len(working) > 0 && NeedsAES(only, p.Groups) &&
		!slices.ContainsFunc(working, func(c Credential) bool { return c.Kind != CardKind || c.AES })
}

// lasting reports whether the credential is a way in for every day: a card or a PIN, but not a
// duress PIN, and without a number of uses.
func (c Credential) lasting() bool {
	return (c.Kind == CardKind || c.Kind == PINKind) && !c.Duress && c.Uses == 0
}

// Working gives the person's lasting credentials that are valid at t: not revoked, not before their
// start, not expired. R-ALT counts them.
func (p Person) Working(t time.Time) []Credential {
	var ok []Credential
	for _, c := range p.Credentials {
		if c.lasting() && !c.Revoked && !t.Before(c.From) && (c.Until.IsZero() || t.Before(c.Until)) {
			ok = append(ok, c)
		}
	}
	return ok
}
