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
	"strings"

	"menshen/store/safefile"
	"menshen/store/seal"
)

// fileLine begins each line of a key file; the base64 of one key follows. A second line is a staged key.
const fileLine = "menshen-key-1 "

type file struct{ path string }

// File keeps the key in a text file with mode 0600. A file that others may read is refused.
func File(path string) Source { return file{path} }

func (f file) String() string { return "key file " + f.path }

func (f file) Load(context.Context) ([]seal.Key, error) {
	for _, half := range []string{safefile.New, safefile.Old} {
		if err := safefile.Clean(f.path + half); err != nil {
			return nil, fmt.Errorf("clean up %s: %w", f.path+half, err)
		}
	}
	if err := safefile.Private(f.path); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w", f, ErrNone)
	} else if err != nil {
		return nil, err
	}
	b, err := os.ReadFile(f.path)
	if err != nil {
		return nil, err
	}
	defer clear(b)
	ks, err := parseKeys(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w: restore it from your own copy", f, err)
	}
	return ks, nil
}

// parseKeys reads the one or two lines of a key file.
func parseKeys(b []byte) ([]seal.Key, error) {
	var ks []seal.Key
	for s := bufio.NewScanner(bytes.NewReader(b)); s.Scan(); {
		text, ours := strings.CutPrefix(s.Text(), fileLine)
		raw, err := base64.StdEncoding.Strict().DecodeString(text)
		if !ours || err != nil || len(raw) != len(seal.Key{}) || len(ks) == 2 {
			return nil, errors.New("not a menshen key file, or damaged")
		}
		ks = append(ks, seal.Key(raw))
		clear(raw)
	}
	if len(ks) == 0 {
		return nil, errors.New("key file is empty")
	}
	return ks, nil
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

func (f file) Settle(ctx context.Context, keep seal.Key) error {
	ks, err := f.Load(ctx)
	if err != nil {
		return err
	}
	for _, k := range ks {
		if k == keep {
			if len(ks) == 1 {
				return nil
			}
			return f.write([]seal.Key{keep})
		}
	}
	return fmt.Errorf("%s: %w", f, ErrUnknown)
}

func (f file) write(ks []seal.Key) error {
	var b []byte
	for _, k := range ks {
		b = append(b, fileLine...)
		b = base64.StdEncoding.AppendEncode(b, k[:])
		b = append(b, '\n')
	}
	defer clear(b)
	if err := safefile.Write(f.path, b); err != nil {
		return fmt.Errorf("write %s: %w", f, err)
	}
	return nil
}
