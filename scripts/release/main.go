// Release publishes what is in a folder: it appends the manifest to the log of releases, and signs
// it (docs/decisions/0035).
//
//	go run ./scripts/release key NAME FILE        a publisher's key; FILE.vkey is its public half
//	go run ./scripts/release manifest DIST        for whoever builds the commit again
//	go run ./scripts/release append KEY LOG DIST  what 'make release' does
//
// NAME is that of the log as well, such as example.org/menshen. DIST is what 'make packages' fills;
// all its files are of the release, but for apt's repository and updates for a stick, which are
// made of them and signed. Its packages and images must be of one commit of this folder. A log that
// is not there is begun.
package main

import (
	"archive/tar"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"menshen/board/release"
	"menshen/internal/safefile"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	switch {
	case len(args) == 3 && args[0] == "key":
		return makeKey(args[1], args[2])
	case len(args) == 2 && args[0] == "manifest":
		m, err := manifestOf(args[1])
		if err != nil {
			return err
		}
		_, err = os.Stdout.Write(m.Text())
		return err
	case len(args) == 4 && args[0] == "append":
		return publish(args[1], args[2], args[3])
	}
	return errors.New("usage: release key NAME FILE | manifest DIST | append KEY LOG DIST")
}

func makeKey(name, path string) error {
	skey, vkey, err := note.GenerateKey(rand.Reader, name)
	if err != nil {
		return err
	}
	if _, err := note.NewSigner(skey); err != nil {
		return fmt.Errorf("%q cannot be a publisher's name (%w): write one like example.org/menshen", name, err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("writing the key: %w", err)
	}
	if _, err := fmt.Fprintln(f, skey); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := errors.Join(f.Sync(), f.Close(), os.WriteFile(path+".vkey", []byte(vkey+"\n"), 0o644)); err != nil {
		return fmt.Errorf("writing the key: %w", err)
	}
	fmt.Printf("secret key: %s; keep it, and a copy, off the machine that builds\n", path)
	fmt.Printf("public key, for all who verify: %s\n", vkey)
	return nil
}

// publish appends the release in dist to a log.
func publish(keyFile, path, dist string) error {
	raw, err := os.ReadFile(keyFile)
	if err != nil {
		return fmt.Errorf("reading the key (make one with 'go run ./scripts/release key NAME FILE'): %w", err)
	}
	key, err := note.NewSigner(strings.TrimSpace(string(raw)))
	if err != nil {
		return fmt.Errorf("%s is not a publisher's secret key: %w", keyFile, err)
	}
	pub, err := release.PublisherKey(keyFile + ".vkey")
	if err != nil {
		return err
	}
	m, err := manifestOf(dist)
	if err != nil {
		return err
	}
	old, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("reading the log: %w", err)
	}
	file, err := release.Append(old, m, key, pub)
	if err != nil {
		return err
	}
	l, err := release.Read(file) // as whoever gets it will
	if err == nil {
		err = l.SignedBy(pub)
	}
	if err == nil && len(old) > 0 {
		err = l.Extends(old, pub)
	}
	if err != nil {
		return fmt.Errorf("the new log does not verify, and was not written: %w", err)
	}
	write := func(w io.Writer) error { _, err := w.Write(file); return err }
	if err := safefile.Replace(path, 0o644, write); err != nil {
		return fmt.Errorf("writing the log: %w", err)
	}
	fmt.Printf("%s has %d releases; the last is %s, %d files\n", path, len(l.Releases), m.Version, len(m.Files))
	return nil
}

// built is the name of a package of the program (scripts/package/build.sh) or of an image: version,
// commit.
var built = regexp.MustCompile(`^menshen(?:-voice_|[_-])(.*\+g([0-9a-f]{7})(\.dirty)?)` +
	`(-1~deb\d+_\w+\.deb|(-pios)?\.img.*)$`)

// manifestOf describes the files of a folder.
func manifestOf(dist string) (*release.Manifest, error) {
	m := &release.Manifest{}
	var commit string
	err := filepath.WalkDir(dist, func(path string, d fs.DirEntry, err error) error {
		name := strings.TrimPrefix(path, filepath.Clean(dist)+"/")
		switch {
		case err != nil:
			return err
		case d.IsDir() && name == "repository":
			return fs.SkipDir
		case !d.Type().IsRegular() || filepath.Ext(name) == ".raucb":
			return nil
		}
		if is := built.FindStringSubmatch(d.Name()); is != nil {
			if is[3] != "" {
				return fmt.Errorf("%s has changes that are in no commit: commit them, then 'make packages'", name)
			}
			if m.Version != "" && m.Version != is[1] {
				return fmt.Errorf("%s is of another version than %s: remove the older one", name, m.Version)
			}
			m.Version, commit = is[1], is[2]
		}
		if err := addFile(m, path, name); err != nil {
			return err
		}
		if filepath.Ext(name) == ".deb" {
			return addPackaged(m, path, name)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("looking at what is published: %w", err)
	}
	if commit == "" {
		return nil, fmt.Errorf("there is no package of menshen in %s: make packages", dist)
	}
	return m, dated(m, commit)
}

// dated fills in the commit and its time, so that the same commit gives the same manifest.
func dated(m *release.Manifest, commit string) error {
	out, err := exec.Command("git", "log", "-1", "--format=%H %ct", commit, "--").Output()
	var seconds int64
	if err == nil {
		_, err = fmt.Sscan(string(out), &m.Commit, &seconds)
	}
	if err != nil {
		return fmt.Errorf("git does not know the packages' commit %s (%w): go where their source is", commit, err)
	}
	m.Time = time.Unix(seconds, 0).UTC()
	return nil
}

func addFile(m *release.Manifest, path, name string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return add(m, f, name)
}

func add(m *release.Manifest, r io.Reader, name string) error {
	sum := sha256.New()
	size, err := io.Copy(sum, r)
	m.Files = append(m.Files, release.File{SHA256: fmt.Sprintf("%x", sum.Sum(nil)), Size: size, Name: name})
	return err
}

// works is what of a package runs, or says what is in it; the rest is for reading.
var works = regexp.MustCompile(`^/(bin|sbin|lib|etc|usr/bin|usr/sbin|usr/lib|usr/share/menshen)/|\.spdx\.json$`)

// addPackaged adds the files in a package that work.
func addPackaged(m *release.Manifest, path, name string) error {
	unpack := exec.Command("dpkg-deb", "--fsys-tarfile", path)
	unpack.Stderr = os.Stderr
	out, err := unpack.StdoutPipe()
	if err != nil {
		return err
	}
	if err := unpack.Start(); err != nil {
		return fmt.Errorf("%w: install dpkg", err)
	}
	files := tar.NewReader(out)
	for {
		h, err := files.Next()
		if errors.Is(err, io.EOF) {
			_, err = io.Copy(io.Discard, out)
			return errors.Join(err, unpack.Wait())
		}
		if err != nil {
			return errors.Join(fmt.Errorf("%s is not a whole package: %w", name, err), out.Close(), unpack.Wait())
		}
		inside := "/" + strings.TrimPrefix(h.Name, "./")
		if h.Typeflag == tar.TypeReg && works.MatchString(inside) {
			if err := add(m, files, name+":"+inside); err != nil {
				return errors.Join(err, out.Close(), unpack.Wait())
			}
		}
	}
}
