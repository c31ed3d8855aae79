package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"menshen/internal/screen"
)

// fitHelp breaks the help of root and of all verbs at words, for a terminal as wide as it is;
// for anything else, 80 columns.
func fitHelp(root *cobra.Command) {
	root.SetHelpFunc(func(c *cobra.Command, _ []string) {
		about := c.Long
		if about == "" {
			about = c.Short
		}
		PrintWrapped(c.OutOrStdout(), strings.TrimSpace(about)+"\n\n"+strings.TrimSpace(c.UsageString()))
	})
}

// PrintWrapped prints a text in lines that fit.
func PrintWrapped(out io.Writer, text string) {
	width, _ := screen.Size(out)
	for _, l := range screen.Wrap(strings.ReplaceAll(text, "\t", "    "), width-1) {
		fmt.Fprintln(out, l)
	}
}
