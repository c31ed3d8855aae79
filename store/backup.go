package store

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"time"

	"filippo.io/age"
	"github.com/fxamacker/cbor/v2"

	"menshen/policy"
	"menshen/store/audit"
)

// A backup is an age file (age-encryption.org/v1) for the manager's public key; the unit itself
// cannot read it back. Inside:
//
//	"menshen backup 1\n", then CBOR items {kind, value}:
//	the head; one item for each person, account, notice, …;
//	the audit log as a signed export in pieces;
//	last the unit's signature over the SHA-256 of everything before it
//
// Templates in a backup are only as safe as the manager's private key, and an erasure on the unit
// cannot reach a backup that is kept elsewhere. So the vault keeps tombstones: a restored backup
// does not bring back what was erased after it was made.
const backupMagic = "menshen backup 1\n"

// Errors of reading a backup. They do not quote it: it may be any file, and what is in it is not
// for a terminal or a log.
var (
	// ErrBackup means that a file is not a whole backup that this version can read.
	ErrBackup = errors.New("not a whole menshen backup")
	// ErrBackupKey means that a backup is encrypted for another key than the one given.
	ErrBackupKey = errors.New("the backup is for another age key: give the file of the one that it was made for")
)

// BackupHead says where a backup comes from.
type BackupHead struct {
	Unit   [16]byte          `cbor:"unit"`
	Pub    ed25519.PublicKey `cbor:"pub"`
	At     time.Time         `cbor:"at"`
	Schema uint64            `cbor:"schema"`
	Lookup []byte            `cbor:"lookup"` // without it no card would be known again; never printed
	Faces  bool              `cbor:"faces"`  // templates are in it
}

// String gives unit and date, without the key.
func (h BackupHead) String() string {
	return fmt.Sprintf("backup of unit %x made %s", h.Unit[:4], h.At.Format(time.RFC3339))
}

type backupItem struct {
	Kind  string          `cbor:"k"`
	Value cbor.RawMessage `cbor:"v"`
}

type backupPerson struct {
	Person    person   `cbor:"person"`
	Templates [][]byte `cbor:"templates,omitempty"`
}

// backupNotice is a notice, and whether it is in force.
type backupNotice struct {
	Notice notice `cbor:"notice"`
	Force  bool   `cbor:"force"`
}

// Backup writes the vault to w as it is at one moment, encrypted for the recipients; the door works
// meanwhile. Passes and overrides are left out. Templates are left out when faces is false or the
// faces are locked: their owners must then enrol again after a restore.
func (v *Vault) Backup(a Actor, w io.Writer, faces bool, to ...age.Recipient) error {
	if err := v.backup(a, w, faces && !v.FacesLocked(), to...); err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	return nil
}

func (v *Vault) backup(a Actor, w io.Writer, faces bool, to ...age.Recipient) error {
	e := Entry{Kind: audit.BackupMade, Actor: a, Detail: map[string]string{"faces": fmt.Sprint(faces)}}
	if _, err := v.Record(context.Background(), e); err != nil {
		return err
	}
	return v.view(func(t *tx) error {
		b, err := newBackup(w, t.r, v.now(t), faces, to...)
		if err != nil {
			return err
		}
		err = t.each(keysBucket, func(key, _ []byte) error { return b.person(t, policy.PersonID(key), faces) })
		if err != nil {
			return err
		}
		if err := b.unit(t); err != nil {
			return err
		}
		if err := exportTo(b.pieces(), t, v.now(t)); err != nil {
			return err
		}
		return b.close()
	})
}

// backupWriter writes items.
type backupWriter struct {
	age io.WriteCloser
	buf *bufio.Writer
	sum hash.Hash
	key ed25519.PrivateKey
}

func newBackup(w io.Writer, r *ring, at time.Time, faces bool, to ...age.Recipient) (*backupWriter, error) {
	enc, err := age.Encrypt(w, to...)
	if err != nil {
		return nil, err
	}
	b := &backupWriter{age: enc, buf: bufio.NewWriterSize(enc, 1<<16), sum: sha256.New(), key: r.sign()}
	b.write([]byte(backupMagic))
	pub := b.key.Public().(ed25519.PublicKey)
	return b, b.item("head", &BackupHead{Unit: r.Unit, Pub: pub, At: at, Schema: schema,
		Lookup: r.secrets.Lookup[:], Faces: faces})
}

func (b *backupWriter) write(p []byte) error {
	b.sum.Write(p)
	_, err := b.buf.Write(p)
	return err
}

func (b *backupWriter) item(kind string, v any) error {
	raw, err := encMode.Marshal(v)
	if err != nil {
		return err
	}
	defer clear(raw)
	item, err := encMode.Marshal(backupItem{kind, raw})
	if err != nil {
		return err
	}
	defer clear(item)
	return b.write(item)
}

func (b *backupWriter) person(t *tx, id policy.PersonID, faces bool) error {
	_, p, err := t.person(id)
	if err != nil {
		return err
	}
	p.Before, p.Facts, p.Gave = nil, nil, nil // an import is undone on its own unit only; facts are the site's
	out := backupPerson{Person: *p}
	if value := t.b.Bucket([]byte(facesBucket)).Get(id[:]); value != nil && faces {
		ts, err := t.templates(id, value)
		if err != nil {
			return err
		}
		defer wipeAll(ts)
		if out.Templates, err = packTemplates(ts); err != nil {
			return err
		}
		defer wipeAll(out.Templates)
	}
	return b.item("person", &out)
}

// unit writes the records that are not about residents.
func (b *backupWriter) unit(t *tx) error {
	accounts, err := t.accounts()
	if err != nil {
		return err
	}
	for _, acc := range accounts {
		if err := b.item("operator", &acc); err != nil {
			return err
		}
	}
	err = t.each(noticeBucket, func(key, value []byte) error {
		var n notice
		if err := t.open(noticeBucket, key, value, &t.r.seal, &n); err != nil {
			return err
		}
		return b.item("notice", backupNotice{n, string(key) == n.Lang})
	})
	if err != nil {
		return err
	}
	s, err := t.retention()
	if err != nil {
		return err
	}
	if err := b.item("retention", &s.Retention); err != nil {
		return err
	}
	var hours hoursRecord
	switch err := t.get(settingBucket, hoursKey, &t.r.seal, &hours); {
	case errors.Is(err, ErrUnknown): // they are the configuration's
	case err != nil:
		return err
	default:
		if err := b.item("hours", &hours); err != nil {
			return err
		}
	}
	err = t.each(tombBucket, func(key, value []byte) error {
		var s Tombstone
		if err := t.open(tombBucket, key, value, &t.r.seal, &s); err != nil {
			return err
		}
		return b.item("tomb", &s)
	})
	if err != nil {
		return err
	}
	return t.each(paperBucket, func(key, value []byte) error {
		var p paper
		if err := t.open(paperBucket, key, value, &t.r.seal, &p); err != nil {
			return err
		}
		return b.item("paper", &Paper{be(key), p.Kind, p.At, p.By, p.Body})
	})
}

// pieces is a writer that makes items of the audit export.
func (b *backupWriter) pieces() io.Writer { return pieces{b} }

type pieces struct{ b *backupWriter }

func (p pieces) Write(b []byte) (int, error) { return len(b), p.b.item("audit", b) }

func (b *backupWriter) close() error {
	sig := ed25519.Sign(b.key, b.sum.Sum([]byte("menshen backup 1 signature\n")))
	raw, err := encMode.Marshal(sig)
	if err != nil {
		return err
	}
	item, err := encMode.Marshal(backupItem{"end", raw})
	if err != nil {
		return err
	}
	if _, err := b.buf.Write(item); err != nil {
		return err
	}
	return errors.Join(b.buf.Flush(), b.age.Close())
}

// ReadBackup checks a backup to its end, gives its head, and writes the audit log in it to log, for
// [VerifyExport]. signer is the public key of the unit that must have made it; nil takes any, and
// then the caller checks the head. Errors: [ErrBackup], [ErrNewer], [audit.ErrSigner].
func ReadBackup(r io.Reader, id age.Identity, signer ed25519.PublicKey, log io.Writer) (BackupHead, error) {
	h, err := readBackup(r, id, signer, func(kind string, raw []byte) error {
		if kind != "audit" || log == nil {
			return nil
		}
		var b []byte
		if err := decodeForeign(raw, &b); err != nil {
			return err
		}
		_, err := log.Write(b)
		return err
	})
	h.Lookup = nil
	return h, err
}

// ReadBackupHead gives the head of a backup without reading all of it. Its signature comes last, so
// that the head may be a forger's: it is for a list to choose from. Errors: as of [ReadBackup].
func ReadBackupHead(r io.Reader, id age.Identity) (BackupHead, error) {
	enough := errors.New("the head was read")
	h, err := readBackup(r, id, nil, func(string, []byte) error { return enough })
	switch {
	case err != nil && !errors.Is(err, enough):
		return BackupHead{}, err
	case len(h.Pub) != ed25519.PublicKeySize:
		return BackupHead{}, fmt.Errorf("%w: its head has no public key", ErrBackup)
	}
	h.Lookup = nil
	return h, nil
}

// readBackup calls f for each item between head and end.
func readBackup(r io.Reader, id age.Identity, signer ed25519.PublicKey,
	f func(kind string, value []byte) error) (h BackupHead, err error) {
	plain, err := decrypt(r, id)
	if err != nil {
		return h, err
	}
	sum := sha256.New()
	head := make([]byte, len(backupMagic))
	if _, err := io.ReadFull(plain, head); err != nil || string(head) != backupMagic {
		return h, fmt.Errorf("%w: it begins with something else", ErrBackup)
	}
	sum.Write(head)
	d := decMode.NewDecoder(bufio.NewReaderSize(plain, 1<<16))
	for n := 0; ; n++ {
		var raw cbor.RawMessage
		var item backupItem
		if err := d.Decode(&raw); err != nil {
			return h, fmt.Errorf("%w: item %d: %w", ErrBackup, n, unquoted(err))
		}
		if err := decodeForeign(raw, &item); err != nil {
			return h, fmt.Errorf("%w: item %d: %w", ErrBackup, n, err)
		}
		if item.Kind == "end" {
			var sig []byte
			err := decMode.Unmarshal(item.Value, &sig)
			if err != nil || len(h.Pub) != ed25519.PublicKeySize ||
				!ed25519.Verify(h.Pub, sum.Sum([]byte("menshen backup 1 signature\n")), sig) {
				return h, fmt.Errorf("%w: the unit's signature does not fit", ErrBackup)
			}
			if err := d.Decode(&raw); err != io.EOF {
				return h, fmt.Errorf("%w: something follows its end", ErrBackup)
			}
			return h, nil
		}
		sum.Write(raw)
		switch {
		case n == 0 && item.Kind == "head":
			if err := decodeForeign(item.Value, &h); err != nil {
				return h, fmt.Errorf("%w: head: %w", ErrBackup, err)
			}
			if h.Schema > schema {
				return h, fmt.Errorf("backup: %w", ErrNewer)
			}
			if signer != nil && !bytes.Equal(signer, h.Pub) {
				return h, fmt.Errorf("backup is %w", audit.ErrSigner)
			}
		case n == 0:
			return h, fmt.Errorf("%w: it has no head", ErrBackup)
		default:
			if err := f(item.Kind, item.Value); err != nil {
				return h, fmt.Errorf("backup item %d: %w", n, err)
			}
		}
	}
}

// decrypt gives what is in an age file. Errors: [ErrBackup], [ErrBackupKey], those of reading.
func decrypt(r io.Reader, id age.Identity) (io.Reader, error) {
	plain, err := age.Decrypt(r, id)
	var another *age.NoIdentityMatchError
	switch {
	case err == nil:
		return plain, nil
	case errors.As(err, &another):
		return nil, ErrBackupKey
	}
	return nil, fmt.Errorf("%w: %w: give a file that 'backup' at the console or 'menshen vault salvage' wrote",
		ErrBackup, unquoted(err))
}

// errValue is of a value from outside that does not decode.
var errValue = errors.New("it is damaged, or of another program")

// unquoted keeps of an error about a foreign file what the system says of reading it; any other may
// quote the file, and becomes errValue.
func unquoted(err error) error {
	var system *fs.PathError
	if errors.As(err, &system) {
		return system
	}
	return errValue
}

// decodeForeign decodes a value that may come from any program. Its error does not quote it.
func decodeForeign(raw []byte, v any) error {
	if decMode.Unmarshal(raw, v) != nil {
		return errValue
	}
	return nil
}
