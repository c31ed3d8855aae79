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
	"menshen/internal/safefile"
	"menshen/store"
)

// stateFile is where a session that is not over is kept, in the unit's folder, and statePurpose what its signature says.
const (
	stateFile    = "check.part"
	statePurpose = "commissioning session"
)

// KeepsFor is how long a session that was broken off can be resumed: what was seen a week ago says little of the door today.
const KeepsFor = 7 * 24 * time.Hour

// ErrOld says why an earlier session is not gone on with.
var ErrOld = errors.New("the earlier session cannot be resumed")

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

// Kept reads it back: nil when there is none, ErrOld when it is of another configuration, software or unit, too old, or was changed.
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
		return nil, fmt.Errorf("%w: it was changed by somebody else", ErrOld)
	}
	was, err := commission.Decode([]byte(raw))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrOld, err)
	case was.UnitID != now.UnitID || was.Unit != now.Unit:
		return nil, fmt.Errorf("%w: it is of another unit", ErrOld)
	case was.Config != now.Config:
		return nil, fmt.Errorf("%w: the configuration has changed since", ErrOld)
	case was.Software != now.Software:
		return nil, fmt.Errorf("%w: the software has changed since", ErrOld)
	case was.Operator != now.Operator:
		return nil, fmt.Errorf("%w: it is another operator's", ErrOld)
	case now.Began.Sub(was.Began) > KeepsFor:
		return nil, fmt.Errorf("%w: it is older than %d days", ErrOld, int(KeepsFor.Hours()/24))
	}
	return was, nil
}

// Drop removes what Keep wrote.
func Drop(dir string) error { return safefile.Clean(filepath.Join(dir, stateFile)) }
