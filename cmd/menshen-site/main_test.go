package main

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"menshen/site/courier"
	"menshen/site/post"
)

var all = flag.Bool("all", false, "the whole campaign, in network namespaces (root): make site-test")

// TestMain: the processes of a site's tests are this binary. Its couriers have less patience than
// installed ones, and its hub counts what it moves.
func TestMain(m *testing.M) {
	verbs := []string{"hub", "courier", "door", "wiretap", "thief", "stranger"}
	if len(os.Args) > 1 && slices.Contains(verbs, os.Args[1]) {
		switch os.Args[1] {
		case "wiretap":
			wiretap()
			return
		case "door":
			ended(doorMain(os.Args[2], os.Args[3]))
			return
		case "thief":
			ended(thiefMain(os.Args[2], os.Args[3]))
			return
		case "stranger":
			ended(strangerMain(os.Args[2]))
			return
		}
		configOf = func(t post.Ticket, socket string) courier.Config {
			c := couriersConfig(t, socket)
			c.Look, c.Say, c.Patience, c.Retry = 100*time.Millisecond, time.Second, 3*time.Second, 200*time.Millisecond
			return c
		}
		hubLog = countedLog
		main()
		return
	}
	flag.Parse()
	os.Exit(m.Run())
}

func ended(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
