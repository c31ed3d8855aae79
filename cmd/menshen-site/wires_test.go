package main

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"menshen/site/sitetest"
)

// wiretap is a process that writes every packet of its namespace's switch into a file, until
// SIGTERM.
func wiretap() {
	const every = unix.ETH_P_ALL<<8&0xff00 | unix.ETH_P_ALL>>8
	socket, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, every)
	var out *os.File
	if err == nil {
		out, err = os.OpenFile(os.Args[2], os.O_CREATE|os.O_WRONLY, 0o600)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	go func() { <-stop; out.Close(); os.Exit(0) }()
	packet := make([]byte, 1<<17)
	for {
		n, _, err := unix.Recvfrom(socket, packet, 0)
		if errors.Is(err, unix.EINTR) || errors.Is(err, unix.ENETDOWN) {
			continue
		}
		if err == nil {
			_, err = out.Write(packet[:n])
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

// nothingOnTheWire looks for anything readable in what went over the wires.
func (b *building) nothingOnTheWire(tap string) {
	b.t.Helper()
	raw, err := os.ReadFile(tap)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Logf("%d bytes went over the wires", len(raw))
	if len(raw) < 1<<20 || !bytes.Contains(raw, []byte{192, 168, 77, 1}) {
		b.t.Errorf("the tap heard %d bytes: this test does not see what it should", len(raw))
	}
	for _, clear := range append(b.secrets(), []byte("age-encryption.org"), []byte("INFO {"), []byte("CONNECT {"),
		[]byte("site."), []byte("$JS."), []byte(b.doors[0].ID.String())) {
		if bytes.Contains(raw, clear) {
			b.t.Errorf("%q can be read on the wire", clear)
		}
	}
}

func freePort(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

// TestWires is the campaign: doors and a hub in network namespaces, and all that may befall them.
// After each the doors are equal within the stated time, and have all that they acknowledged.
func TestWires(t *testing.T) {
	if !*all {
		t.Skip("minutes: make site-test")
	}
	for _, doors := range []int{3, 20} {
		t.Run(fmt.Sprint(doors, " doors"), func(t *testing.T) { campaign(t, doors) })
	}
}

func campaign(t *testing.T, doors int) {
	w := sitetest.NewWires(t, doors)
	b := newBuilding(t, doors, sitetest.HubAt, w)
	tap := filepath.Join(b.dir, "tap")
	b.start("tap", "hub", "wiretap", tap)
	b.startHub()
	everyone := make([]int, doors)
	for d := range doors {
		everyone[d] = d
		b.startCourier(d)
	}
	b.connected(everyone...)
	last := doors - 1
	writeAll := func(n int) { // as much in all, whatever the number of doors
		for d := range doors {
			b.write(d, max(1, 3*n/doors))
		}
	}
	ended := func(what string, within time.Duration) {
		t.Helper()
		within *= time.Duration(max(1, doors/2)) // they share the processors
		t.Logf("%-52s equal after %.1f s (at most %v)", what, b.equal(within).Seconds(), within)
	}

	writeAll(10)
	ended("all connected, 30 acts", 10*time.Second)

	w.Bad(last, 100, 100)
	writeAll(5)
	time.Sleep(35 * time.Second) // both ends notice
	w.Good(last)
	ended("one door cut off for 35 s, all write", 90*time.Second)

	w.Bad(last, 100, 0)
	writeAll(5)
	time.Sleep(15 * time.Second)
	w.Good(last)
	ended("one door is not heard for 15 s, but hears", 90*time.Second)

	w.Bad(last, 0, 100)
	writeAll(5)
	time.Sleep(15 * time.Second)
	w.Good(last)
	ended("one door hears nothing for 15 s, but is heard", 90*time.Second)

	for d := range doors {
		w.Bad(d, 30, 30)
	}
	writeAll(5)
	ended("30% of packets lost, each way, at each door", 5*time.Minute)
	for d := range doors {
		w.Good(d)
	}
	b.equal(time.Minute)

	for i := range 5 {
		writeAll(1)
		time.Sleep(time.Duration(37*i*i) * time.Millisecond)
		b.kill("hub")
		writeAll(1)
		b.startHub()
	}
	ended("hub killed five times while doors write", time.Minute)

	for d := range doors {
		b.kill(fmt.Sprint("courier", d))
		b.startCourier(d)
	}
	writeAll(1)
	ended("all couriers killed and started", time.Minute)

	stream, copied := filepath.Join(b.hub, "jetstream"), filepath.Join(b.dir, "copy")
	b.kill("hub")
	must(t, os.CopyFS(copied, os.DirFS(stream)))
	b.startHub()
	b.kill(fmt.Sprint("courier", last)) // away from now on
	writeAll(3)
	for d := range last {
		waitFor(t, b, d)
	}
	b.kill("hub")
	must(t, os.RemoveAll(stream))
	must(t, os.CopyFS(stream, os.DirFS(copied)))
	b.startHub()
	b.startCourier(last)
	ended("hub's disk rolled back, one door away meanwhile", time.Minute)

	b.kill(fmt.Sprint("courier", last))
	writeAll(3)
	for d := range last {
		waitFor(t, b, d)
	}
	b.kill("hub")
	b.kill("courier0") // an author is away: another door brings its records
	must(t, os.RemoveAll(stream))
	b.startHub()
	b.startCourier(last)
	b.connected(last)
	b.follows(last, 1)
	b.startCourier(0)
	ended("hub's disk emptied, one author and one door away", 2*time.Minute)

	b.cutDoor(1, 8)
	ended("one door killed eight times while it writes", 2*time.Minute)

	b.kill(fmt.Sprint("courier", last))
	b.doors[last].kill()
	b.doors[last].days += 30
	b.write(0, min(240, 1200/doors)) // of three doors more than anybody keeps
	b.doors[last].start(t)
	b.startCourier(last)
	ended("one door away for thirty of its days", 5*time.Minute)

	b.nothingReadable()
	t.Logf("memory, VmRSS: hub %s, courier %s", rss(t, b, "hub"), rss(t, b, "courier0"))
	say(t, b.moved(), 1)
	term(t, b, "tap")
	b.nothingOnTheWire(tap)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// follows waits until a door has all that another one has. What the author of some of it writes
// while its own courier is away, neither has.
func (b *building) follows(door, other int) {
	b.t.Helper()
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(50 * time.Millisecond) {
		mine, theirs := b.doors[door].state(b.t).Heads, b.doors[other].state(b.t).Heads
		lacks := 0
		for id, n := range theirs {
			if mine[id] < n {
				lacks++
			}
		}
		if lacks == 0 {
			return
		}
		if time.Now().After(end) {
			b.t.Fatalf("door %d has %v, and door %d has %v", door, mine, other, theirs)
		}
	}
}

// waitFor waits until a door has all that the doors which are not away wrote.
func waitFor(t *testing.T, b *building, door int) {
	t.Helper()
	last := len(b.doors) - 1
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(50 * time.Millisecond) {
		lacks, mine := 0, b.doors[door].state(t).Heads
		for i, d := range b.doors {
			id := d.ID.String()
			if i != last && mine[id] < d.state(t).Heads[id] {
				lacks++
			}
		}
		if lacks == 0 {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("door %d lacks records of %d doors", door, lacks)
		}
	}
}

// rss gives the memory of a process, as the kernel counts it.
func rss(t *testing.T, b *building, name string) string {
	t.Helper()
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", b.procs[name].Process.Pid))
	must(t, err)
	for line := range strings.Lines(string(raw)) {
		if v, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			return strings.TrimSpace(v)
		}
	}
	return "?"
}
