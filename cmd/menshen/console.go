package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"menshen/board/config"
	"menshen/board/console"
	"menshen/board/service"
)

func consoleVerb() *cobra.Command {
	var path, card, stick string
	var plain bool
	c := &cobra.Command{
		Use:   "console",
		Short: "the technician's console of the door that runs here",
		Long: `Connects this terminal to the technician's console of the running unit, the same as
on its serial line, over the unit's control socket. Only root and the unit's own user come that
far; then everybody logs in under their own name. Several consoles may be open at once. logout, or
Ctrl-D at the log-in, comes back here.

With --card, where the door is not set up yet, it leads through the set-up: settings, wires, keys, the
first operator and their card, the self-test with its signed report. Who sits at this terminal then may
do all that. What was broken off goes on the next time.`,
		Example: `  menshen console
  sudo -u menshen menshen console --plain      for screen readers`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			ctx, stop := signal.NotifyContext(c.Context(), syscall.SIGTERM, syscall.SIGHUP)
			defer stop()
			if _, err := os.Stat(path); card != "" && errors.Is(err, fs.ErrNotExist) {
				f := &firstStart{config: path, card: card, stick: stick, unless: keyHere(), verb: c}
				f.terminal(os.Stdin, c.OutOrStdout())
				return f.run(ctx)
			}
			conf, err := config.LoadForDoor(path)
			if err != nil {
				return err
			}
			return attach(ctx, conf, os.Stdin, c.OutOrStdout(), plain)
		},
	}
	c.Flags().StringVar(&path, "config", "/etc/menshen/door.toml", "the unit's configuration")
	c.Flags().StringVar(&card, "card", "", "door.txt, the settings of the card, for a door that is not set up yet")
	c.Flags().StringVar(&stick, "stick", "",
		"a folder with the backup of the unit that this one replaces, or with such folders")
	c.Flags().BoolVar(&plain, "plain", false, "one fact a line and no cursor movement, for screen readers")
	return c
}

// attach makes in and out the terminal of a console until one of the two sides ends.
func attach(ctx context.Context, conf *config.Config, in *os.File, out io.Writer, plain bool) error {
	if !term.IsTerminal(int(in.Fd())) {
		return errors.New("the console asks for secrets and needs a terminal")
	}
	width, height, err := term.GetSize(int(in.Fd()))
	if err != nil || width == 0 || height == 0 {
		width, height = 80, 24
	}
	line, err := service.Ask(conf,
		fmt.Sprintf("console %dx%d %s %s", width, height, terminalKind(plain), userLanguage().Code()))
	if err != nil {
		return err
	}
	defer line.Close()
	defer context.AfterFunc(ctx, func() { line.Close() })()
	before, err := term.MakeRaw(int(in.Fd()))
	if err != nil {
		return fmt.Errorf("taking the terminal: %w", err)
	}
	defer term.Restore(int(in.Fd()), before)
	keyboard, err := console.NewKeyboard(in)
	if err != nil {
		return err
	}
	typing := make(chan struct{})
	go func() {
		defer close(typing)
		_, _ = io.Copy(line, keyboard) // a unit that is gone shows below
		_ = line.CloseWrite()
	}()
	_, err = io.Copy(out, line)
	err = errors.Join(err, keyboard.Close())
	<-typing
	if ctx.Err() != nil || errors.Is(err, syscall.ECONNRESET) { // the unit ended while keys were under way
		return nil
	}
	return err
}

// terminalKind is what the unit has to know of the terminal: whether it can move its cursor.
func terminalKind(plain bool) string {
	if kind := os.Getenv("TERM"); kind != "" && kind != "dumb" && !plain {
		return "vt100"
	}
	return "dumb"
}
