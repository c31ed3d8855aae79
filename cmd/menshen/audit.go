package main

import (
	"encoding/hex"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"menshen/board"
	"menshen/board/config"
	"menshen/store"
)

func auditVerb() *cobra.Command {
	c := &cobra.Command{Use: "audit", Short: "export the audit log, or verify an export anywhere"}
	var path string
	export := &cobra.Command{
		Use:   "export",
		Short: "write the audit log to standard output, signed; the unit must not be running",
		Example: `  menshen audit export --config door.toml > door.audit
  menshen audit key --config door.toml > door.pub`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return withVault(path, func(v *store.Vault) error { return v.ExportAudit(c.OutOrStdout()) })
		},
	}
	key := &cobra.Command{
		Use:   "key",
		Short: "print the unit's public key, by which its exports are verified",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return withVault(path, func(v *store.Vault) error {
				_, err := fmt.Fprintln(c.OutOrStdout(), hex.EncodeToString(v.PublicKey()))
				return err
			})
		},
	}
	for _, sub := range []*cobra.Command{export, key} {
		sub.Flags().StringVar(&path, "config", "/etc/menshen/door.toml", "the unit's configuration")
	}
	c.AddCommand(export, key, verifyVerb())
	return c
}

func verifyVerb() *cobra.Command {
	var pub string
	c := &cobra.Command{
		Use:     "verify FILE",
		Short:   "verify an export with the unit's public key, on any machine",
		Example: "  menshen audit verify door.audit --key 3b6a27bc…",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			key, err := publicKey(pub)
			if err != nil {
				return err
			}
			f, err := os.Open(args[0])
			if err != nil {
				return fmt.Errorf("opening the export: %w", err)
			}
			defer f.Close()
			report, err := store.VerifyExport(f, key)
			if err != nil {
				return fmt.Errorf("reading the export: %w", err)
			}
			fmt.Fprintln(c.OutOrStdout(), report)
			if !report.OK {
				return errors.New("the audit log does not verify")
			}
			return nil
		},
	}
	c.Flags().StringVar(&pub, "key", "", "the unit's public key, 64 hex digits")
	_ = c.MarkFlagRequired("key")
	return c
}

// withVault opens the vault of a unit that is not running.
func withVault(path string, f func(*store.Vault) error) error {
	conf, err := config.Load(path)
	if err != nil {
		return err
	}
	v, err := board.OpenVault(conf)
	if err != nil {
		return err
	}
	return errors.Join(f(v), v.Close())
}
