package keys

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"menshen/internal/safefile"
	"menshen/store/seal"
)

// The lines of a key file begin with the kind; base64 of one key, or of one sealed key, follows. A
// second line is a staged key.
const (
	plainLine  = "menshen-key-1 "
	sealedLine = "menshen-sealed-key-1 "
)

// file is a key file, whose keys may be sealed under another secret.
type file struct {
	path string
	kind string
	over func() (seal.Key, error) // nil: in clear
	name string
}

// File gives a [Source] that keeps the key in a text file with mode 0600. A file
// that others may read is refused.
func File(path string) Source {
	return file{path: path, kind: plainLine, name: "key file " + path}
}

// Credential gives a [Source] that keeps the key in a file at path, sealed under the systemd
// credential of that name (LoadCredentialEncrypted= in the unit; systemd.exec(5), "Credentials"):
// any secret of 32 bytes or more, such as
//
//	head -c 32 /dev/urandom |
//	  systemd-creds encrypt --name=menshen - /etc/credstore.encrypted/menshen
//
// which systemd decrypts at start, by the TPM where there is one, to $CREDENTIALS_DIRECTORY, a
// directory in memory that only the service can read.
func Credential(name, path string) Source {
	return file{path: path, kind: sealedLine, name: "systemd credential " + name, over: func() (seal.Key, error) {
		dir := os.Getenv("CREDENTIALS_DIRECTORY")
		if dir == "" {
			return seal.Key{}, errors.New("no credentials: start the service by systemd with " +
				"LoadCredentialEncrypted=" + name)
		}
		if name != filepath.Base(name) {
			return seal.Key{}, fmt.Errorf("credential name %q holds a path", name)
		}
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return seal.Key{}, fmt.Errorf("read credential: %w", err)
		}
		defer clear(b)
		if len(b) < 32 {
			return seal.Key{}, fmt.Errorf("credential %s has %d bytes, 32 are needed: "+
				"make a new one by head -c 32 /dev/urandom | systemd-creds encrypt", name, len(b))
		}
		var zero seal.Key
		return seal.Key(zero.MAC([]byte("menshen credential 1"), b)), nil // HKDF-Extract without salt
	}}
}

func (f file) String() string { return f.name }

func (f file) Load(context.Context) ([]seal.Key, error) {
	b, err := safefile.Read(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w", f, ErrNone)
	}
	if err != nil {
		return nil, err
	}
	defer clear(b)
	raws, err := parseLines(b, f.kind)
	if err != nil {
		return nil, fmt.Errorf("%s: %w: restore it from your own copy", f.path, err)
	}
	over, err := f.secret()
	if err != nil {
		return nil, err
	}
	defer over.Wipe()
	var ks []seal.Key
	for _, raw := range raws {
		if f.over != nil {
			if raw, err = over.Open([]byte(sealedLine), raw); err != nil {
				return nil, fmt.Errorf("%s: the credential is not the one that %s was sealed with, "+
					"or the file is damaged: %w", f, f.path, err)
			}
		}
		if len(raw) != len(seal.Key{}) {
			return nil, fmt.Errorf("%s: %w", f.path, errKeyFile)
		}
		ks = append(ks, seal.Key(raw))
		clear(raw)
	}
	return ks, nil
}

func (f file) secret() (k seal.Key, err error) {
	if f.over != nil {
		k, err = f.over()
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", f, err)
	}
	return k, err
}

var errKeyFile = errors.New("not a menshen key file of this kind, or damaged")

// parseLines reads the one or two lines of a key file.
func parseLines(b []byte, kind string) (raws [][]byte, err error) {
	for s := bufio.NewScanner(bytes.NewReader(b)); s.Scan(); {
		text, ours := strings.CutPrefix(s.Text(), kind)
		raw, err := base64.StdEncoding.Strict().DecodeString(text)
		if !ours || err != nil || len(raw) < len(seal.Key{}) || len(raws) == 2 {
			return nil, errKeyFile
		}
		raws = append(raws, raw)
	}
	if len(raws) == 0 {
		return nil, errKeyFile
	}
	return raws, nil
}

func (f file) Stage(ctx context.Context, next seal.Key) error {
	ks, err := f.Load(ctx)
	if err != nil && !errors.Is(err, ErrNone) {
		return err
	}
	if len(ks) > 0 {
		ks = ks[:1]
	}
	return f.write(append(ks, next))
}

// Settle also wipes what a power cut or a full disk left beside the file. [safefile.ErrNotWiped]:
// the key is settled, and what was left could only be unlinked.
func (f file) Settle(ctx context.Context, keep seal.Key) error {
	ks, err := f.Load(ctx)
	if err != nil {
		return err
	}
	if !slices.Contains(ks, keep) {
		return fmt.Errorf("%s: %w", f, ErrUnknown)
	}
	if len(ks) > 1 {
		err = f.write([]seal.Key{keep})
	}
	if err != nil && !errors.Is(err, safefile.ErrNotWiped) {
		return err
	}
	return f.clean(err, safefile.New, safefile.Old)
}

// Forget wipes the file, and what is left beside it.
func (f file) Forget(context.Context) error { return f.clean(nil, safefile.New, safefile.Old, "") }

// clean wipes files beside the key file. [safefile.ErrNotWiped] is given only
// when there is no worse error.
func (f file) clean(unwiped error, suffixes ...string) error {
	for _, suffix := range suffixes {
		if err := safefile.Clean(f.path + suffix); errors.Is(err, safefile.ErrNotWiped) {
			unwiped = err
		} else if err != nil {
			return fmt.Errorf("clean up %s: %w", f.path+suffix, err)
		}
	}
	return unwiped
}

func (f file) write(ks []seal.Key) error {
	over, err := f.secret()
	if err != nil {
		return err
	}
	defer over.Wipe()
	var b []byte
	for _, k := range ks {
		raw := k[:]
		if f.over != nil {
			raw = over.Seal([]byte(sealedLine), raw)
		}
		b = append(b, f.kind...)
		b = base64.StdEncoding.AppendEncode(b, raw)
		b = append(b, '\n')
	}
	defer clear(b)
	if err := safefile.Write(f.path, b); err != nil {
		return fmt.Errorf("write %s: %w", f.path, err)
	}
	return nil
}
