package main

import (
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"menshen/site/post"
)

func doorsVerb() *cobra.Command {
	var socket string
	c := &cobra.Command{
		Use:   "doors",
		Short: "say at a door what set-up needs at the hub",
		Long: `Asks the door beside it for the identities of its site and of all doors of that site, and prints the
command that sets the hub up with them. Write the hub's own address into it. The line before says
which of them this door is: its ticket bears that name.`,
		Example: "  menshen-site doors",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			u := &unit{socket: socket}
			var said identified
			if err := u.ask(c.Context(), "site.heads", struct{}{}, &said); err != nil {
				return err
			}
			said.print(c.OutOrStdout())
			return u.line.Close()
		},
	}
	c.Flags().StringVar(&socket, "unit", unitSocket, "where the door's program listens for its courier")
	return c
}

// identified is who a door is, and who the others are.
type identified struct {
	Site, Door string
	Heads      map[string]uint64
}

// holds says whether a ticket is this door's. The records of one door under another's name would be
// refused by all.
func (s identified) holds(t post.Ticket) error {
	switch {
	case s.Site != t.Site.String():
		return fmt.Errorf("the ticket is of another site, %s: take the one that this site's hub made for door %s",
			t.Site, s.Door)
	case s.Door != t.Door.String():
		return fmt.Errorf("the ticket is of another door, %s: take %s.ticket", t.Door, s.Door)
	}
	return nil
}

func (s identified) print(out io.Writer) {
	fmt.Fprintf(out, "# this door: %s\n", s.Door)
	fmt.Fprintf(out, "menshen-site set-up --hub ADDRESS:4222 --site %s", s.Site)
	for _, door := range slices.Sorted(maps.Keys(s.Heads)) {
		fmt.Fprintf(out, " \\\n  %s", door)
	}
	fmt.Fprintln(out)
}
