package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"menshen/board/sim"
	"menshen/internal/cli"
	"menshen/internal/safefile"
	"menshen/internal/screen"
)

func simVerb() *cobra.Command {
	var o sim.Options
	var only, page string
	c := &cobra.Command{
		Use:   "sim",
		Short: "months at a simulated door in seconds, from a seed, with invariants checked after every step",
		Long: `Runs the real unit, desk, vault and decoder in a simulated world: people with their lives,
thieves, faults, and a clock of its own. The same seed gives the same history. After every step it
checks that the door did what it must, by a truth of the world's own.

At the end it tells what came to the door, how it was decided and which faults were survived; --page
writes the same with plots, as one file for a browser.

With --doors there are several, of one site: people come to any of them, staff at each change what
counts at all, and what the doors tell each other is lost, late, repeated, or cut off for days.

A failing seed tells the last events, and the command that repeats the shortest history that still
fails. The exit code is then 1. Ctrl-C ends the trying of seeds, or the search for a shorter history,
and tells what there is. Nothing of this machine is used but a folder in memory.`,
		Example: `  menshen sim --seed 7 --days 30
  menshen sim --seed 7 --days 30 --only 12,57      of that history these happenings alone
  menshen sim --seed 1 --days 14 --for 10m         one seed after the other, on all processors
  menshen sim --doors 3 --days 30                  a site, at which power goes and doors are cut off
  menshen sim --days 60 --page door.html           with plots, for a browser`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) (err error) {
			if o.Only, err = numbers(only); err != nil {
				return cli.Usage(err)
			}
			ctx, stop := signal.NotifyContext(c.Context(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			return runSim(ctx, o, page, c.OutOrStdout())
		},
	}
	c.Flags().Uint64Var(&o.Seed, "seed", 1, "from which all follows; with --for the first of them")
	c.Flags().IntVar(&o.Days, "days", 30, "how many days of each history, 1 to 3660")
	c.Flags().IntVar(&o.Doors, "doors", 1, "how many doors of one site people come to, 1 to 8")
	c.Flags().DurationVar(&o.For, "for", 0, "try seeds for so long")
	c.Flags().BoolVar(&o.Calm, "calm", false, "without faults of power, disk, clock, wires and camera")
	c.Flags().StringVar(&only, "only", "", "numbers of the happenings to keep, with commas")
	c.Flags().BoolVar(&o.Plain, "plain", false, "no line of progress")
	c.Flags().StringVar(&page, "page", "", "write a page with plots into this file")
	langFlag(c.Flags(), &o.Lang, userLanguage())
	return c
}

// runSim runs, tells, and writes a page if it is asked for, also of seeds that failed. It shows
// progress at a terminal only.
func runSim(ctx context.Context, o sim.Options, page string, out io.Writer) error {
	if o.Days < 1 || o.Days > 3660 {
		return cli.Usage(fmt.Errorf("--days is %d: write 1 to 3660", o.Days))
	}
	if o.Doors < 1 || o.Doors > 8 {
		return cli.Usage(fmt.Errorf("--doors is %d: write 1 to 8", o.Doors))
	}
	debug.SetGCPercent(400) // a history makes much garbage, and holds little
	o.Plain = o.Plain || !screen.IsTerminal(out) || screen.Dumb()
	report, err := sim.Try(ctx, o, out, time.Now)
	if page == "" || len(report.Runs) == 0 {
		return err
	}
	if failed := safefile.Replace(page, 0o644, report.Page); failed != nil {
		return errors.Join(err, fmt.Errorf("writing the page: %w", failed))
	}
	return err
}

// numbers reads a list with commas; empty: nil.
func numbers(text string) (all []int, err error) {
	if text == "" {
		return nil, nil
	}
	for _, word := range strings.Split(text, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(word))
		if err != nil || n < 0 {
			return nil, fmt.Errorf("--only takes numbers with commas between, and %q is none", word)
		}
		all = append(all, n)
	}
	return all, nil
}
