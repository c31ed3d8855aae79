package unit

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"time"

	"menshen/board/pass"
	"menshen/hal"
	"menshen/policy"
	"menshen/recognizer/eye"
	"menshen/store"
)

// passes is what the loop knows of visitors' passes besides the vault: when the camera is needed
// for them, and which code is in view.
type passes struct {
	times []policy.Pass // of which From and Until count
	reads bool          // the eye was told to read codes
	code  [32]byte      // hash of the code that was shown last
	seen  time.Time     // when it was seen last
	tried time.Time     // when a code was decided on last
}

const (
	passDigits = 9               // more than any PIN has, so that neither is taken for the other
	codeGone   = 3 * time.Second // a code that was not seen for so long counts as shown again when it comes back
	// between two codes that the eye saw, so that a screen full of them cannot fill the log
	codePause = time.Second
	// so long before a pass is valid its code is read already, so that an early visitor is told so
	early = time.Hour
)

// ReloadPasses lets the loop know that the camera may be needed for
// passes from now on, or no longer.
func (u *Unit) ReloadPasses(ctx context.Context) error {
	var err error
	doErr := u.do(ctx, func() { err = u.loadPasses() })
	return errors.Join(doErr, err)
}

// loadPasses looks up when the camera is needed for passes.
func (u *Unit) loadPasses() error {
	all, err := u.vault.Passes()
	if err = u.RecordDamage(err); err != nil {
		return fmt.Errorf("reading the passes: %w", err)
	}
	u.passes.times = u.passes.times[:0]
	for _, p := range all {
		if p.For(u.vault.Unit()) {
			u.passes.times = append(u.passes.times, p.Pass)
		}
	}
	return nil
}

// lookForCodes has the eye read codes while a visitor may show a pass, and not otherwise
// (R-PURPOSE). A pass that is used up or revoked counts too: its holder gets an answer.
func (u *Unit) lookForCodes(now time.Time) {
	if u.eye == nil {
		return
	}
	wanted := false
	for _, p := range u.passes.times {
		wanted = wanted || !now.Before(p.From.Add(-early)) && now.Before(p.Until)
	}
	if wanted = wanted && u.cfg.Passes.Camera; wanted != u.passes.reads {
		u.passes.reads = wanted
		u.eye.SetCodes(wanted)
	}
}

// seenCode takes a code that the eye saw.
func (u *Unit) seenCode(c eye.Code) {
	now, at := u.now(), u.inUnitTime(c.At)
	if u.passes.isInView(c.Text, now) {
		return
	}
	u.signAt(at)
	if now.Sub(u.passes.tried) >= codePause {
		u.decideCode(c.Text, at)
	}
}

// code takes a code that a scanner read.
func (u *Unit) code(text hal.Code, at time.Time) {
	if !u.passes.isInView(text, u.now()) {
		u.signAt(at)
		u.decideCode(text, at)
	}
}

// isInView reports whether a code is the one that is in view already: held there for three seconds
// it is one attempt and not fifteen.
func (p *passes) isInView(text hal.Code, now time.Time) bool {
	sum := sha256.Sum256([]byte(text))
	if sum == p.code && now.Sub(p.seen) < codeGone {
		p.seen = now
		return true
	}
	return false
}

// decideCode decides on a code: a visitor's pass, or a credential that the vault knows as one.
func (u *Unit) decideCode(text hal.Code, at time.Time) {
	now := u.now()
	u.passes.code, u.passes.seen, u.passes.tried = sha256.Sum256([]byte(text)), now, now
	if u.storeless || !u.cfg.Passes.Enabled || !strings.HasPrefix(text.Reveal(), pass.Prefix) {
		u.credential(policy.ByPass, policy.PassKind, []byte(text), nil, at)
		return
	}
	a := u.attempt(policy.ByPass, at)
	maker, door := u.passMaker(text)
	switch p, err := pass.Parse(maker, door, text.Reveal()); {
	case errors.Is(err, pass.ErrElsewhere):
		a.Person, a.CredentialID = foreignPassHolder(u.cfg.Unit.Name)
	case err == nil:
		u.presentPass(&a, u.passOnRecord(p))
	}
	u.conclude(a)
}

// passMaker gives the key and the name with which a code must be signed: those of the door of the
// site that gave the pass, else this unit's.
func (u *Unit) passMaker(text hal.Code) (ed25519.PublicKey, string) {
	id, err := pass.Handle(text.Reveal())
	if err == nil {
		pub, door, other, err := u.vault.PassMaker(id)
		if other && err == nil {
			return pub, door
		}
		if err != nil {
			u.vaultFault(err)
		}
	}
	return u.vault.PublicKey(), u.cfg.Unit.Name
}

// decideTyped takes what was typed at the keypad: a PIN, or the digits of a pass.
func (u *Unit) decideTyped(digits []byte, at time.Time) {
	if !u.storeless && u.cfg.Passes.Enabled && len(digits) == passDigits && u.tries.codes.Lockout(u.steady()) == 0 {
		switch kept, err := u.vault.FindPass(digits); {
		case err == nil:
			a := u.attempt(policy.ByPass, at)
			u.presentPass(&a, kept)
			u.conclude(a)
			return
		case !errors.Is(err, store.ErrUnknown):
			u.vaultFault(err)
		}
	}
	u.credential(policy.ByPIN, policy.PINKind, digits, nil, at)
}

// passOnRecord is what the vault knows of a pass that was signed here. One that it does not
// know counts as used up: it expired long ago, or an older vault was restored, and how
// often it was used is not known.
func (u *Unit) passOnRecord(p policy.Pass) store.VisitorPass {
	kept, err := u.vault.Pass(p.ID)
	if err != nil {
		if !errors.Is(err, store.ErrUnknown) {
			u.vaultFault(err)
		}
		return store.VisitorPass{Pass: p, Used: p.Uses}
	}
	return kept
}

// presentPass makes the attempt one of the pass's holder. The pass ends with its
// host's own right to come in.
func (u *Unit) presentPass(a *policy.Attempt, kept store.VisitorPass) {
	stays, err := u.HostMayEnter(kept.Host, a.At)
	left := kept.Left(u.vault.Unit())
	if kept.Door = u.cfg.Unit.Name; !kept.For(u.vault.Unit()) {
		kept.Door = "not " + u.cfg.Unit.Name
	}
	visitor, wrong := kept.Visitor(kept.Uses-left, kept.Revoked || !stays)
	if err = errors.Join(err, wrong); err != nil {
		u.vaultFault(err)
	}
	if wrong != nil { // none that was made here: the vault takes only what policy allows
		return
	}
	a.Person, a.CredentialID, a.Host = visitor, kept.CredentialID(), kept.Host
}

// tellPassesEvery is how often the unit looks whether it has spent passes of which others know.
const tellPassesEvery = 30 * time.Second

// tellPasses tells the other doors of what is spent here of passes that are for them too, until ctx
// ends.
func (u *Unit) tellPasses(ctx context.Context) {
	for ctx.Err() == nil {
		_ = u.vault.TellPasses() // a vault that does not answer is a fault already, and this is tried again
		pause(ctx, tellPassesEvery)
	}
}

// HostMayEnter reports whether the host of a visitor may still come in. A zero host
// stands for staff, who always may.
func (u *Unit) HostMayEnter(host policy.PersonID, at time.Time) (bool, error) {
	if host.IsZero() {
		return true, nil
	}
	p, err := u.vault.Person(host)
	if errors.Is(err, store.ErrUnknown) {
		return false, nil
	}
	return err == nil && !p.Blocked && !at.Before(p.From) && (p.Until.IsZero() || at.Before(p.Until)), err
}

// foreignPassHolder is the holder, without a name, of a pass for another door. Nothing else that
// the pass says is believed or recorded.
func foreignPassHolder(here string) (*policy.Person, string) {
	c := policy.Credential{ID: "elsewhere", Kind: policy.PassKind, Door: "not " + here, Clonable: true}
	return &policy.Person{Groups: []string{policy.VisitorGroup}, Credentials: []policy.Credential{c}}, c.ID
}
