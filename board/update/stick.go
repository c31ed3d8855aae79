package update

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/sys/unix"

	"menshen/board/outbox"
	"menshen/board/slots"
	"menshen/internal/screen"
)

// File is a plain file in the top folder of a stick.
type File struct {
	Name   string    `json:"name"`
	Size   int64     `json:"size"`             // bytes
	At     time.Time `json:"at,omitzero"`      // when it was written last, as the stick tells; of List
	SHA256 string    `json:"sha256,omitempty"` // hex; of Give and Take
	As     string    `json:"as,omitempty"`     // of Give: its name on the stick, where another file has this one
}

// Limits of what a stick may make the unit do.
const (
	MaxListed  = 64       // files of a List
	MaxTaken   = 32 << 20 // bytes of a file that is taken
	maxName    = 128      // bytes of a file's name
	maxEntries = 10_000   // of the top folder, that are looked at
	listWithin = 20 * time.Second
)

// partEnding ends the name of a file on a stick that is not whole yet. One that is left there,
// since the stick was pulled, is removed by the next [Give].
const partEnding = ".menshen-part"

// takenFile is what was taken last, in the door's own folder.
const takenFile = "taken"

// plainName reports whether a name is one of a file in a folder itself that can be shown and typed.
func plainName(name string) bool {
	return name != "" && len(name) <= maxName && utf8.ValidString(name) && screen.Clean(name) == name &&
		strings.TrimSpace(name) == name && !strings.ContainsAny(name, `/\`) && name[0] != '.'
}

// onStick mounts a stick, and unmounts it whatever comes of use.
func onStick(mount func() (string, func() error, error), use func(dir string) error) (err error) {
	dir, free, err := mount()
	if err != nil {
		return err
	}
	defer func() {
		if err = errors.Join(err, free()); err != nil {
			err = fault(err)
		}
	}()
	return use(dir)
}

// fault names what an error of the disk means for a person with a stick.
func fault(err error) error {
	for why, numbers := range map[slots.Refusal][]unix.Errno{
		Full: {unix.ENOSPC, unix.EDQUOT, unix.EFBIG}, Protected: {unix.EROFS, unix.EACCES, unix.EPERM},
		Broken: {unix.EIO, unix.ENODEV, unix.ENXIO, unix.ENOMEDIUM, unix.EUCLEAN, unix.EBADMSG, unix.ENOTCONN}} {
		for _, n := range numbers {
			if errors.Is(err, n) && !errors.As(err, new(slots.Refusal)) {
				return fmt.Errorf("%w: %w", why, err)
			}
		}
	}
	return err
}

// sending is a file on its way to the stick.
type sending struct {
	File
	part     string // its name there until it was read back
	replaces bool   // what has its name there
}

// give copies files that leave the unit onto the stick: those with these names, or with none all.
// Each appears under its name only when it was written, read back from the stick and found to be
// the same. What is there already is not copied again; another file's name is left to it, and a
// number is added, unless it is to be replaced. The door owns the folder, so a link in it is not
// followed.
func (r Root) give(ctx context.Context, q Request, a *Answer) error {
	box, err := r.Files()
	if err != nil {
		return err
	}
	files, total, err := leaving(box, q.Names)
	if err != nil {
		return err
	}
	done, step := int64(0), int64(0)
	copied := func(n int) error { // each byte twice: written and read back
		if done += int64(n); done-step > total/50 {
			step = done
			a.Percent = int(min(99, done*50/max(total, 1)))
			_ = r.say(*a) // the last answer counts
		}
		return ctx.Err()
	}
	var sent []sending
	err = onStick(r.Tools.StickToWrite, func(to string) error {
		if err := makeRoom(to, total); err != nil {
			return err
		}
		for _, f := range files {
			s := sending{File: f, replaces: q.Replace && strings.HasSuffix(f.Name, outbox.SiteEnding)}
			there, err := s.place(box, to)
			if err == nil && !there {
				err = s.write(box, to, copied)
				sent = append(sent, s)
			}
			if err != nil {
				return errors.Join(fmt.Errorf("copying %s: %w", f.Name, err), dropParts(to))
			}
			a.Files++
		}
		return syncFolder(to)
	})
	if err != nil {
		a.Files = 0
		return err
	}
	if len(sent) == 0 {
		return nil
	}
	a.Files -= len(sent)
	if err := onStick(r.Tools.Stick, func(dir string) error {
		for _, s := range sent {
			if sum, n, err := sumOf(dir, s.part, copied); err != nil || sum != s.SHA256 || n != s.Size {
				return errors.Join(fmt.Errorf("%w: %s", Differs, s.Name), err)
			}
		}
		return nil
	}); err != nil {
		return err
	}
	return onStick(r.Tools.StickToWrite, func(to string) error {
		for _, s := range sent {
			if err := os.Rename(filepath.Join(to, s.part), filepath.Join(to, cmp.Or(s.As, s.Name))); err != nil {
				return err
			}
			a.Files, a.Went = a.Files+1, append(a.Went, s.File)
		}
		return syncFolder(to)
	})
}

// leaving gives the files of a folder that are to leave, and their size together.
func leaving(box string, names []string) (files []File, total int64, err error) {
	all, err := os.ReadDir(box)
	if err != nil {
		return nil, 0, err
	}
	for _, f := range all {
		wanted := len(names) == 0 || slices.Contains(names, f.Name())
		if !wanted || !f.Type().IsRegular() || !plainName(f.Name()) {
			continue
		}
		info, err := f.Info()
		if err != nil {
			return nil, 0, err
		}
		files, total = append(files, File{Name: f.Name(), Size: info.Size()}), total+info.Size()
	}
	for _, name := range names {
		if !slices.ContainsFunc(files, func(f File) bool { return f.Name == name }) {
			return nil, 0, fmt.Errorf("%w: %.60q", NoFile, name)
		}
	}
	return files, total, nil
}

// makeRoom removes what an earlier copy left unfinished, and says early if there is no room.
func makeRoom(to string, total int64) error {
	if err := dropParts(to); err != nil {
		return err
	}
	var st unix.Statfs_t
	if err := unix.Statfs(to, &st); err != nil {
		return err
	}
	if free := int64(st.Bavail) * st.Bsize; free < total {
		return fmt.Errorf("%w: %d kB are free, %d kB are needed", Full, free>>10, total>>10)
	}
	return nil
}

func dropParts(dir string) error {
	names, _, err := entries(dir, func(name string) bool { return strings.HasSuffix(name, partEnding) })
	for _, name := range names {
		err = errors.Join(err, os.Remove(filepath.Join(dir, name)))
	}
	return err
}

// place finds the file's name on the stick; there reports that it is there already, the same.
func (s *sending) place(box, to string) (there bool, err error) {
	sum, ending := "", filepath.Ext(s.Name)
	for n := 1; n < 100; n++ {
		if n > 1 {
			s.As = fmt.Sprintf("%s-%d%s", strings.TrimSuffix(s.Name, ending), n, ending)
		}
		name := cmp.Or(s.As, s.Name)
		info, err := os.Lstat(filepath.Join(to, name))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			s.part = name + partEnding
			if _, err := os.Lstat(filepath.Join(to, s.part)); err == nil {
				continue // of another file of this copy: FAT does not tell a.txt from A.TXT
			}
			return false, nil
		case err != nil:
			return false, err
		case !info.Mode().IsRegular():
			continue
		case info.Size() == s.Size:
			if sum == "" {
				if sum, _, err = sumOf(box, s.Name, nil); err != nil {
					return false, err
				}
			}
			if got, _, err := sumOf(to, name, nil); err != nil || got == sum {
				return got == sum, err
			}
		}
		if s.replaces {
			s.part = name + partEnding
			return false, nil
		}
	}
	return false, fmt.Errorf("%w: %s", fs.ErrExist, s.Name)
}

// write copies the file as a part of its name, down to the stick itself.
func (s *sending) write(box, to string, copied func(n int) error) error {
	in, _, err := openPlain(box, s.Name)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(filepath.Join(to, s.part), os.O_WRONLY|os.O_CREATE|os.O_EXCL|unix.O_NOFOLLOW, 0o600)
	if err != nil {
		return err
	}
	s.SHA256, s.Size, err = copySum(syncing{out}, in, copied)
	return errors.Join(err, out.Sync(), out.Close())
}

// list tells which plain files are in the top folder of the stick, the newest first. Names that
// cannot be shown, and all beyond [MaxListed], are only counted.
func (r Root) list(ctx context.Context, a *Answer) error {
	if _, err := r.Files(); err != nil {
		return err
	}
	return onStick(r.Tools.Stick, func(dir string) error {
		ctx, stop := context.WithTimeout(ctx, listWithin)
		defer stop()
		names, left, err := entries(dir, plainName)
		if err != nil {
			return err
		}
		for _, name := range names {
			var st unix.Stat_t
			if err := ctx.Err(); err != nil {
				return err
			}
			err := unix.Lstat(filepath.Join(dir, name), &st)
			if err != nil {
				left++
			} else if st.Mode&unix.S_IFMT == unix.S_IFREG {
				a.Found = append(a.Found, File{Name: name, Size: st.Size, At: time.Unix(st.Mtim.Sec, 0).UTC()})
			}
		}
		slices.SortFunc(a.Found, func(x, y File) int {
			return cmp.Or(y.At.Compare(x.At), strings.Compare(x.Name, y.Name))
		})
		a.Left = left + max(0, len(a.Found)-MaxListed)
		a.Found = a.Found[:min(len(a.Found), MaxListed)]
		return nil
	})
}

// entries gives the names in a folder that fit, and counts the others, up to [maxEntries]: a folder
// may be made to go on for ever.
func entries(dir string, fit func(name string) bool) (names []string, others int, err error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()
	for seen := 0; seen < maxEntries; {
		some, err := f.Readdirnames(256)
		seen += len(some)
		for _, name := range some {
			if fit(name) {
				names = append(names, name)
			} else {
				others++
			}
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, 0, err
		}
	}
	slices.Sort(names) // a damaged folder may have a name twice
	return slices.Compact(names), others, nil
}

// take copies one file of the stick's top folder into the door's own folder.
func (r Root) take(ctx context.Context, name string, limit int64, a *Answer) error {
	if _, err := r.Files(); err != nil {
		return err
	}
	if !plainName(name) {
		return fmt.Errorf("%w: %.60q", NotPlain, name)
	}
	limit = min(limit, MaxTaken)
	return onStick(r.Tools.Stick, func(dir string) error {
		in, size, err := openPlain(dir, name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return NoFile
		case err != nil:
			return err
		}
		defer in.Close()
		if size > limit {
			return fmt.Errorf("%w: %d kB, at most %d kB", TooLarge, size>>10, limit>>10)
		}
		done := int64(0)
		sum, n, err := r.intoDoors(io.LimitReader(in, size), func(n int) error {
			if done += int64(n); done > size/2 && a.Percent < 50 {
				a.Percent = 50
				_ = r.say(*a) // the last answer counts
			}
			return ctx.Err()
		})
		if err == nil && n != size {
			err = fmt.Errorf("%w: %d of %d bytes were read", Broken, n, size)
		}
		a.Taken = &File{Name: name, Size: n, SHA256: sum}
		return err
	})
}

// intoDoors writes [takenFile], whole or not at all. The door owns that folder: root follows no
// link in it, and writes only into a file that it made itself.
func (r Root) intoDoors(in io.Reader, copied func(int) error) (sum string, n int64, err error) {
	folder, err := os.OpenFile(r.Asked, os.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW, 0)
	if err != nil {
		return "", 0, err
	}
	defer folder.Close()
	fd := int(folder.Fd())
	var owner unix.Stat_t
	if err := unix.Fstat(fd, &owner); err != nil {
		return "", 0, err
	}
	part := takenFile + partEnding
	for _, old := range []string{part, takenFile} {
		if err := unix.Unlinkat(fd, old, 0); err != nil && !errors.Is(err, unix.ENOENT) {
			return "", 0, fmt.Errorf("removing what was taken before: %w", err)
		}
	}
	made, err := unix.Openat(fd, part, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0o600)
	if err != nil {
		return "", 0, err
	}
	out := os.NewFile(uintptr(made), part)
	sum, n, err = copySum(out, in, copied)
	if err = errors.Join(err, out.Chown(int(owner.Uid), int(owner.Gid)), out.Close()); err == nil {
		err = unix.Renameat(fd, part, fd, takenFile)
	}
	if err != nil {
		return "", 0, errors.Join(err, unix.Unlinkat(fd, part, 0))
	}
	return sum, n, nil
}

// openPlain opens a plain file of a folder itself: no link, no pipe, no device.
func openPlain(dir, name string) (f *os.File, size int64, err error) {
	f, err = os.OpenFile(filepath.Join(dir, name), os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if errors.Is(err, unix.ELOOP) || errors.Is(err, unix.ENXIO) {
		return nil, 0, fmt.Errorf("%w: %w", NotPlain, err)
	}
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = NotPlain
	}
	if err != nil {
		return nil, 0, errors.Join(err, f.Close())
	}
	return f, info.Size(), nil
}

// sumOf gives the SHA-256 of a file, in hex, and its length.
func sumOf(dir, name string, copied func(int) error) (sum string, n int64, err error) {
	f, _, err := openPlain(dir, name)
	if err != nil {
		return "", 0, err
	}
	defer f.Close()
	return copySum(io.Discard, f, copied)
}

func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
