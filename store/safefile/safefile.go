// Package safefile replaces and destroys whole files so that a power cut at any point leaves either the old content or the new.
//
// Wipe overwrites before it unlinks. On a magnetic disk that destroys the bytes. On flash (SD card, eMMC, SSD) the controller writes
// elsewhere and keeps the old cells until it reuses them; overwriting then only hides the bytes from the file system and from a scan of
// the device, not from somebody who takes the chip off the board. What is wiped here is therefore always encrypted, and its key is destroyed too.
package safefile

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"
)

// Suffixes of the files that exist only while something is being replaced. A leftover of either means that power was cut meanwhile: Clean removes them.
const (
	New = ".new" // not complete yet
	Old = ".old" // replaced, not wiped yet
)

// Write puts data where path is, durably and all at once, with mode 0600. What was there before is wiped.
func Write(path string, data []byte) error {
	return Fill(path, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// Fill is Write for content that fill writes piece by piece. When fill fails, path stays as it was. After ErrNotWiped the new content is in place.
func Fill(path string, fill func(io.Writer) error) error {
	if err := Clean(path + New); err != nil && !errors.Is(err, ErrNotWiped) {
		return err
	}
	f, err := os.OpenFile(path+New, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	err = fill(f)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(path+New))
	}
	return Promote(path)
}

// Promote makes the complete, synced file path+New the one at path, and wipes what was at path before.
func Promote(path string) error {
	if err := Swap(path); err != nil {
		return err
	}
	return Clean(path + Old)
}

// ErrUnsynced means that a file has taken its place, but that a power cut may still undo this. SyncDir may be tried again.
var ErrUnsynced = errors.New("directory is not synced")

// Swap is Promote without the wiping: what was at path before stays at path+Old until Clean. After ErrUnsynced the files have changed places
// all the same; after any other error they have not.
func Swap(path string) error {
	if err := Clean(path + Old); err != nil && !errors.Is(err, ErrNotWiped) {
		return err
	}
	switch err := os.Link(path, path+Old); {
	case errors.Is(err, fs.ErrNotExist): // first of its name
	case err != nil:
		return err
	}
	if err := os.Rename(path+New, path); err != nil {
		return err
	}
	if err := SyncDir(path); err != nil {
		return fmt.Errorf("%w: %w", ErrUnsynced, err)
	}
	return nil
}

// ErrNotWiped means that a file is gone, and that its bytes could not be overwritten before, as on a full or failing disk.
var ErrNotWiped = errors.New("unlinked without being overwritten")

// Clean makes path free, if something is there. A file is wiped. A folder is nobody's work here: an empty one goes, another is kept
// under a name of its own. After ErrNotWiped path is free all the same.
func Clean(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case info.IsDir():
		if err := setAside(path); err != nil {
			return err
		}
		return SyncDir(path)
	}
	return Wipe(path)
}

// setAside takes a folder out of the way.
func setAside(path string) error {
	if os.Remove(path) == nil {
		return nil // it was empty
	}
	name, err := os.MkdirTemp(filepath.Dir(path), filepath.Base(path)+".aside-") // the new name, made sure to be free
	if err != nil {
		return err
	}
	if err := unix.Rename(path, name); err != nil { // os.Rename does not replace a folder, not even an empty one
		return fmt.Errorf("set the folder %s aside: %w", path, err)
	}
	return nil
}

// Wipe overwrites a file with random bytes, syncs it, and unlinks it. A file that has another name too only loses this one: power was cut
// between linking it to path+Old and replacing it, so it is still the one that counts. A link, a pipe or a device is unlinked and
// not followed. What cannot be overwritten is unlinked too: ErrNotWiped.
func Wipe(path string) error {
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	if info.IsDir() {
		return fmt.Errorf("wipe %s: it is a folder", path)
	}
	var unwiped error
	if info.Mode().IsRegular() {
		unwiped = overwrite(path)
	}
	if err := os.Remove(path); err != nil {
		return errors.Join(err, unwiped)
	}
	if err := SyncDir(path); err != nil {
		return errors.Join(err, unwiped)
	}
	if unwiped != nil {
		return fmt.Errorf("%s: %w: %w", path, ErrNotWiped, unwiped)
	}
	return nil
}

// overwrite puts random bytes in place of what a file holds. Holes in it hold nothing, and filling them would need room on a full disk.
func overwrite(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if st, ok := info.Sys().(*syscall.Stat_t); ok && st.Nlink > 1 {
		return nil
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

// nextData finds the next part of a file, from off on, that is no hole; from == to: there is none.
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
	d, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// ErrOpenToOthers means that somebody other than the owner may read or write a file that holds secrets.
var ErrOpenToOthers = errors.New("open to others")

// Private refuses a file or directory that anybody but its owner can use.
func Private(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if p := info.Mode().Perm(); p&0o077 != 0 {
		fix := os.FileMode(0o600)
		if info.IsDir() {
			fix = 0o700
		}
		return fmt.Errorf("%s has mode %04o, which is %w: run chmod %04o %s", path, p, ErrOpenToOthers, fix, path)
	}
	return nil
}
