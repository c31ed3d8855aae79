package main

import (
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"menshen/board/demo"
	"menshen/recognizer/models"
)

func demoVerb() *cobra.Command {
	var o demo.Options
	var verbose bool
	c := &cobra.Command{
		Use:   "demo",
		Short: "a new unit's first day on a simulated door, told from its own records",
		Long: `Sets a unit up in a temporary folder and lets people come to its door: cards as
pulses on simulated wires, faces from real pictures. Each line with # is the unit's own audit log.
At a terminal the door then stays, with keys to act at it and the technician's console; without
one the program ends, with exit code 0 when each step went as it should.`,
		Example: `  menshen demo
  menshen demo < /dev/null       the story only
  menshen demo --traffic 60m     does memory grow? what does an empty corridor cost? (make soak)`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if verbose {
				o.Log = c.ErrOrStderr()
			}
			ctx, stop := signal.NotifyContext(c.Context(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			return demo.Run(ctx, o, os.Stdin, c.OutOrStdout())
		},
	}
	dir, _ := models.Dir()
	c.Flags().StringVar(&o.Models, "models", dir, "folder of the model files ('make models')")
	c.Flags().StringVar(&o.Pictures, "pictures", filepath.Join(filepath.Dir(dir), "pictures"),
		"folder of the pictures (scripts/pictures.sh)")
	c.Flags().DurationVar(&o.Traffic, "traffic", 0,
		"instead of the story: people come and go for so long; memory and processor time a minute")
	c.Flags().DurationVar(&o.Every, "every", time.Minute, "with --traffic: time between two rows")
	c.Flags().BoolVarP(&verbose, "verbose", "v", false, "the program's log on standard error")
	return c
}
