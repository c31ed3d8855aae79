package policy

import "time"

// inTime reports whether the credential has not run out at t.
func (c Credential) inTime(t time.Time) bool {
	return c.Until.IsZero() || t.Before(c.Until)
}

// Working gives the person's credentials that open a door at t as far as the credentials themselves go: not revoked, not
// run out, and no visitor's pass, which is no lasting way in. It is what R-ALT counts.
func (p Person) Working(t time.Time) []Credential {
	var ok []Credential
	for _, c := range p.Keys {
		if (c.Kind == CardKind || c.Kind == PINKind) && !c.Revoked && c.inTime(t) {
			ok = append(ok, c)
		}
	}
	return ok
}
