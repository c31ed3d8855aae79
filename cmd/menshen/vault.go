package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"filippo.io/age"
	"github.com/spf13/cobra"

	"menshen/board"
	"menshen/board/config"
	"menshen/store"
	"menshen/store/safefile"
)

// vaultVerb is what is done to a vault while the door is not running: at the workshop, after a failure, on a new unit. What can be
// done while it runs is at the console.
func vaultVerb() *cobra.Command {
	c := &cobra.Command{
		Use:   "vault",
		Short: "check, restore, salvage a unit's vault, or move its key; the unit must not be running",
		Long: `Works on the vault of a unit that is not running. Each act asks for an operator's name and passphrase (a manager's), and is
recorded under it. While the door runs, backup, rotate, retention and check are commands of its console.`,
	}
	c.AddCommand(vaultCheck(), vaultKey(), vaultRestore(), vaultSalvage(), vaultWhat())
	return c
}

// keeper are the flags of every act: which unit, and who acts.
type keeper struct{ config, operator string }

func (k *keeper) flags(c *cobra.Command) {
	c.Flags().StringVar(&k.config, "config", "/etc/menshen/door.toml", "the unit's configuration")
	c.Flags().StringVar(&k.operator, "operator", "", "who acts, a manager; the passphrase is asked for, or read from standard input")
	_ = c.MarkFlagRequired("operator")
}

// act opens the vault, checks who acts (R-OPERATOR), and does f.
func (k *keeper) act(c *cobra.Command, f func(v *store.Vault, by store.Actor) error) error {
	return withVault(k.config, func(v *store.Vault) error {
		secret, err := oneSecret(c.InOrStdin(), c.ErrOrStderr(), "Passphrase of "+k.operator+": ")
		if err != nil {
			return err
		}
		defer clear(secret)
		op, err := v.CheckOperator(k.operator, secret)
		switch {
		case err != nil:
			return err
		case op.Role != store.Manager:
			return errors.New("only a manager may do this")
		}
		return f(v, store.Actor(op.ID))
	})
}

func vaultCheck() *cobra.Command {
	var path string
	c := &cobra.Command{
		Use:     "check",
		Short:   "read every record and the audit log, and name what is damaged",
		Example: "  menshen vault check --config door.toml",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return withVault(path, func(v *store.Vault) error {
				if err := v.Check(); err != nil {
					return fmt.Errorf("%w: save what is whole with 'menshen vault salvage'", err)
				}
				fmt.Fprintln(c.OutOrStdout(), "every record is whole")
				return nil
			})
		},
	}
	c.Flags().StringVar(&path, "config", "/etc/menshen/door.toml", "the unit's configuration")
	return c
}

func vaultKey() *cobra.Command {
	var k keeper
	c := &cobra.Command{
		Use:   "key SOURCE",
		Short: "move the vault to another key source, and let the old one forget",
		Long: `Moves the vault to a new key in another source. A power cut meanwhile leaves a vault that opens by the one source or by the
other. Afterwards the configuration's [key] source must be changed; the command says how.`,
		Example: "  menshen vault key tpm:/dev/tpmrm0 --operator anna",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			to, err := config.ParseKeySource(args[0])
			if err != nil {
				return err
			}
			err = k.act(c, func(v *store.Vault, by store.Actor) error {
				return v.ChangeKey(c.Context(), by, board.OpenKeySource(to))
			})
			if err == nil {
				fmt.Fprintf(c.OutOrStdout(), "done; now write  source = %q  under [key] in %s\n", to, k.config)
			}
			return err
		},
	}
	k.flags(c)
	return c
}

func vaultRestore() *cobra.Command {
	var k keeper
	var identity string
	c := &cobra.Command{
		Use:   "restore BACKUP",
		Short: "bring a backup into a new unit, or back into its own; erasures are not undone",
		Long: `Brings people, operators, notices and settings of a backup into this vault. Everything gets new keys. Whoever was erased after
the backup was made stays erased, where the unit knows of it.`,
		Example: `  menshen init --config new.toml --operator anna
  menshen vault restore backup.age --identity manager.key --config new.toml --operator anna`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			id, err := readIdentity(identity)
			if err != nil {
				return err
			}
			f, err := os.Open(args[0])
			if err != nil {
				return fmt.Errorf("opening the backup: %w", err)
			}
			defer f.Close()
			return k.act(c, func(v *store.Vault, by store.Actor) error {
				r, err := v.Restore(c.Context(), by, f, id, nil)
				if err != nil {
					return err
				}
				fmt.Fprintf(c.OutOrStdout(), "%s: %d people restored, %d with face; %d erased since and %d withdrawn since were left out; %d must enrol again\n",
					r.From, r.People, r.Faces, r.Erased, r.Withdrawn, r.Reenrol)
				return nil
			})
		},
	}
	k.flags(c)
	c.Flags().StringVar(&identity, "identity", "", "the manager's age key file")
	_ = c.MarkFlagRequired("identity")
	return c
}

func readIdentity(path string) (age.Identity, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("opening the age key: %w", err)
	}
	defer f.Close()
	ids, err := age.ParseIdentities(f)
	if err != nil || len(ids) != 1 {
		return nil, fmt.Errorf("%s is not one age key: give the file that age-keygen wrote", path)
	}
	return ids[0], nil
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
				return errors.New("--to is no age public key: make one with age-keygen; it begins with age1")
			}
			return writeNew(out, func(w io.Writer) error {
				r, err := store.Salvage(conf.Unit.Dir, store.Options{Key: board.KeySource(conf)}, w, recipient)
				if err == nil {
					fmt.Fprintf(c.OutOrStdout(), "%d people saved, %d of them with face, %d lost; %d lines of the audit log\n", r.People, r.Faces, r.Lost, r.Lines)
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
			id, err := readIdentity(identity)
			if err != nil {
				return err
			}
			f, err := os.Open(args[0])
			if err != nil {
				return fmt.Errorf("opening the backup: %w", err)
			}
			defer f.Close()
			h, err := store.ReadBackup(f, id, nil, nil)
			if err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "%s, %s ago, faces %v: whole to its end\n", h, time.Since(h.At).Round(time.Minute), h.Faces)
			return nil
		},
	}
	c.Flags().StringVar(&identity, "identity", "", "the manager's age key file")
	_ = c.MarkFlagRequired("identity")
	return c
}
