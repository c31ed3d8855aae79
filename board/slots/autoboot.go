package slots

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// AutobootSize is the size of autoboot.txt in bytes: one sector, so that it is written whole or not
// at all.
const AutobootSize = 512

// Autoboot is the content of autoboot.txt when a slot starts next, and the other one when the
// firmware is told to try. It is padded with newlines.
func Autoboot(s Slot) []byte {
	text := fmt.Sprintf("[all]\ntryboot_a_b=1\nboot_partition=%d\n[tryboot]\nboot_partition=%d\n",
		s.BootPartition(), s.Other().BootPartition())
	return append([]byte(text), bytes.Repeat([]byte("\n"), AutobootSize-len(text))...)
}

// ErrAutoboot means that autoboot.txt is not one of the two that there are. What the firmware makes
// of another one is not known, so nothing is done on the strength of it.
var ErrAutoboot = errors.New("autoboot.txt is damaged: put the storage into a laptop, and copy that file from the " +
	"image onto the partition MENSHEN")

// ParseAutoboot tells which slot starts next. Errors: [ErrAutoboot].
func ParseAutoboot(raw []byte) (Slot, error) {
	for _, s := range []Slot{A, B} {
		if bytes.Equal(raw, Autoboot(s)) {
			return s, nil
		}
	}
	return "", ErrAutoboot
}

// ReadAutoboot reads the file. Errors: [ErrAutoboot], and those of the disk.
func ReadAutoboot(path string) (Slot, error) {
	raw, err := readSmall(path, AutobootSize+1)
	if err != nil {
		return "", fmt.Errorf("reading which system starts: %w", err)
	}
	return ParseAutoboot(raw)
}

// Commit makes a slot the one that starts. The file is written over in place, neither made longer
// nor shorter, so that the file system has nothing else to write that matters: after a power cut
// the old content is there or the new one. It does nothing when the slot starts already. Errors:
// [ErrAutoboot] for a file that is damaged already, which is not made worse; those of the disk.
func Commit(path string, s Slot) error {
	was, err := ReadAutoboot(path)
	if err != nil || was == s {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|unix.O_SYNC|unix.O_NOFOLLOW, 0)
	if err == nil {
		err = errors.Join(overwrite(f, s), f.Close())
	}
	if err != nil {
		return fmt.Errorf("making slot %s the one that starts: %w", s, err)
	}
	return nil
}

// syncedFile is what overwrite needs of a file.
type syncedFile interface {
	io.WriterAt
	Sync() error
}

// overwrite writes the whole content at once.
func overwrite(f syncedFile, s Slot) error {
	if _, err := f.WriteAt(Autoboot(s), 0); err != nil {
		return err
	}
	return f.Sync()
}

// readSmall reads a file of at most so many bytes. A link is not followed.
func readSmall(path string, most int64) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, most))
}
