package store

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"time"

	"filippo.io/age"

	"menshen/policy"
	"menshen/store/audit"
	"menshen/store/seal"
)

// RestoreReport counts what a restore did.
type RestoreReport struct {
	From      BackupHead
	People    int       // restored
	Faces     int       // with templates
	Erased    int       // people not restored, as they were erased after the backup was made
	Withdrawn int       // people restored without their face, for the same reason
	Reenrol   int       // people whose templates, or keys to their card's, are not in the backup; their consent stands
	Applied   []Receipt // those of the given receipts that kept a person or a face out
}

// Since says what is known of erasures since a backup was made. The zero value says nothing, which
// is enough only for the unit that made the backup: it recorded them itself.
type Since struct {
	receipts []Receipt
	known    bool
}

// ByReceipts gives a Since of the receipts of all erasures since the backup; each counts once,
// however often it is given.
func ByReceipts(rs ...Receipt) Since {
	s := Since{known: true}
	for _, r := range rs {
		if !slices.ContainsFunc(s.receipts, func(other Receipt) bool { return reflect.DeepEqual(r, other) }) {
			s.receipts = append(s.receipts, r)
		}
	}
	return s
}

// WithoutReceipts gives a Since for a restore without receipts, by decision of the operator: people
// who were erased since the backup come back.
func WithoutReceipts() Since { return Since{known: true} }

// IsKnown reports whether it says anything.
func (s Since) IsKnown() bool { return s.known }

// ErrSince means that a backup of another unit came without a statement of who
// was erased since it was made.
var ErrSince = errors.New("this unit does not know who was erased after the backup was made")

// ErrReceipt means that a receipt is not of the unit that made the backup, or was changed.
var ErrReceipt = errors.New("not signed by the unit that made the backup")

// ErrNotEmpty means that a backup of another unit cannot be restored into a vault that has people.
var ErrNotEmpty = errors.New("this vault has people of its own; restore into a new one")

// Restore brings the people, accounts, notices, papers and settings of a backup into this vault,
// which must be new or of the same unit. signer is as for [ReadBackup]. Errors: [ErrSince],
// [ErrReceipt], [ErrNotEmpty], those of ReadBackup; a failure leaves everything as it was.
//
// A person who is in both is taken from the backup; one who is only here stays. Erasures are not
// undone: those of this vault, those in the backup, and those in since. Everything gets new
// keys, except the key by which cards are looked up. The audit log of this vault goes on; that
// of the backup stays in the backup.
func (v *Vault) Restore(ctx context.Context, a Actor, r io.Reader, id age.Identity, signer ed25519.PublicKey,
	since Since) (RestoreReport, error) {
	var rep RestoreReport
	err := v.renew(ctx, forget{}, func(t *tx) error {
		m := &merger{t: t, rep: &rep, tombs: map[[32]byte]Tombstone{},
			learnt: map[[32]byte]Tombstone{}, left: map[[32]byte]string{},
			staff: map[string]bool{}}
		var err error
		if rep.From, err = readBackup(r, id, signer, m.item); err != nil {
			return err
		}
		if rep.From.Unit != t.r.Unit && !since.known {
			return ErrSince
		}
		for i, s := range since.receipts {
			if !s.Verify(rep.From.Pub) {
				return fmt.Errorf("receipt %d is %w", i+1, ErrReceipt)
			}
			if err := t.bury(s.tomb()); err != nil {
				return err
			}
		}
		if err := m.finish(); err != nil {
			return err
		}
		rep.Applied = slices.DeleteFunc(slices.Clone(since.receipts), func(s Receipt) bool {
			return m.left[s.Subject] != s.What
		})
		detail := map[string]string{"unit": fmt.Sprintf("%x", rep.From.Unit),
			"made": rep.From.At.Format(time.RFC3339), "people": fmt.Sprint(rep.People)}
		if since.known {
			detail["receipts"] = fmt.Sprint(len(since.receipts))
		}
		_, err = t.log(Entry{At: v.now(t), Kind: audit.BackupRestored, Actor: a, Detail: detail})
		return err
	})
	rep.From.Lookup = nil
	if err != nil {
		return RestoreReport{}, fmt.Errorf("restore: %w", err)
	}
	return rep, nil
}

// merger brings a backup into a vault.
type merger struct {
	t      *tx
	rep    *RestoreReport
	tombs  map[[32]byte]Tombstone // of people and faces
	learnt map[[32]byte]Tombstone // of what was learnt
	left   map[[32]byte]string    // subject → what was left out, as Tombstone.What
	people []backupPerson
	staff  map[string]bool // the accounts that came with the backup, by id
}

// item takes one item. People wait for the tombstones, which may come after them.
func (m *merger) item(kind string, raw []byte) error {
	t := m.t
	switch kind {
	case "person":
		var p backupPerson
		if err := decodeForeign(raw, &p); err != nil {
			return err
		}
		m.people = append(m.people, p)
		return nil
	case "operator":
		var acc account
		if err := decodeForeign(raw, &acc); err != nil {
			return err
		}
		if here, err := t.operator(acc.Name); err == nil && here.ID != acc.ID {
			return nil // the account made here with this name stays
		}
		m.staff[acc.ID] = true
		return t.put(operatorBucket, []byte(acc.ID), &t.r.seal, &acc)
	case "notice":
		var n backupNotice
		if err := decodeForeign(raw, &n); err != nil {
			return err
		}
		hash := sha256.Sum256([]byte(n.Notice.Text))
		if err := t.put(noticeBucket, hash[:], &t.r.seal, &n.Notice); err != nil || !n.Force {
			return err
		}
		return t.put(noticeBucket, []byte(n.Notice.Lang), &t.r.seal, &n.Notice)
	case "retention":
		s, err := t.retention()
		if err == nil {
			err = decodeForeign(raw, &s.Retention)
		}
		if err != nil {
			return err
		}
		return t.put(settingBucket, retentionKey, &t.r.seal, &s)
	case "hours":
		var h hoursRecord
		if err := decodeForeign(raw, &h); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(h.Text), new(policy.Hours)); err != nil {
			return fmt.Errorf("%w: hours: %w", ErrBackup, err)
		}
		return t.put(settingBucket, hoursKey, &t.r.seal, &h)
	case "tomb":
		var s Tombstone
		if err := decodeForeign(raw, &s); err != nil {
			return err
		}
		return t.bury(s)
	case "paper":
		var p Paper
		if err := decodeForeign(raw, &p); err != nil {
			return err
		}
		return t.restorePaper(p)
	case "audit":
		return nil
	}
	return fmt.Errorf("unknown kind of item: %w", ErrNewer)
}

func (m *merger) finish() error {
	t := m.t
	if err := m.lookup(); err != nil {
		return err
	}
	err := t.each(tombBucket, func(key, value []byte) error {
		var s Tombstone
		err := t.open(tombBucket, key, value, &t.r.seal, &s)
		if s.What == whatLearnt {
			m.learnt[s.Subject] = s
		} else {
			m.tombs[s.Subject] = s
		}
		return err
	})
	if err != nil {
		return err
	}
	for i := range m.people {
		if err := m.person(&m.people[i]); err != nil {
			return err
		}
		wipeAll(m.people[i].Templates)
	}
	return nil
}

// lookup takes over the backup's key by which cards are looked up.
func (m *merger) lookup() error {
	if len(m.rep.From.Lookup) != len(seal.Key{}) {
		return ErrBackup
	}
	return m.t.takeLookup(m.rep.From.Lookup, m.staff)
}

// takeLookup takes over a key by which cards are looked up. A vault in which people have cards must
// have the same key: [ErrNotEmpty]. The accounts that were here keep the one of their cards; those
// in came have the new one.
func (t *tx) takeLookup(key []byte, came map[string]bool) error {
	if bytes.Equal(key, t.r.secrets.Lookup[:]) {
		return nil
	}
	if key, _ := t.b.Bucket([]byte(cardsBucket)).Cursor().First(); key != nil {
		return ErrNotEmpty
	}
	accounts, err := t.accounts()
	if err != nil {
		return err
	}
	for _, acc := range accounts {
		if len(acc.Card) == 0 || len(acc.CardKey) > 0 || came[acc.ID] {
			continue
		}
		acc.CardKey = bytes.Clone(t.r.secrets.Lookup[:])
		if err := t.put(operatorBucket, []byte(acc.ID), &t.r.seal, &acc); err != nil {
			return err
		}
	}
	t.r.secrets.Lookup = seal.Key(key)
	return t.put(metaBucket, []byte("secrets"), &t.r.seal, &t.r.secrets)
}

// unlearn leaves out what was learnt, where that was erased after the backup was made.
func (m *merger) unlearn(b *backupPerson) (err error) {
	p := &b.Person
	if p.Person, err = withOccasions(p.Person, len(b.Templates)); err != nil {
		return err
	}
	tomb, is := m.learnt[Subject(p.ID)]
	if !is || tomb.At.Before(m.rep.From.At) {
		return nil
	}
	var out []int
	p.Person, out = policy.StopLearning(p.Person)
	for i, at := range out {
		clear(b.Templates[at-i])
		b.Templates = slices.Delete(b.Templates, at-i, at-i+1)
	}
	m.left[tomb.Subject] = tomb.What
	return nil
}

func (m *merger) person(b *backupPerson) error {
	t, p, made := m.t, &b.Person, m.rep.From.At
	tomb := m.tombs[Subject(p.ID)]
	if tomb.What == "person" {
		m.rep.Erased++
		m.left[tomb.Subject] = tomb.What
		return nil
	}
	if p.Face.State == policy.FaceEnrolled {
		switch {
		case tomb.What == "face" && !tomb.At.Before(made):
			p.Person, b.Templates = policy.Withdraw(p.Person, tomb.At), nil
			m.rep.Withdrawn++
			m.left[tomb.Subject] = tomb.What
		case len(b.Templates) == 0:
			p.Face.State, p.Face.OnCard, p.Occasions = policy.FaceConsented, false, nil
			m.rep.Reenrol++
		default:
			if err := m.unlearn(b); err != nil {
				return err
			}
		}
	}
	if t.b.Bucket([]byte(peopleBucket)).Get(p.ID[:]) != nil {
		_, here, err := t.person(p.ID)
		if err != nil {
			return err
		}
		p.Facts = here.Facts // what the site was told of them meanwhile
		if err := t.dropCards(t, p.ID); err != nil {
			return err
		}
		if err := t.del(facesBucket, p.ID[:]); err != nil {
			return err
		}
	}
	own := personKeys{Own: seal.NewKey()}
	var was personKeys
	switch err := t.get(keysBucket, p.ID[:], &t.r.seal, &was); {
	case err == nil:
		own.Own = was.Own // their part of this vault's log stays readable
	case !errors.Is(err, ErrUnknown):
		return err
	}
	if p.Face.State == policy.FaceEnrolled {
		face := seal.NewKey()
		defer face.Wipe()
		if err := t.setFaceKey(p.ID, &own, face); err != nil {
			return err
		}
		if _, err := unpackTemplates(b.Templates); err != nil {
			return err
		}
		if err := t.put(facesBucket, p.ID[:], &face, b.Templates); err != nil {
			return err
		}
		m.rep.Faces++
	}
	if err := t.put(keysBucket, p.ID[:], &t.r.seal, &own); err != nil {
		return err
	}
	for keyID, first := range p.Hashes {
		var c card
		if err := t.get(cardsBucket, t.r.second(first), &t.r.seal, &c); err == nil && c.Person != p.ID {
			delete(p.Hashes, keyID) // another person's by now
			continue
		}
		if err := t.put(cardsBucket, t.r.second(first), &t.r.seal, &card{p.ID, keyID}); err != nil {
			return err
		}
	}
	m.rep.People++
	return t.putPerson(&own, p)
}
