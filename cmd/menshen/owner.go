package main

import (
	"fmt"
	"os"

	"menshen/board/config"
	"menshen/internal/cli"
)

// loadAsOwner reads a unit's configuration and, for root, changes to the user who owns the unit's
// folder, as [cli.BecomeOwner] does. Errors: those of [config.Load] and of that; a configuration
// that the owner cannot read.
func loadAsOwner(path string) (*config.Config, error) {
	conf, err := config.Load(path)
	if err != nil {
		return conf, err
	}
	owner, err := cli.BecomeOwner(conf.Unit.Dir)
	if err != nil {
		return nil, err
	}
	if owner == nil {
		return conf, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("the service's user %s cannot read the configuration: run 'chmod 644 %s' (%w)",
			owner.Username, path, err)
	}
	return conf, f.Close()
}
