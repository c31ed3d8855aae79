package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"menshen/internal/cli"
	"menshen/internal/safefile"
	"menshen/site/hub"
	"menshen/site/post"
)

const hubDir = "/var/lib/menshen-site"

// office is what the verbs that write the site's papers have in common.
type office struct {
	dir, tickets string
	out, hint    io.Writer // what was made; what is to be done next
}

func (o *office) flags(c *cobra.Command) {
	c.Flags().StringVar(&o.dir, "dir", hubDir, "the hub's folder, as whose owner root goes on")
	c.Flags().StringVar(&o.tickets, "tickets", "", "where to write tickets (default: tickets in the hub's folder)")
}

func setUpVerb() *cobra.Command {
	var o office
	var site, at string
	c := &cobra.Command{
		Use:   "set-up [--site SITE --hub IP:PORT] DOOR…",
		Short: "set the site up, and make a ticket for each door",
		Long: `Makes the site's own certificate authority, the hub's certificate and a ticket for each door, at
the machine where the hub is to run. DOOR and SITE are identities of 32 hex digits: 'menshen-site doors'
at any door prints them.
Run again, without SITE and hub, it makes tickets for more doors; those that have one keep it.

Carry each ticket to its door on a stick, as /etc/menshen-site/ticket, then delete it here and on the stick.
A ticket opens no door and no record. The hub reads its list of doors when it starts.`,
		Example: `  menshen-site set-up --site 6e34… --hub 192.168.1.10:4222 0b1c… 77fe…
  menshen-site set-up 90d2…                        one more door`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, words []string) error {
			o.speakTo(c)
			doors, err := identities(words)
			if err == nil {
				_, err = cli.BecomeOwner(o.dir)
			}
			if err != nil {
				return err
			}
			papers, err := o.papers(site, at)
			if err != nil {
				return err
			}
			without := missing(papers, doors)
			if n := len(doors) - len(without); n > 0 {
				fmt.Fprintf(o.hint, "Doors with a ticket already: %d. 'menshen-site renew' makes new ones.\n", n)
			}
			return o.issue(papers, without)
		},
	}
	o.flags(c)
	c.Flags().StringVar(&site, "site", "", "the site's identity, the first time")
	c.Flags().StringVar(&at, "hub", "", "the hub's address, IP and port, the first time")
	return c
}

func renewVerb() *cobra.Command {
	var o office
	var all bool
	var at string
	c := &cobra.Command{
		Use:   "renew [DOOR…]",
		Short: "make new tickets, in place of lost ones",
		Long: `Makes a new ticket for each door that is named; the one that it had lets nobody in any more once the
hub is started again. With --all the site's authority, the hub's key and all tickets are made anew: then no
ticket and no hub of before counts, and each door needs its new one. That is for a hub that was stolen, or
with --hub for one that gets another address.

Tickets and certificates have no date: a door whose clock is wrong would be cut off by one.`,
		Example: `  menshen-site renew 0b1c…
  menshen-site renew --all
  menshen-site renew --all --hub 192.168.1.20:4222`,
		RunE: func(c *cobra.Command, words []string) error {
			o.speakTo(c)
			doors, err := identities(words)
			if err != nil {
				return err
			}
			if all == (len(doors) > 0) {
				return cli.Usage(errors.New("name the doors that need a new ticket, or write --all"))
			}
			if at != "" && !all {
				return cli.Usage(errors.New("another address is in all tickets: write --all"))
			}
			if _, err := cli.BecomeOwner(o.dir); err != nil {
				return err
			}
			papers, err := hub.LoadPapers(o.dir)
			if err != nil {
				return err
			}
			if known := missing(papers, doors); len(known) > 0 {
				return fmt.Errorf("the hub has no door %s: 'menshen-site set-up' adds it", known[0])
			}
			if all {
				doors = papers.Doors()
				if papers, err = anew(papers, at); err != nil {
					return err
				}
			}
			return o.issue(papers, doors)
		},
	}
	o.flags(c)
	c.Flags().BoolVar(&all, "all", false, "everything anew, the authority too")
	c.Flags().StringVar(&at, "hub", "", "the hub's new address, IP and port")
	return c
}

// anew makes the papers of the same site anew, for a hub at an address, or where it was.
func anew(papers *hub.Papers, at string) (*hub.Papers, error) {
	if at == "" {
		return hub.NewPapers(papers.Site, papers.Hub)
	}
	address, err := post.OnSite(at)
	if err != nil {
		return nil, cli.Usage(err)
	}
	return hub.NewPapers(papers.Site, address)
}

func strikeVerb() *cobra.Command {
	var o office
	c := &cobra.Command{
		Use:   "strike DOOR…",
		Short: "let a door's courier in no more",
		Long: `Takes doors off the hub's list. Once the hub is started again their tickets let nobody in. A door that
leaves the site is also sent away at another door's console: only then is nothing sealed to it any more.`,
		Example: "  menshen-site strike 0b1c…",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, words []string) error {
			doors, err := identities(words)
			if err == nil {
				_, err = cli.BecomeOwner(o.dir)
			}
			if err != nil {
				return err
			}
			papers, err := hub.LoadPapers(o.dir)
			if err != nil {
				return err
			}
			for _, door := range doors {
				if !papers.Strike(door) {
					return fmt.Errorf("the hub has no door %s", door)
				}
			}
			o.speakTo(c)
			return o.save(papers)
		},
	}
	c.Flags().StringVar(&o.dir, "dir", hubDir, "the hub's folder")
	return c
}

func (o *office) speakTo(c *cobra.Command) { o.out, o.hint = c.OutOrStdout(), c.ErrOrStderr() }

// save saves the papers.
func (o *office) save(papers *hub.Papers) error {
	err := papers.Save(o.dir)
	if err == nil {
		fmt.Fprintln(o.hint, "A hub that runs learns of it by 'systemctl restart menshen-site-hub'.")
	}
	return err
}

func identities(words []string) (all []post.ID, err error) {
	for _, w := range words {
		id, err := post.ParseID(w)
		if err != nil {
			return nil, cli.Usage(err)
		}
		all = append(all, id)
	}
	return all, nil
}

// missing gives the doors that have no ticket.
func missing(p *hub.Papers, doors []post.ID) (without []post.ID) {
	has := map[post.ID]bool{}
	for _, door := range p.Doors() {
		has[door] = true
	}
	for _, door := range doors {
		if !has[door] {
			has[door] = true
			without = append(without, door)
		}
	}
	return without
}

// papers loads the site's papers, or makes them the first time.
func (o *office) papers(site, at string) (*hub.Papers, error) {
	papers, err := hub.LoadPapers(o.dir)
	switch {
	case err == nil && (site != "" && site != papers.Site.String() || at != "" && at != papers.Hub.String()):
		return nil, fmt.Errorf("site %s with its hub at %s is set up here: leave --site and --hub out to add doors; "+
			"'menshen-site renew --all --hub' moves it", papers.Site, papers.Hub)
	case !errors.Is(err, hub.ErrNoSite):
		return papers, err
	case site == "" || at == "":
		return nil, cli.Usage(errors.New("the first time say --site and --hub, such as --hub 192.168.1.10:4222"))
	}
	id, err := post.ParseID(site)
	if err != nil {
		return nil, cli.Usage(err)
	}
	address, err := post.OnSite(at)
	if err != nil {
		return nil, cli.Usage(err)
	}
	return hub.NewPapers(id, address)
}

// issue makes tickets, writes them, and saves the papers.
func (o *office) issue(papers *hub.Papers, doors []post.ID) error {
	if o.tickets == "" {
		o.tickets = filepath.Join(o.dir, "tickets")
	}
	if err := os.MkdirAll(o.tickets, 0o700); err != nil {
		return fmt.Errorf("making a folder for the tickets: %w", err)
	}
	for _, door := range doors {
		ticket, err := papers.Ticket(door)
		if err != nil {
			return err
		}
		path := filepath.Join(o.tickets, door.String()+".ticket")
		if err := safefile.Write(path, ticket.PEM()); err != nil {
			return fmt.Errorf("writing a ticket: %w", err)
		}
		fmt.Fprintln(o.out, path)
	}
	return o.save(papers)
}
