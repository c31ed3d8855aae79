package store

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"menshen/policy"
)

// The figures of docs/figures.md. Shares of decisions are taken in turns within one run, so that
// other load on the machine hits all alike:
//
//	go test -run xxx -bench . ./store
//	MENSHEN_FIGURES=10000 go test -run TestFigures -v -timeout 30m ./store
//	MENSHEN_YEAR=365 go test -run TestYear -v -timeout 60m ./store

// parallel runs f for 0…n−1 from many goroutines.
func parallel(n, workers int, f func(i int)) {
	var wg sync.WaitGroup
	next := make(chan int)
	for range workers {
		wg.Go(func() {
			for i := range next {
				f(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
}

func number8(i int) []byte { return binary.BigEndian.AppendUint64([]byte{64}, uint64(i)) }

// populate fills a vault with people who have a card and, when dim is not
// zero, a face of three templates.
func populate(t testing.TB, u *unit, n, dim int) []policy.PersonID {
	t.Helper()
	hash, err := u.PutNotice("op", "notice", "en")
	if err != nil {
		t.Fatal(err)
	}
	ids := make([]policy.PersonID, n)
	parallel(n, 256, func(i int) {
		id, err := u.AddPerson("op", policy.Person{Name: policy.Private(fmt.Sprint("tenant ", i)),
			Apartment: policy.Private(fmt.Sprintf("%d-%04d", i/1000, i%1000)), From: start})
		ids[i] = id
		if err == nil {
			_, err = u.AddCredential("op", id, policy.CardKind, number8(i), "grey fob", true)
		}
		if err == nil && dim > 0 {
			err = u.ChangePerson("op", id, "face consented", func(p *policy.Person) error {
				p.Face = policy.FaceConsent{State: policy.FaceConsented, At: start, Notice: hash, Lang: "en"}
				return nil
			})
		}
		if err == nil && dim > 0 {
			ts := make([][]float32, 3)
			for j := range ts {
				ts[j] = make([]float32, dim)
				for k := range ts[j] {
					ts[j][k] = rand.Float32()
				}
			}
			err = u.EnrolFace("op", id, ts)
		}
		if err != nil {
			t.Error(err)
		}
	})
	return ids
}

func decision(id policy.PersonID, at time.Time) policy.Decision {
	return policy.Decision{At: at, Door: "front", Means: policy.ByCard, Person: id, Grant: true, Reason: "granted",
		Release: 5 * time.Second,
		Trace: []policy.Check{{Rule: "card known", Pass: true},
			{Rule: "lease", Pass: true, Detail: "until 2027-02-28"}, {Rule: "schedule", Pass: true}}}
}

// times is how many an environment variable says, else n.
func times(t testing.TB, variable string, n int) int {
	t.Helper()
	if s := os.Getenv(variable); s != "" {
		m, err := strconv.Atoi(s)
		if err != nil {
			t.Fatalf("%s: %v", variable, err)
		}
		return m
	}
	return n
}

// TestFigures prints what the vault does, beside what bbolt and the disk do.
func TestFigures(t *testing.T) {
	n := times(t, "MENSHEN_FIGURES", 0)
	if n == 0 {
		t.Skip("set MENSHEN_FIGURES=10000 to measure")
	}
	u := newUnit(t)
	begin := time.Now()
	ids := populate(t, u, n, 512)
	t.Logf("%d people with a card and three templates of 512 numbers: made in %v, file %d MiB", n,
		time.Since(begin).Round(time.Millisecond), size(u)>>20)

	for _, workers := range []int{1, 64} {
		var vault, raw, disk []float64
		for range 5 {
			vault = append(vault, rate(workers, func(i int) {
				if _, err := u.RecordDecision(context.Background(), decision(ids[i%n], start)); err != nil {
					t.Error(err)
				}
			}))
			raw = append(raw, rawBolt(t, workers))
			disk = append(disk, fsyncs(t))
		}
		v, r, d := median(vault), median(raw), median(disk)
		t.Logf("decisions from %d at once: %.0f/s; bbolt alone, Batch without delay, a put of the same length: "+
			"%.0f/s (ratio %.2f); pwrite and fdatasync of one page: %.0f/s", workers, v, r, v/r, d)
	}

	measure := func(what string, f func()) {
		begin := time.Now()
		f()
		t.Logf("%s: %v; file %d MiB; peak memory of the process %s", what, time.Since(begin).Round(time.Millisecond),
			size(u)>>20, peak())
	}
	measure("find a card, mean of 1000", func() {
		for i := range 1000 {
			if _, _, err := u.FindCredential(policy.CardKind, number8(i*7%n)); err != nil {
				t.Error(err)
			}
		}
	})
	measure(fmt.Sprintf("open with %d people", n), func() { u.reopen(t) })
	measure("read all templates", func() {
		if err := u.Templates(func(policy.PersonID, [][]float32) error { return nil }); err != nil {
			t.Error(err)
		}
	})
	measure("rotate all keys", func() {
		if err := u.Rotate(context.Background(), "op", "figures"); err != nil {
			t.Error(err)
		}
	})
	var worst time.Duration
	stop := make(chan bool)
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(5 * time.Millisecond):
			}
			begin := time.Now()
			if _, err := u.RecordDecision(context.Background(), decision(ids[1], start)); err != nil {
				t.Error(err)
			}
			worst = max(worst, time.Since(begin))
		}
	})
	measure(fmt.Sprintf("erase one person of %d, with scan and receipt", n), func() {
		r, err := u.RemovePerson("op", ids[0], "moved out")
		if err != nil || r.Found != 0 {
			t.Errorf("%+v, %v", r, err)
		}
	})
	close(stop)
	wg.Wait()
	t.Logf("longest wait of a decision meanwhile: %v", worst.Round(time.Millisecond))
	measure("verify the audit log", func() {
		if rep, err := u.VerifyAudit(); err != nil || !rep.OK {
			t.Errorf("%v, %v", rep, err)
		}
	})
}

// rate gives calls a second over half a second.
func rate(workers int, f func(i int)) float64 {
	begin := time.Now()
	var mu sync.Mutex
	n := 0
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for time.Since(begin) < 500*time.Millisecond {
				mu.Lock()
				i := n
				n++
				mu.Unlock()
				f(i)
			}
		})
	}
	wg.Wait()
	return float64(n) / time.Since(begin).Seconds()
}

// rawBolt is what bbolt does with puts of a decision's length, in batches as large
// as ours and without its delay.
func rawBolt(t testing.TB, workers int) float64 {
	t.Helper()
	db, err := bolt.Open(filepath.Join(t.TempDir(), "raw"), 0o600, &bolt.Options{FreelistType: bolt.FreelistMapType})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.MaxBatchSize, db.MaxBatchDelay = workers, time.Millisecond
	value := make([]byte, 600)
	put := func(i int) func(*bolt.Tx) error {
		return func(tx *bolt.Tx) error {
			b, err := tx.CreateBucketIfNotExists([]byte("b"))
			if err != nil {
				return err
			}
			return b.Put(key64(uint64(i)), value)
		}
	}
	do := db.Batch
	if workers == 1 {
		do = db.Update
	}
	return rate(workers, func(i int) {
		if err := do(put(i)); err != nil {
			t.Error(err)
		}
	})
}

// fsyncs is what the disk does at all.
func fsyncs(t testing.TB) float64 {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "page"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	page := make([]byte, 4096)
	return rate(1, func(int) {
		if _, err := f.WriteAt(page, 0); err != nil {
			t.Error(err)
		}
		if err := f.Sync(); err != nil {
			t.Error(err)
		}
	})
}

func median(xs []float64) float64 {
	ys := append([]float64(nil), xs...)
	for i := range ys {
		for j := i; j > 0 && ys[j] < ys[j-1]; j-- {
			ys[j], ys[j-1] = ys[j-1], ys[j]
		}
	}
	return ys[len(ys)/2]
}

func size(u *unit) int64 {
	info, err := os.Stat(u.path())
	if err != nil {
		return 0
	}
	return info.Size()
}

// peak is the process's largest resident set (VmHWM in /proc/self/status).
func peak() string {
	b, _ := os.ReadFile("/proc/self/status")
	for _, line := range strings.Split(string(b), "\n") {
		if s, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			return strings.TrimSpace(s)
		}
	}
	return "unknown"
}

// TestYear lives through days of a door with 500 people and 2,000 decisions a day, a
// few acts of staff, daily pruning and a tenant who leaves every other week, and shows
// that the file stops growing.
func TestYear(t *testing.T) {
	days := times(t, "MENSHEN_YEAR", 0)
	if days == 0 {
		t.Skip("set MENSHEN_YEAR=365 to live through a year")
	}
	u := newUnit(t)
	ids := populate(t, u, 500, 512)
	for day := range days {
		parallel(2000, 256, func(i int) {
			if _, err := u.RecordDecision(context.Background(), decision(ids[i%500], u.clock.now())); err != nil {
				t.Error(err)
			}
		})
		u.clock.advance(24 * time.Hour)
		if day%14 == 13 {
			i := day % 500
			if _, err := u.RemovePerson("op", ids[i], "moved out"); err != nil {
				t.Fatal(err)
			}
			ids[i] = policy.PersonID{}
		}
		if _, err := u.Prune(context.Background(), Door); err != nil {
			t.Fatal(err)
		}
		if day%30 == 29 || day == days-1 {
			rep, err := u.RetentionReport()
			if err != nil || rep.Overdue != 0 {
				t.Fatalf("%+v, %v", rep, err)
			}
			t.Logf("day %3d: file %5.1f MiB, epoch %d, overdue %d", day+1, float64(size(u))/(1<<20),
				u.Epoch(), rep.Overdue)
		}
	}
	if rep, err := u.VerifyAudit(); err != nil || !rep.OK {
		t.Errorf("%v, %v", rep, err)
	}
}

func BenchmarkFindCredential(b *testing.B) {
	u := newUnit(b)
	populate(b, u, 1000, 0)
	for i := 0; b.Loop(); i++ {
		if _, _, err := u.FindCredential(policy.CardKind, number8(i%1000)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRecordDecision(b *testing.B) {
	for _, workers := range []int{1, 64} {
		b.Run(fmt.Sprintf("at_once=%d", workers), func(b *testing.B) {
			u := newUnit(b)
			ids := populate(b, u, 100, 0)
			b.ResetTimer()
			parallel(b.N, workers, func(i int) {
				if _, err := u.RecordDecision(context.Background(), decision(ids[i%100], start)); err != nil {
					b.Error(err)
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "decisions/s")
		})
	}
}
