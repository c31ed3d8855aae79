package main

import (
	"context"
	"io"
	"log/slog"
	"net/netip"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"menshen/internal/cli"
	"menshen/site/hub"
	"menshen/site/post"
)

// hubLog is where a hub logs. Tests count what it moves.
var hubLog = func(w io.Writer) *slog.Logger { return slog.New(slog.NewTextHandler(w, nil)) }

func hubVerb() *cobra.Command {
	conf := hub.Config{}
	var listen string
	var days int
	c := &cobra.Command{
		Use:   "hub",
		Short: "keep sealed records for doors that are away",
		Long: `Runs the site's hub until it is told to stop (SIGTERM, Ctrl-C). It listens at one address of the
site's own network, by default the one that the tickets say, and refuses any other kind. It keeps each record
for some days; a door that was away longer gets it from the other doors. What is in its folder can be
lost: the doors fill it again.`,
		Example: `  menshen-site hub
  menshen-site hub --dir /srv/site --listen 192.168.1.10:4222`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			at, err := listenAt(conf.Dir, listen)
			if err != nil {
				return err
			}
			conf.Listen, conf.Keep = at, time.Duration(days)*24*time.Hour
			conf.Log = hubLog(c.ErrOrStderr())
			return untilStopped(c, func(ctx context.Context) error { return hub.Run(ctx, conf) })
		},
	}
	c.Flags().StringVar(&conf.Dir, "dir", hubDir, "the hub's folder")
	c.Flags().StringVar(&listen, "listen", "", "where to listen, IP and port (default: as the tickets say)")
	c.Flags().IntVar(&days, "days", int(hub.DefaultKeep/(24*time.Hour)),
		"how long a record waits for doors that are away")
	c.Flags().Int64Var(&conf.Room, "room", hub.DefaultRoom, "bytes for records; the oldest give way")
	return c
}

func listenAt(dir, listen string) (netip.AddrPort, error) {
	if listen != "" {
		at, err := post.OnSite(listen)
		if err != nil {
			return at, cli.Usage(err)
		}
		return at, nil
	}
	papers, err := hub.LoadPapers(dir)
	if err != nil {
		return netip.AddrPort{}, err
	}
	return papers.Hub, nil
}

// untilStopped runs f until SIGTERM or Ctrl-C.
func untilStopped(c *cobra.Command, f func(context.Context) error) error {
	ctx, stop := signal.NotifyContext(c.Context(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return f(ctx)
}
