package courier

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nkeys"

	"menshen/site/post"
)

// within is how long hub and unit may take to answer.
const within = 10 * time.Second

// beat is how often the hub says that the line lives while it has nothing to hand over. After two
// that did not come the courier begins anew.
const beat = 15 * time.Second

// inLine is how many messages wait to be handed over together: a burst is one transaction of the
// unit for each author, and not one for each record.
const inLine = 32

// line is a connection to the hub.
type line struct {
	nc      *nats.Conn
	js      jetstream.JetStream
	letters chan jetstream.Msg // the stream, in order
	said    chan *nats.Msg     // what doors say that they have
	notes   chan *nats.Msg     // what doors tell that nobody keeps
	failed  chan error         // why the line is of no use any more
}

// dial connects with the hub that the ticket names, at an address of the site, and with no other.
// It is not connected again by itself: the courier begins anew.
func dial(ctx context.Context, t post.Ticket) (*line, error) {
	if _, err := post.OnSite(t.Hub.String()); err != nil {
		return nil, err
	}
	secure, err := t.TLS()
	if err != nil {
		return nil, err
	}
	key, err := nkeys.FromSeed(t.Seed)
	if err != nil {
		return nil, errors.New("the ticket has no key in it: carry it here again")
	}
	public, err := key.PublicKey()
	if err != nil {
		return nil, fmt.Errorf("reading the ticket: %w", err)
	}
	l := &line{letters: make(chan jetstream.Msg, inLine), said: make(chan *nats.Msg, 256),
		notes: make(chan *nats.Msg, 256), failed: make(chan error, 8)}
	l.nc, err = nats.Connect("tls://"+t.Hub.String(), nats.Secure(secure), nats.TLSHandshakeFirst(),
		nats.Nkey(public, key.Sign), nats.CustomInboxPrefix(post.Inbox(t.Door)), nats.NoReconnect(),
		nats.Timeout(within), nats.NoEcho(), nats.IgnoreDiscoveredServers(),
		nats.PingInterval(0), // the hub's beats are enough
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) { l.fail(lost(err)) }),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
			if !errors.Is(err, nats.ErrSlowConsumer) && !olderHub(err) { // what doors say is said again
				l.fail(err)
			}
		}))
	if err != nil {
		return nil, because(err)
	}
	if l.js, err = jetstream.New(l.nc, jetstream.WithDefaultTimeout(within)); err == nil {
		_, err = l.nc.ChanSubscribe("heads."+t.Site.String()+".*", l.said)
	}
	if err == nil {
		_, err = l.nc.ChanSubscribe("notes."+t.Site.String()+".*", l.notes)
	}
	if err != nil {
		l.close()
		return nil, fmt.Errorf("beginning at the hub: %w", err)
	}
	return l, nil
}

// olderHub reports whether the hub refuses notes alone, since it knows of none yet.
func olderHub(err error) bool {
	return errors.Is(err, nats.ErrPermissionViolation) && strings.Contains(err.Error(), `"notes.`)
}

// because says what a person can do about a hub that is not there, or does not let the courier in.
func because(err error) error {
	var waited net.Error
	switch {
	case errors.Is(err, nats.ErrNoServers), errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Errorf("nothing listens there: start menshen-site-hub on the hub's machine (%w)", err)
	case errors.Is(err, nats.ErrAuthorization):
		return fmt.Errorf("it does not let this ticket in: the door was struck there, or its ticket renewed; "+
			"carry the new one here (%w)", err)
	case errors.Is(err, nats.ErrTimeout), errors.As(err, &waited) && waited.Timeout(),
		errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return fmt.Errorf("no machine answers there: look at cable and address, here and at the hub (%w)", err)
	case errors.Is(err, syscall.EPERM):
		return fmt.Errorf("this machine does not let the courier go there: is it an address of the site? (%w)", err)
	}
	return err
}

func lost(err error) error {
	if err == nil {
		return errors.New("the hub closed the line")
	}
	return fmt.Errorf("the line to the hub: %w", err)
}

func (l *line) fail(err error) {
	select {
	case l.failed <- err:
	default: // one reason is enough
	}
}

func (l *line) close() { l.nc.Close() }

// stream gives which stream the hub has now, and its last message.
func (l *line) stream(ctx context.Context) (start string, last uint64, err error) {
	s, err := l.js.Stream(ctx, post.Stream)
	if err != nil {
		return "", 0, fmt.Errorf("asking the hub for its stream: %w", err)
	}
	return s.CachedInfo().Config.Metadata[post.StartedAt], s.CachedInfo().State.LastSeq, nil
}

// follow reads the stream from a message on, until ctx ends, and gives how many messages wait.
func (l *line) follow(ctx context.Context, door post.ID, from uint64) (waiting uint64, err error) {
	ours, stop := context.WithTimeout(ctx, within)
	defer stop()
	name := door.String()
	if err := l.js.DeleteConsumer(ours, post.Stream, name); err != nil && !errors.Is(err,
		jetstream.ErrConsumerNotFound) {
		return 0, fmt.Errorf("reading the stream: %w", err)
	}
	reader, err := l.js.CreateConsumer(ours, post.Stream, jetstream.ConsumerConfig{
		Name: name, AckPolicy: jetstream.AckNonePolicy, MemoryStorage: true, Replicas: 1,
		DeliverPolicy: jetstream.DeliverByStartSequencePolicy, OptStartSeq: from, InactiveThreshold: 5 * time.Minute,
	})
	if err != nil {
		return 0, fmt.Errorf("reading the stream: %w", err)
	}
	messages, err := reader.Messages(jetstream.PullMaxBytes(4<<20), jetstream.PullExpiry(2*time.Minute),
		jetstream.PullHeartbeat(beat))
	if err != nil {
		return 0, fmt.Errorf("reading the stream: %w", err)
	}
	context.AfterFunc(ctx, messages.Stop)
	go func() {
		for next := uint64(1); ; next++ {
			m, err := messages.Next()
			if err == nil {
				err = follows(m, next)
			}
			if err != nil {
				l.fail(fmt.Errorf("reading the stream: %w", err))
				return
			}
			select {
			case l.letters <- m:
			case <-ctx.Done():
				return
			}
		}
	}()
	return reader.CachedInfo().NumPending, nil
}

// follows refuses a message before which others were lost on the way.
func follows(m jetstream.Msg, next uint64) error {
	about, err := m.Metadata()
	if err == nil && about.Sequence.Consumer != next {
		err = errors.New("messages were lost on the way")
	}
	return err
}
