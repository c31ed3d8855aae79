package main

import (
	"context"
	"fmt"
	"os/signal"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"menshen/hal/display"
	"menshen/hal/display/paint"
	"menshen/hal/display/screen"
	"menshen/hal/scene"
	"menshen/internal/i18n"
)

func displayVerb() *cobra.Command {
	c := &cobra.Command{
		Use:   "display",
		Short: "the screen of a door, tried without the door",
		Long: `A door with a screen shows what it tells: how it is opened, what to do next, and the notice.
Nothing of a person is shown. [display] in the configuration names the screen.`,
		Example: `  menshen display try drm                      a monitor or panel: a scene every few seconds
  menshen display try ssd1306:i2c=1:0x3c --lang zh`,
	}
	c.AddCommand(tryDisplayVerb(), &cobra.Command{
		Use:    "show",
		Short:  "the child process that draws; only menshen itself starts it",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE:   func(*cobra.Command, []string) error { return display.Main(3) },
	})
	return c
}

func tryDisplayVerb() *cobra.Command {
	var lang i18n.Language
	var every time.Duration
	c := &cobra.Command{
		Use:   "try SCREEN",
		Short: "show each scene on a screen, one after the other",
		Long: `Shows the scenes of a door on a screen, as [display] screen names it. The door itself must not
run, since it has the screen then. Ctrl-C ends it.`,
		Example: "  menshen display try drm --every 2s",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			ctx, stop := signal.NotifyContext(c.Context(), unix.SIGINT, unix.SIGTERM)
			defer stop()
			return tryDisplay(ctx, c, args[0], lang, every)
		},
	}
	c.Flags().DurationVar(&every, "every", 3*time.Second, "how long each is shown")
	langFlag(c.Flags(), &lang, userLanguage())
	return c
}

// tryDisplay shows a scene of each kind. Errors: the screen shows nothing.
func tryDisplay(ctx context.Context, c *cobra.Command, source string, lang i18n.Language, every time.Duration) error {
	if _, err := screen.Parse(source); err != nil {
		return err
	}
	d, err := display.Start(ctx, display.Config{Screen: source, Site: paint.Site{Language: lang.Code()},
		Clock: func() (time.Time, bool) { return time.Now(), true }})
	if err != nil {
		return err
	}
	defer d.Close()
	named := false
	for _, k := range scene.Kinds() {
		all := scene.Variants(k)
		s := all[len(all)-1]
		d.Present(s)
		waits, cancel := context.WithTimeout(ctx, max(every, 15*time.Second))
		err := d.Shown(waits)
		cancel()
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return fmt.Errorf("the screen shows nothing: %w", err)
		}
		if at := d.Status(); !named {
			named = true
			fmt.Fprintln(c.OutOrStdout(), at.Screen)
			if why := at.Trouble(); why != nil {
				fmt.Fprintln(c.ErrOrStderr(), why)
			}
		}
		fmt.Fprintln(c.OutOrStdout(), lang.Say(s.Title()))
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(every):
		}
	}
	return nil
}
