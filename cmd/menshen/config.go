package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"menshen/board/config"
)

func configVerb() *cobra.Command {
	c := &cobra.Command{Use: "config", Short: "write or check a configuration"}
	c.AddCommand(&cobra.Command{
		Use:     "example",
		Short:   "print a complete configuration, commented key by key",
		Example: "  menshen config example > door.toml",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			_, err := fmt.Fprint(c.OutOrStdout(), config.Example)
			return err
		},
	}, &cobra.Command{
		Use:     "check FILE",
		Short:   "say whether a configuration can be used, and if not, where and why",
		Example: "  menshen config check door.toml",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			got, err := config.Load(args[0])
			if err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "%s: in order; %s, %d readers, %d inputs, faces %v\n",
				args[0], got.Unit.Name, len(got.Readers), len(got.Inputs), got.Faces.Enabled)
			return nil
		},
	})
	return c
}
