package store

import (
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/crypto/argon2"

	"menshen/store/audit"
)

// Role is what an operator may do. Package desk says which role has which right.
type Role string

// The roles.
const (
	Installer  Role = "installer"
	Technician Role = "technician"
	Manager    Role = "manager"
	Auditor    Role = "auditor"
)

// Operator is a member of staff with an account.
type Operator struct {
	ID         string // random; what the audit log names
	Name       string
	Role       Role
	Blocked    bool
	HasCard    bool       // a card is needed as second factor
	Commitment Commitment // to confidentiality
	LastLogin  time.Time
	Term       int // grows with each change of role, block or secret: a session is of one term

	// Computed by [Vault.Operators], not stored: see tries. What
	// earlier versions stored is ignored.
	Failures   int       `cbor:"-"` // within a day, at the line that has most
	LockedTill time.Time `cbor:"-"` // at the line that is, or was, locked longest
}

// Commitment is the confidentiality text an operator signed.
type Commitment struct {
	Version string
	At      time.Time
}

// String gives id and role, without the name.
func (o Operator) String() string { return "operator " + o.ID }

// Cost is what one guess of an operator's secret costs, as parameters of Argon2id (RFC 9106).
type Cost struct {
	Time   uint32 // passes
	Memory uint32 // KiB
	Lanes  uint8
}

// DefaultCost leaves room on a board with 512 MiB of memory.
var DefaultCost = Cost{Time: 3, Memory: 32 << 10, Lanes: 1}

// Errors of operators' log-in.
var (
	ErrDenied = errors.New("name or secret is wrong")
	ErrLocked = errors.New("too many wrong tries")
	ErrWeak   = errors.New("secret is too short: at least 6 digits, or 8 characters")
)

// account is an operator as stored.
type account struct {
	Operator
	Secret   hashed
	Card     []byte // HMAC of their card
	CardKey  []byte `cbor:",omitempty"` // by which; empty: the vault's lookup key
	Recovery hashed // of the sealed code; empty: none, or used
}

// hashed is an Argon2id hash with its salt and cost, so that the cost can be raised later.
type hashed struct {
	Cost Cost
	Salt []byte
	Hash []byte
}

// argon is [argon2.IDKey]; a test counts its calls.
type argon func(secret, salt []byte, time, memory uint32, lanes uint8, length uint32) []byte

var _ argon = argon2.IDKey

func (o *Options) hash(secret []byte) hashed {
	h := hashed{Cost: o.Cost, Salt: make([]byte, 16)}
	o.draw(h.Salt)
	h.Hash = o.argon(secret, h.Salt, h.Cost.Time, h.Cost.Memory, h.Cost.Lanes, 32)
	return h
}

func (h *hashed) fits(f argon, secret []byte) bool {
	if len(h.Hash) == 0 {
		return false
	}
	got := f(secret, h.Salt, h.Cost.Time, h.Cost.Memory, h.Cost.Lanes, uint32(len(h.Hash)))
	return subtle.ConstantTimeCompare(got, h.Hash) == 1
}

// AddOperator makes an account with a PIN or passphrase. [ErrTaken]: the name is in use, in
// whatever case. [ErrWeak]: the secret is too short.
func (v *Vault) AddOperator(a Actor, name string, role Role, secret []byte) (Operator, error) {
	acc, err := newAccount(name, role, secret, &v.o)
	if err == nil {
		err = v.act(func(t *tx) error { return t.addOperator(acc, a, v.now(t)) })
	}
	if err != nil {
		return Operator{}, fmt.Errorf("add operator: %w", err)
	}
	return acc.Operator, nil
}

// newAccount makes an account that no vault holds yet. Errors: ErrWeak.
func newAccount(name string, role Role, secret []byte, o *Options) (*account, error) {
	name = strings.TrimSpace(name)
	if name == "" || len(name) > 64 {
		return nil, errors.New("a name of at most 64 bytes is needed")
	}
	if err := strong(secret); err != nil {
		return nil, err
	}
	var id [8]byte
	o.draw(id[:])
	return &account{Operator: Operator{ID: hex.EncodeToString(id[:]), Name: name, Role: role},
		Secret: o.hash(secret)}, nil
}

func (t *tx) addOperator(acc *account, a Actor, now time.Time) error {
	if _, err := t.operator(acc.Name); !errors.Is(err, ErrUnknown) {
		if err == nil {
			err = ErrTaken
		}
		return err
	}
	return t.putOperator(acc, Entry{At: now, Kind: audit.OperatorAdded, Actor: a,
		Detail: map[string]string{"operator": acc.ID, "role": string(acc.Role)}})
}

func strong(secret []byte) error {
	digits := len(strings.Trim(string(secret), "0123456789")) == 0
	if len(secret) < 6 || !digits && len(secret) < 8 {
		return ErrWeak
	}
	return nil
}

// Operators gives every account, and whether it is locked.
func (v *Vault) Operators() ([]Operator, error) {
	var out []Operator
	err := v.view(func(t *tx) error {
		accounts, err := t.accounts()
		if err != nil {
			return err
		}
		for _, acc := range accounts {
			out = append(out, acc.Operator)
		}
		return v.lockOuts(t, out)
	})
	return out, err
}

func (t *tx) accounts() (all []account, err error) {
	err = t.each(operatorBucket, func(key, value []byte) error {
		var acc account
		err := t.open(operatorBucket, key, value, &t.r.seal, &acc)
		all = append(all, acc)
		return err
	})
	return all, err
}

// Operator gives one account. [ErrUnknown]: no account has that id.
func (v *Vault) Operator(id string) (Operator, error) {
	var acc account
	err := v.view(func(t *tx) error { return t.get(operatorBucket, []byte(id), &t.r.seal, &acc) })
	return acc.Operator, err
}

// PlainSecrets counts the accounts whose secret or recovery code is not stored as an Argon2id hash
// with a salt of its own. It proves that there are none (R-OPERATOR).
func (v *Vault) PlainSecrets() (n int, err error) {
	salts := map[string]bool{}
	plain := func(h hashed) bool {
		if len(h.Hash) == 0 && len(h.Salt) == 0 { // none, or used
			return false
		}
		again := salts[string(h.Salt)]
		salts[string(h.Salt)] = true
		return again || len(h.Hash) != 32 || len(h.Salt) < 16 || h.Cost.Time == 0 || h.Cost.Memory == 0
	}
	err = v.view(func(t *tx) error {
		accounts, err := t.accounts()
		for _, acc := range accounts {
			if len(acc.Secret.Hash) == 0 || plain(acc.Secret) || plain(acc.Recovery) {
				n++
			}
		}
		return err
	})
	return n, err
}

// ChangeOperator lets f change Name, Role, Blocked and Commitment of an account,
// and records the act as what.
func (v *Vault) ChangeOperator(a Actor, id string, what audit.Kind, f func(*Operator) error) error {
	return v.changeAccount(a, id, what, func(t *tx, acc *account) error {
		was := acc.Operator
		if err := f(&acc.Operator); err != nil {
			return err
		}
		if acc.ID != was.ID || acc.HasCard != was.HasCard || acc.LastLogin != was.LastLogin || acc.Term != was.Term {
			return ErrNotAllowed
		}
		if acc.Role != was.Role || acc.Blocked != was.Blocked {
			acc.Term++
		}
		if other, err := t.operator(acc.Name); err == nil && other.ID != id {
			return ErrTaken
		}
		return nil
	})
}

// SetOperatorSecret changes a PIN or passphrase, and ends a lock of the account.
func (v *Vault) SetOperatorSecret(a Actor, id string, secret []byte) error {
	if err := strong(secret); err != nil {
		return fmt.Errorf("change secret: %w", err)
	}
	return v.setSecret(a, id, secret, func(*account) bool { return true })
}

// ChangeOwnSecret is [Vault.SetOperatorSecret] by the operator, who types the present secret.
// Further errors: those of [Vault.CheckOperator].
func (v *Vault) ChangeOwnSecret(line Line, id string, present, secret []byte) error {
	if err := strong(secret); err != nil {
		return fmt.Errorf("change secret: %w", err)
	}
	op, err := v.Operator(id)
	if err != nil {
		return fmt.Errorf("change secret: %w", err)
	}
	test := func(_ *tx, acc *account) func() bool { return v.slowTest(acc.Secret, present) }
	op, err = v.login(&try{line: line, name: op.Name, wrong: audit.LogInRefused, test: test})
	if err != nil {
		return err
	}
	return v.setSecret(Actor(id), id, secret, func(acc *account) bool { return acc.Term == op.Term })
}

// setSecret changes the secret of an account for which still is true; [ErrDenied] otherwise.
func (v *Vault) setSecret(a Actor, id string, secret []byte, still func(*account) bool) error {
	h := v.o.hash(secret)
	err := v.changeAccount(a, id, audit.OperatorSecretChanged, func(_ *tx, acc *account) error {
		if !still(acc) {
			return ErrDenied
		}
		acc.Secret = h
		acc.Term++
		return nil
	})
	if err == nil {
		v.forgiveAccount(id)
	}
	return err
}

// SetOperatorCard makes a card the second factor of an account; an empty one removes the factor.
func (v *Vault) SetOperatorCard(a Actor, id string, secret []byte) error {
	return v.changeAccount(a, id, audit.OperatorCardChanged, func(t *tx, acc *account) error {
		acc.Card, acc.CardKey, acc.HasCard = nil, nil, len(secret) > 0
		if acc.HasCard {
			acc.Card = t.hashCard(acc, secret)
		}
		return nil
	})
}

// NewRecovery makes a recovery code, which lets its owner set a new secret once, and is kept in a
// sealed envelope. An earlier code ends.
func (v *Vault) NewRecovery(a Actor, id string) (code string, err error) {
	var raw [10]byte
	v.o.draw(raw[:])
	code = hex.EncodeToString(raw[:])
	code = strings.Join([]string{code[:5], code[5:10], code[10:15], code[15:]}, "-")
	h := v.o.hash([]byte(code))
	return code, v.changeAccount(a, id, audit.RecoveryCodeMade, func(_ *tx, acc *account) error {
		acc.Recovery = h
		return nil
	})
}

func (v *Vault) changeAccount(a Actor, id string, what audit.Kind, f func(*tx, *account) error) error {
	err := v.act(func(t *tx) error {
		var acc account
		if err := t.get(operatorBucket, []byte(id), &t.r.seal, &acc); err != nil {
			return err
		}
		if err := f(t, &acc); err != nil {
			return err
		}
		return t.putOperator(&acc, Entry{At: v.now(t), Kind: what, Actor: a, Detail: map[string]string{"operator": id}})
	})
	if err != nil {
		return fmt.Errorf("%s, operator %s: %w", what, id, err)
	}
	return nil
}

// operator finds an account by name. [ErrUnknown]: no account has it. It reads
// all accounts, as there are few.
func (t *tx) operator(name string) (*account, error) {
	found, err := t.anyAccount(name, Cost{})
	if err == nil && found.ID == "" {
		err = ErrUnknown
	}
	return found, err
}

// anyAccount finds an account by name. For an unknown name it gives one without an ID, whose
// secret nothing fits. The search and the test take as long as for a known one; c is the cost
// where there are no accounts.
func (t *tx) anyAccount(name string, c Cost) (*account, error) {
	var found *account
	accounts, err := t.accounts()
	for _, acc := range accounts {
		if c = acc.Secret.Cost; strings.EqualFold(acc.Name, strings.TrimSpace(name)) {
			found = &acc
		}
	}
	if found == nil {
		found = &account{Secret: unfittingHash(c)}
	}
	return found, err
}

func (t *tx) putOperator(acc *account, e Entry) error {
	if err := t.put(operatorBucket, []byte(acc.ID), &t.r.seal, acc); err != nil {
		return err
	}
	_, err := t.log(e)
	return err
}
