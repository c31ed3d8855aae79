package release

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"menshen/internal/golden"
)

// publisher is a key from a seed of 32 equal bytes.
func publisher(t testing.TB, name string, seed byte) (note.Signer, note.Verifier) {
	t.Helper()
	raw := bytes.Repeat([]byte{seed}, ed25519.SeedSize)
	vkey, err := note.NewEd25519VerifierKey(name, ed25519.NewKeyFromSeed(raw).Public().(ed25519.PublicKey))
	if err != nil {
		t.Fatal(err)
	}
	pub, err := note.NewVerifier(vkey)
	if err != nil {
		t.Fatal(err)
	}
	skey := fmt.Sprintf("PRIVATE+KEY+%s+%08x+%s", name, pub.KeyHash(),
		base64.StdEncoding.EncodeToString(append([]byte{1}, raw...)))
	key, err := note.NewSigner(skey)
	if err != nil {
		t.Fatal(err)
	}
	return key, pub
}

// manifest is release n, with a program of its own and a model that stays the same.
func manifest(n int) *Manifest {
	sum := func(text string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(text))) }
	deb := fmt.Sprintf("trixie/menshen_%d_arm64.deb", n)
	return &Manifest{Version: fmt.Sprintf("0~%d", n), Commit: fmt.Sprintf("%040x", n),
		Time: time.Date(2026, 11, n, 1, 2, 3, 0, time.UTC), Files: []File{
			{sum("deb" + deb), 10, deb}, {sum("program" + deb), 11, deb + ":/usr/bin/menshen"},
			{sum("unit"), 4, deb + ":/usr/lib/systemd/system/menshen.service"},
			{sum("models"), 20, "trixie/menshen-models_1_all.deb"},
			{sum("eye"), 21, "trixie/menshen-models_1_all.deb:/usr/share/menshen/models/fr_eye.onnx"},
			{sum("image"), 30, "menshen rpi4.img.xz"}}}
}

// logOf is the file of a log of releases 1 to n.
func logOf(t testing.TB, n int, key note.Signer, pub note.Verifier) (file []byte) {
	t.Helper()
	var err error
	for i := 1; i <= n; i++ {
		if file, err = Append(file, manifest(i), key, pub); err != nil {
			t.Fatal(err)
		}
	}
	return file
}

// TestVectors: a log that an earlier version wrote is read, and each release is proved by itself
// (docs/formats.md).
func TestVectors(t *testing.T) {
	key, pub := publisher(t, "example.org/menshen", 7)
	file := golden.Vector(t, "testdata/releases-1.log", func() []byte { return logOf(t, 5, key, pub) })
	if again := logOf(t, 5, key, pub); !bytes.Equal(again, file) {
		t.Errorf("this version writes another log:\n%s", again)
	}
	l, err := Read(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.SignedBy(pub); err != nil || len(l.Releases) != 5 || l.Releases[4].Version != "0~5" {
		t.Fatalf("%d releases, %v", len(l.Releases), err)
	}
	for i := range l.Releases {
		text, proof, err := l.Prove(i)
		if err != nil {
			t.Fatal(err)
		}
		if i == 2 {
			kept := golden.Vector(t, "testdata/release-3.tlog-proof", func() []byte { return proof })
			if !bytes.Equal(kept, proof) {
				t.Errorf("this version writes another proof:\n%s", proof)
			}
		}
		if m, c, err := CheckProof(text, proof, pub); err != nil || m.Version != l.Releases[i].Version || c.Size != 5 {
			t.Errorf("release %d: %v", i+1, err)
		}
		other, _, _ := l.Prove((i + 1) % 5)
		if _, _, err := CheckProof(other, proof, pub); !errors.Is(err, ErrNoProof) {
			t.Errorf("the proof of release %d fits another: %v", i+1, err)
		}
	}
}

// TestLogShowsChanges: no changed, cut, foreign or unsigned log is believed.
func TestLogShowsChanges(t *testing.T) {
	key, pub := publisher(t, "example.org/menshen", 7)
	_, strange := publisher(t, "example.org/menshen", 8)
	file := logOf(t, 3, key, pub)
	read := func(b []byte, pub note.Verifier) error {
		l, err := Read(b)
		if err == nil {
			err = l.SignedBy(pub)
		}
		return err
	}
	signature := bytes.LastIndex(file, []byte("\n\n"))
	for i := range file {
		b := bytes.Clone(file)
		b[i] ^= 0x04
		// The last letters of base64 have bits that mean nothing.
		if err := read(b, pub); err == nil && i < signature {
			t.Errorf("byte %d (%q) may be changed", i, file[i])
		}
		if err := read(file[:i], pub); err == nil {
			t.Errorf("the log may be cut at byte %d", i)
		}
	}
	if err := read(file, strange); !errors.Is(err, ErrSigner) {
		t.Errorf("another publisher's key: %v", err)
	}
	if err := read([]byte("[unit]\nname = 1\n"), pub); !errors.Is(err, ErrNotLog) {
		t.Errorf("another file: %v", err)
	}
	newer := bytes.Replace(file, []byte("menshen release 1\n"), []byte("menshen release 2\n"), 1)
	if err := read(newer, pub); err == nil || !strings.Contains(err.Error(), "newer menshen") {
		t.Errorf("a form of later: %v", err)
	}
	// A witness's line is no fault.
	witness, _ := publisher(t, "witness.example", 9)
	l, err := Read(file)
	if err != nil {
		t.Fatal(err)
	}
	n, err := note.Open(l.Checkpoint.note, note.VerifierList(pub))
	if err != nil {
		t.Fatal(err)
	}
	both, err := note.Sign(n, witness)
	if err != nil {
		t.Fatal(err)
	}
	if err := read(bytes.Replace(file, l.Checkpoint.note, both, 1), pub); err != nil {
		t.Errorf("with a witness: %v", err)
	}
}

// TestLogIsAppendedTo: a log has all that earlier copies, proofs and checkpoints had.
func TestLogIsAppendedTo(t *testing.T) {
	key, pub := publisher(t, "example.org/menshen", 7)
	newest, err := Read(logOf(t, 4, key, pub))
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= 4; n++ {
		file := logOf(t, n, key, pub)
		then, err := Read(file)
		if err != nil {
			t.Fatal(err)
		}
		_, proof, err := then.Prove(n / 2)
		if err != nil {
			t.Fatal(err)
		}
		for _, earlier := range [][]byte{file, proof, then.Checkpoint.note} {
			if err := newest.Extends(earlier, pub); err != nil {
				t.Errorf("after %d releases: %v", n, err)
			}
			if err := then.Extends(newest.Checkpoint.note, pub); (n < 4) != errors.Is(err, ErrForked) {
				t.Errorf("%d releases against 4: %v", n, err)
			}
		}
	}
	var fork []byte // another release 2, which the publisher showed somebody
	for _, m := range []*Manifest{manifest(1), manifest(9), manifest(3)} {
		if fork, err = Append(fork, m, key, pub); err != nil {
			t.Fatal(err)
		}
	}
	if err := newest.Extends(fork, pub); !errors.Is(err, ErrForked) || !strings.Contains(err.Error(), "keep both") {
		t.Errorf("a fork: %v", err)
	}
	if err := newest.Extends([]byte("no log"), pub); !errors.Is(err, ErrNotLog) {
		t.Errorf("no log: %v", err)
	}
	if _, err := Append(fork, manifest(9), key, pub); err == nil {
		t.Error("a version is published twice")
	}
	strange, other := publisher(t, "example.org/menshen", 8)
	if _, err := Append(fork, manifest(8), strange, other); !errors.Is(err, ErrSigner) {
		t.Errorf("a stranger appends: %v", err)
	}
	for _, name := range []string{"two\nlines", "\u202etxt.exe", "", manifest(8).Files[1].Name} {
		bad := manifest(8)
		bad.Files[0].Name = name
		if _, err := Append(fork, bad, key, pub); err == nil {
			t.Errorf("a file named %q is published", name)
		}
	}
}

// TestCheck compares a system with its release.
func TestCheck(t *testing.T) {
	key, pub := publisher(t, "example.org/menshen", 7)
	l, err := Read(logOf(t, 3, key, pub))
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	install := func(path, text string) {
		t.Helper()
		path = filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	check := func() (*Report, error) { return l.Check(filepath.Join(root, Program), root) }
	install(Program, "programtrixie/menshen_2_arm64.deb")
	install("/usr/lib/systemd/system/menshen.service", "unit")
	r, err := check()
	if err != nil || r.Number != 2 || r.Version != "0~2" || r.Newest != "0~3" || len(r.Same) != 2 ||
		len(r.Absent) != 1 || len(r.Changed) != 0 {
		t.Fatalf("%+v, %v", r, err)
	}
	install("/usr/lib/systemd/system/menshen.service", "unit of somebody else")
	install(Models+"/fr_eye.onnx", "eye")
	install(Models+"/age.onnx", "age")
	r, err = check()
	if want := "[/usr/lib/systemd/system/menshen.service /usr/share/menshen/models/age.onnx]"; err != nil ||
		fmt.Sprint(r.Changed) != want || len(r.Same) != 2 || len(r.Absent) != 0 {
		t.Fatalf("%+v, %v", r, err)
	}
	install(Program, "somebody else's")
	if _, err := check(); !errors.Is(err, ErrUnknown) || !strings.Contains(err.Error(), "take the newest") {
		t.Errorf("an unknown program: %v", err)
	}
}

// FuzzRead: whatever is read as a log is written again as the same bytes, and proves its releases.
func FuzzRead(f *testing.F) {
	key, pub := publisher(f, "example.org/menshen", 7)
	file := logOf(f, 3, key, pub)
	f.Add(file)
	f.Add(file[:len(file)/2])
	f.Add(bytes.Replace(file, []byte("\n3\n"), []byte("\n9\n"), 1))
	f.Fuzz(func(t *testing.T, b []byte) {
		l, err := Read(b)
		if err != nil {
			return
		}
		again := append(bytes.Join(append(l.texts, nil), []byte("\n")), l.Checkpoint.note...)
		if !bytes.Equal(again, b) {
			t.Errorf("written again it is\n%q", again)
		}
		_ = l.Extends(b, pub)
		text, proof, err := l.Prove(len(l.Releases) - 1)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := CheckProof(text, proof, pub); err != nil && !errors.Is(err, ErrSigner) {
			t.Errorf("its own proof: %v", err)
		}
	})
}

// FuzzCheckProof: no proof leads to a panic, and only the log's own release is proved.
func FuzzCheckProof(f *testing.F) {
	key, pub := publisher(f, "example.org/menshen", 7)
	l, err := Read(logOf(f, 5, key, pub))
	if err != nil {
		f.Fatal(err)
	}
	for i := range l.Releases {
		text, proof, _ := l.Prove(i)
		f.Add(text, proof)
	}
	f.Fuzz(func(t *testing.T, text, proof []byte) {
		m, _, err := CheckProof(text, proof, pub)
		if err == nil && !slices.ContainsFunc(l.texts, func(b []byte) bool { return bytes.Equal(b, m.Text()) }) {
			t.Errorf("proved: %q", text)
		}
	})
}

// TestPublisherKey reads the key as text and from a file.
func TestPublisherKey(t *testing.T) {
	pub := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, 32)).Public().(ed25519.PublicKey)
	vkey, err := note.NewEd25519VerifierKey("example.org/menshen", pub)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(path, []byte(vkey+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, given := range []string{vkey, path} {
		if key, err := PublisherKey(given); err != nil || key.Name() != "example.org/menshen" {
			t.Errorf("%s: %v", given, err)
		}
	}
	for _, given := range []string{hex.EncodeToString(pub), vkey[:40], os.DevNull} {
		if _, err := PublisherKey(given); err == nil || !strings.Contains(err.Error(), "NAME+HASH+KEY") {
			t.Errorf("%s: %v", given, err)
		}
	}
}

// TestReplaces: a unit takes a newer log of the same publisher, and keeps what it has otherwise.
func TestReplaces(t *testing.T) {
	key, pub := publisher(t, "example.org/menshen", 7)
	other, otherPub := publisher(t, "example.net/menshen", 8)
	two, three := logOf(t, 2, key, pub), logOf(t, 3, key, pub)
	forked := manifest(2)
	forked.Commit = strings.Repeat("f", 40)
	fork, err := Append(logOf(t, 1, key, pub), forked, key, pub)
	if err == nil {
		fork, err = Append(fork, manifest(3), key, pub)
	}
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		file, earlier []byte
		key           note.Verifier
		want          error
	}{
		"the first":              {two, nil, pub, nil},
		"the same":               {two, two, pub, nil},
		"a newer one":            {three, two, pub, nil},
		"an older one":           {two, three, pub, ErrForked},
		"another past":           {fork, two, pub, ErrForked},
		"another publisher's":    {logOf(t, 3, other, otherPub), two, pub, ErrSigner},
		"cut off":                {three[:len(three)/2], two, pub, ErrDamaged},
		"none":                   {[]byte("hello"), two, pub, ErrNotLog},
		"a key that is not here": {three, two, nil, nil},
		"cut off, without a key": {three[:len(three)/2], nil, nil, ErrDamaged},
	} {
		if err := Replaces(c.file, c.earlier, c.key); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
