package hub

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nats-io/nkeys"

	"menshen/internal/safefile"
	"menshen/site/post"
)

// The hub's folder. The stream's is JetStream's own.
const (
	authorityFile = "authority.pem" // with its key, which vouches for hub and couriers
	hubFile       = "hub.pem"
	doorsFile     = "doors" // lines: DOOR NKEY
	siteFile      = "site"  // SITE HUB
	streamFolder  = "jetstream"
)

// ErrNoSite means that the folder has not been set up.
var ErrNoSite = errors.New("no site is set up here: 'menshen-site set-up' does it")

// Papers are the hub's identity, and the doors that it lets in.
type Papers struct {
	Site      post.ID
	Hub       netip.AddrPort // as the tickets say
	authority post.Authority
	pair      post.Pair
	doors     map[post.ID]string // the public nkey of each
}

// NewPapers makes a site: its authority and its hub's certificate. Nothing is written yet.
func NewPapers(site post.ID, at netip.AddrPort) (*Papers, error) {
	authority, err := post.NewAuthority(site)
	if err != nil {
		return nil, err
	}
	pair, err := authority.Issue("hub", post.HubRole)
	if err != nil {
		return nil, err
	}
	return &Papers{Site: site, Hub: at, authority: authority, pair: pair, doors: map[post.ID]string{}}, nil
}

// Ticket makes a ticket for a door. One that the door had before is void as soon as the papers are
// saved and the hub has read them.
func (p *Papers) Ticket(door post.ID) (post.Ticket, error) {
	pair, err := p.authority.Issue(door.String(), post.CourierRole)
	if err != nil {
		return post.Ticket{}, err
	}
	key, err := nkeys.CreateUser()
	if err != nil {
		return post.Ticket{}, fmt.Errorf("making a ticket: %w", err)
	}
	seed, err := key.Seed()
	if err != nil {
		return post.Ticket{}, fmt.Errorf("making a ticket: %w", err)
	}
	public, err := key.PublicKey()
	if err != nil {
		return post.Ticket{}, fmt.Errorf("making a ticket: %w", err)
	}
	p.doors[door] = public
	return post.Ticket{Site: p.Site, Door: door, Hub: p.Hub, Authority: p.authority.Cert(),
		Pair: pair, Seed: seed}, nil
}

// Strike takes a door off the list, and reports whether it was there.
func (p *Papers) Strike(door post.ID) bool {
	_, was := p.doors[door]
	delete(p.doors, door)
	return was
}

// Doors are the doors that the hub lets in, in order.
func (p *Papers) Doors() []post.ID {
	var all []post.ID
	for door := range p.doors {
		all = append(all, door)
	}
	slices.SortFunc(all, func(a, b post.ID) int { return bytes.Compare(a[:], b[:]) })
	return all
}

// Save writes the papers into the hub's folder, the list of doors last.
func (p *Papers) Save(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("making the hub's folder: %w", err)
	}
	var doors strings.Builder
	for _, door := range p.Doors() {
		fmt.Fprintln(&doors, door, p.doors[door])
	}
	for _, f := range []struct {
		name string
		data []byte
	}{
		{authorityFile, p.authority.PEM()},
		{hubFile, p.pair.PEM()},
		{siteFile, fmt.Appendln(nil, p.Site, p.Hub)},
		{doorsFile, []byte(doors.String())},
	} {
		if err := safefile.Write(filepath.Join(dir, f.name), f.data); err != nil {
			return fmt.Errorf("writing the site's papers: %w", err)
		}
	}
	return nil
}

// LoadPapers reads the papers of a hub's folder. Errors: ErrNoSite; files that others can read.
func LoadPapers(dir string) (*Papers, error) {
	read := func(name string) ([]byte, error) {
		path := filepath.Join(dir, name)
		if err := safefile.Private(path); err != nil {
			return nil, err
		}
		return os.ReadFile(path)
	}
	p := &Papers{doors: map[post.ID]string{}}
	site, err := read(siteFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNoSite
	}
	var words []string
	if words = strings.Fields(string(site)); err == nil && len(words) != 2 {
		err = fmt.Errorf("%s is damaged", siteFile)
	}
	if err == nil {
		p.Site, err = post.ParseID(words[0])
	}
	if err == nil {
		p.Hub, err = post.OnSite(words[1])
	}
	var raw []byte
	if err == nil {
		raw, err = read(authorityFile)
	}
	if err == nil {
		p.authority, err = post.ParseAuthority(raw)
	}
	if err == nil {
		raw, err = read(hubFile)
	}
	if err == nil {
		p.pair, err = post.ParsePair(raw)
	}
	if err == nil {
		raw, err = read(doorsFile)
	}
	if err == nil {
		err = p.readDoors(string(raw))
	}
	if err != nil {
		return nil, fmt.Errorf("reading the site's papers: %w", err)
	}
	return p, nil
}

func (p *Papers) readDoors(list string) error {
	for line := range strings.Lines(list) {
		id, key, _ := strings.Cut(strings.TrimSpace(line), " ")
		door, err := post.ParseID(id)
		if err != nil {
			return err
		}
		if !nkeys.IsValidPublicUserKey(key) {
			return fmt.Errorf("the list of doors has no key for %s", door)
		}
		p.doors[door] = key
	}
	return nil
}
