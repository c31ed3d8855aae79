package policy

import (
	"encoding/hex"
	"time"

	"menshen/internal/i18n"
)

// MaxPass is the longest time for which a pass is valid. A person who stays longer
// is a resident and gets a card.
const MaxPass = 7 * 24 * time.Hour

// VisitorGroup is the group of all holders of passes. Where a site has Access
// rules, visitors come in its hours.
const VisitorGroup = "visitors"

// ErrPass tells that a pass is not valid as one: it needs one door, a beginning, an end within
// [MaxPass], and a number of uses.
var ErrPass = i18n.E("policy.pass-limits", "a pass needs one door, a beginning, an end within seven days of it, "+
	"and a number of uses")

// Pass is a visitor's right of entry: short, for one door, counted, and without a face. It stands
// alone, so that a signed copy of it can be checked offline.
type Pass struct {
	ID          PersonID
	Door        string
	From, Until time.Time
	Uses        int
}

// Check gives [ErrPass] for a pass that no door may take. Whether it is valid now, [Decide] says.
func (p Pass) Check() error {
	long := p.Until.Sub(p.From)
	if p.ID.IsZero() || p.Door == "" || p.From.IsZero() || long <= 0 || long > MaxPass || p.Uses < 1 {
		return ErrPass
	}
	return nil
}

// CredentialID is the handle of the pass as a credential.
func (p Pass) CredentialID() string { return "pass-" + hex.EncodeToString(p.ID[:]) }

// Visitor gives the holder of the pass as a [Person] for [Decide]. used is how often the pass has
// opened so far. It gives [ErrPass] for a pass that does not [Pass.Check].
func (p Pass) Visitor(used int, revoked bool) (*Person, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	return &Person{ID: p.ID, Groups: []string{VisitorGroup}, Credentials: []Credential{{
		ID: p.CredentialID(), Kind: PassKind, Label: "visitor", Clonable: true, Revoked: revoked,
		Door: p.Door, From: p.From, Until: p.Until, Uses: p.Uses, Used: used,
	}}}, nil
}
