package safefile

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// folder is an open directory. Acts on it are on names in this directory, even when its
// path leads elsewhere by then.
type folder struct {
	*os.File
	owner uint32
}

// openFolder opens the folder that path is in, and gives the name in it.
func openFolder(path string) (folder, string, error) {
	f, err := os.OpenFile(filepath.Dir(path), os.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		return folder{}, "", err
	}
	var st unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &st); err != nil {
		return folder{}, "", errors.Join(&os.PathError{Op: "stat", Path: f.Name(), Err: err}, f.Close())
	}
	return folder{f, st.Uid}, filepath.Base(path), nil
}

func (d folder) path(name string) string { return filepath.Join(d.Name(), name) }

// trusts reports whether a file in this folder that belongs to uid may be read or written: the
// process's own user, root, and for root also the owner of the folder.
func (d folder) trusts(uid uint32) bool {
	return uid == 0 || int(uid) == os.Geteuid() || os.Geteuid() == 0 && uid == d.owner
}

// open opens a file, which must not be a link.
func (d folder) open(name string, flags int) (*os.File, error) {
	for {
		fd, err := unix.Openat(int(d.Fd()), name, flags|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0o600)
		switch {
		case err == nil:
			return os.NewFile(uintptr(fd), d.path(name)), nil
		case errors.Is(err, unix.ELOOP):
			return nil, fmt.Errorf("%s: %w", d.path(name), ErrLink)
		case !errors.Is(err, unix.EINTR):
			return nil, d.failed("open", name, err)
		}
	}
}

// kind gives the type of a name in the folder (unix.S_IFMT); a link is not followed.
func (d folder) kind(name string) (uint32, error) {
	var st unix.Stat_t
	err := unix.Fstatat(int(d.Fd()), name, &st, unix.AT_SYMLINK_NOFOLLOW)
	return st.Mode & unix.S_IFMT, d.failed("stat", name, err)
}

func (d folder) remove(name string) error {
	return d.failed("remove", name, unix.Unlinkat(int(d.Fd()), name, 0))
}

func (d folder) link(from, to string) error {
	return d.failed("link", from, unix.Linkat(int(d.Fd()), from, int(d.Fd()), to, 0))
}

func (d folder) rename(from, to string) error {
	return d.failed("rename", from, unix.Renameat(int(d.Fd()), from, int(d.Fd()), to))
}

// setAside renames a folder in this one.
func (d folder) setAside(name string) error {
	if unix.Unlinkat(int(d.Fd()), name, unix.AT_REMOVEDIR) == nil {
		return nil // it was empty
	}
	for n := 1; ; n++ {
		to := fmt.Sprintf("%s.aside-%d", name, n)
		err := unix.Mkdirat(int(d.Fd()), to, 0o700) // the new name, made sure to be free
		if errors.Is(err, unix.EEXIST) && n < 1000 {
			continue
		}
		if err == nil {
			err = unix.Renameat(int(d.Fd()), name, int(d.Fd()), to)
		}
		return d.failed("set the folder aside", name, err)
	}
}

func (d folder) failed(op, name string, err error) error {
	if err == nil {
		return nil
	}
	return &os.PathError{Op: op, Path: d.path(name), Err: err}
}
