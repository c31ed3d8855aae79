package courier_test

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"menshen/site/courier"
	"menshen/site/hub"
	"menshen/site/post"
	"menshen/site/sitetest"
)

var loopback = netip.MustParseAddrPort("127.0.0.1:0")

// site is a hub and doors in this process.
type site struct {
	t       testing.TB
	dir     string
	at      netip.AddrPort
	hub     *hub.Hub
	log     *slog.Logger // the hub's
	units   []*sitetest.Unit
	tickets []post.Ticket

	mu     sync.Mutex
	states map[post.ID]courier.Status
}

func newSite(t testing.TB, doors int) *site {
	s := &site{t: t, dir: t.TempDir(), at: loopback, log: slog.New(slog.DiscardHandler), units: sitetest.Site("", doors),
		states: map[post.ID]courier.Status{}}
	papers, err := hub.NewPapers(post.ID{1}, netip.MustParseAddrPort("127.0.0.1:1"))
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range s.units {
		ticket, err := papers.Ticket(u.ID)
		if err != nil {
			t.Fatal(err)
		}
		s.tickets = append(s.tickets, ticket)
	}
	if err := papers.Save(s.dir); err != nil {
		t.Fatal(err)
	}
	s.open()
	t.Cleanup(func() { s.hub.Close() })
	return s
}

// open starts the hub, at the same address as before.
func (s *site) open() {
	s.t.Helper()
	var err error
	s.hub, err = hub.Start(hub.Config{Dir: s.dir, Listen: s.at, Log: s.log})
	if err != nil {
		s.t.Fatal(err)
	}
	s.at = s.hub.At
	for i := range s.tickets {
		s.tickets[i].Hub = s.at
	}
}

// courier starts the courier of a door, and gives how to stop it.
func (s *site) courier(door int) (stop func()) { return s.courierWith(door, func(*courier.Config) {}) }

func (s *site) courierWith(door int, change func(c *courier.Config)) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		c := courier.Config{Ticket: s.tickets[door], Unit: s.units[door], Index: sitetest.Index,
			Look: 10 * time.Millisecond, Say: 200 * time.Millisecond, Patience: 300 * time.Millisecond,
			Retry: 50 * time.Millisecond, Log: slog.New(slog.DiscardHandler),
			Tell: func(st courier.Status) { s.mu.Lock(); s.states[s.units[door].ID] = st; s.mu.Unlock() }}
		change(&c)
		err := courier.Run(ctx, c)
		if err != nil {
			s.t.Error(err)
		}
	}()
	var once sync.Once
	end := func() { once.Do(func() { cancel(); <-done }) }
	s.t.Cleanup(end)
	return end
}

func (s *site) state(door int) courier.Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.states[s.units[door].ID]
}

func (s *site) write(door, records int) {
	s.t.Helper()
	for i := range records {
		if err := s.units[door].Write(fmt.Sprint("change ", i, " of door ", door)); err != nil {
			s.t.Fatal(err)
		}
	}
}

// equal waits until these doors have the same records, as many of each author as are wanted.
func (s *site) equal(want uint64, doors ...int) {
	s.t.Helper()
	s.within(time.Minute, "the doors are not equal", func() bool {
		for _, d := range doors {
			heads, err := s.units[d].Heads(context.Background())
			if err != nil || !sitetest.Same(s.units[doors[0]], s.units[d]) {
				return false
			}
			var sum uint64
			for _, n := range heads {
				sum += n
			}
			if sum != want {
				return false
			}
		}
		return true
	})
}

func (s *site) within(d time.Duration, otherwise string, so func() bool) {
	s.t.Helper()
	for end := time.Now().Add(d); !so(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			s.t.Fatalf("%s within %v: %+v", otherwise, d, s.states)
		}
	}
}

// TestDoorsBecomeEqual: what each door wrote before and after its courier started is at all doors.
func TestDoorsBecomeEqual(t *testing.T) {
	s := newSite(t, 3)
	s.write(0, 5)
	s.courier(0)
	s.courier(1)
	s.equal(5, 0, 1)
	s.write(1, 3)
	s.courier(2)
	s.write(2, 2)
	s.equal(10, 0, 1, 2)
}

// TestMailbox: doors that are never there at the same time still hear of each other.
func TestMailbox(t *testing.T) {
	s := newSite(t, 2)
	s.write(0, 4)
	stop := s.courier(0)
	s.within(time.Minute, "nothing was sent", func() bool { return s.state(0).Sent == 4 })
	stop()
	s.courier(1)
	s.equal(4, 0, 1)
}

// TestNotes: what a door notes is heard at once by those that are there, and the hub keeps none of
// it; a door that comes later hears the next one.
func TestNotes(t *testing.T) {
	s := newSite(t, 3)
	noting := func(door int) (stop func()) {
		return s.courierWith(door, func(c *courier.Config) { c.Note, c.Hear = s.units[door].Note, s.units[door].Hear })
	}
	noting(0)
	noting(1)
	s.courier(2) // of an older program
	s.within(time.Minute, "no line", func() bool {
		return s.state(1).Place == courier.Connected && s.state(2).Place == courier.Connected
	})
	from := s.units[0].ID
	s.within(time.Minute, "no note came", func() bool {
		s.units[0].Tell("came in: a")
		return s.units[1].Heard(from) == "came in: a"
	})
	s.write(0, 1)
	s.equal(1, 0, 1, 2)
	s.hub.Close()
	err := filepath.WalkDir(s.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		if bytes.Contains(raw, []byte("came in")) {
			t.Errorf("the hub has kept a note in %s", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	s.units[0].Tell("came in: b")
	s.open()
	s.within(time.Minute, "no note came after the hub was away", func() bool {
		s.units[0].Tell("came in: c")
		return s.units[1].Heard(from) == "came in: c"
	})
	if s.units[2].Heard(from) != "" {
		t.Error("a door that takes no notes has heard one")
	}
}

// TestHubEmptied: a hub whose disk is emptied is filled again by the author, and by a third door
// when the author is away.
func TestHubEmptied(t *testing.T) {
	s := newSite(t, 3)
	stop := s.courier(0)
	s.courier(1)
	s.write(0, 4)
	s.write(1, 2)
	s.equal(6, 0, 1)
	stop()
	s.empty()
	s.courier(2) // has nothing; door 0 is away
	s.equal(6, 1, 2)
	s.within(time.Minute, "door 1 did not carry door 0's records", func() bool { return s.state(1).Carried >= 4 })
}

// empty takes the hub's disk away.
func (s *site) empty() {
	s.t.Helper()
	s.hub.Close()
	if err := os.RemoveAll(filepath.Join(s.dir, "jetstream")); err != nil {
		s.t.Fatal(err)
	}
	s.open()
}

// TestHubRolledBack: a hub whose disk is an older copy is filled again, and what was written since
// then reaches a door that was away.
func TestHubRolledBack(t *testing.T) {
	s := newSite(t, 3)
	s.courier(0)
	s.courier(1)
	s.write(0, 3)
	s.equal(3, 0, 1)
	s.hub.Close()
	stream, copied := filepath.Join(s.dir, "jetstream"), filepath.Join(t.TempDir(), "copy")
	if err := os.CopyFS(copied, os.DirFS(stream)); err != nil {
		t.Fatal(err)
	}
	s.open()
	s.write(0, 3)
	s.write(1, 1)
	s.equal(7, 0, 1)
	s.hub.Close()
	if err := os.RemoveAll(stream); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(stream, os.DirFS(copied)); err != nil {
		t.Fatal(err)
	}
	s.open()
	s.write(1, 1)
	s.courier(2)
	s.equal(8, 0, 1, 2)
}

// TestHubDamaged: a hub whose stream is damaged anywhere, or everywhere, still starts, and is
// filled again.
func TestHubDamaged(t *testing.T) {
	for _, every := range []int{7, 1} {
		s := newSite(t, 3)
		s.courier(0)
		s.courier(1)
		s.write(0, 20)
		s.equal(20, 0, 1)
		s.hub.Close()
		n := 0
		err := filepath.WalkDir(filepath.Join(s.dir, "jetstream"), func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			raw, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for i := every / 2; i < len(raw); i += 400 * every {
				raw[i] ^= 0x55
			}
			n++
			return os.WriteFile(path, raw, 0o600)
		})
		if err != nil || n == 0 {
			t.Fatal(n, err)
		}
		s.open()
		s.courier(2)
		s.equal(20, 0, 1, 2)
	}
}

// TestHubForgets: what a hub keeps too short to reach a door comes again when the door says that
// it lacks it.
func TestHubForgets(t *testing.T) {
	s := newSite(t, 2)
	s.hub.Close()
	var err error
	s.hub, err = hub.Start(hub.Config{Dir: s.dir, Listen: s.at, Keep: 500 * time.Millisecond,
		Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	s.courier(0)
	s.write(0, 5)
	s.within(time.Minute, "nothing was sent", func() bool { return s.state(0).Sent == 5 })
	time.Sleep(time.Second) // the hub's own span
	s.courier(1)
	s.equal(5, 0, 1)
}

// TestNewPiece: a door that lacks what its author no longer keeps goes on from the piece of the
// chain that the author has.
func TestNewPiece(t *testing.T) {
	s := newSite(t, 2)
	s.write(0, 4)
	s.units[0].Forget()
	s.write(0, 3)
	s.courier(0)
	s.courier(1)
	s.equal(7, 0, 1)
}

// TestNews: a courier that looks at its unit once an hour hears at once what it has made.
func TestNews(t *testing.T) {
	s := newSite(t, 2)
	made := make(chan uint64)
	s.courierWith(0, func(c *courier.Config) {
		c.Look, c.Wait = time.Hour, func(ctx context.Context, before uint64) (uint64, error) {
			select {
			case n := <-made:
				return n, nil
			case <-ctx.Done():
				return before, ctx.Err()
			}
		}
	})
	s.courier(1)
	s.within(time.Minute, "the couriers are not there", func() bool {
		return s.state(0).Place == courier.Connected && s.state(1).Place == courier.Connected
	})
	for n := range uint64(3) {
		s.write(0, 1)
		made <- n + 1
		s.equal(n+1, 0, 1)
	}
}
