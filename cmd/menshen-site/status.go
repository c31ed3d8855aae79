package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"menshen/internal/cli"
	"menshen/internal/i18n"
	"menshen/site/courier"
)

// stale is how old a state is when the courier has surely ended.
const stale = 2 * time.Minute

func statusVerb() *cobra.Command {
	var path string
	var lang i18n.Language
	c := &cobra.Command{
		Use:   "status",
		Short: "say how the courier fares",
		Long: `Prints whether the courier is connected with the hub, since when, why not, and for each door which
record the unit has and when anything came of that door. The exit code is 1 when the courier is not connected.`,
		Example: "  menshen-site status",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			raw, err := os.ReadFile(path)
			if errors.Is(err, fs.ErrNotExist) {
				return errors.New("no courier runs here: with the door's ticket at " + ticketFile +
					", 'systemctl enable --now menshen-site-courier' starts it")
			}
			var s courier.Status
			if err == nil {
				err = json.Unmarshal(raw, &s)
			}
			if err != nil {
				return fmt.Errorf("reading the courier's state: %w", err)
			}
			return printStatus(c.OutOrStdout(), lang, s, time.Now())
		},
	}
	c.Flags().StringVar(&path, "state", stateFile, "the courier's state")
	cli.LangFlag(c.Flags(), &lang, cli.UserLanguage())
	return c
}

const clock = "2006-01-02 15:04:05"

// printStatus prints a courier's state. Error: it is not connected.
func printStatus(out io.Writer, lang i18n.Language, s courier.Status, now time.Time) error {
	say := func(m i18n.Message) { cli.PrintWrapped(out, lang.Say(m)) }
	since := s.Since.Local().Format(clock)
	connected := false
	switch {
	case now.Sub(s.At) > stale || s.At.Sub(now) > stale:
		say(i18n.M("site.stopped", "The courier does not run. It last wrote its state at %s.",
			s.At.Local().Format(clock)))
	case s.Place == courier.Connected:
		connected = true
		say(i18n.M("site.connected", "Connected with the hub at %s since %s.", s.Hub, since))
	case s.Place == courier.UnitAway:
		say(i18n.M("site.unit-away", "The door's own program does not answer since %s: %s", since, s.Why))
	default:
		say(i18n.M("site.hub-away", "The hub at %s is not reached since %s: %s", s.Hub, since, s.Why))
	}
	if !connected && s.Next.After(now) {
		say(i18n.M("site.next", "It tries again at %s.", s.Next.Local().Format(clock)))
	}
	say(i18n.M("site.counts", "Records since the courier started: %d sent, %d sent again, %d received, %d refused.",
		s.Sent, s.Carried, s.Taken, s.Refused))
	for _, id := range slices.Sorted(maps.Keys(s.Doors)) {
		switch d := s.Doors[id]; {
		case id == s.Door:
			say(i18n.M("site.this-door", "%s  this door, %d records", id, d.Have))
		case d.Heard.IsZero():
			say(i18n.M("site.door-silent", "%s  up to record %d, not heard of since the courier started", id, d.Have))
		default:
			say(i18n.M("site.door", "%s  up to record %d, last heard of at %s", id, d.Have,
				d.Heard.Local().Format(clock)))
		}
	}
	if !connected {
		return errors.New("not connected")
	}
	return nil
}
