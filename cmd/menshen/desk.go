package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"menshen/board/page"
	"menshen/internal/safefile"
)

func deskVerb() *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:   "desk",
		Short: "write the desk as a page for Chrome or Edge, which works over a cable",
		Long: `Writes one HTML file. Opened from the disk in Chrome or Edge, it speaks to the unit's
console line over a serial cable (Web Serial), with the same accounts, roles and
records. It needs no network and no server, and loads nothing. The file belongs to
this version of the program; its SHA-256 is printed.`,
		Example: `  menshen desk --out desk.html
  menshen desk --out - | sha256sum`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			var whole bytes.Buffer
			if err := page.Write(&whole); err != nil {
				return fmt.Errorf("making the page: %w", err)
			}
			if out == "-" {
				_, err := whole.WriteTo(c.OutOrStdout())
				return err
			}
			err := safefile.Replace(out, 0o644, func(w io.Writer) error {
				_, err := w.Write(whole.Bytes())
				return err
			})
			if err != nil {
				return fmt.Errorf("writing the page: %w", err)
			}
			fmt.Fprintf(c.OutOrStdout(), "written to %s: %d bytes\nsha256 %x\n", out, whole.Len(),
				sha256.Sum256(whole.Bytes()))
			return nil
		},
	}
	c.Flags().StringVar(&out, "out", "", "the file to write; - is standard output")
	_ = c.MarkFlagRequired("out")
	return c
}
