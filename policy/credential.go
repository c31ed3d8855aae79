package policy

import "time"

// opensAt reports whether the credential is meant for the door.
func (c Credential) opensAt(door string) bool { return c.Door == "" || c.Door == door }

// lasting reports whether the credential is a way in for every day: no visitor's pass, no PIN for emergencies, no counted uses.
func (c Credential) lasting() bool {
	return (c.Kind == CardKind || c.Kind == PINKind) && !c.Duress && c.Uses == 0
}

// Working gives the person's lasting credentials that open a door at t as far as the credentials themselves go: not revoked, begun,
// not run out. It is what R-ALT counts.
func (p Person) Working(t time.Time) []Credential {
	var ok []Credential
	for _, c := range p.Credentials {
		if c.lasting() && !c.Revoked && !t.Before(c.From) && (c.Until.IsZero() || t.Before(c.Until)) {
			ok = append(ok, c)
		}
	}
	return ok
}
