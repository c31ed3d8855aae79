package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nkeys"

	"menshen/site/post"
)

// enter connects with a courier's ticket as a program of one's own does.
func enter(t testing.TB, k post.Ticket) *nats.Conn {
	t.Helper()
	nc, err := nats.Connect("tls://"+k.Hub.String(), connectWith(t, k)...)
	must(t, err)
	t.Cleanup(nc.Close)
	return nc
}

func connectWith(t testing.TB, k post.Ticket) []nats.Option {
	t.Helper()
	secure, err := k.TLS()
	must(t, err)
	key, err := nkeys.FromSeed(k.Seed)
	must(t, err)
	public, err := key.PublicKey()
	must(t, err)
	return []nats.Option{nats.Secure(secure), nats.TLSHandshakeFirst(), nats.Nkey(public, key.Sign),
		nats.CustomInboxPrefix(post.Inbox(k.Door))}
}

// thief takes the place of a door's courier with its ticket. It reads all that there is, and
// publishes every record again: twice, in any order, under each name that it may use, cut off and
// with flipped bits. It reads nobody's name and changes nothing; then the courier goes on.
func (b *building) thief(door int) {
	b.t.Helper()
	b.equal(time.Minute)
	before := b.doors[0].state(b.t).short()
	b.kill(fmt.Sprint("courier", door))
	k, err := readTicket(b.ticket(door))
	must(b.t, err)
	nc := enter(b.t, k)
	js, err := jetstream.New(nc)
	must(b.t, err)
	ctx, stop := context.WithTimeout(b.t.Context(), time.Minute)
	defer stop()
	_ = js.DeleteConsumer(ctx, post.Stream, k.Door.String()) // the courier's own
	reader, err := js.CreateConsumer(ctx, post.Stream, jetstream.ConsumerConfig{Name: k.Door.String(),
		AckPolicy: jetstream.AckNonePolicy, MemoryStorage: true, Replicas: 1})
	must(b.t, err)
	var all [][]byte
	for waiting := reader.CachedInfo().NumPending; uint64(len(all)) < waiting; {
		m, err := reader.Next(jetstream.FetchMaxWait(5 * time.Second))
		must(b.t, err)
		all = append(all, m.Data())
	}
	for _, s := range b.secrets() {
		if slices.ContainsFunc(all, func(r []byte) bool { return bytes.Contains(r, s) }) {
			b.t.Errorf("a thief reads %q", s)
		}
	}
	rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	published := 0
	for _, r := range all[:min(len(all), 200)] {
		h, err := headOf(r)
		must(b.t, err)
		flipped := bytes.Clone(r)
		flipped[rand.IntN(len(r))] ^= 1 << rand.IntN(8)
		for _, lie := range [][]byte{r, flipped, r[:len(r)/2], r} {
			subject := post.Carried(k.Site, k.Door, h.Author)
			if h.Author == k.Door {
				subject = post.Records(k.Site, k.Door)
			}
			_, err := js.Publish(ctx, subject, lie)
			must(b.t, err)
			published++
		}
		lie := post.Said{Heads: map[post.ID]uint64{h.Author: 1 << 60}, Read: 1 << 60, Start: "x"}
		must(b.t, nc.Publish(post.Heads(k.Site, k.Door), lie.Bytes()))
	}
	if published < 100 {
		b.t.Errorf("the thief had only %d records to publish", published)
	}
	nc.Close()
	time.Sleep(2 * time.Second) // the couriers read it all
	for i, d := range b.doors {
		if got := d.state(b.t).short(); got != before {
			b.t.Errorf("a thief changed door %d:\n%s\n%s", i, got, before)
		}
	}
	b.startCourier(door)
	b.write(0, 3)
	b.write(door, 3)
	b.equal(time.Minute)
}
