package main

import (
	"github.com/spf13/cobra"

	"menshen/board/cable"
	"menshen/board/config"
)

// cableVerb is root's part of the port for a laptop; the service menshen-cable calls it.
func cableVerb() *cobra.Command {
	c := &cobra.Command{Use: "cable", Hidden: true, Short: "the unit at a laptop's USB port; for its service"}
	verb := func(use string, run func(cable.Machine) error) {
		c.AddCommand(&cobra.Command{Use: use, Args: cobra.NoArgs, RunE: func(*cobra.Command, []string) error {
			m, err := cable.ThisMachine()
			if err != nil {
				return err
			}
			return run(m)
		}})
	}
	verb("up", func(m cable.Machine) error {
		conf, err := config.LoadForDoor("/etc/menshen/door.toml")
		if err != nil || !conf.Cable.Enabled {
			return err
		}
		return m.Up()
	})
	verb("down", cable.Machine.Down)
	return c
}
