package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"filippo.io/age"
	"github.com/spf13/cobra"

	"menshen/board/config"
	"menshen/board/wiring"
	"menshen/internal/safefile"
	"menshen/store"
)

// errNoAgeKey means that a file is not one age key.
var errNoAgeKey = errors.New("not one age key: give the file that age-keygen wrote")

// withBackup opens a backup and the key that it is encrypted for. Errors: [errNoAgeKey], those of
// opening, and those of f.
func withBackup(path, identity string, f func(io.ReadSeeker, age.Identity) error) error {
	key, err := os.Open(identity)
	if err != nil {
		return fmt.Errorf("opening the age key: %w", err)
	}
	defer key.Close()
	ids, err := age.ParseIdentities(key)
	if err != nil || len(ids) != 1 {
		return fmt.Errorf("%s is %w", identity, errNoAgeKey)
	}
	backup, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("opening the backup: %w", err)
	}
	defer backup.Close()
	return f(backup, ids[0])
}

func vaultSalvage() *cobra.Command {
	var path, to, out string
	c := &cobra.Command{
		Use:   "salvage",
		Short: "save what is whole of a damaged vault into a backup",
		Example: `  menshen vault salvage --config door.toml --to age1… --out saved.age
  menshen vault restore saved.age --identity manager.key --config new.toml --operator anna`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			conf, err := config.Load(path)
			if err != nil {
				return err
			}
			recipient, err := age.ParseX25519Recipient(to)
			if err != nil {
				return errors.New("--to is not an age public key: make one with age-keygen; it begins with age1")
			}
			return writeNew(out, func(w io.Writer) error {
				r, err := store.Salvage(conf.Unit.Dir, store.Options{Key: wiring.KeySource(conf)}, w, recipient)
				if err == nil {
					fmt.Fprintf(c.OutOrStdout(), "%d people saved, %d of them with face, %d lost; %d lines of the "+
						"audit log\n", r.People, r.Faces, r.Lost, r.Lines)
				}
				return err
			})
		},
	}
	c.Flags().StringVar(&path, "config", "/etc/menshen/door.toml", "the unit's configuration")
	c.Flags().StringVar(&to, "to", "", "the manager's age public key")
	c.Flags().StringVar(&out, "out", "", "the backup to write")
	_ = c.MarkFlagRequired("to")
	_ = c.MarkFlagRequired("out")
	return c
}

// writeNew writes a file that must not be there yet, whole or not at all.
func writeNew(path string, write func(io.Writer) error) error {
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("%s exists: name another file, so that nothing is lost", path)
	}
	return safefile.Fill(path, write)
}

// vaultWhat lists what a backup holds, without a vault.
func vaultWhat() *cobra.Command {
	var identity string
	c := &cobra.Command{
		Use:     "what BACKUP",
		Short:   "check a backup to its end and say whose it is and when it was made",
		Example: "  menshen vault what backup.age --identity manager.key",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return withBackup(args[0], identity, func(f io.ReadSeeker, id age.Identity) error {
				h, err := store.ReadBackup(f, id, nil, nil)
				if err != nil {
					return err
				}
				fmt.Fprintf(c.OutOrStdout(), "%s, %s ago, faces %v: whole to its end\n", h,
					time.Since(h.At).Round(time.Minute), h.Faces)
				return nil
			})
		},
	}
	c.Flags().StringVar(&identity, "identity", "", "the manager's age key file")
	_ = c.MarkFlagRequired("identity")
	return c
}
