package main

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"menshen/board/page"
	"menshen/hal/serial"
	"menshen/internal/cli"
	"menshen/internal/i18n"
	"menshen/site/seat"
)

// baud is the speed of a unit's console line (docs/protocol.md).
const baud = 115200

func deskVerb() *cobra.Command {
	var port int
	var cable, socket string
	var lang i18n.Language
	c := &cobra.Command{
		Use:   "desk",
		Short: "serve the desk page to a browser on this computer",
		Long: `Serves the desk page at this computer's loopback (127.0.0.1 and ::1), for any browser, and carries
what you do there to one unit: over a serial or USB cable, or to the unit that runs on this same computer. The
unit asks for the same account, secret and card as at its console; a unit that belongs to a site shows all doors.

It prints an address, which opens one page, once; after that it prints the next. Page and program keep nothing.
For the unit's socket it must run as the unit's own user, or as root.`,
		Example: `  menshen-site desk --serial /dev/ttyACM0
  sudo -u menshen menshen-site desk`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			open := func() (io.ReadWriteCloser, error) { return seat.Socket(socket) }
			if cable != "" {
				open = func() (io.ReadWriteCloser, error) { return serial.Open(cable, baud) }
			}
			var built bytes.Buffer
			if err := page.WriteServed(&built); err != nil {
				return fmt.Errorf("making the page: %w", err)
			}
			at, err := seat.Listen(port)
			if err != nil {
				return err
			}
			ctx, stop := signal.NotifyContext(c.Context(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			out, say := c.OutOrStdout(), func(m i18n.Message) { cli.PrintWrapped(c.OutOrStdout(), lang.Say(m)) }
			first := true
			return seat.Serve(ctx, at, seat.Config{Page: built.Bytes(), Open: open, Tell: func(address string) {
				if first {
					say(i18n.M("site.desk-address", "Open this address in a browser on this computer. It opens one "+
						"page, once. Ctrl-C ends."))
				} else {
					say(i18n.M("site.desk-next", "A page was opened. If it was not you, press Ctrl-C now. "+
						"For another page:"))
				}
				first = false
				fmt.Fprintln(out, "  "+address)
			}, Log: slog.New(slog.NewTextHandler(c.ErrOrStderr(), nil))})
		},
	}
	c.Flags().IntVar(&port, "port", 0, "the port; 0: any that is free")
	c.Flags().StringVar(&cable, "serial", "", "the cable's device, such as /dev/ttyACM0")
	c.Flags().StringVar(&socket, "socket", "/var/lib/menshen/control.sock", "the control socket of a unit here")
	cli.LangFlag(c.Flags(), &lang, cli.UserLanguage())
	return c
}
