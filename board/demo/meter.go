package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"
)

type tally = atomic.Int64

// what is the result of a visit.
type what int

const (
	byFace what = iota
	byCard
	byREX
	noEntry   // by face
	undecided // the unit found no reason to decide
)

// usage is what a process has used: proc(5), stat and status.
type usage struct {
	resident float64 // MiB now
	spent    float64 // seconds of a processor since its start
	looking  float64 // of spent: the threads that look (package eye), without the simulated camera
}

// meter prints a row of figures for each interval, and a summary at the end.
type meter struct {
	counts
	out       io.Writer
	every     time.Duration
	door, eye []float64 // resident MiB, a row each
}

func (m *meter) run(ctx context.Context) error {
	fmt.Fprintf(m.out, "%9s | %-18s | %-28s | %s\n", "", "door's process", "eye's process", "since the beginning")
	fmt.Fprintf(m.out, "%9s | %8s %9s | %8s %9s %9s | %s\n", "", "memory", "processor", "memory", "processor",
		"looking", "in by face, card, REX; faces denied, undecided")
	ticks := time.NewTicker(m.every)
	defer ticks.Stop()
	door, eye, err := measure()
	for began := time.Now(); err == nil; {
		select {
		case <-ctx.Done():
			return nil
		case <-ticks.C:
		}
		d, e, failed := measure()
		if err = failed; err != nil {
			break
		}
		share := func(now, before float64) float64 { return 100 * (now - before) / m.every.Seconds() }
		c, note := &m.tally, ""
		if len(m.door) == 0 {
			note = " (no person came)"
		}
		fmt.Fprintf(m.out, "%9v | %4.0f MiB %7.1f %% | %4.0f MiB %7.1f %% %7.1f %% | %d, %d, %d; %d, %d%s\n",
			time.Since(began).Round(time.Second), d.resident, share(d.spent, door.spent),
			e.resident, share(e.spent, eye.spent), share(e.looking, eye.looking),
			c[byFace].Load(), c[byCard].Load(), c[byREX].Load(), c[noEntry].Load(), c[undecided].Load(), note)
		m.door, m.eye = append(m.door, d.resident), append(m.eye, e.resident)
		door, eye = d, e
	}
	return err
}

// errGrows is the error of a process that would not run for years.
var errGrows = errors.New("memory grows: more than 8 MiB an hour")

// sum tells the memory over time. It gives errGrows when it grows: by the slope of the rows after
// the first tenth, by least squares. It says nothing of less than ten rows or ten minutes, in
// which the processes only warm up.
func (m *meter) sum() (err error) {
	for _, p := range []struct {
		name string
		rows []float64
	}{{"door's process", m.door}, {"eye's process", m.eye}} {
		n := len(p.rows)
		if n < 10 || time.Duration(n)*m.every < 10*time.Minute {
			continue
		}
		hourly := slope(p.rows[n/10:]) * float64(time.Hour/m.every)
		most := 0.0
		for _, v := range p.rows {
			most = max(most, v)
		}
		fmt.Fprintf(m.out, "%-15s first %.1f MiB, last %.1f, most %.1f; %+.2f MiB an hour  %s\n", p.name, p.rows[0],
			p.rows[n-1], most, hourly, sketch(p.rows))
		if hourly > 8 && p.rows[n-1]-p.rows[n/10] > 4 {
			err = errGrows
		}
	}
	return err
}

// slope gives the rise for each row, of the straight line that fits best.
func slope(rows []float64) float64 {
	var sx, sy, sxx, sxy float64
	for i, y := range rows {
		x := float64(i)
		sx, sy, sxx, sxy = sx+x, sy+y, sxx+x*x, sxy+x*y
	}
	n := float64(len(rows))
	return (n*sxy - sx*sy) / (n*sxx - sx*sx)
}

// sketch draws rows in one line of at most sixty places, from 0 to the highest.
func sketch(rows []float64) string {
	most := 0.0
	for _, v := range rows {
		most = max(most, v)
	}
	var b strings.Builder
	for i, places := 0, min(len(rows), 60); i < places; i++ {
		b.WriteRune([]rune("▁▂▃▄▅▆▇█")[int(7*rows[i*len(rows)/places]/most)])
	}
	return b.String()
}

// measure reads what this process, the door's, and its child, the eye, have used.
func measure() (door, eye usage, err error) {
	if door, err = used(os.Getpid()); err != nil {
		return door, eye, err
	}
	all, err := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range all {
		if f := stat(path); len(f) > 1 && f[1] == fmt.Sprint(os.Getpid()) && f[0] != "Z" {
			var pid int
			if _, err := fmt.Sscanf(path, "/proc/%d/stat", &pid); err == nil {
				eye, err = used(pid)
				return door, eye, err
			}
		}
	}
	return door, eye, errors.Join(err, errors.New("the eye's process is not there"))
}

func used(pid int) (u usage, err error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return u, err
	}
	_, rss, _ := strings.Cut(string(text), "VmRSS:")
	if _, err := fmt.Sscan(rss, &u.resident); err != nil {
		return u, fmt.Errorf("memory of process %d: %w", pid, err)
	}
	u.resident /= 1024
	u.spent = spent(fmt.Sprintf("/proc/%d/stat", pid))
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
	for _, path := range threads {
		if name, err := os.ReadFile(filepath.Join(filepath.Dir(path), "comm")); err == nil &&
			strings.TrimSpace(string(name)) == "looking" {
			u.looking += spent(path)
		}
	}
	return u, err
}

// spent gives user and system time in seconds; the kernel counts in hundredths.
func spent(path string) float64 {
	f := stat(path)
	var user, system float64
	if len(f) > 12 {
		fmt.Sscan(f[11]+" "+f[12], &user, &system)
	}
	return (user + system) / 100
}

// stat gives a stat file's fields from the third on, the state. The name before it may have blanks.
func stat(path string) []string {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	_, rest, _ := strings.Cut(string(text[strings.LastIndexByte(string(text), ')')+1:]), " ")
	return strings.Fields(rest)
}
