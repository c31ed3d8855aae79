package policy

import "time"

// opensAt reports whether the credential is meant for the door.
func (c Credential) opensAt(door string) bool { return c.Door == "" || c.Door == door }

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
