package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"menshen/internal/safefile"
	"menshen/site/courier"
	"menshen/site/post"
)

const (
	ticketFile = "/etc/menshen-site/ticket"
	stateFile  = "/run/menshen-site-courier/state.json"
	unitSocket = "/run/menshen-site/unit"
)

// configOf says how the courier of a ticket works. Tests have doors without a socket, and less
// patience.
var configOf = couriersConfig

func couriersConfig(t post.Ticket, socket string) courier.Config {
	door, news, notes := &unit{socket: socket, ticket: &t}, &unit{socket: socket}, &unit{socket: socket}
	return courier.Config{Ticket: t, Unit: door, Wait: news.Wait, Note: notes.Note, Hear: door.Hear, Index: headOf}
}

func courierVerb() *cobra.Command {
	var ticket, socket, state string
	c := &cobra.Command{
		Use:   "courier",
		Short: "carry the records of the door beside it",
		Long: `Runs beside a door's program, as another user, until it is told to stop (SIGTERM, Ctrl-C). It takes
the door's sealed records to the hub that its ticket names, and brings the other doors'. While the hub or the
door does not answer it tries again, at least once a minute; 'menshen-site status' says so.`,
		Example: "  menshen-site courier --ticket /etc/menshen-site/ticket",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			t, err := readTicket(ticket)
			if err != nil {
				return err
			}
			conf := configOf(t, socket)
			conf.Log = slog.New(slog.NewTextHandler(c.ErrOrStderr(), nil))
			conf.Tell = func(s courier.Status) { writeState(state, s, conf.Log) }
			return untilStopped(c, func(ctx context.Context) error { return courier.Run(ctx, conf) })
		},
	}
	c.Flags().StringVar(&ticket, "ticket", ticketFile, "the door's ticket")
	c.Flags().StringVar(&socket, "unit", unitSocket, "where the door's program listens for its courier")
	c.Flags().StringVar(&state, "state", stateFile, "where to write the state, for 'menshen-site status'")
	return c
}

// readTicket reads a ticket that is this user's alone, or that systemd has handed over.
func readTicket(path string) (post.Ticket, error) {
	handed := os.Getenv("CREDENTIALS_DIRECTORY") // empty: nothing is
	err := safefile.Private(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return post.Ticket{}, fmt.Errorf("there is no ticket %s: 'menshen-site set-up' at the hub makes one for "+
			"each door", path)
	case err != nil && filepath.Dir(path) != handed:
		return post.Ticket{}, fmt.Errorf("reading the ticket: %w", err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return post.Ticket{}, fmt.Errorf("reading the ticket: %w", err)
	}
	return post.ParseTicket(raw)
}

// writeState replaces the state. It is on a file system in memory, and need not outlive a power
// cut.
func writeState(path string, s courier.Status, log *slog.Logger) {
	raw, err := json.Marshal(s)
	if err == nil {
		err = os.WriteFile(path+".new", raw, 0o644)
	}
	if err == nil {
		err = os.Rename(path+".new", path)
	}
	if err != nil {
		log.Warn("the state cannot be written", "error", err)
	}
}
