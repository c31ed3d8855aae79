package release

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// LogName is what the file of a log is called, also in a unit's folder.
const LogName = "releases.log"

// SystemLog is the log that came with the system, from its card or with an update: package update
// puts it there.
const SystemLog = "/run/menshen-update/" + LogName

// MaxLog is the largest log that is read, some thousand releases; MaxNote is the largest
// checkpoint.
const (
	MaxLog  = 16 << 20
	MaxNote = 64 << 10
)

// Errors of a log. The text that wraps them says what to do.
var (
	ErrNotLog  = errors.New("this is not a log of releases")
	ErrDamaged = errors.New("the log of releases is damaged or cut off")
	ErrSigner  = errors.New("the log is not signed by this publisher")
	ErrForked  = errors.New("the log does not have all that it had earlier")
	ErrUnknown = errors.New("this program is in no release of the log")
	ErrNoProof = errors.New("the proof does not show that the release is in the publisher's log")
)

// Log is a log of releases, the oldest first.
type Log struct {
	Releases   []*Manifest
	Checkpoint Checkpoint
	texts      [][]byte
	hashes     storedHashes
}

// Checkpoint is what the publisher signs: how many releases there are, and the root of their tree.
type Checkpoint struct {
	Origin string // the log's name, which is its key's
	Size   int64
	Root   tlog.Hash
	note   []byte
}

// Read reads a log's file: manifests, each with an empty line after it, and the checkpoint, which
// must be that of the manifests. It asks for no key. Errors wrap [ErrNotLog] and [ErrDamaged].
func Read(file []byte) (*Log, error) {
	parts := bytes.SplitAfter(file, []byte("\n\n"))
	n := len(parts) - 2 // the checkpoint's body and signatures
	switch {
	case !bytes.HasPrefix(file, []byte(manifestBegin)) || len(file) > MaxLog:
		return nil, fmt.Errorf("%w: give the file that the publisher calls releases.log", ErrNotLog)
	case n < 1:
		return nil, fmt.Errorf("%w: its end is missing; copy it again from the publisher", ErrDamaged)
	}
	l := new(Log)
	for i, part := range parts[:n] {
		if err := l.add(part[:len(part)-1]); err != nil {
			return nil, fmt.Errorf("%w: release %d: %w; copy it again from the publisher", ErrDamaged, i+1, err)
		}
	}
	signed, err := readCheckpoint(bytes.Join(parts[n:], nil))
	if err != nil {
		return nil, fmt.Errorf("%w: %w; copy it again from the publisher", ErrDamaged, err)
	}
	root, err := l.root(int64(n))
	if err != nil || signed.Size != int64(n) || signed.Root != root {
		return nil, fmt.Errorf("%w: the checkpoint at its end is not that of its %d releases; "+
			"copy it again from the publisher", ErrDamaged, n)
	}
	l.Checkpoint = *signed
	return l, nil
}

// add appends a manifest.
func (l *Log) add(text []byte) error {
	m, err := Parse(text)
	if err != nil {
		return err
	}
	more, err := tlog.StoredHashes(int64(len(l.texts)), text, l.hashes)
	if err != nil {
		return err
	}
	l.Releases, l.texts, l.hashes = append(l.Releases, m), append(l.texts, text), append(l.hashes, more...)
	return nil
}

// root is that of the tree of the first n releases.
func (l *Log) root(n int64) (tlog.Hash, error) { return tlog.TreeHash(n, l.hashes) }

// storedHashes are the hashes of the tree, in tlog's order.
type storedHashes []tlog.Hash

func (s storedHashes) ReadHashes(indexes []int64) (found []tlog.Hash, err error) {
	for _, i := range indexes {
		if i < 0 || i >= int64(len(s)) {
			return nil, errors.New("the tree has no such hash")
		}
		found = append(found, s[i])
	}
	return found, nil
}

// readCheckpoint reads a note of the form of c2sp.org/tlog-checkpoint, whoever signed it.
func readCheckpoint(text []byte) (*Checkpoint, error) {
	var unverified *note.UnverifiedNoteError
	_, err := note.Open(text, nil)
	if !errors.As(err, &unverified) || len(text) > MaxNote {
		return nil, errors.New("its checkpoint is not a signed note")
	}
	lines := strings.Split(unverified.Note.Text, "\n")
	if len(lines) < 4 || lines[0] == "" {
		return nil, errors.New("its checkpoint has no origin, size and root")
	}
	c := &Checkpoint{Origin: lines[0], note: text}
	if c.Size, err = strconv.ParseInt(lines[1], 10, 64); err == nil {
		c.Root, err = tlog.ParseHash(lines[2])
	}
	if err != nil || c.Size < 1 || !bytes.HasPrefix(text, c.body()) {
		return nil, errors.New("its checkpoint has no origin, size and root")
	}
	return c, nil
}

func (c *Checkpoint) body() []byte { return fmt.Appendf(nil, "%s\n%d\n%s\n", c.Origin, c.Size, c.Root) }

// signedBy checks that the publisher signed the checkpoint. Lines of others, such as witnesses, are
// left aside.
func (c *Checkpoint) signedBy(key note.Verifier) error {
	if _, err := note.Open(c.note, note.VerifierList(key)); err != nil || c.Origin != key.Name() {
		return fmt.Errorf("%w: its name is %q, the key's is %q; ask the publisher for their key and log",
			ErrSigner, c.Origin, key.Name())
	}
	return nil
}

// SignedBy checks that the publisher signed the log. The error wraps [ErrSigner].
func (l *Log) SignedBy(key note.Verifier) error { return l.Checkpoint.signedBy(key) }

// Extends checks that the log has all that it had when earlier was made: a log's file, a proof or a
// checkpoint, signed by the same publisher. The error wraps [ErrForked] when it has not.
func (l *Log) Extends(earlier []byte, key note.Verifier) error {
	if parts := bytes.Split(bytes.TrimSuffix(earlier, []byte("\n")), []byte("\n\n")); len(parts) > 2 {
		earlier = append(bytes.Join(parts[len(parts)-2:], []byte("\n\n")), '\n')
	}
	c, err := readCheckpoint(earlier)
	if err != nil {
		return fmt.Errorf("%w, and no checkpoint of one: give an earlier copy of it", ErrNotLog)
	}
	if err := c.signedBy(key); err != nil {
		return err
	}
	if c.Size > l.Checkpoint.Size {
		return fmt.Errorf("%w: it has %d releases and had %d; take the newest log",
			ErrForked, l.Checkpoint.Size, c.Size)
	}
	if root, err := l.root(c.Size); err != nil || root != c.Root {
		return fmt.Errorf("%w: its first %d releases are others than before, and the publisher signed both; "+
			"keep both files: they prove it", ErrForked, c.Size)
	}
	return nil
}

// Replaces checks that the file of a log may take the place of an earlier one: that it is whole,
// signed by the publisher, and has all that the earlier one had. An empty earlier is none; without
// a key (nil) no signature is checked. Errors are those of [Read], [Log.SignedBy], [Log.Extends].
func Replaces(file, earlier []byte, key note.Verifier) error {
	l, err := Read(file)
	if err != nil || key == nil {
		return err
	}
	if err := l.SignedBy(key); err != nil || len(earlier) == 0 {
		return err
	}
	return l.Extends(earlier, key)
}

// Append gives the log's file with one more release, signed. An empty file begins a log. The log
// must be signed by the same key, and not have that version yet.
func Append(file []byte, m *Manifest, key note.Signer, pub note.Verifier) ([]byte, error) {
	l := new(Log)
	if len(file) > 0 {
		var err error
		if l, err = Read(file); err != nil {
			return nil, err
		}
		if err := l.SignedBy(pub); err != nil {
			return nil, err
		}
	}
	for _, was := range l.Releases {
		if was.Version == m.Version {
			return nil, fmt.Errorf("version %s is in the log already: a release has one manifest only", m.Version)
		}
	}
	if err := l.add(m.Text()); err != nil {
		return nil, fmt.Errorf("the manifest cannot be published: %w", err)
	}
	c := Checkpoint{Origin: key.Name(), Size: int64(len(l.texts))}
	var err error
	if c.Root, err = l.root(c.Size); err != nil {
		return nil, err
	}
	if c.note, err = note.Sign(&note.Note{Text: string(c.body())}, key); err != nil {
		return nil, fmt.Errorf("signing the checkpoint: %w", err)
	}
	return append(bytes.Join(append(l.texts, nil), []byte("\n")), c.note...), nil
}

const proofBegin = "c2sp.org/tlog-proof@v1\n"

// Prove gives the manifest of release i, from 0, and the proof that it is in the log
// (c2sp.org/tlog-proof).
func (l *Log) Prove(i int) (manifest, proof []byte, err error) {
	path, err := tlog.ProveRecord(l.Checkpoint.Size, int64(i), l.hashes)
	if err != nil {
		return nil, nil, fmt.Errorf("proving release %d: %w", i+1, err)
	}
	proof = fmt.Appendf(nil, "%sindex %d\n", proofBegin, i)
	for _, h := range path {
		proof = fmt.Appendf(proof, "%s\n", h)
	}
	return l.texts[i], append(append(proof, '\n'), l.Checkpoint.note...), nil
}

// CheckProof checks that a manifest is in the publisher's log, and gives both. The error wraps
// [ErrNoProof] or [ErrSigner].
func CheckProof(manifest, proof []byte, key note.Verifier) (*Manifest, *Checkpoint, error) {
	m, err := Parse(manifest)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: the manifest: %w", ErrNoProof, err)
	}
	head, signed, _ := bytes.Cut(proof, []byte("\n\n"))
	c, err := readCheckpoint(signed)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrNoProof, err)
	}
	index, path, err := readPath(string(head))
	if err == nil {
		err = tlog.CheckRecord(path, c.Size, c.Root, index, tlog.RecordHash(manifest))
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrNoProof, err)
	}
	return m, c, c.signedBy(key)
}

func readPath(head string) (index int64, path tlog.RecordProof, err error) {
	rest, ok := strings.CutPrefix(head+"\n", proofBegin+"index ")
	lines := strings.Split(strings.TrimSuffix(rest, "\n"), "\n")
	if index, err = strconv.ParseInt(lines[0], 10, 64); !ok || err != nil || index < 0 || len(lines) > 64 {
		return 0, nil, errors.New("it is not a proof that this program knows")
	}
	for _, line := range lines[1:] {
		h, err := tlog.ParseHash(line)
		if err != nil {
			return 0, nil, err
		}
		path = append(path, h)
	}
	return index, path, nil
}
