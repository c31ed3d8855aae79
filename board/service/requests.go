package service

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"menshen/board/compliance"
	"menshen/board/config"
	"menshen/board/desk"
	"menshen/board/unit"
	"menshen/store"
)

// DossierRequest answers the control socket with the dossier's file.
func DossierRequest(law *compliance.Keeper) Request {
	return func(ctx context.Context, by store.Actor, _ []string, line io.ReadWriter) error {
		file, err := law.SealedDossier(ctx, by, true)
		if err != nil {
			return err
		}
		_, err = line.Write(file)
		return err
	}
}

// GroupsRequest answers the control socket with the groups that people are in.
func GroupsRequest(v *store.Vault, u *unit.Unit) Request {
	return func(_ context.Context, _ store.Actor, _ []string, line io.ReadWriter) error {
		people, err := v.People()
		if err = u.RecordDamage(err); err != nil {
			return fmt.Errorf("reading the people: %w", err)
		}
		return json.NewEncoder(line).Encode(desk.GroupsOf(people))
	}
}

// HoursRequest answers the control socket with the hours in force.
func HoursRequest(c *config.Config, v *store.Vault) Request {
	return func(_ context.Context, _ store.Actor, _ []string, line io.ReadWriter) error {
		h, err := v.Hours(c.Site.Hours())
		if err != nil {
			return err
		}
		return json.NewEncoder(line).Encode(h)
	}
}

// AskHours asks the unit that runs with a configuration for the hours in force. [ErrNoUnit]: none
// answers.
func AskHours(c *config.Config) (h store.Hours, err error) {
	line, err := Ask(c, "hours")
	if err != nil {
		return h, err
	}
	err = json.NewDecoder(line).Decode(&h)
	if err = errors.Join(err, line.Close()); err != nil {
		return h, fmt.Errorf("asking the unit for its hours: %w", err)
	}
	return h, nil
}

// AskGroups asks the unit that runs with a configuration for its groups. [ErrNoUnit]: none answers.
func AskGroups(c *config.Config) (all []desk.Grouped, err error) {
	line, err := Ask(c, "groups")
	if err != nil {
		return nil, err
	}
	err = json.NewDecoder(line).Decode(&all)
	if err = errors.Join(err, line.Close()); err != nil {
		return nil, fmt.Errorf("asking the unit for its groups: %w", err)
	}
	return all, nil
}
