package courier_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nkeys"

	"menshen/site/courier"
	"menshen/site/hub"
	"menshen/site/post"
	"menshen/site/sitetest"
)

// rogue connects with a ticket as a program of one's own does. refused collects what the hub
// refuses.
func rogue(t *testing.T, k post.Ticket) (nc *nats.Conn, refused func() []string) {
	t.Helper()
	secure, err := k.TLS()
	if err != nil {
		t.Fatal(err)
	}
	key, err := nkeys.FromSeed(k.Seed)
	if err != nil {
		t.Fatal(err)
	}
	public, err := key.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var all []string
	nc, err = nats.Connect("tls://"+k.Hub.String(), nats.Secure(secure), nats.TLSHandshakeFirst(), nats.Nkey(public,
		key.Sign),
		nats.CustomInboxPrefix(post.Inbox(k.Door)),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
			mu.Lock()
			defer mu.Unlock()
			all = append(all, err.Error())
		}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	return nc, func() []string { mu.Lock(); defer mu.Unlock(); return append([]string{}, all...) }
}

// TestStolenTicket: whoever has a courier's ticket publishes under that door's subjects only,
// changes nothing of the hub, and hears nothing that is meant for another door's courier.
func TestStolenTicket(t *testing.T) {
	s := newSite(t, 3)
	stolen, other := s.tickets[0], s.tickets[1]
	nc, refused := rogue(t, stolen)
	const api = "$JS.API."
	for i, subject := range []string{
		post.Records(stolen.Site, other.Door),
		post.Carried(stolen.Site, other.Door, stolen.Door),
		post.Heads(stolen.Site, other.Door),
		post.Inbox(other.Door) + ".x",
		api + "INFO", api + "STREAM.NAMES", api + "STREAM.CREATE.X", api + "STREAM.UPDATE." + post.Stream,
		api + "STREAM.PURGE." + post.Stream, api + "STREAM.DELETE." + post.Stream,
		api + "STREAM.MSG.DELETE." + post.Stream,
		api + "STREAM.SNAPSHOT." + post.Stream, api + "STREAM.RESTORE." + post.Stream,
		api + "CONSUMER.NAMES." + post.Stream, api + "CONSUMER.CREATE." + post.Stream + ".x",
		api + "CONSUMER.CREATE." + post.Stream + "." + other.Door.String(),
		api + "CONSUMER.DURABLE.CREATE." + post.Stream + "." + other.Door.String(),
		api + "CONSUMER.DELETE." + post.Stream + "." + other.Door.String(),
		api + "CONSUMER.MSG.NEXT." + post.Stream + "." + other.Door.String(),
		"$SYS.REQ.SERVER.PING", "$SYS.REQ.USER.INFO", "anything",
	} {
		if err := nc.Publish(subject, []byte("x")); err != nil {
			t.Fatal(err)
		}
		_ = nc.FlushTimeout(time.Minute)
		s.within(time.Minute, "publishing under "+subject+" was allowed",
			func() bool { return len(refused()) == i+1 })
	}
	before := len(refused())
	for i, subject := range []string{">", "site.>", "carried.>", post.Inbox(other.Door) + ".>", "_INBOX.>", "$JS.>",
		"$SYS.>", "$KV.>"} {
		if _, err := nc.SubscribeSync(subject); err != nil {
			t.Fatal(err)
		}
		_ = nc.FlushTimeout(time.Minute)
		s.within(time.Minute, "listening on "+subject+" was allowed",
			func() bool { return len(refused()) == before+i+1 })
	}
}

// TestForgedRecords: whatever a stolen ticket publishes, no door takes a record that its author
// did not sign, and right ones arrive all the same.
func TestForgedRecords(t *testing.T) {
	s := newSite(t, 3)
	s.courier(1)
	s.courier(2)
	s.write(1, 3)
	s.equal(3, 1, 2)
	nc, _ := rogue(t, s.tickets[0])
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	_, forger, _ := ed25519.GenerateKey(rand.Reader)
	site, own, victim := s.tickets[0].Site, s.units[0].ID, s.units[1].ID
	publish := func(subject string, data []byte) {
		t.Helper()
		if _, err := js.Publish(t.Context(), subject, data); err != nil {
			t.Fatal(err)
		}
	}
	carried := post.Carried(site, own, victim)
	for n := uint64(1); n < 8; n++ {
		publish(carried, sitetest.Make(courier.Head{Author: victim, Number: n, First: 1}, forger, nil,
			[]byte("all doors open")))
		publish(post.Records(site, own), sitetest.Make(courier.Head{Author: own, Number: n, First: 1}, forger, nil,
			[]byte("all doors open")))
		publish(post.Records(site, own), sitetest.Make(courier.Head{Author: victim, Number: n, First: 1}, forger,
			nil, []byte("all doors open")))
	}
	for range 4 { // as many as a basket has room for
		publish(carried, sitetest.Make(courier.Head{Author: victim, Number: 4, First: 1}, forger, nil,
			[]byte(rand.Text())))
	}
	publish(post.Records(site, own), []byte("junk"))
	publish(post.Records(site, own), sitetest.Make(courier.Head{Author: own, Number: 1 << 63, First: 1}, forger,
		nil, nil))
	// Answers of the hub land where the asker says: under another door's subject, too. They are no
	// records.
	noise := nats.NewMsg("$JS.API.STREAM.INFO." + post.Stream)
	noise.Reply = post.Records(site, victim)
	if err := nc.PublishMsg(noise); err != nil {
		t.Fatal(err)
	}
	s.within(time.Minute, "the hub's answer did not land there: say so in decision 72", func() bool {
		stream, err := js.Stream(t.Context(), post.Stream)
		if err != nil {
			t.Fatal(err)
		}
		m, err := stream.GetLastMsgForSubject(t.Context(), post.Records(site, victim))
		return err == nil && strings.HasPrefix(string(m.Data), "{")
	})
	s.write(1, 5)
	s.write(2, 2)
	s.equal(10, 1, 2)
	stop := s.courier(0) // the rightful door comes back
	s.write(0, 3)
	s.equal(13, 0, 1, 2)
	stop()
	if s.units[2].Refused() == 0 {
		t.Error("no forged record reached door 2: this test does not see what it should")
	}
}

// TestWhoGetsIn: the hub lets nobody in without a certificate of the site, for a courier, and an
// nkey on its list; and couriers talk to no other hub.
func TestWhoGetsIn(t *testing.T) {
	s := newSite(t, 2)
	at := s.at.String()
	good := s.tickets[0]
	otherSite, err := hub.NewPapers(post.ID{2}, s.at)
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := otherSite.Ticket(good.Door)
	if err != nil {
		t.Fatal(err)
	}
	secure := func(k post.Ticket, change func(*tls.Config)) *tls.Config {
		c, err := k.TLS()
		if err != nil {
			t.Fatal(err)
		}
		change(c)
		return c
	}
	trusting := func(c *tls.Config) { c.VerifyConnection = nil }
	for name, c := range map[string]*tls.Config{
		"no certificate": secure(good, func(c *tls.Config) { c.Certificates = nil }),
		"TLS 1.2": secure(good, func(c *tls.Config) {
			c.MinVersion, c.MaxVersion = tls.VersionTLS12,
				tls.VersionTLS12
		}),
		"another site's":       secure(foreign, trusting),
		"a hub's own":          secure(s.ticketOf(t, post.HubRole), trusting),
		"signed by a courier":  secure(s.ticketOf(t, post.Role(x509.ExtKeyUsageAny)), trusting),
		"one that trusts none": secure(foreign, func(*tls.Config) {}),
	} {
		line, err := tls.Dial("tcp", at, c)
		if err == nil {
			_, err = line.Read(make([]byte, 1)) // TLS 1.3 says so after the handshake
			line.Close()
		}
		if err == nil {
			t.Errorf("%s: the hub let it in", name)
		}
	}
	plain, err := net.Dial("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	defer plain.Close()
	_, _ = io.WriteString(plain, "CONNECT {}\r\nPING\r\n")
	plain.SetReadDeadline(time.Now().Add(3 * time.Second))
	if said, err := io.ReadAll(plain); err == nil && strings.Contains(string(said), "INFO") || errors.Is(err,
		context.DeadlineExceeded) {
		t.Errorf("without TLS the hub says %q, %v", said, err)
	}
	struck := good
	user, _ := nkeys.CreateUser()
	struck.Seed, _ = user.Seed()
	if err := visit(t, struck, s.units[0]); err == nil || !strings.Contains(err.Error(), "carry the new one here") {
		t.Errorf("with a key that is not on the list: %v", err)
	}
	foreign.Pair = good.Pair // it expects another hub
	if err := visit(t, foreign, s.units[0]); err == nil || !strings.Contains(err.Error(), "not of this site") {
		t.Errorf("the courier talks to a hub of another site: %v", err)
	}
	s.hub.Close()
	if err := visit(t, good, s.units[0]); err == nil || !strings.Contains(err.Error(), "nothing listens there") {
		t.Errorf("without a hub: %v", err)
	}
}

// ticketOf makes a ticket with a certificate of the site for some other role.
func (s *site) ticketOf(t *testing.T, role post.Role) post.Ticket {
	t.Helper()
	k := s.tickets[0]
	a, err := post.NewAuthority(k.Site)
	if err != nil {
		t.Fatal(err)
	}
	if role == post.HubRole {
		raw, err := os.ReadFile(filepath.Join(s.dir, "authority.pem"))
		if err != nil {
			t.Fatal(err)
		}
		if a, err = post.ParseAuthority(raw); err != nil {
			t.Fatal(err)
		}
	}
	if k.Pair, err = a.Issue("x", role); err != nil {
		t.Fatal(err)
	}
	return k
}

// visit runs a courier until it says why it is not connected.
func visit(t *testing.T, k post.Ticket, u courier.Unit) (why error) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	_ = courier.Run(ctx, courier.Config{Ticket: k, Unit: u, Index: sitetest.Index, Log: slog.New(slog.DiscardHandler),
		Tell: func(st courier.Status) {
			if st.Why != "" {
				why = errors.New(st.Why)
				stop()
			}
		}})
	return why
}

// TestStatus: the state says where the courier is, and when it tries again; it can be stored as
// JSON.
func TestStatus(t *testing.T) {
	s := newSite(t, 2)
	s.courier(0)
	s.within(time.Minute, "not connected", func() bool { return s.state(0).Place == courier.Connected })
	s.hub.Close()
	s.within(time.Minute, "the hub's end was not noticed", func() bool {
		st := s.state(0)
		return st.Place == courier.HubAway && st.Why != "" && !st.Next.IsZero()
	})
	raw, err := json.Marshal(s.state(0))
	var back courier.Status
	if err == nil {
		err = json.Unmarshal(raw, &back)
	}
	if err != nil || fmt.Sprint(back.Doors) == "" || back.Place != courier.HubAway {
		t.Errorf("%s %v", raw, err)
	}
	s.open()
	s.within(time.Minute, "not connected again", func() bool { return s.state(0).Place == courier.Connected })
}
