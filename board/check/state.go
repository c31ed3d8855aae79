package check

import (
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"menshen/board/commission"
	"menshen/internal/i18n"
	"menshen/internal/safefile"
	"menshen/store"
)

// stateFile is the file, in the unit's folder, of a session that is not over. statePurpose
// is what its signature is for.
const (
	stateFile    = "check.part"
	statePurpose = "commissioning session"
)

// KeepsFor is how long a session that was broken off can be resumed. What was seen earlier says
// little about the door today.
const KeepsFor = 7 * 24 * time.Hour

// ErrOld means that an earlier session cannot be resumed.
var ErrOld = i18n.E("check.old-session", "the earlier session cannot be resumed")

// old gives ErrOld with the reason.
func old(why i18n.Message) error {
	return &i18n.Error{What: i18n.M("check.old-session-because", "%v: %v", ErrOld, why), Cause: ErrOld}
}

// Keep writes the state of a session into the unit's folder, durably, signed by the unit.
func Keep(dir string, r *Report, by Signer) error {
	raw, err := r.Encode()
	if err != nil {
		return err
	}
	sig := hex.EncodeToString(by.Sign(statePurpose, raw))
	if err := safefile.Write(filepath.Join(dir, stateFile), append([]byte(sig+"\n"), raw...)); err != nil {
		return fmt.Errorf("keeping the session: %w", err)
	}
	return nil
}

// Kept reads what [Keep] wrote; nil when there is nothing. Its error is [ErrOld]
// when the session is of another configuration, software, unit or operator, is older
// than [KeepsFor], or was changed.
func Kept(dir string, now *Report, key ed25519.PublicKey) (*Report, error) {
	text, err := os.ReadFile(filepath.Join(dir, stateFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the earlier session: %w", err)
	}
	digits, raw, _ := strings.Cut(string(text), "\n")
	sig, err := hex.DecodeString(digits)
	if err != nil || !store.VerifySigned(key, statePurpose, []byte(raw), sig) {
		return nil, old(i18n.M("check.old-changed", "it was changed by something other than this program"))
	}
	was, err := commission.Decode([]byte(raw))
	switch {
	case err != nil:
		return nil, old(i18n.Of(err))
	case was.UnitID != now.UnitID || was.Unit != now.Unit:
		return nil, old(i18n.M("check.old-unit", "it is of another unit"))
	case was.Config != now.Config:
		return nil, old(i18n.M("check.old-config", "the configuration has changed since"))
	case was.Software != now.Software:
		return nil, old(i18n.M("check.old-software", "the software has changed since"))
	case was.Operator != now.Operator:
		return nil, old(i18n.M("check.old-operator", "it is of another operator"))
	case now.Began.Sub(was.Began) > KeepsFor:
		return nil, old(i18n.M("check.old-age", "it is older than %d days", int(KeepsFor.Hours()/24)))
	}
	return was, nil
}

// Drop removes what [Keep] wrote.
func Drop(dir string) error { return safefile.Clean(filepath.Join(dir, stateFile)) }

// Papers is what [Finish] needs of a [store.Vault].
type Papers interface {
	PutPaper(by store.Actor, kind string, body []byte) (uint64, error)
}

// Finish files the report of a session that has ended. Where something failed or is open, the
// session is kept, to go on from there.
func Finish(dir string, r *Report, v Papers, by store.Actor) error {
	raw, err := r.Encode()
	if err != nil {
		return err
	}
	if _, err := v.PutPaper(by, commission.PaperKind, raw); err != nil {
		return fmt.Errorf("filing the report: %w", err)
	}
	if r.Verdict() == Failed || r.Verdict() == Open {
		return nil
	}
	if err := Drop(dir); err != nil {
		return fmt.Errorf("removing the session that is over: %w", err)
	}
	return nil
}
