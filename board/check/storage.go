package check

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// writes is how often the disk is asked to make 4 KiB durable, and leastFree what must be free: a year of a busy door and its backup.
const (
	writes    = 200
	leastFree = 512 << 20
)

// Disk measures a folder's storage: 4 KiB written in place and synced, 200 times, as a record of the audit log is.
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

// storageStep: a record is durable before people notice, and there is room.
func storageStep() Step {
	return Step{
		ID:     "storage",
		Title:  Words{En: "Storage", Zh: "存储"},
		Do:     Words{En: "The program writes and syncs 200 small records.", Zh: "程序写入并同步 200 条小记录。"},
		Expect: Words{En: "99 of 100 are durable within 150 ms, and 512 MiB are free.", Zh: "百分之九十九在 150 毫秒内落盘，且剩余空间不少于 512 MiB。"},
		run: func(ctx context.Context, r *run) error {
			d, err := r.door.Disk(ctx)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err != nil {
				return problem("The disk cannot be written: "+err.Error(), "无法写入存储："+err.Error(), "Look at the card or disk, and at who owns the unit's folder.", "请检查存储卡或磁盘，以及数据目录的属主。")
			}
			r.measured("sync_p50_ms", "Write and sync, half within", "写入同步，半数在", ms(d.P50), "ms")
			r.measured("sync_p99_ms", "Write and sync, 99 of 100 within", "写入同步，99% 在", ms(d.P99), "ms")
			r.measured("sync_max_ms", "Write and sync, slowest", "写入同步，最慢", ms(d.Max), "ms")
			r.measured("free_mib", "Free", "剩余空间", float64(d.Free>>20), "MiB")
			switch {
			case d.P99 > slowDisk:
				return problem("The disk is too slow: records would not be durable in time, and faces would be off again and again.", "存储太慢：记录不能及时落盘，人脸将频繁停用。",
					"Use a card of application class A1 or better, or a disk.", "请使用 A1 及以上等级的存储卡或硬盘。")
			case d.Free < leastFree:
				return problem("The disk is nearly full.", "存储空间不足。", "Make room, or use a larger one.", "请清理或更换更大的存储。")
			}
			return nil
		},
	}
}
