package update

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// give copies what leaves the unit onto the stick, each file whole or not at all, and tells how
// many of them are on it now. One of the same name and size is there already. The door owns the
// folder, so a link in it is not followed.
func (r Root) give() (n int, err error) {
	to, free, err := r.Tools.StickToWrite()
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, free()) }()
	files, err := os.ReadDir(r.Outbox)
	if err != nil {
		return 0, err
	}
	for _, f := range files {
		if !f.Type().IsRegular() || strings.HasPrefix(f.Name(), ".") {
			continue
		}
		if err := copyFile(filepath.Join(to, f.Name()), filepath.Join(r.Outbox, f.Name())); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

func copyFile(to, from string) (err error) {
	in, err := os.OpenFile(from, os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if err != nil {
		return err
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return errors.Join(err, fs.ErrInvalid)
	}
	if there, err := os.Stat(to); err == nil && there.Size() == info.Size() {
		return nil
	}
	half := to + ".part"
	out, err := os.Create(half)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	if err = errors.Join(err, out.Sync(), out.Close()); err != nil {
		return errors.Join(err, os.Remove(half))
	}
	return os.Rename(half, to)
}
