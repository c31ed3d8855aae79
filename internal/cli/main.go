// Package cli is what the project's programs have in common as command lines: strict arguments,
// help that fits the screen, the user's language, the manual, and how an error ends a program.
package cli

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"menshen/internal/screen"
)

// Main runs a program and ends it with exit code 0, 1, or 2 for a command line that cannot be
// understood.
func Main(root *cobra.Command) {
	err := root.Execute()
	if err == nil {
		return
	}
	said := root.Name() + ": " + err.Error()
	if screen.IsTerminal(os.Stderr) {
		PrintWrapped(os.Stderr, said)
	} else {
		fmt.Fprintln(os.Stderr, said)
	}
	if errors.As(err, new(usageError)) {
		os.Exit(2)
	}
	os.Exit(1)
}

// Fit makes a finished tree of verbs strict, with help that fits.
func Fit(root *cobra.Command) *cobra.Command {
	strict(root)
	strictHelp(root)
	fitHelp(root)
	return root
}
