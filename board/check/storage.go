package check

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"menshen/internal/i18n"
)

// writes is how many times 4 KiB are written and synced. leastFree is what must be free, in bytes:
// enough for a year of a busy door and its backup.
const (
	writes    = 200
	leastFree = 512 << 20
)

// Disk measures the disk of a folder: it writes 4 KiB in place and syncs them, 200 times, as the
// audit log does for each entry.
func Disk(ctx context.Context, dir string) (facts DiskFacts, err error) {
	var fs unix.Statfs_t
	if err := unix.Statfs(dir, &fs); err != nil {
		return facts, fmt.Errorf("asking for the free space of %s: %w", dir, err)
	}
	facts.Free = int64(fs.Bavail) * fs.Bsize
	f, err := os.OpenFile(filepath.Join(dir, "check.disk"), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return facts, fmt.Errorf("measuring the disk: %w", err)
	}
	defer os.Remove(f.Name())
	defer f.Close()
	var took []time.Duration
	for n := 0; n < writes && ctx.Err() == nil; n++ {
		began := time.Now()
		if _, err := f.WriteAt(make([]byte, 4096), 0); err != nil {
			return facts, fmt.Errorf("measuring the disk: %w", err)
		}
		if err := f.Sync(); err != nil {
			return facts, fmt.Errorf("measuring the disk: %w", err)
		}
		took = append(took, time.Since(began))
	}
	if err := ctx.Err(); err != nil {
		return facts, err
	}
	slices.Sort(took)
	facts.Writes, facts.P50, facts.P99, facts.Max = writes, took[writes/2], took[writes*99/100], took[writes-1]
	return facts, nil
}

// storageStep checks that a record is durable in time and that the disk has room.
func storageStep() Step {
	return Step{
		ID:     "storage",
		Title:  i18n.M("check.storage-step", "Storage"),
		Do:     i18n.M("check.writes-200-records", "The program writes and syncs 200 small records."),
		Expect: i18n.M("check.durable-in-time", "99 of 100 are durable within 150 ms, and 512 MiB are free."),
		run: func(ctx context.Context, r *run) error {
			d, err := r.door.Disk(ctx)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err != nil {
				return problem(i18n.M("check.disk-not-written", "The disk cannot be written: %v", err),
					i18n.M("check.check-disk", "Check the card or disk, and who owns the unit's folder."))
			}
			r.measured("sync_p50_ms", i18n.M("check.sync-half-within", "Write and sync, half within"),
				ms(d.P50), "ms")
			r.measured("sync_p99_ms", i18n.M("check.sync-99-of-100-within", "Write and sync, 99 of 100 within"),
				ms(d.P99), "ms")
			r.measured("sync_max_ms", i18n.M("check.sync-slowest", "Write and sync, slowest"), ms(d.Max), "ms")
			r.measured("free_mib", i18n.M("check.free-space", "Free space"), float64(d.Free>>20), "MiB")
			switch {
			case d.P99 > slowDisk:
				return problem(i18n.M("check.disk-too-slow",
					"The disk is too slow: records would not be durable in time, and faces would often be off."),
					i18n.M("check.use-faster-disk",
						"Use a card of application class A1 or better, or a disk."))
			case d.Free < leastFree:
				return problem(i18n.M("check.disk-nearly-full", "The disk is nearly full."),
					i18n.M("check.make-room", "Make room, or use a larger one."))
			}
			return nil
		},
	}
}
