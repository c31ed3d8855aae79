package rights

import (
	"strings"
	"time"

	"menshen/internal/i18n"
	"menshen/policy"
)

// madeOf says what is kept of a person beside a decision, by which it can be made again: their
// lease and ways in as they were then, and the figures of their face. Empty: nothing is kept.
func (s Sheet) madeOf(d Decision) string {
	if d.Of == nil || d.Of.Person == nil {
		return ""
	}
	p := d.Of.Person
	lastDay := p.Until
	if !lastDay.IsZero() {
		lastDay = lastDay.Add(-time.Second)
	}
	all := []i18n.Message{i18n.M("rights.fact-lease", "lease %s to %s", s.day(p.From), s.day(lastDay))}
	if len(p.Groups) > 0 {
		all = append(all, i18n.M("rights.fact-groups", "access groups %s", strings.Join(p.Groups, ", ")))
	}
	for _, c := range p.Credentials {
		all = append(all, credentialFact(c, c.ID == d.Of.CredentialID))
	}
	all = append(all, i18n.M("rights.fact-face-entry", "face entry %v", faceWords[p.Face.State]))
	for _, mark := range []struct {
		is   bool
		said i18n.Message
	}{
		{p.Blocked, i18n.M("rights.fact-blocked", "entry blocked")},
		{p.LongOpen, i18n.M("rights.fact-long-open", "more time at the door")},
		{p.Face.Minor, i18n.M("rights.fact-minor", "under 14")},
		{p.Face.CardRequired, i18n.M("rights.fact-card-required", "face only together with the card")},
	} {
		if mark.is {
			all = append(all, mark.said)
		}
	}
	for _, x := range p.Face.Doors {
		all = append(all, i18n.M("rights.fact-face-door", "your face may go to the door %s, as you agreed %s", x.Name,
			s.minute(x.At)))
	}
	if !d.Of.LastEntry.IsZero() {
		all = append(all, i18n.M("rights.fact-last-entry", "last let in %s", s.minute(d.Of.LastEntry)))
	}
	if !d.Of.Site.Missed.At.IsZero() {
		all = append(all, i18n.M("rights.fact-missed", "your face was refused %s", s.minute(d.Of.Site.Missed.At)))
	}
	if f := d.Of.Face; f != nil {
		all = append(all, i18n.M("rights.fact-face", "likeness %.3f, required %.3f; living %.3f, required %.3f; %d of "+
			"%d frames", f.Score, f.Threshold, f.Live, f.LiveMin, f.Frames, f.FramesMin))
	}
	return s.Lang.Say(i18n.List(i18n.Semicolon, all...))
}

// credentialFact says a way in; shown: it was the one shown at the door.
func credentialFact(c policy.Credential, shown bool) i18n.Message {
	what := kindWords[c.Kind]
	switch {
	case c.Revoked:
		return i18n.M("rights.fact-revoked", "a revoked %v", what)
	case shown:
		return i18n.M("rights.fact-shown", "a %v, which was shown", what)
	}
	return i18n.M("rights.fact-held", "a %v", what)
}

// waited says what is kept of how long the visit took; empty: nothing is.
func (s Sheet) waited(d Decision) string {
	if d.Visit == nil {
		return ""
	}
	m := i18n.M("rights.waited", "opened %.1f seconds after the first sign of your visit", d.Visit.Waited.Seconds())
	if d.Visit.Retried {
		m = i18n.List(i18n.Semicolon, m, i18n.M("rights.retried", "a try before was refused"))
	}
	return s.Lang.Say(m)
}
