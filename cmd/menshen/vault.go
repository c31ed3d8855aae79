package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"menshen/board"
	"menshen/board/config"
	"menshen/board/wiring"
	"menshen/internal/i18n"
	"menshen/store"
)

// vaultVerb has the acts on a vault while the door is not running: at the workshop, after a
// failure, on a new unit. Acts while it runs are at the console.
func vaultVerb() *cobra.Command {
	c := &cobra.Command{
		Use:   "vault",
		Short: "check, restore, salvage or retire a unit's vault, or move its key; the unit must not be running",
		Long: `Works on the vault of a unit that is not running. Each act asks for an operator's
name and passphrase (a manager's), for their own card where they have one and a reader answers,
and is recorded under it. While the door runs, backup, rotate, retention and check are commands of
its console.`,
	}
	c.AddCommand(vaultCheck(), vaultKey(), vaultRestore(), vaultRetire(), vaultSalvage(), vaultWhat())
	return c
}

// keeper has the flags of every act: which unit, and who acts.
type keeper struct{ config, operator string }

func (k *keeper) flags(c *cobra.Command) {
	c.Flags().StringVar(&k.config, "config", "/etc/menshen/door.toml", "the unit's configuration")
	c.Flags().StringVar(&k.operator, "operator", "",
		"who acts, a manager; the passphrase is asked for, or read from standard input")
	_ = c.MarkFlagRequired("operator")
}

// act opens the vault, checks who acts (R-OPERATOR), and does f.
func (k *keeper) act(c *cobra.Command, f func(v *store.Vault, by store.Actor) error) error {
	conf, err := loadAsOwner(k.config)
	if err != nil {
		return err
	}
	return with(conf, board.OpenVault, func(v *store.Vault) error {
		lang := userLanguage()
		secret, err := oneSecret(c.InOrStdin(), c.ErrOrStderr(), lang.Say(passphraseOf(k.operator)))
		if err != nil {
			return err
		}
		defer clear(secret)
		op, err := board.SignInOffline(c.Context(), v, conf, k.operator, secret, func(m i18n.Message) {
			fmt.Fprintln(c.ErrOrStderr(), lang.Say(m))
		})
		if err != nil {
			return err
		}
		return f(v, store.Actor(op.ID))
	})
}

// passphraseOf asks an operator who they are.
func passphraseOf(operator string) i18n.Message {
	return i18n.M("menshen.passphrase-of", "Passphrase of %s: ", operator)
}

func vaultCheck() *cobra.Command {
	var path string
	c := &cobra.Command{
		Use:     "check",
		Short:   "read every record and the audit log, and name what is damaged",
		Example: "  menshen vault check --config door.toml",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return withVaultToRead(path, func(v *store.Vault) error {
				if err := v.Check(); err != nil {
					return fmt.Errorf("%w: save what is whole with 'menshen vault salvage', or restore a backup", err)
				}
				fmt.Fprintln(c.OutOrStdout(), "every record is whole")
				if err := v.Condition(); err != nil {
					return fmt.Errorf("%w: start the door; 'check' at its console, by a technician or a manager, "+
						"ends this", err)
				}
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
		Long: `Moves the vault to a new key in another source. A power cut meanwhile leaves a
vault that opens by the one source or by the other. Afterwards the configuration's [key] source
must be changed; the command says how. What each source withstands is told before the passphrase
is asked for, and stands in 'menshen config example'.`,
		Example: "  menshen vault key tpm:/dev/tpmrm0 --operator anna",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			to, err := config.ParseKeySource(args[0])
			if err != nil {
				return err
			}
			tellKeySource(c.ErrOrStderr(), args[0], userLanguage())
			err = k.act(c, func(v *store.Vault, by store.Actor) error {
				return v.ChangeKey(c.Context(), by, wiring.OpenKeySource(to))
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

// tellKeySource says what a key source withstands, where one is chosen.
func tellKeySource(w io.Writer, source string, lang i18n.Language) {
	if k, err := config.ParseKeySource(source); err == nil {
		fmt.Fprintf(w, "[key] %s: %s\n", k, lang.Say(k.Withstands()))
	}
}
