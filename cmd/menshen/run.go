package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"github.com/spf13/cobra"

	"menshen/board"
	"menshen/board/config"
)

func runVerb() *cobra.Command {
	var path string
	c := &cobra.Command{
		Use:   "run",
		Short: "run the door",
		Long: `Runs the door that the configuration describes, until it is told to stop (SIGTERM,
Ctrl-C). The relay rests at start and stop; what a stopped unit leaves (locked or unlocked) is the
configuration's fail_safe.`,
		Example: "  menshen run --config door.toml",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			conf, err := config.LoadForDoor(path)
			if err != nil {
				return err
			}
			ctx, stop := signal.NotifyContext(c.Context(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			return runDoor(ctx, conf, slog.New(slog.NewTextHandler(c.ErrOrStderr(), nil)))
		},
	}
	c.Flags().StringVar(&path, "config", "/etc/menshen/door.toml", "the unit's configuration")
	return c
}

func runDoor(ctx context.Context, conf *config.Config, log *slog.Logger) (err error) {
	door, closeAll, err := board.Open(ctx, conf, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeAll()) }()
	ctx, stop := context.WithCancel(ctx)
	var consoles sync.WaitGroup
	defer func() { stop(); consoles.Wait() }() // each operator's log-out is recorded before the vault is closed
	consoles.Go(func() { door.Serve(ctx, log) })
	what := "the door works"
	if conf.Seat() {
		what = "the seat works; it has no door"
	}
	log.Info(what, "unit", conf.Unit.Name)
	return door.Run(ctx)
}
