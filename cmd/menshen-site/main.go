// Command menshen-site carries records between the doors of a building: a hub for the site, and a
// courier beside each door. They see sealed records only, and have no key to any. On the manager's
// own computer it serves the desk page to a browser there.
//
// It is a program of its own since it opens sockets on the site's network; menshen opens none.
package main

import (
	"github.com/spf13/cobra"

	"menshen/internal/cli"
)

// version is set by the build.
var version = "unknown"

func main() { cli.Main(root()) }

func root() *cobra.Command {
	c := &cobra.Command{
		Use:   "menshen-site",
		Short: "carries sealed records between the doors of one building",
		Long: `Menshen-site connects the doors of one building: a hub on one machine of the site keeps
records for doors that are away, and a courier beside each door brings that door's records there
and the others' to the door. Each record is sealed by its door, to the doors that may know it. Hub and
courier have no keys, and a door goes on without them.

Both speak with addresses of the site's own network only.`,
		Example: `  menshen-site doors        at a door: what set-up needs at the hub
  menshen-site set-up       at the hub: the site, and a ticket for each door
  menshen-site hub          at the hub, as its service does
  menshen-site courier      beside each door, as its service does
  menshen-site status       how the courier fares
  menshen-site desk         the desk in a browser, on the manager's computer
  menshen-site events       what the doors told their managers`,
		Version:       version,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	c.AddCommand(setUpVerb(), renewVerb(), strikeVerb(), hubVerb(), courierVerb(), doorsVerb(), statusVerb(),
		deskVerb(), eventsVerb(), cli.ManVerb("menshen-site"))
	return cli.Fit(c)
}
