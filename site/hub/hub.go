// Package hub is a site's postman: an embedded NATS server that keeps sealed records for doors that
// are away. It is never the truth. What it loses, repeats, withholds or invents is noticed and
// mended by the doors; it has no key to anything that it carries.
package hub

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nkeys"

	"menshen/site/post"
)

// Config says how a hub runs.
type Config struct {
	Dir    string         // its papers, and the stream
	Listen netip.AddrPort // where couriers come in; port 0: any that is free
	Keep   time.Duration  // how long a record waits for doors that are away; 0: DefaultKeep
	Room   int64          // bytes of the stream, the oldest records give way; 0: DefaultRoom
	Log    *slog.Logger
}

// DefaultKeep and DefaultRoom are how long and how much a hub keeps.
const (
	DefaultKeep = 60 * 24 * time.Hour
	DefaultRoom = 1 << 30
)

const (
	within    = 10 * time.Second // for starting, and for what the hub asks of itself
	overhead  = 4096             // of a message beside its record
	forgetful = 2 * time.Minute  // how long a message's identity is remembered, against repeats
)

// Traced is the level at which a log that takes it gets each line of the server's protocol, without
// what messages carry: by these, bytes are counted.
const Traced = slog.LevelDebug - 4

// Hub is a hub at work.
type Hub struct {
	server *server.Server
	At     netip.AddrPort // where it listens
}

// Start opens a hub. A stream that cannot be opened is put aside as jetstream.broken, and an empty
// one takes its place: the doors fill it again.
func Start(c Config) (*Hub, error) {
	papers, err := LoadPapers(c.Dir)
	if err != nil {
		return nil, err
	}
	h, err := start(c, papers)
	if err == nil || !errors.Is(err, errStream) {
		return h, err
	}
	c.Log.Warn("the stream cannot be opened and is put aside; the doors fill a new one", "error", err)
	stream := filepath.Join(c.Dir, streamFolder)
	if err := errors.Join(os.RemoveAll(stream+".broken"), os.Rename(stream, stream+".broken")); err != nil {
		return nil, fmt.Errorf("putting a broken stream aside: %w", err)
	}
	return start(c, papers)
}

var errStream = errors.New("the stream does not open")

func start(c Config, papers *Papers) (*Hub, error) {
	self, err := nkeys.CreateUser() // the hub's own right to make the stream, within the process, until it ends
	if err != nil {
		return nil, fmt.Errorf("starting the hub: %w", err)
	}
	options, err := options(c, papers, self)
	if err != nil {
		return nil, err
	}
	s, err := server.NewServer(options)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errStream, err)
	}
	s.SetLoggerV2(logger{c.Log}, false, c.Log.Enabled(context.Background(), Traced), false)
	s.Start()
	h := &Hub{server: s}
	switch {
	case !s.JetStreamEnabled():
		err = errStream
	case !s.ReadyForConnections(within):
		err = fmt.Errorf("the hub cannot listen at %s: is it an address of this machine, and free?", c.Listen)
	default:
		err = makeStream(c, papers.Site, s, self)
	}
	if err != nil {
		h.Close()
		return nil, err
	}
	h.At, err = netip.ParseAddrPort(s.Addr().String())
	return h, err
}

// options are the server's. What is not said here is off: cluster, gateways, leaf nodes,
// WebSocket, MQTT, monitoring.
func options(c Config, papers *Papers, self nkeys.KeyPair) (*server.Options, error) {
	if ip := c.Listen.Addr(); !ip.IsPrivate() && !ip.IsLoopback() && !ip.IsLinkLocalUnicast() {
		_, err := post.OnSite(c.Listen.String())
		return nil, err
	}
	secure, err := post.TLS(papers.pair, papers.authority.Cert(), post.CourierRole)
	if err != nil {
		return nil, err
	}
	public, err := self.PublicKey()
	if err != nil {
		return nil, fmt.Errorf("starting the hub: %w", err)
	}
	port := int(c.Listen.Port())
	if port == 0 {
		port = server.RANDOM_PORT
	}
	users := []*server.NkeyUser{{Nkey: public, AllowedConnectionTypes: map[string]struct{}{"IN_PROCESS": {}}}}
	for door, key := range papers.doors {
		users = append(users, &server.NkeyUser{Nkey: key, Permissions: mayDo(papers.Site, door),
			AllowedConnectionTypes: map[string]struct{}{"STANDARD": {}}})
	}
	return &server.Options{
		ServerName: "menshen-site", Host: c.Listen.Addr().String(), Port: port, NoSigs: true,
		TLSConfig: secure, TLSVerify: true, TLSHandshakeFirst: true, TLSTimeout: 5,
		Nkeys: users, MaxPayload: post.MaxRecord + overhead, MaxConn: 2*len(users) + 8, MaxSubs: 64,
		PingInterval: 20 * time.Second, MaxPingsOut: 2, WriteDeadline: within,
		JetStream: true, StoreDir: filepath.Join(c.Dir, streamFolder), SyncAlways: true,
		JetStreamMaxStore: 2 * room(c), JetStreamMaxMemory: 64 << 20, TraceHeaders: true,
	}, nil
}

// mayDo is all that a door's courier may do at the hub: publish under its own subjects, read the
// stream by a consumer of its own name, hear what others say they have, and their notes.
func mayDo(site, door post.ID) *server.Permissions {
	const api = "$JS.API."
	own := post.Stream + "." + door.String()
	return &server.Permissions{
		Publish: &server.SubjectPermission{Allow: []string{
			post.Records(site, door),
			"carried." + site.String() + "." + door.String() + ".*",
			post.Heads(site, door),
			post.Notes(site, door),
			api + "STREAM.INFO." + post.Stream,
			api + "STREAM.MSG.GET." + post.Stream,
			api + "CONSUMER.CREATE." + own,
			api + "CONSUMER.DELETE." + own,
			api + "CONSUMER.MSG.NEXT." + own,
		}},
		Subscribe: &server.SubjectPermission{Allow: []string{
			post.Inbox(door) + ".>",
			"heads." + site.String() + ".*",
			"notes." + site.String() + ".*",
		}},
	}
}

func room(c Config) int64 {
	if c.Room > 0 {
		return c.Room
	}
	return DefaultRoom
}

// makeStream opens the stream, or makes it, and marks that the hub was started.
func makeStream(c Config, site post.ID, s *server.Server, self nkeys.KeyPair) error {
	public, err := self.PublicKey()
	if err != nil {
		return fmt.Errorf("starting the hub: %w", err)
	}
	nc, err := nats.Connect("", nats.InProcessServer(s), nats.Timeout(within), nats.Nkey(public, self.Sign))
	if err != nil {
		return fmt.Errorf("starting the hub: %w", err)
	}
	defer nc.Close()
	js, err := jetstream.New(nc)
	if err != nil {
		return fmt.Errorf("starting the hub: %w", err)
	}
	ctx, stop := context.WithTimeout(context.Background(), within)
	defer stop()
	keep := c.Keep
	if keep <= 0 {
		keep = DefaultKeep
	}
	_, err = js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name:     post.Stream,
		Subjects: []string{"site." + site.String() + ".*", "carried." + site.String() + ".*.*"},
		Storage:  jetstream.FileStorage, Replicas: 1, Discard: jetstream.DiscardOld, DenyDelete: true, DenyPurge: true,
		MaxAge: keep, MaxBytes: room(c), MaxMsgSize: post.MaxRecord + overhead, Duplicates: min(forgetful, keep),
		Metadata: map[string]string{post.StartedAt: rand.Text()},
	})
	if err != nil {
		return fmt.Errorf("%w: %w", errStream, err)
	}
	return nil
}

// Close ends the hub, and waits until it has ended.
func (h *Hub) Close() {
	h.server.Shutdown()
	h.server.WaitForShutdown()
}

// Run is a hub until ctx ends.
func Run(ctx context.Context, c Config) error {
	h, err := Start(c)
	if err != nil {
		return err
	}
	c.Log.Info("the hub works", "at", h.At)
	<-ctx.Done()
	h.Close()
	return nil
}

// logger hands the server's messages on. They name addresses and keys of doors, and no content.
type logger struct{ log *slog.Logger }

func (l logger) Noticef(format string, v ...any) { l.log.Debug(fmt.Sprintf(format, v...)) }
func (l logger) Errorf(format string, v ...any)  { l.log.Warn(fmt.Sprintf(format, v...)) }
func (l logger) Fatalf(format string, v ...any)  { l.log.Error(fmt.Sprintf(format, v...)) }
func (l logger) Debugf(string, ...any)           {}
func (l logger) Tracef(format string, v ...any) {
	l.log.Log(context.Background(), Traced, fmt.Sprintf(format, v...))
}

// Warnf leaves out at each start that clients must begin with TLS: all of a site's do.
func (l logger) Warnf(format string, v ...any) {
	if !strings.HasPrefix(format, "Clients that are not using") {
		l.log.Warn(fmt.Sprintf(format, v...))
	}
}
