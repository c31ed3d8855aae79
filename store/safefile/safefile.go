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

// Fill is Write for content that f writes piece by piece. When f fails, path stays as it was.
func Fill(path string, fill func(io.Writer) error) error {
	f, err := os.OpenFile(path+New, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
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
	if err := Clean(path + Old); err != nil {
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

// Clean wipes path if it is there.
func Clean(path string) error {
	err := Wipe(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// Wipe overwrites a file with random bytes, syncs it, and unlinks it. A file that has another name too only loses this one: power was cut
// between linking it to path+Old and replacing it, so it is still the one that counts.
func Wipe(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("wipe %s: not a regular file", path)
	}
	if st, ok := info.Sys().(*syscall.Stat_t); !ok || st.Nlink == 1 {
		if _, err := io.CopyN(f, rand.Reader, info.Size()); err != nil {
			return err
		}
		if err := f.Sync(); err != nil {
			return err
		}
	}
	if err := os.Remove(path); err != nil {
		return err
	}
	return SyncDir(path)
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
