package store

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"menshen/internal/attack"
)

// The power cut tests let strace write down what the kernel was really asked: each write with its
// bytes, each sync, rename and unlink. From that they make up what a disk may hold when the power
// goes at any of these moments. Until a file is synced each of its writes may have arrived or not,
// in any order, whole or in part (by 512-byte sectors); until a directory is synced, its changes
// may have arrived up to any point, but in order, as with a journalling file system. The vault must
// open from each such disk and hold all that was acknowledged.

// TestPowerLoss covers put, enrol, erase, rotate, prune and backup. A round is a load, cut
// at each moment that matters.
func TestPowerLoss(t *testing.T) {
	attack.Run(t, "vault: the power cut at each sync, rename and unlink", 1, func(c *attack.Campaign) {
		trace(t, newLoad(t), "all").cuts(t, c, 1, func(image string, said []string) error {
			return verify(image, said)
		})
	})
}

// TestPowerLossDuringMigration cuts the power while an old layout is brought up to date.
func TestPowerLossDuringMigration(t *testing.T) {
	attack.Run(t, "vault: the power cut while an old layout is brought up to date", 1, func(c *attack.Campaign) {
		dir, _ := unpack(t, "layout-1")
		trace(t, filepath.Dir(dir), "open").cuts(t, c, 3, func(image string, said []string) error {
			if err := verify(image, said); err != nil {
				return err
			}
			dir, o := loadOptions(image, startClock().now)
			v, err := Open(dir, o)
			if err != nil {
				return err
			}
			defer v.Close()
			checkFixture(t, v, 0)
			return nil
		})
	})
}

// cuts goes through all events and checks a number of disks at each moment that matters, so many of
// them at random. With the race detector each fourth moment is checked, from a random one on.
func (d *disk) cuts(t *testing.T, c *attack.Campaign, random int, check func(image string, said []string) error) {
	t.Helper()
	base := t.TempDir()
	if info, err := os.Stat("/dev/shm"); err == nil && info.IsDir() {
		dir, err := os.MkdirTemp("/dev/shm", "menshen")
		if err == nil {
			base = dir
			defer os.RemoveAll(dir)
		}
	}
	n := 0
	every := slice(1, 4)
	moment := c.Rand.IntN(every)
	for i, e := range d.events {
		sync := e.call == "fsync" || e.call == "fdatasync"
		if !sync {
			d.apply(e)
		}
		moved := e.ret == 0 && (strings.HasPrefix(e.call, "rename") || strings.HasPrefix(e.call, "link") ||
			strings.HasPrefix(e.call, "unlink"))
		matters := sync && len(d.said) > 0 || moved
		if matters {
			moment++
		}
		if matters && moment%every == 0 {
			for kind := range 3 + random {
				if d.oneOf > 1 && c.Rand.IntN(d.oneOf) > 0 {
					continue
				}
				image := filepath.Join(base, fmt.Sprint("cut", n))
				if err := d.image(image, kind, c.Rand); err != nil {
					t.Fatal(err)
				}
				if err := check(image, d.said); err != nil {
					t.Fatalf("power cut at system call %d (%s), disk %d, after %q: %v", i, e.call, kind,
						d.said[max(0, len(d.said)-3):], err)
				}
				os.RemoveAll(image)
				c.Count("disks with nothing lost")
				n++
			}
		}
		if sync {
			d.apply(e)
		}
	}
	if n < 10 {
		t.Fatalf("only %d moments were found: was anything recorded?", n)
	}
}
