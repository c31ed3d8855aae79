// Package safefile replaces and wipes whole files. A power cut at any point leaves
// either the old content or the new.
//
// No function follows a link in the place of a file: a user who may write in the folder could lead
// root to a file elsewhere. Each act opens the folder first, and works on names in it.
//
// [Wipe] overwrites before it unlinks. On a magnetic disk that destroys the bytes. On flash
// (SD card, eMMC, SSD) the controller writes elsewhere and keeps the old cells until it
// reuses them: overwriting then hides the bytes from the file system and from a scan of the
// device, but not from a reader of the bare chip. So what is wiped here is always encrypted,
// and its key is destroyed too.
package safefile

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// Suffixes of the files that exist only while a file is being replaced. One that remains means that
// power was cut meanwhile; [Clean] removes it.
const (
	New = ".new" // not complete yet
	Old = ".old" // replaced, not wiped yet
)

// Write replaces the file at path by data, durably and at once, with mode 0600. The old content is
// wiped. [ErrNotWiped]: the new content is in place, and the old was only unlinked.
func Write(path string, data []byte) error {
	return Fill(path, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// Fill is [Write] for content that fill writes piece by piece. When fill
// fails, path stays as it was.
func Fill(path string, fill func(io.Writer) error) error {
	if err := Clean(path + New); err != nil && !errors.Is(err, ErrNotWiped) {
		return err
	}
	d, name, err := openFolder(path)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.fill(name+New, 0o600, fill); err != nil {
		return err
	}
	return Promote(path)
}

// Replace is [Fill] for content that is not secret: with a mode of its own, and nothing is wiped. A
// process that has the file open goes on reading the old content.
func Replace(path string, mode fs.FileMode, fill func(io.Writer) error) error {
	d, name, err := openFolder(path)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.remove(name + New); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := d.fill(name+New, mode, fill); err != nil {
		return err
	}
	if err := d.rename(name+New, name); err != nil {
		return errors.Join(err, d.remove(name+New))
	}
	return d.Sync()
}

// fill makes a new file, and syncs it. When that fails, no file is left.
func (d folder) fill(name string, mode fs.FileMode, fill func(io.Writer) error) error {
	f, err := d.open(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL)
	if err != nil {
		return err
	}
	if err := errors.Join(fill(f), f.Chmod(mode), f.Sync(), f.Close()); err != nil {
		return errors.Join(err, d.remove(name))
	}
	return nil
}

// Promote gives the complete, synced file path+New the name path, and
// wipes the file that was at path.
func Promote(path string) error {
	if err := Swap(path); err != nil {
		return err
	}
	return Clean(path + Old)
}

// ErrUnsynced means that a file has taken its place, but that a power cut may still undo this.
// [SyncDir] may be tried again.
var ErrUnsynced = errors.New("directory is not synced")

// Swap is [Promote] without the wiping: the file that was at path stays at path+Old until [Clean].
// After [ErrUnsynced] the files have changed places; after any other error they have not.
func Swap(path string) error {
	if err := Clean(path + Old); err != nil && !errors.Is(err, ErrNotWiped) {
		return err
	}
	d, name, err := openFolder(path)
	if err != nil {
		return err
	}
	defer d.Close()
	switch err := d.link(name, name+Old); {
	case errors.Is(err, fs.ErrNotExist): // first of its name
	case err != nil:
		return err
	}
	if err := d.rename(name+New, name); err != nil {
		return err
	}
	if err := d.Sync(); err != nil {
		return fmt.Errorf("%w: %w", ErrUnsynced, err)
	}
	return nil
}

// ErrNotWiped means that a file is gone, but could not be overwritten first,
// as on a full or failing disk.
var ErrNotWiped = errors.New("unlinked without being overwritten")

// Clean removes whatever is at path, if anything is. A file is wiped, as by [Wipe]. An empty folder
// is removed; a folder with content, which no act here makes, is kept under a name of its own.
// After [ErrNotWiped] path is free all the same.
func Clean(path string) error {
	d, name, err := openFolder(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer d.Close()
	kind, err := d.kind(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case kind == unix.S_IFDIR:
		return errors.Join(d.setAside(name), d.Sync())
	}
	return d.wipe(name)
}

// Wipe overwrites a file with random bytes, syncs it, and unlinks it. [ErrNotWiped]: it
// could not be overwritten, and is unlinked all the same. A link, a pipe, a device or a
// file of another user is unlinked, and not followed or overwritten. A file that has
// another name too only loses this one: power was cut between linking it to path+Old and
// replacing it, so it is still the one in use.
func Wipe(path string) error {
	d, name, err := openFolder(path)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.wipe(name)
}

func (d folder) wipe(name string) error {
	kind, err := d.kind(name)
	if err != nil {
		return err
	}
	if kind == unix.S_IFDIR {
		return fmt.Errorf("wipe %s: it is a folder", d.path(name))
	}
	var unwiped error
	if kind == unix.S_IFREG {
		unwiped = d.overwrite(name)
	}
	if err := d.remove(name); err != nil {
		return errors.Join(err, unwiped)
	}
	if err := d.Sync(); err != nil {
		return errors.Join(err, unwiped)
	}
	if unwiped != nil {
		return fmt.Errorf("%s: %w: %w", d.path(name), ErrNotWiped, unwiped)
	}
	return nil
}

// overwrite puts random bytes in the place of a file's data. Holes are left: they have no data, and
// to fill them would need room on a full disk.
func (d folder) overwrite(name string) error {
	f, err := d.open(name, os.O_WRONLY|unix.O_NONBLOCK)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	st := info.Sys().(*syscall.Stat_t)
	switch {
	case !info.Mode().IsRegular():
		return errors.New("it is not a file any more")
	case st.Nlink > 1:
		return nil
	case !d.trusts(st.Uid):
		return fmt.Errorf("%w (%d)", ErrOwner, st.Uid)
	}
	for end := int64(0); ; {
		from, to, err := nextData(f, end, info.Size())
		if err != nil {
			return err
		}
		if from == to {
			return f.Sync()
		}
		if _, err := io.CopyN(io.NewOffsetWriter(f, from), rand.Reader, to-from); err != nil {
			return err
		}
		end = to
	}
}

// nextData finds the next part of a file, from off on, that is not a
// hole; from == to: none follows.
func nextData(f *os.File, off, size int64) (from, to int64, err error) {
	if off >= size {
		return size, size, nil
	}
	from, err = unix.Seek(int(f.Fd()), off, unix.SEEK_DATA)
	switch {
	case errors.Is(err, unix.ENXIO):
		return size, size, nil
	case errors.Is(err, unix.EINVAL): // a file system that does not tell
		return off, size, nil
	case err != nil:
		return 0, 0, err
	}
	to, err = unix.Seek(int(f.Fd()), from, unix.SEEK_HOLE)
	return from, min(to, size), err
}

// SyncDir makes the directory entry of path durable.
func SyncDir(path string) error {
	d, _, err := openFolder(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
