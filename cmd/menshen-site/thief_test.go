package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nkeys"
	"golang.org/x/sys/unix"

	"menshen/site/hub"
	"menshen/site/post"
	"menshen/site/sitetest"
)

// loot is what a thief's process came away with.
type loot struct {
	Records   [][]byte // the whole stream
	Published int      // lies
	Refused   int      // of what a ticket does not allow
	Asked     int      // likewise
}

// thief takes the place of a door's courier, with its ticket and from a place of its own on the
// wires: a process that reads all that there is, publishes every record again, cut off and with
// flipped bits, and asks for what the ticket does not allow. It reads nobody's name and changes
// nothing; then the courier goes on.
func (b *building) thief(door int) {
	b.t.Helper()
	b.equal(time.Minute)
	before := b.doors[0].state(b.t).short()
	b.kill(fmt.Sprint("courier", door))
	path := filepath.Join(b.dir, "loot")
	b.start("thief", "thief", "thief", b.ticket(door), path)
	b.ended("thief")
	var got loot
	raw, err := os.ReadFile(path)
	if err = errors.Join(err, json.Unmarshal(raw, &got)); err != nil {
		b.t.Fatalf("the thief: %v: %s", err, b.log("thief"))
	}
	for _, s := range b.secrets() {
		if slices.ContainsFunc(got.Records, func(r []byte) bool { return bytes.Contains(r, s) }) {
			b.t.Errorf("a thief reads %q", s)
		}
	}
	if len(got.Records) < 25 || got.Published < 100 {
		b.t.Errorf("the thief had only %d records, and published %d", len(got.Records), got.Published)
	}
	if got.Refused != got.Asked || got.Asked < 8 {
		b.t.Errorf("of %d things that a ticket does not allow the hub refused %d", got.Asked, got.Refused)
	}
	time.Sleep(2 * time.Second) // the couriers read it all
	for i, d := range b.doors {
		if now := d.state(b.t).short(); now != before {
			b.t.Errorf("a thief changed door %d:\n%s\n%s", i, now, before)
		}
	}
	b.startCourier(door)
	b.write(0, 3)
	b.write(door, 3)
	b.equal(time.Minute)
}

// ended waits for the end of a process.
func (b *building) ended(name string) {
	b.t.Helper()
	c := b.procs[name]
	delete(b.procs, name)
	late := time.AfterFunc(2*time.Minute, func() { _ = c.Process.Kill() })
	defer late.Stop()
	if err := c.Wait(); err != nil {
		b.t.Errorf("%s: %v: %s", name, err, b.log(name))
	}
}

func (b *building) log(name string) []byte {
	raw, _ := os.ReadFile(filepath.Join(b.dir, name+".log"))
	return raw
}

// thiefMain is the thief's process.
func thiefMain(ticket, to string) error {
	k, err := readTicket(ticket)
	if err != nil {
		return err
	}
	var got loot
	var mu sync.Mutex
	enter, err := options(k)
	if err != nil {
		return err
	}
	count := func(_ *nats.Conn, _ *nats.Subscription, err error) {
		mu.Lock()
		defer mu.Unlock()
		if errors.Is(err, nats.ErrPermissionViolation) {
			got.Refused++
		}
	}
	nc, err := nats.Connect("tls://"+k.Hub.String(), append(enter, nats.ErrorHandler(count))...)
	if err != nil {
		return err
	}
	defer nc.Close()
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	js, err := jetstream.New(nc)
	if err != nil {
		return err
	}
	if got.Records, err = stream(ctx, js, k.Door); err != nil {
		return err
	}
	if got.Published, err = lies(ctx, nc, js, k, got.Records); err != nil {
		return err
	}
	got.Asked, err = forbidden(nc, k)
	mu.Lock()
	defer mu.Unlock()
	raw, err2 := json.Marshal(got)
	return errors.Join(err, err2, os.WriteFile(to, raw, 0o600))
}

// options are those with which a program of one's own connects with a courier's ticket.
func options(k post.Ticket) ([]nats.Option, error) {
	secure, err := k.TLS()
	if err != nil {
		return nil, err
	}
	key, err := nkeys.FromSeed(k.Seed)
	if err != nil {
		return nil, err
	}
	public, err := key.PublicKey()
	return []nats.Option{nats.Secure(secure), nats.TLSHandshakeFirst(), nats.Nkey(public, key.Sign),
		nats.CustomInboxPrefix(post.Inbox(k.Door))}, err
}

// stream reads all that the hub has, in the place of the door's own courier.
func stream(ctx context.Context, js jetstream.JetStream, door post.ID) (all [][]byte, err error) {
	_ = js.DeleteConsumer(ctx, post.Stream, door.String())
	reader, err := js.CreateConsumer(ctx, post.Stream, jetstream.ConsumerConfig{Name: door.String(),
		AckPolicy: jetstream.AckNonePolicy, MemoryStorage: true, Replicas: 1})
	if err != nil {
		return nil, err
	}
	for waiting := reader.CachedInfo().NumPending; uint64(len(all)) < waiting; {
		m, err := reader.Next(jetstream.FetchMaxWait(5 * time.Second))
		if err != nil {
			return all, err
		}
		all = append(all, m.Data())
	}
	return all, nil
}

// lies publishes records again: twice, in any order, cut off and with flipped bits, and says that
// the door has what nobody wrote.
func lies(ctx context.Context, nc *nats.Conn, js jetstream.JetStream, k post.Ticket, all [][]byte) (n int, err error) {
	all = slices.Clone(all)
	rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	for _, r := range all[:min(len(all), 200)] {
		h, err := headOf(r)
		if err != nil {
			return n, err
		}
		flipped := bytes.Clone(r)
		flipped[rand.IntN(len(r))] ^= 1 << rand.IntN(8)
		subject := post.Carried(k.Site, k.Door, h.Author)
		if h.Author == k.Door {
			subject = post.Records(k.Site, k.Door)
		}
		for _, lie := range [][]byte{r, flipped, r[:len(r)/2], r} {
			if _, err := js.Publish(ctx, subject, lie); err != nil {
				return n, err
			}
			n++
		}
		said := post.Said{Heads: map[post.ID]uint64{h.Author: 1 << 60}, Read: 1 << 60, Start: "x"}
		if err := nc.Publish(post.Heads(k.Site, k.Door), said.Bytes()); err != nil {
			return n, err
		}
	}
	return n, nil
}

// forbidden asks for what the ticket does not allow, and gives how much that was.
func forbidden(nc *nats.Conn, k post.Ticket) (asked int, err error) {
	other := post.ID{9}
	for _, subject := range []string{">", "site.>", "carried.>", "$SYS.>", post.Inbox(other) + ".>"} {
		asked++
		_, err2 := nc.SubscribeSync(subject)
		err = errors.Join(err, err2)
	}
	for _, subject := range []string{post.Records(k.Site, other), post.Carried(k.Site, other, k.Door),
		post.Heads(k.Site, other), "$JS.API.STREAM.PURGE." + post.Stream, "$JS.API.STREAM.DELETE." + post.Stream,
		"$JS.API.STREAM.UPDATE." + post.Stream, "$JS.API.CONSUMER.DELETE." + post.Stream + "." + other.String(),
		"$SYS.REQ.SERVER.PING"} {
		asked++
		err = errors.Join(err, nc.Publish(subject, []byte("{}")))
	}
	err = errors.Join(err, nc.Flush())
	time.Sleep(time.Second) // what is refused is told apart from the answers
	return asked, err
}

// gossip is what a stranger's process came away with.
type gossip struct {
	In      []string // the ways in which the hub let it in
	Hub     []byte   // what the hub said to it in clear
	Came    int      // couriers that took it for the hub's address
	Trusted int      // of them, those that took it for the hub
	Told    []byte   // what they said in clear
}

// stranger has a wire like any door, and no ticket: a process that knocks at the hub, then says to
// have its address, so that couriers come to it instead. It learns nothing, and all goes on once it
// is gone.
func (b *building) stranger() {
	b.t.Helper()
	b.equal(time.Minute)
	path := filepath.Join(b.dir, "heard")
	b.start("stranger", "thief", "stranger", path)
	b.until("each courier comes to the stranger", func() bool {
		came, _ := os.ReadFile(path + ".came")
		return string(came) == fmt.Sprint(len(b.doors))
	})
	for d := range b.doors {
		b.write(d, 2)
	}
	_ = b.procs["stranger"].Process.Signal(syscall.SIGTERM)
	b.ended("stranger")
	var got gossip
	raw, err := os.ReadFile(path)
	if err = errors.Join(err, json.Unmarshal(raw, &got)); err != nil {
		b.t.Fatalf("the stranger: %v: %s", err, b.log("stranger"))
	}
	if len(got.In) > 0 || len(got.Hub) > 0 {
		b.t.Errorf("the hub lets a stranger in by %q, and says %q", got.In, got.Hub)
	}
	if got.Came == 0 || got.Trusted > 0 || len(got.Told) == 0 {
		b.t.Errorf("%d couriers came to a stranger, %d trusted it", got.Came, got.Trusted)
	}
	for _, s := range append(b.secrets(), []byte(b.doors[0].ID.String()), []byte("site"), []byte("age-encryption")) {
		if bytes.Contains(got.Told, s) {
			b.t.Errorf("a courier tells a stranger %q", s)
		}
	}
	b.t.Logf("%d times a courier came to the stranger, and went; equal %.1f s after it was gone", got.Came,
		b.equal(4*time.Minute).Seconds()) // until the doors have forgotten where it said the hub to be
}

// until waits for something.
func (b *building) until(what string, so func() bool) {
	b.t.Helper()
	for end := time.Now().Add(2 * time.Minute); !so(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			b.t.Fatalf("not within two minutes: %s", what)
		}
	}
}

// strangerMain is the stranger's process.
func strangerMain(to string) error {
	papers, err := hub.NewPapers(post.ID{6}, netip.MustParseAddrPort(sitetest.HubAt))
	if err != nil {
		return err
	}
	var got gossip
	if err := got.knock(papers); err != nil {
		return err
	}
	address, _, _ := net.SplitHostPort(sitetest.HubAt)
	has := func(verb string) error {
		out, err := exec.Command("ip", "addr", verb, address+"/32", "dev", "lan").CombinedOutput()
		if err != nil {
			err = fmt.Errorf("%w: %s", err, out)
		}
		return err
	}
	if err := errors.Join(has("add"), got.pose(papers, to), has("del")); err != nil {
		return err
	}
	raw, err := json.Marshal(got)
	return errors.Join(err, os.WriteFile(to, raw, 0o600))
}

// knock tries each way in at the hub that has no ticket of its site.
func (g *gossip) knock(papers *hub.Papers) error {
	ticket, err := papers.Ticket(post.ID{7})
	if err != nil {
		return err
	}
	own, err := ticket.TLS()
	if err != nil {
		return err
	}
	own.VerifyConnection = nil // it takes any hub
	none := own.Clone()
	none.Certificates = nil
	key, err := nkeys.FromSeed(ticket.Seed)
	if err != nil {
		return err
	}
	public, err := key.PublicKey()
	if err != nil {
		return err
	}
	for way, options := range map[string][]nats.Option{
		"no TLS":                    nil,
		"TLS without a certificate": {nats.Secure(none), nats.TLSHandshakeFirst()},
		"a certificate of its own":  {nats.Secure(own), nats.TLSHandshakeFirst()},
		"a ticket of another site":  {nats.Secure(own), nats.TLSHandshakeFirst(), nats.Nkey(public, key.Sign)},
	} {
		if nc, err := nats.Connect(sitetest.HubAt, append(options, nats.Timeout(3*time.Second))...); err == nil {
			g.In = append(g.In, way)
			nc.Close()
		}
	}
	conn, err := net.Dial("tcp", sitetest.HubAt)
	if err != nil {
		return fmt.Errorf("the hub is not there: %w", err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(3 * time.Second))
	g.Hub, _ = io.ReadAll(conn) // until the hub or the time ends it
	return nil
}

// pose says to be at the hub's address, and takes whoever comes, until SIGTERM. The file TO.came
// says how many came.
func (g *gossip) pose(papers *hub.Papers, to string) error {
	ticket, err := papers.Ticket(post.ID{8})
	if err != nil {
		return err
	}
	secure, err := ticket.TLS() // a certificate, and no matter for what: none is looked at here
	if err != nil {
		return err
	}
	secure.VerifyConnection, secure.ClientAuth = nil, tls.RequestClientCert
	l, err := net.Listen("tcp", sitetest.HubAt)
	if err != nil {
		return err
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	over := make(chan struct{})
	go func() { <-stop; close(over); l.Close() }()
	go announce(over)
	for from := map[string]bool{}; ; {
		conn, err := l.Accept()
		if err != nil {
			return nil
		}
		conn.SetDeadline(time.Now().Add(3 * time.Second))
		told := &told{Conn: conn}
		if tls.Server(told, secure).Handshake() == nil {
			g.Trusted++
		}
		conn.Close()
		g.Came++
		g.Told = append(g.Told, told.all...)
		who, _, _ := net.SplitHostPort(conn.RemoteAddr().String())
		from[who] = true
		if err := os.WriteFile(to+".came", fmt.Append(nil, len(from)), 0o600); err != nil {
			return err
		}
	}
}

// told keeps what the other end says.
type told struct {
	net.Conn
	all []byte
}

func (t *told) Read(p []byte) (int, error) {
	n, err := t.Conn.Read(p)
	t.all = append(t.all, p[:n]...)
	return n, err
}

// announce tells all on the wire, ten times a second, that the hub's address is here (ARP).
func announce(over chan struct{}) {
	lan, err := net.InterfaceByName("lan")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	socket, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	defer unix.Close(socket)
	address := netip.MustParseAddrPort(sitetest.HubAt).Addr().As4()
	everyone := bytes.Repeat([]byte{0xff}, 6)
	frame := slices.Concat(everyone, lan.HardwareAddr, []byte{8, 6, 0, 1, 8, 0, 6, 4, 0, 2},
		lan.HardwareAddr, address[:], everyone, address[:])
	for {
		select {
		case <-over:
			return
		case <-time.After(100 * time.Millisecond):
			_ = unix.Sendto(socket, frame, 0, &unix.SockaddrLinklayer{Ifindex: lan.Index, Halen: 6})
		}
	}
}

// TestWiresThief: beside a site there is one who stole a courier's ticket, and one who has none,
// each with a wire like a door's.
func TestWiresThief(t *testing.T) {
	if !*all {
		t.Skip("a minute: make site-test")
	}
	w := sitetest.NewWires(t, 3)
	b := newBuilding(t, 3, sitetest.HubAt, w)
	tap := filepath.Join(b.dir, "tap")
	b.start("tap", "hub", "wiretap", tap)
	b.startHub()
	for d := range b.doors {
		b.startCourier(d)
	}
	b.connected(0, 1, 2)
	for d := range b.doors {
		b.write(d, 20)
	}
	b.thief(2)
	b.stranger()
	b.nothingReadable()
	term(t, b, "tap")
	b.nothingOnTheWire(tap)
}
