package desk

import (
	"context"
	"errors"
	"time"

	"menshen/board/unit"
	"menshen/hal"
	"menshen/hal/osdp"
	"menshen/internal/i18n"
	"menshen/store"
	"menshen/store/audit"
)

// LongestInstall is how long a reader may take a new key.
const LongestInstall = 10 * time.Minute

// The ends of an install, as the audit log has them.
const (
	installDone    = "the reader has its key"
	installTimeUp  = "time is up"
	installStopped = "stopped"
)

// InstallReader lets one reader take a new key, until it has it and answers under it, for
// [LongestInstall] at most, and no longer than ctx and the session. What keeps the reader from it
// is told in steps. Begin and end are in the audit log. Errors: no reader of this name takes a key;
// the key cannot be kept; the time is up; nil when ctx ended.
func (d *Desk) InstallReader(ctx context.Context, s Session, name string, step Progress) (err error) {
	by, err := d.allow(s, OpensDoor)
	if err != nil {
		return err
	}
	r, err := d.installer(name)
	if err != nil {
		return err
	}
	ctx, done := d.withSession(ctx, s)
	defer done()
	began := time.Now() // by the reader's own clock
	detail := map[string]string{"reader": name, "for": d.longestInstall.String()}
	if _, err := d.vault.Record(ctx, store.Entry{Kind: audit.InstallBegun, Actor: by, Door: d.cfg.Unit.Name,
		Detail: detail}); err != nil {
		return explain(err)
	}
	end := func(how string) {
		_ = r.Install(time.Time{})
		d.unit.Record(store.Entry{Kind: audit.InstallEnded, Actor: by,
			Detail: map[string]string{"reader": name, "end": how}})
	}
	if err := r.Install(began.Add(d.longestInstall)); err != nil {
		end(installStopped)
		return err
	}
	how, err := d.awaitKey(ctx, r, began, step, s.Lang)
	end(how)
	return err
}

// installer finds a reader that takes keys from the unit.
func (d *Desk) installer(name string) (hal.Installer, error) {
	return readerThat[hal.Installer](d, name, i18n.Problem(
		i18n.E("desk.reader-takes-no-key", "this reader takes no key"),
		i18n.M("desk.only-osdp-installs", "only OSDP readers have one of the unit")))
}

// readerThat finds the reader of a name as what it is to be; cannot says that it is not.
func readerThat[R any](d *Desk, name string, cannot error) (found R, err error) {
	for _, r := range d.unit.Readers() {
		if r.String() != name {
			continue
		}
		if found, ok := r.(R); ok {
			return found, nil
		}
		return found, cannot
	}
	return found, i18n.Problem(i18n.E("desk.no-such-reader", "no reader has this name"),
		i18n.M("desk.see-readers", "'reader' lists them"))
}

// installLook is the time between two looks at a reader that is to take its key.
const installLook = 250 * time.Millisecond

// awaitKey waits until the reader answers under its new key, and tells what keeps it from that.
func (d *Desk) awaitKey(ctx context.Context, r hal.Installer, began time.Time, step Progress, lang i18n.Language) (
	how string, err error) {
	step(Step{Text: lang.Say(i18n.M("desk.install-open",
		"the reader may take its key now: see that nobody else reaches its cable meanwhile"))})
	look := time.NewTicker(installLook)
	defer look.Stop()
	told := ""
	for {
		l := r.Link()
		switch {
		case l.Secure && l.Installed.After(began):
			return installDone, nil
		case time.Since(began) > d.longestInstall:
			return installTimeUp, i18n.Problem(i18n.E("desk.install-time-up", "the reader did not take a key in time"),
				i18n.M("desk.install-again", "see what the steps say of it; then install it again"))
		case l.Why != nil && l.Why.Error() != told:
			told = l.Why.Error()
			step(Step{Text: lang.Say(linkMessage(l.Why))})
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return installStopped, sessionEnd(ctx)
		case <-d.unit.Stopped():
			return installStopped, unit.ErrStopped
		}
	}
}

// Link is how a reader is connected that the unit talks with.
type Link struct {
	Address   int
	Speed     int       // baud
	Secure    bool      // under a key of its own
	Why       string    // why not
	Next      time.Time // then: of the next try
	Installs  time.Time // it may take a new key until then; zero: it may not
	Device    string    // what it says it is; empty: nothing yet
	Proven    bool      // it said so under its key
	Abilities []string
	Supply    bool // its supply fails
	Tamper    bool // it was opened
	Inputs    []string
	Outputs   []string
	Write     string // what the configuration has to say after a move; empty: it does
}

// linkOf is nil for a reader that only speaks.
func linkOf(r hal.Reader, lang i18n.Language) *Link {
	i, ok := r.(hal.Installer)
	if !ok {
		return nil
	}
	l := i.Link()
	out := &Link{Address: l.Address, Speed: l.Speed, Secure: l.Secure, Next: l.Next, Installs: l.Installs,
		Device: l.Device, Proven: l.Proven, Abilities: said(lang, l.Abilities), Supply: l.Supply, Tamper: l.Tamper,
		Inputs: said(lang, l.Inputs), Outputs: said(lang, l.Outputs)}
	if l.Why != nil {
		out.Why = lang.Say(linkMessage(l.Why))
	}
	if l.Secure && (l.Address != l.ConfigAddress || l.Speed != l.ConfigSpeed) {
		out.Write = lang.Say(i18n.M("desk.reader-write", "write address = %d and baud = %d under this reader in "+
			"door.toml, which has %d and %d; until then the unit keeps it in mind", l.Address, l.Speed,
			l.ConfigAddress, l.ConfigSpeed))
	}
	return out
}

// said gives each word in a language.
func said(lang i18n.Language, words []string) (all []string) {
	for _, w := range words {
		all = append(all, lang.Say(i18n.Word(w)))
	}
	return all
}

// linkMessage says why a reader has no session, and what to do.
func linkMessage(why error) i18n.Message {
	return inWords(linkErrors, why)
}

// knownError is an error of a reader, and what it says to people.
type knownError struct {
	err  error
	says i18n.Message
}

func inWords(all []knownError, why error) i18n.Message {
	for _, known := range all {
		if errors.Is(why, known.err) {
			return known.says
		}
	}
	return i18n.Verbatim(why.Error())
}

var linkErrors = []knownError{
	{osdp.ErrNotAsked, i18n.M("desk.link-not-asked", "not asked yet")},
	{osdp.ErrSilent, i18n.M("desk.link-silent", "does not answer: look at its power, its two data wires, its address "+
		"and speed")},
	{osdp.ErrNoisy, i18n.M("desk.link-noisy", "only damaged answers: look for a loose wire, a missing terminator, or "+
		"two readers at one address")},
	{osdp.ErrNoKey, i18n.M("desk.link-no-key", "has no key yet: install it")},
	{osdp.ErrOtherKey, i18n.M("desk.link-other-key", "has another key: if it was exchanged, install it; "+
		"else somebody put another one there")},
	{osdp.ErrDefaultKey, i18n.M("desk.link-default-key", "offers the default key, which everybody knows: if it is "+
		"new, install it; else somebody put another one there")},
	{osdp.ErrNoChannel, i18n.M("desk.link-no-channel", "refuses a secure channel: without one it is not used")},
	{osdp.ErrPlain, i18n.M("desk.link-plain", "does not encrypt cards and keys: it is not used")},
	{osdp.ErrForgot, i18n.M("desk.link-forgot", "ended the session: its power was off, or somebody is on the line")},
	{osdp.ErrMoved, i18n.M("desk.link-moved", "goes to another address or speed")},
	{osdp.ErrMAC, i18n.M("desk.link-mac", "a message was forged, or the reader lost count: look who has access to the "+
		"line")},
}
