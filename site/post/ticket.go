package post

import (
	"bytes"
	"crypto/tls"
	"encoding/pem"
	"errors"
	"fmt"
	"net/netip"

	"github.com/nats-io/nkeys"
)

// Ticket lets one door's courier in at the hub. It is one file, carried there by hand, and secret.
// It opens no door and no record.
type Ticket struct {
	Site, Door ID
	Hub        netip.AddrPort
	Authority  []byte // DER
	Pair       Pair   // the courier's, for TLS
	Seed       []byte // of its nkey, by which the hub knows which door it is
}

const ticketBlock = "MENSHEN SITE TICKET"

// PEM is the ticket as a file.
func (t Ticket) PEM() []byte {
	var b bytes.Buffer
	for _, block := range []*pem.Block{
		{Type: ticketBlock, Bytes: t.Seed, Headers: map[string]string{
			"Site": t.Site.String(), "Door": t.Door.String(), "Hub": t.Hub.String()}},
		{Type: "SITE AUTHORITY", Bytes: t.Authority},
	} {
		if err := pem.Encode(&b, block); err != nil {
			panic(err) // into memory, with headers that have no colon in their names
		}
	}
	return append(b.Bytes(), t.Pair.PEM()...)
}

// ParseTicket reads a ticket. Errors never quote what is secret.
func ParseTicket(raw []byte) (Ticket, error) {
	var t Ticket
	var err error
	if t.Pair, err = ParsePair(raw); err != nil {
		return Ticket{}, fmt.Errorf("this is no ticket for a door: %w", err)
	}
	for block, rest := pem.Decode(raw); block != nil; block, rest = pem.Decode(rest) {
		switch block.Type {
		case ticketBlock:
			t.Seed = block.Bytes
			var site, door, hub error
			t.Site, site = ParseID(block.Headers["Site"])
			t.Door, door = ParseID(block.Headers["Door"])
			t.Hub, hub = OnSite(block.Headers["Hub"])
			if err := errors.Join(site, door, hub); err != nil {
				return Ticket{}, fmt.Errorf("reading the ticket: %w", err)
			}
		case "SITE AUTHORITY":
			t.Authority = block.Bytes
		}
	}
	if t.Authority == nil {
		return Ticket{}, errors.New("the ticket has no certificate of the site: carry it here again")
	}
	if _, err := nkeys.FromSeed(t.Seed); err != nil {
		return Ticket{}, errors.New("the ticket has no key in it: carry it here again")
	}
	return t, nil
}

// TLS is how the courier proves itself, and knows its hub.
func (t Ticket) TLS() (*tls.Config, error) { return TLS(t.Pair, t.Authority, HubRole) }
