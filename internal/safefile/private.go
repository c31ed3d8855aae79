package safefile

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// Errors about files and folders that hold secrets.
var (
	// ErrInsecurePermissions means that others than the owner may read or write it.
	ErrInsecurePermissions = errors.New("open to others")
	// ErrLink means that a link was given: give the path of the file itself.
	ErrLink  = errors.New("a link, which is not followed here")
	ErrOwner = errors.New("it belongs to another user")
)

// Private refuses a file or folder that others than its owner can use ([ErrInsecurePermissions]),
// that belongs to another user ([ErrOwner]), or that is a link ([ErrLink]). Root may use what
// belongs to another user, where only that user can use it.
func Private(path string) error {
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	if info.Mode()&os.ModeSymlink != 0 {
		return fmt.Errorf("%s is %w: name what it leads to", path, ErrLink)
	}
	uid := info.Sys().(*syscall.Stat_t).Uid
	if me := os.Geteuid(); me != 0 && uid != 0 && int(uid) != me {
		return fmt.Errorf("%s: %w (%d): run this as that user", path, ErrOwner, uid)
	}
	return private(path, info)
}

func private(path string, info os.FileInfo) error {
	p := info.Mode().Perm()
	if p&0o077 == 0 {
		return nil
	}
	fix := os.FileMode(0o600)
	if info.IsDir() {
		fix = 0o700
	}
	return fmt.Errorf("%s has mode %04o, which is %w: run chmod %04o %s", path, p, ErrInsecurePermissions, fix, path)
}

// maxRead is the longest file that Read takes, in bytes: far more than any needs.
const maxRead = 1 << 20

// Read reads a short file that holds a secret. Errors: [fs.ErrNotExist], [ErrLink],
// [ErrOwner], [ErrInsecurePermissions].
func Read(path string) ([]byte, error) {
	d, name, err := openFolder(path)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	f, err := d.open(name, os.O_RDONLY|unix.O_NONBLOCK)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is not a file", path)
	case !d.trusts(info.Sys().(*syscall.Stat_t).Uid):
		return nil, fmt.Errorf("%s: %w", path, ErrOwner)
	}
	if err := private(path, info); err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(f, maxRead))
}
