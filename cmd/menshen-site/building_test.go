package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"menshen/policy"
	"menshen/site/sitetest"
)

// building is a site of real processes: a hub, and couriers with doors that have real vaults. It
// knows what each door has acknowledged.
type building struct {
	t        *testing.T
	dir, hub string // the building's folder; the hub's
	at       string
	wires    *sitetest.Wires // nil: all on the loopback
	doors    []*door
	procs    map[string]*exec.Cmd

	mu     sync.Mutex
	people []*tenant
	random *rand.Rand
}

// tenant is what the doors acknowledged of a person.
type tenant struct {
	id              policy.PersonID
	name            string
	card            []byte
	blocked, erased bool
	revoked         bool
	withdrawn       bool // and never agreed again
	face            *door
	unsure          bool // of what was not acknowledged, since the door was killed
}

func newBuilding(t *testing.T, doors int, at string, w *sitetest.Wires) *building {
	t.Helper()
	b := &building{t: t, dir: t.TempDir(), at: at, wires: w, procs: map[string]*exec.Cmd{},
		random: rand.New(rand.NewPCG(1, uint64(doors)))}
	b.hub = filepath.Join(b.dir, "hub")
	b.doors = newDoors(t, b.dir, doors)
	words := []string{"set-up", "--dir", b.hub, "--tickets", filepath.Join(b.dir, "tickets"),
		"--site", b.doors[0].state(t).Site.String(), "--hub", at}
	for _, d := range b.doors {
		words = append(words, d.ID.String())
	}
	c := root()
	c.SetOut(io.Discard)
	c.SetErr(io.Discard)
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

func (b *building) state(door int) string { return filepath.Join(b.dir, fmt.Sprint("state", door)) }
func (b *building) ticket(door int) string {
	return filepath.Join(b.dir, "tickets", b.doors[door].ID.String()+".ticket")
}

// start starts a process of the building, at its place on the wires.
func (b *building) start(name, place string, words ...string) {
	b.t.Helper()
	line := append([]string{os.Args[0]}, words...)
	if b.wires != nil {
		line = append([]string{"ip", "netns", "exec", b.wires.Name(place)}, line...)
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
	b.start(name, fmt.Sprint("d", door), "courier", "--ticket", b.ticket(door), "--unit",
		filepath.Join(b.doors[door].folder, "unit"), "--state", b.state(door))
}

// write has a door do some of what a door's staff do all day, and remembers what it acknowledged.
// false: the door was killed meanwhile.
func (b *building) write(at, acts int) bool {
	b.t.Helper()
	for range acts {
		if !b.act(b.doors[at]) {
			return false
		}
	}
	return true
}

func (b *building) act(d *door) bool {
	b.mu.Lock()
	n, dice := b.random.IntN(1<<30), b.random.IntN(20)
	var p *tenant
	if len(b.people) > 3 && dice >= 8 {
		p = b.people[n%len(b.people)]
	} else {
		p = &tenant{name: fmt.Sprintf("王小明 %d of %s", len(b.people), d.name),
			card: fmt.Appendf(nil, "card %08x", n)}
		b.people = append(b.people, p)
	}
	id, was := p.id, *p
	p.unsure = true // until it is answered
	b.mu.Unlock()
	o, done := order{Do: "name", Person: id, Text: was.name + "'"}, func() {}
	switch {
	case id.IsZero():
		o = order{Do: "add", Text: was.name, Code: "apartment 1204", Raw: was.card}
		if was.unsure { // it is being entered at another door, or the door was killed then
			return true
		}
	case dice < 11:
		o.Do, done = "block", func() { p.blocked = true }
	case dice < 13:
		o.Do, done = "revoke", func() { p.revoked = true }
	case dice < 15 && !was.withdrawn:
		o.Do, done = "enrol", func() { p.face = d }
	case dice < 17:
		o.Do, done = "withdraw", func() { p.withdrawn = true }
	case dice < 18:
		o.Do, done = "erase", func() { p.erased = true }
	}
	r, err := d.tell(o)
	b.mu.Lock()
	defer b.mu.Unlock()
	if errors.Is(err, errCut) {
		return false
	}
	p.unsure = was.unsure
	if o.Do == "add" && err == nil {
		p.id = r.Person
	}
	if o.Do == "enrol" && err != nil {
		return true // consent or card are not there any more
	}
	if err == nil { // else the door knows nobody of that handle, yet or any more
		done()
	}
	return true
}

// equal waits until all doors know the same and have nothing more to do, and gives how long it
// took. Then it holds them against what they acknowledged.
func (b *building) equal(within time.Duration) time.Duration {
	b.t.Helper()
	began := time.Now()
	for {
		apart := b.apart()
		if apart == "" {
			break
		}
		if time.Since(began) > within {
			for _, name := range []string{"hub", "courier0", "courier1"} {
				raw, _ := os.ReadFile(filepath.Join(b.dir, name+".log"))
				b.t.Logf("%s: %s", name, raw)
			}
			b.t.Fatalf("after %v: %s", within, apart)
		}
		time.Sleep(20*time.Millisecond + 10*time.Millisecond*time.Duration(len(b.doors)))
	}
	took := time.Since(began)
	b.acknowledged()
	return took
}

// apart says which door knows other things than the first, or has something to do; empty: none.
func (b *building) apart() string {
	first := ""
	for i, d := range b.doors {
		s := d.state(b.t)
		if s.Due > 0 {
			return fmt.Sprintf("door %d has %d erasures and answers to do", i, s.Due)
		}
		if text := s.short(); i == 0 {
			first = text
		} else if text != first {
			return fmt.Sprintf("door %d knows other things than door 0:\n%s\n%s", i, text, first)
		}
	}
	return ""
}

// acknowledged holds the doors, which are equal, against what they acknowledged.
func (b *building) acknowledged() {
	b.t.Helper()
	faces := map[string]int{}
	for _, d := range b.doors {
		for _, id := range d.state(b.t).Faces {
			faces[id]++
		}
	}
	last := b.doors[len(b.doors)-1]
	known := last.state(b.t).People
	for _, p := range b.people {
		if p.id.IsZero() || p.unsure {
			continue
		}
		handle := fmt.Sprintf("%x", p.id[:])
		_, here := known[handle]
		_, err := last.tell(order{Do: "opens", Raw: p.card})
		switch {
		case p.erased && (here || err == nil || faces[handle] > 0):
			b.t.Errorf("%s is known, who was erased", p.name)
		case p.erased:
			if n := last.must(b.t, order{Do: "waits", Person: p.id}).Count; n > 0 {
				b.t.Errorf("%s was erased, and %d doors have not answered", p.name, n)
			}
		case !here:
			b.t.Errorf("%s was acknowledged, and is lost", p.name)
		case (p.blocked || p.revoked) != (err != nil):
			b.t.Errorf("the card of %s, blocked %v, revoked %v: %v", p.name, p.blocked, p.revoked, err)
		case p.withdrawn && faces[handle] > 0:
			b.t.Errorf("the face of %s opens, who withdrew", p.name)
		}
	}
}

// connected waits until the couriers are.
func (b *building) connected(doors ...int) {
	b.t.Helper()
	for _, d := range doors {
		for end := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
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

// secrets are texts that no one but doors may ever read: names, card numbers and handles.
func (b *building) secrets() (all [][]byte) {
	all = [][]byte{[]byte("王小明"), []byte("apartment 1204"), []byte("card 0"), []byte("residents")}
	for i, p := range b.people {
		if i%max(1, len(b.people)/20) == 0 && !p.id.IsZero() {
			all = append(all, p.id[:], fmt.Appendf(nil, "%x", p.id[:]), p.card)
		}
	}
	return all
}

// nothingReadable looks for secrets in all that the hub keeps, on its disk and in its memory, and
// in the memory of a courier. That it finds the seals of records shows that it looks at the right
// place.
func (b *building) nothingReadable() {
	b.t.Helper()
	places := map[string][]byte{}
	err := filepath.WalkDir(b.hub, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		places["disk "+path] = raw
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	for _, name := range []string{"hub", "courier0"} {
		memory, err := sitetest.Memory(b.procs[name].Process.Pid)
		if err != nil {
			b.t.Fatal(err)
		}
		for at, part := range memory {
			places[name+" "+at] = part
		}
	}
	sealed, secrets := map[string]int{}, b.secrets()
	for where, raw := range places {
		kind, _, _ := strings.Cut(where, " ")
		sealed[kind] += bytes.Count(raw, []byte("age-encryption.org"))
		for _, s := range secrets {
			if bytes.Contains(raw, s) {
				b.t.Errorf("%q can be read at the hub or a courier: %s", s, where)
			}
		}
	}
	if sealed["disk"] == 0 || sealed["hub"] == 0 || sealed["courier0"] == 0 {
		b.t.Errorf("%v seals found: this test does not see what it should", sealed)
	}
}

// TestBuilding: three doors and a hub as processes. The hub is killed while doors write, and a
// door, again and again; clocks are years apart; a thief has a courier's ticket.
func TestBuilding(t *testing.T) {
	b := newBuilding(t, 3, "127.0.0.1:"+freePort(t), nil)
	b.startHub()
	for d := range b.doors {
		b.startCourier(d)
	}
	b.connected(0, 1, 2)
	b.write(0, 10)
	b.equal(time.Minute)
	var hands sync.WaitGroup
	hands.Go(func() { b.write(1, 20) })
	time.Sleep(50 * time.Millisecond)
	b.kill("hub")
	hands.Wait()
	b.write(2, 5)
	b.startHub()
	b.equal(time.Minute)
	b.cutDoor(1, 5)
	b.equal(time.Minute)
	b.thief(2)
	b.nothingReadable()
	t.Logf("memory, VmRSS: hub %s, courier %s", rss(t, b, "hub"), rss(t, b, "courier0"))
	term(t, b, "hub")
}

// cutDoor kills a door again and again while it writes and hears.
func (b *building) cutDoor(at, times int) {
	b.t.Helper()
	for i := range times {
		dead := make(chan struct{})
		time.AfterFunc(time.Duration(20+23*i*i)*time.Millisecond, func() {
			defer close(dead)
			b.doors[at].kill()
		})
		for b.write(at, 1) {
			b.write(0, 1)
		}
		<-dead
		b.doors[at].start(b.t)
	}
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
