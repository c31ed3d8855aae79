package main

import (
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strconv"

	"github.com/spf13/cobra"

	"menshen/board"
	"menshen/board/config"
	"menshen/store"
)

func auditVerb() *cobra.Command {
	c := &cobra.Command{Use: "audit",
		Short: "export the audit log, verify an export anywhere, decide again what it records"}
	var path string
	export := &cobra.Command{
		Use:   "export",
		Short: "write the audit log to standard output, signed; the unit must not be running",
		Example: `  menshen audit export --config door.toml > door.audit
  menshen audit key --config door.toml > door.pub`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return withVaultToRead(path, func(v *store.Vault) error { return v.ExportAudit(c.OutOrStdout()) })
		},
	}
	key := &cobra.Command{
		Use:   "key",
		Short: "print the unit's public key, by which its exports are verified",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return withVaultToRead(path, func(v *store.Vault) error {
				_, err := fmt.Fprintln(c.OutOrStdout(), hex.EncodeToString(v.PublicKey()))
				return err
			})
		},
	}
	for _, sub := range []*cobra.Command{export, key} {
		sub.Flags().StringVar(&path, "config", "/etc/menshen/door.toml", "the unit's configuration")
	}
	c.AddCommand(export, key, verifyVerb(), replayVerb(), waitsVerb())
	return c
}

func verifyVerb() *cobra.Command {
	var pub string
	var expect []string
	c := &cobra.Command{
		Use:   "verify FILE",
		Short: "verify an export with the unit's public key, on any machine",
		Long: `Checks an export of the audit log: each entry, its order, where the log begins and
where it ends.

An older export is whole as well. Only what is known of a later day shows that it is not the
present one: give it with --expect, as the number of an entry that was there, or as a file that
the unit gave then: an export, or receipts of erasures.`,
		Example: `  menshen audit verify door.audit --key 3b6a27bc…
  menshen audit verify door.audit --key 3b6a27bc… --expect 2345
  menshen audit verify door.audit --key 3b6a27bc… --expect last-month.audit --expect receipts.jsonl`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			key, err := publicKey(pub)
			if err != nil {
				return err
			}
			known, err := parseExpected(expect, key)
			if err != nil {
				return err
			}
			f, err := os.Open(args[0])
			if err != nil {
				return fmt.Errorf("opening the export: %w", err)
			}
			defer f.Close()
			report, err := store.VerifyExport(f, key, known...)
			if err != nil {
				return fmt.Errorf("reading the export: %w", err)
			}
			fmt.Fprintln(c.OutOrStdout(), report)
			if !report.OK {
				return errors.New("the audit log does not verify")
			}
			if last := reach(known); last > 0 {
				fmt.Fprintf(c.OutOrStdout(), "it has what was expected, up to entry %d\n", last)
			}
			return nil
		},
	}
	c.Flags().StringVar(&pub, "key", "", "the unit's public key, 64 hex digits")
	c.Flags().StringArrayVar(&expect, "expect", nil,
		"what the log must have: the number of an entry, or a file that the unit gave earlier")
	_ = c.MarkFlagRequired("key")
	return c
}

// parseExpected reads the values of --expect.
func parseExpected(args []string, key ed25519.PublicKey) ([]store.Expected, error) {
	var known []store.Expected
	for _, arg := range args {
		if n, err := strconv.ParseUint(arg, 10, 64); err == nil {
			known = append(known, store.Expected{Seq: n})
			continue
		}
		b, err := os.ReadFile(arg)
		if err != nil {
			return nil, fmt.Errorf("--expect takes the number of an entry, or a file: %w", err)
		}
		of, err := store.KnownBy(b, key)
		if err != nil {
			return nil, fmt.Errorf("--expect %s: %w", arg, err)
		}
		known = append(known, of...)
	}
	return known, nil
}

func reach(known []store.Expected) (last uint64) {
	for _, e := range known {
		last = max(last, e.Seq)
	}
	return last
}

// withVault opens the vault of a unit that is not running.
func withVault(path string, f func(*store.Vault) error) error {
	return opened(path, board.OpenVault, f)
}

// withVaultToRead opens the vault for questions only, and changes nothing on the disk.
func withVaultToRead(path string, f func(*store.Vault) error) error {
	return opened(path, board.ReadVault, f)
}

func opened(path string, open func(*config.Config) (*store.Vault, error), f func(*store.Vault) error) error {
	conf, err := loadAsOwner(path)
	if err != nil {
		return err
	}
	return with(conf, open, f)
}

func with(conf *config.Config, open func(*config.Config) (*store.Vault, error), f func(*store.Vault) error) error {
	v, err := open(conf)
	if err != nil {
		return err
	}
	return errors.Join(f(v), v.Close())
}
