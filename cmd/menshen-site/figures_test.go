package main

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"io"
	"log/slog"
	mathrand "math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"menshen/board/desk"
	"menshen/policy"
	"menshen/site/courier"
	"menshen/site/fact"
	"menshen/site/hub"
	"menshen/site/post"
	"menshen/site/record"
	"menshen/store"
)

// vaultUnit is a door in this process, with a real vault.
type vaultUnit struct {
	*store.Vault
	door    int
	changed chan heard
	told    chan struct{} // records were applied
}

// heard is that a door has applied what was told of a person.
type heard struct {
	door int
	at   time.Time
	who  []policy.PersonID
}

func (u *vaultUnit) Heads(context.Context) (map[post.ID]uint64, error) {
	heads, err := u.SiteHeads()
	out := make(map[post.ID]uint64, len(heads))
	for id, n := range heads {
		out[post.ID(id)] = n
	}
	return out, err
}

// Wait is of [courier.Config].
func (u *vaultUnit) Wait(ctx context.Context, made uint64) (uint64, error) {
	return desk.NewCourier(u.Vault, nil).Wait(ctx, made)
}

func (u *vaultUnit) Records(_ context.Context, author post.ID, from uint64, most int) ([][]byte, error) {
	return u.SiteRecords(fact.DoorID(author), from, most)
}

func (u *vaultUnit) Apply(_ context.Context, records [][]byte) error {
	got, err := u.ApplySite(records)
	if len(got.Changed) > 0 {
		u.changed <- heard{u.door, time.Now(), got.Changed}
	}
	if got.Records > 0 {
		select {
		case u.told <- struct{}{}:
		default:
		}
	}
	return err
}

// keepCaughtUp asks and answers the other doors, with the times of a unit, until ctx ends.
func (u *vaultUnit) keepCaughtUp(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-u.told:
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(2 * time.Second):
		}
		if _, err := u.CatchUp(); err != nil {
			return err
		}
	}
}

// row is a hub and doors in this process, with the times of an installed courier.
type row struct {
	testing.TB
	dir     string
	doors   []*vaultUnit
	changed chan heard
	tickets []post.Ticket
}

func newRow(t testing.TB, n int) *row {
	t.Helper()
	return newRowTold(t, n, slog.DiscardHandler)
}

// newRowTold is newRow whose hub's log goes to a handler.
func newRowTold(t testing.TB, n int, log slog.Handler) *row {
	t.Helper()
	dir := t.TempDir()
	if info, err := os.Stat("/dev/shm"); err == nil && info.IsDir() {
		dir, err = os.MkdirTemp("/dev/shm", "menshen")
		must(t, err)
		t.Cleanup(func() { os.RemoveAll(dir) })
	}
	r := &row{TB: t, dir: dir, changed: make(chan heard, 1<<16)}
	must(t, r.newDoor().FoundSite("op", "door 0"))
	for i := range n - 1 {
		if r.join(); i%meetEvery == meetEvery-1 {
			r.meet()
		}
	}
	site, err := r.doors[0].Site()
	must(t, err)
	papers, err := hub.NewPapers(post.ID(site.ID), netip.MustParseAddrPort("127.0.0.1:"+freePort(t)))
	must(t, err)
	for i := range n + 1 { // one more, for a door that joins later or a plain reader
		id := post.ID{}
		if rand.Read(id[:]); i < n {
			id = post.ID(r.doors[i].Unit())
		}
		ticket, err := papers.Ticket(id)
		must(t, err)
		r.tickets = append(r.tickets, ticket)
	}
	must(t, os.Mkdir(filepath.Join(dir, "hub"), 0o700))
	must(t, papers.Save(filepath.Join(dir, "hub")))
	h, err := hub.Start(hub.Config{Dir: filepath.Join(dir, "hub"), Listen: papers.Hub,
		Log: slog.New(log)})
	must(t, err)
	t.Cleanup(h.Close)
	return r
}

func (r *row) newDoor() *vaultUnit {
	r.Helper()
	folder := filepath.Join(r.dir, fmt.Sprint("door", len(r.doors)))
	must(r, os.Mkdir(folder, 0o700))
	v, err := store.Create(filepath.Join(folder, "vault"),
		store.Options{Key: store.KeyFile(filepath.Join(folder, "root.key"))})
	must(r, err)
	r.Cleanup(func() { v.Close() })
	u := &vaultUnit{v, len(r.doors), r.changed, make(chan struct{}, 1)}
	r.doors = append(r.doors, u)
	return u
}

// join has a door more, which the first admits and hears.
func (r *row) join() (u *vaultUnit, welcome int) {
	r.Helper()
	first := r.doors[0]
	u = r.newDoor()
	asks, code, err := u.RequestSite(fmt.Sprint("door ", u.door))
	must(r, err)
	answer, code, err := first.AdmitDoor("op", asks, code)
	must(r, err)
	must(r, u.JoinSite("op", answer, code))
	own, err := u.SiteRecords(u.Unit(), 1, record.Limit)
	must(r, err)
	_, err = first.ApplySite(own)
	must(r, err)
	return u, len(answer)
}

// carry starts the couriers of some doors.
func (r *row) carry(doors ...*vaultUnit) {
	ctx, stop := context.WithCancel(context.Background())
	var all sync.WaitGroup
	for _, u := range doors {
		c := courier.Config{Ticket: r.tickets[u.door], Unit: u, Wait: u.Wait, Index: headOf,
			Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
		all.Go(func() { _ = courier.Run(ctx, c) })
		all.Go(func() {
			if err := u.keepCaughtUp(ctx); err != nil {
				r.Errorf("door %d: %v", u.door, err)
			}
		})
	}
	r.Cleanup(func() { stop(); all.Wait() })
}

// meetEvery is after how many admissions all doors meet: before the first has told more than its
// chain keeps.
const meetEvery = 40

// meet has each door hear by hand all that was told while the doors joined, by way of the first. At
// 200 doors it would else take the couriers longer than what is to be measured.
func (r *row) meet() {
	r.Helper()
	first := r.doors[0]
	for told := true; told; {
		for _, u := range r.doors[1:] {
			must(r, bring(u, first))
		}
		var hear sync.WaitGroup
		for some := range slices.Chunk(r.doors[1:], len(r.doors)/runtime.NumCPU()+1) {
			hear.Go(func() {
				for _, u := range some {
					if err := bring(first, u); err != nil {
						r.Error(err)
					}
				}
			})
		}
		hear.Wait()
		told = false
		for _, u := range r.doors {
			some, err := u.CatchUp()
			must(r, err)
			told = told || some
		}
	}
}

// bring has one door hear all that another has and it lacks.
func bring(from, to *vaultUnit) error {
	known, err := to.SiteHeads()
	if err != nil {
		return err
	}
	have, err := from.SiteHeads()
	if err != nil {
		return err
	}
	var lacking [][]byte
	for door, last := range have {
		if known[door] < last {
			some, err := from.SiteRecords(door, known[door]+1, 1<<30)
			if err != nil {
				return err
			}
			lacking = append(lacking, some...)
		}
	}
	_, err = to.ApplySite(lacking)
	return err
}

// rests waits until the couriers have brought the hub all that it lacked: until half a minute goes
// by in which no more than 200 bytes a second and door go over the network.
func (r *row) rests() {
	r.Helper()
	for {
		before := loopback(r)
		time.Sleep(30 * time.Second)
		if loopback(r)-before < float64(len(r.doors))*200*30 {
			return
		}
	}
}

// settled waits until all doors have read as far.
func (r *row) settled(within time.Duration) {
	r.Helper()
	for end := time.Now().Add(within); ; time.Sleep(100 * time.Millisecond) {
		apart, first := 0, ""
		for i, u := range r.doors {
			heads, err := u.SiteHeads()
			must(r, err)
			if text := fmt.Sprint(heads); i == 0 {
				first = text
			} else if text != first {
				apart++
			}
		}
		if apart == 0 {
			return
		}
		if time.Now().After(end) {
			r.Fatalf("%d doors have not read as far as the first", apart)
		}
	}
}

// change has a door block or unblock somebody, and gives after what time all others do so too.
func (r *row) change(at *vaultUnit, id policy.PersonID, block bool) time.Duration {
	r.Helper()
	began := time.Now()
	must(r, at.ChangePerson("op", id, "blocked", func(p *policy.Person) error { p.Blocked = block; return nil }))
	var last time.Time
	for left := len(r.doors) - 1; left > 0; {
		select {
		case h := <-r.changed:
			if slices.Contains(h.who, id) {
				left, last = left-1, h.at
			}
		case <-time.After(time.Minute):
			r.Fatalf("%d doors have not heard of it", left)
		}
	}
	for _, u := range r.doors {
		if p, err := u.Person(id); err != nil || p.Blocked != block {
			r.Fatalf("door %d: blocked %v, %v", u.door, p.Blocked, err)
		}
	}
	return last.Sub(began)
}

// plain is a program of nats.go alone: as many readers of the stream as there are doors, and what
// time it takes until all have what is published.
type plain struct {
	*row
	js      jetstream.JetStream
	subject string
	came    chan time.Time
}

func (r *row) plain() *plain {
	r.Helper()
	k := r.tickets[len(r.tickets)-1]
	p := &plain{row: r, came: make(chan time.Time, 1<<16), subject: post.Records(k.Site, k.Door)}
	for range r.doors {
		enter, err := options(k)
		must(r, err)
		nc, err := nats.Connect("tls://"+k.Hub.String(), enter...)
		must(r, err)
		r.Cleanup(nc.Close)
		js, err := jetstream.New(nc)
		must(r, err)
		p.js = js
		_, err = nc.Subscribe("heads."+k.Site.String()+".*", func(m *nats.Msg) {
			if len(m.Data) > 0 && m.Subject == post.Heads(k.Site, k.Door) {
				p.came <- time.Now()
			}
		})
		must(r, err)
		must(r, nc.Flush())
	}
	return p
}

// move publishes bytes into the stream, as a record is, and to all readers; it gives how long until
// all have them.
func (p *plain) move(raw []byte) time.Duration {
	p.Helper()
	k := p.tickets[len(p.tickets)-1]
	began := time.Now()
	_, err := p.js.Publish(p.Context(), p.subject, raw)
	must(p, err)
	must(p, p.js.Conn().Publish(post.Heads(k.Site, k.Door), raw))
	var last time.Time
	for range p.doors {
		last = <-p.came
	}
	return last.Sub(began)
}

// idleFor is how long a site is listened to while nothing changes.
const idleFor = 5 * time.Minute

// TestFigures measures what docs/figures.md has of a site.
func TestFigures(t *testing.T) {
	if !*all {
		t.Skip("minutes: -all")
	}
	for _, x := range []struct{ doors, changes int }{{3, 60}, {20, 40}, {200, 10}} {
		t.Run(fmt.Sprint(x.doors, " doors"), func(t *testing.T) {
			r := newRow(t, x.doors)
			id, err := r.doors[0].AddPerson("op", policy.Person{Name: "Li Na"})
			must(t, err)
			if x.doors > 20 {
				r.meet()
				t.Logf("%d doors have met", x.doors)
			}
			began := time.Now()
			r.carry(r.doors...)
			r.settled(20 * time.Minute)
			t.Logf("first meeting of all doors: %v", time.Since(began))
			r.rests()
			for len(r.changed) > 0 {
				<-r.changed
			}
			quiet := loopback(t)
			time.Sleep(idleFor)
			t.Logf("idle: %.1f MB a day over the network", (loopback(t)-quiet)*float64(24*time.Hour/idleFor)/1e6)
			busy := loopback(t)
			var took []time.Duration
			for i := range x.changes {
				time.Sleep(mathrand.N(time.Second)) // at no particular moment of the couriers'
				took = append(took, r.change(r.doors[i%len(r.doors)], id, i%2 == 0))
			}
			own, err := r.doors[0].SiteRecords(r.doors[0].Unit(), 1, 1<<30)
			must(t, err)
			moved := loopback(t) - busy
			p := r.plain()
			busy = loopback(t)
			var alone []time.Duration
			for range x.changes {
				alone = append(alone, p.move(own[len(own)-1]))
			}
			each := float64(x.changes)
			t.Logf("a change: record of %d bytes; %.0f bytes over the network for all doors, a plain program %.0f",
				len(own[len(own)-1]), moved/each, (loopback(t)-busy)/each)
			t.Logf("change to effective at all doors: %s; a plain program: %s", spread(took), spread(alone))
		})
	}
	t.Run("a new door", newDoorFigures)
}

func newDoorFigures(t *testing.T) {
	r := newRow(t, 2)
	r.carry(r.doors[0])
	list := make([]store.ListedPerson, 10_000)
	for i := range list {
		list[i] = store.ListedPerson{Is: store.Details{Name: policy.Private(fmt.Sprint("tenant ", i)), Lang: "zh",
			Apartment: policy.Private(fmt.Sprint(i / 4)), Groups: []string{"residents"}},
			Cards: []store.ListedCard{{Secret: binary.BigEndian.AppendUint64(nil, uint64(i+1)), Label: "fob",
				Clonable: true}}}
	}
	_, err := r.doors[0].Import("op", list, [32]byte{7}, func(int) {})
	must(t, err)
	began := time.Now()
	late, welcome := r.join()
	t.Logf("10,000 people: a new door joins in %v, its welcome has %d bytes", time.Since(began), welcome)
	people, err := late.People()
	if must(t, err); len(people) != 10_000 {
		t.Errorf("%d people", len(people))
	}
	began = time.Now()
	r.carry(r.doors[1])
	for {
		if people, err := r.doors[1].People(); err == nil && len(people) == 10_000 {
			break
		}
		time.Sleep(100 * time.Millisecond)
		if time.Since(began) > 10*time.Minute {
			t.Fatal("a door that was away does not catch up")
		}
	}
	t.Logf("10,000 people: a door that was away, by courier, knows all after %v", time.Since(began))
}

func spread(all []time.Duration) string {
	slices.Sort(all)
	return fmt.Sprintf("p50 %v, p99 %v of %d", all[len(all)/2].Round(time.Microsecond),
		all[len(all)*99/100].Round(time.Microsecond), len(all))
}

// loopback is how many bytes went over the loopback of this network namespace.
func loopback(t testing.TB) (n float64) {
	t.Helper()
	raw, err := os.ReadFile("/proc/self/net/dev")
	must(t, err)
	_, counts, found := strings.Cut(string(raw), "lo:")
	if _, err := fmt.Sscan(counts, &n); err != nil || !found {
		t.Fatalf("no loopback: %s, %v", raw, err)
	}
	return n
}
