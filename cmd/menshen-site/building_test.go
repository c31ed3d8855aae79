package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"menshen/site/post"
	"menshen/site/sitetest"
)

// secret is what no one but doors may ever read.
const secret = "王小明, apartment 1204"

// building is a site of real processes: a hub, and couriers with doors that are folders.
type building struct {
	t        *testing.T
	dir, hub string // the building's folder; the hub's
	at       string
	wires    *wires // nil: all on the loopback
	units    []*sitetest.Unit
	procs    map[string]*exec.Cmd
	written  uint64
}

func newBuilding(t *testing.T, doors int, at string, w *wires) *building {
	t.Helper()
	b := &building{t: t, dir: t.TempDir(), at: at, wires: w, procs: map[string]*exec.Cmd{}}
	b.hub = filepath.Join(b.dir, "hub")
	b.units = sitetest.Site(b.folder(), doors)
	words := []string{"set-up", "--dir", b.hub, "--tickets", filepath.Join(b.dir, "tickets"),
		"--site", post.ID{7}.String(), "--hub", at}
	for _, u := range b.units {
		words = append(words, u.ID.String())
	}
	c := root()
	c.SetOut(io.Discard)
	c.SetArgs(words)
	if err := c.Execute(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for name := range b.procs {
			b.kill(name)
		}
	})
	return b
}

func (b *building) folder() string        { return filepath.Join(b.dir, "doors") }
func (b *building) state(door int) string { return filepath.Join(b.dir, fmt.Sprint("state", door)) }
func (b *building) ticket(door int) string {
	return filepath.Join(b.dir, "tickets", b.units[door].ID.String()+".ticket")
}

// start starts a process of the building, at its place on the wires.
func (b *building) start(name, place string, words ...string) {
	b.t.Helper()
	line := append([]string{os.Args[0]}, words...)
	if b.wires != nil {
		line = append([]string{"ip", "netns", "exec", b.wires.name(place)}, line...)
	}
	c := exec.Command(line[0], line[1:]...)
	log, err := os.OpenFile(filepath.Join(b.dir, name+".log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		b.t.Fatal(err)
	}
	defer log.Close()
	c.Stderr = log
	if err := c.Start(); err != nil {
		b.t.Fatal(err)
	}
	b.procs[name] = c
}

// kill ends a process as a power cut does.
func (b *building) kill(name string) {
	if c := b.procs[name]; c != nil {
		_ = c.Process.Kill()
		_ = c.Wait()
		delete(b.procs, name)
	}
}

func (b *building) startHub() { b.start("hub", "hub", "hub", "--dir", b.hub) }

func (b *building) startCourier(door int) {
	name := fmt.Sprint("courier", door)
	b.start(name, fmt.Sprint("d", door), "courier", "--ticket", b.ticket(door), "--unit", b.folder(), "--state",
		b.state(door))
}

func (b *building) write(door, records int) {
	b.t.Helper()
	for range records {
		if err := b.units[door].Write(secret); err != nil {
			b.t.Fatal(err)
		}
		b.written++
	}
}

// equal waits until all doors have all that was written, and gives how long it took.
func (b *building) equal(within time.Duration) time.Duration {
	b.t.Helper()
	began := time.Now()
	for {
		apart := b.apart()
		if apart == "" {
			return time.Since(began)
		}
		if time.Since(began) > within {
			for _, name := range []string{"hub", "courier0", "courier1"} {
				raw, _ := os.ReadFile(filepath.Join(b.dir, name+".log"))
				b.t.Logf("%s: %s", name, raw)
			}
			b.t.Fatalf("after %v: %s", within, apart)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// apart says which door lacks something; empty: none does.
func (b *building) apart() string {
	for i, u := range b.units {
		heads, err := u.Heads(context.Background())
		if err != nil {
			return err.Error()
		}
		var sum uint64
		for _, n := range heads {
			sum += n
		}
		if sum != b.written {
			return fmt.Sprintf("door %d has %d of %d records", i, sum, b.written)
		}
		if !sitetest.Same(b.units[0], u) {
			return fmt.Sprintf("door %d has other records than door 0", i)
		}
	}
	return ""
}

// connected waits until the couriers are.
func (b *building) connected(doors ...int) {
	b.t.Helper()
	for _, d := range doors {
		for end := time.Now().Add(15 * time.Second); ; time.Sleep(50 * time.Millisecond) {
			c := root()
			c.SetOut(io.Discard)
			c.SetArgs([]string{"status", "--state", b.state(d)})
			if c.Execute() == nil {
				break
			}
			if time.Now().After(end) {
				log, _ := os.ReadFile(filepath.Join(b.dir, fmt.Sprint("courier", d, ".log")))
				b.t.Fatalf("courier %d is not connected: %s", d, log)
			}
		}
	}
}

// nothingReadable looks for the secret in all that the hub keeps, on its disk and in its memory.
// That it finds the seals of records shows that it looks at the right place.
func (b *building) nothingReadable() {
	b.t.Helper()
	places := map[string]io.Reader{}
	err := filepath.WalkDir(b.hub, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		places["disk "+path] = bytes.NewReader(raw)
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	memory, err := memoryOf(b.procs["hub"].Process.Pid)
	if err != nil {
		b.t.Fatal(err)
	}
	for at, part := range memory {
		places["memory "+at] = bytes.NewReader(part)
	}
	sealed := map[string]int{}
	for where, in := range places {
		raw, _ := io.ReadAll(in)
		kind, _, _ := strings.Cut(where, " ")
		sealed[kind] += bytes.Count(raw, []byte("age-encryption.org"))
		if bytes.Contains(raw, []byte(secret)) {
			b.t.Errorf("the secret can be read at the hub: %s", where)
		}
	}
	if sealed["disk"] == 0 || sealed["memory"] == 0 {
		b.t.Errorf("%v seals found at the hub: this test does not see what it should", sealed)
	}
}

// memoryOf reads the writable memory of a process of ours.
func memoryOf(pid int) (map[string][]byte, error) {
	maps, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", pid))
	if err != nil {
		return nil, err
	}
	mem, err := os.Open(fmt.Sprintf("/proc/%d/mem", pid))
	if err != nil {
		return nil, err
	}
	defer mem.Close()
	parts := map[string][]byte{}
	for line := range strings.Lines(string(maps)) {
		var from, to int64
		var rights string
		if _, err := fmt.Sscanf(line, "%x-%x %s", &from, &to, &rights); err != nil || !strings.HasPrefix(rights, "rw") {
			continue
		}
		part := make([]byte, min(to-from, 256<<20))
		n, _ := mem.ReadAt(part, from) // what was never used cannot be read
		parts[strings.Fields(line)[0]] = part[:n]
	}
	return parts, nil
}

// TestBuilding: three doors and a hub as processes; the hub is killed while doors write, and comes
// back.
func TestBuilding(t *testing.T) {
	b := newBuilding(t, 3, "127.0.0.1:"+freePort(t), nil)
	b.startHub()
	for d := range b.units {
		b.startCourier(d)
	}
	b.connected(0, 1, 2)
	b.write(0, 10)
	b.equal(5 * time.Second)
	var hand sync.WaitGroup
	hand.Go(func() { b.write(1, 30) })
	time.Sleep(50 * time.Millisecond)
	b.kill("hub")
	hand.Wait()
	b.write(2, 5)
	b.startHub()
	b.equal(10 * time.Second)
	b.nothingReadable()
	term(t, b, "hub")
}

// term ends a process as systemd does, which it obeys.
func term(t *testing.T, b *building, name string) {
	t.Helper()
	c := b.procs[name]
	delete(b.procs, name)
	_ = c.Process.Signal(syscall.SIGTERM)
	if err := c.Wait(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Errorf("%s ended with %v", name, err)
	}
}
