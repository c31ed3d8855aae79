package main

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"menshen/board/slots"
	"menshen/board/update"
)

// slotVerb is root's side of updates, and RAUC's backend. Services and RAUC call it; people type
// 'update' at the console.
func slotVerb() *cobra.Command {
	system := update.System{Folders: update.OfSystem(), Machine: slots.ThisMachine(), Library: "/usr/lib/menshen"}
	root := update.Root{Folders: system.Folders, Machine: system.Machine, Tools: system}
	c := &cobra.Command{Use: "slot", Hidden: true, Short: "the two systems on the storage; for services and RAUC"}
	verb := func(use string, args cobra.PositionalArgs, run func(ctx context.Context, words []string) error) {
		c.AddCommand(&cobra.Command{Use: use, Args: args, RunE: func(c *cobra.Command, words []string) error {
			return run(c.Context(), words)
		}})
	}
	verb("serve", cobra.NoArgs, func(ctx context.Context, _ []string) error { return root.Serve(ctx) })
	verb("expire", cobra.NoArgs, func(context.Context, []string) error { return root.Expire() })
	verb("admit", cobra.NoArgs, func(context.Context, []string) error {
		return root.Admit(slots.Version(os.Getenv("RAUC_META_MENSHEN_VERSION")))
	})
	for _, name := range []string{"get-current", "get-primary", "set-primary", "get-state", "set-state"} {
		verb(name, cobra.MaximumNArgs(2), func(_ context.Context, words []string) error {
			answer, err := root.Backend(append([]string{name}, words...)...)
			if err == nil && answer != "" {
				fmt.Println(answer)
			}
			return err
		})
	}
	return c
}
