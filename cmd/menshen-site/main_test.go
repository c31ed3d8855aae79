package main

import (
	"flag"
	"os"
	"slices"
	"testing"
	"time"

	"menshen/site/courier"
	"menshen/site/post"
	"menshen/site/sitetest"
)

var all = flag.Bool("all", false, "the whole campaign, in network namespaces (root): make site-test")

// TestMain: the processes of a site's tests are this binary. Their doors are folders, which the
// test reads and writes too, and they have less patience than installed ones.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && slices.Contains([]string{"hub", "courier", "wiretap"}, os.Args[1]) {
		if os.Args[1] == "wiretap" {
			wiretap()
			return
		}
		configOf = func(t post.Ticket, folder string) courier.Config {
			var own *sitetest.Unit
			for _, u := range sitetest.Site(folder, 64) {
				if u.ID == t.Door {
					own = u
				}
			}
			return courier.Config{Ticket: t, Unit: own, Index: sitetest.Index, Look: 100 * time.Millisecond,
				Say: time.Second, Patience: 3 * time.Second, Retry: 200 * time.Millisecond}
		}
		main()
		return
	}
	flag.Parse()
	os.Exit(m.Run())
}
