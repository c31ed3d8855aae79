package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"golang.org/x/mod/sumdb/note"

	"menshen/board/config"
	"menshen/board/outbox"
	"menshen/board/release"
	"menshen/board/slots"
	"menshen/board/update"
)

// slotVerb is root's side of updates, and RAUC's backend. Services and RAUC call it; people type
// 'update' at the console.
func slotVerb() *cobra.Command {
	system := update.System{Folders: update.OfSystem(), Machine: slots.ThisMachine(), Library: "/usr/lib/menshen"}
	root := update.Root{Folders: system.Folders, Machine: system.Machine, Tools: system, Files: carried}
	c := &cobra.Command{Use: "slot", Hidden: true, Short: "the two systems on the storage; for services and RAUC"}
	verb := func(use string, args cobra.PositionalArgs, run func(ctx context.Context, words []string) error) {
		c.AddCommand(&cobra.Command{Use: use, Args: args, RunE: func(c *cobra.Command, words []string) error {
			return run(c.Context(), words)
		}})
	}
	verb("serve", cobra.NoArgs, func(ctx context.Context, _ []string) error { return root.Serve(ctx) })
	verb("expire", cobra.NoArgs, func(context.Context, []string) error { return root.Expire() })
	verb("admit", cobra.NoArgs, func(context.Context, []string) error {
		if err := root.Admit(slots.Version(os.Getenv("RAUC_META_MENSHEN_VERSION"))); err != nil {
			return err
		}
		takeLog(root)
		return nil
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

// carried gives the folder for what leaves the unit, where its configuration, which is root's, lets
// files be carried on a stick. One that cannot be read does not.
func carried() (string, error) {
	c, err := config.LoadForDoor("/etc/menshen/door.toml")
	switch {
	case err != nil:
		return "", fmt.Errorf("%w: %w", update.StickOff, err)
	case !c.Stick.Enabled:
		return "", update.StickOff
	}
	return outbox.Dir(c.Unit.Dir), nil
}

// takeLog takes the log of releases from the bundle that RAUC installs. One that is not taken is no
// reason to refuse an update that is signed: RAUC's messages say why, and the dossier that there is
// no proof.
func takeLog(root update.Root) {
	bundle := os.Getenv("RAUC_BUNDLE_MOUNT_POINT")
	if bundle == "" {
		return
	}
	var key note.Verifier
	_, err := os.Stat(release.KeyFile)
	if err == nil {
		key, err = release.PublisherKey("")
	} else if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	if err == nil {
		err = root.TakeLog(filepath.Join(bundle, release.LogName), key)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
}
