package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
	"menshen/store/facts"
	"menshen/store/waits"
)

func waitsVerb() *cobra.Command {
	var pub, zone string
	lang := userLanguage()
	c := &cobra.Command{
		Use:   "waits EXPORT",
		Short: "how long people waited at the door, by an export alone, on any machine",
		Long: `Checks an export of the audit log as 'verify' does, and tells from it, week by week, how
long people waited at the door by card, code, pass and face: from the first key, tap or picture of a
visit until the lock opened, with intervals of 99%, and how cards stand beside faces (R-EQUAL). The
unit, its desk and its dossier show the same figures. No key to what is about people is needed.

Weeks are of ISO 8601, in the site's time zone, which the log names.`,
		Example: `  menshen audit waits door.audit --key 3b6a27bc…`,
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
			in, end := counted(f, c.ErrOrStderr())
			var log waits.Log
			var first time.Time // decision
			report, err := store.ReadExport(in, key, nil, func(e store.Entry) error {
				if set, err := facts.ParseSettings(e.Detail[store.InForce]); err == nil && set.Zone != "" {
					zone = set.Zone
				}
				if e.Kind == audit.Decision && first.IsZero() {
					first = e.At
				}
				log.Add(e)
				return nil
			})
			end()
			if err != nil {
				return fmt.Errorf("reading the export: %w", err)
			}
			printWrapped(c.OutOrStdout(), report.String())
			if !report.OK {
				return errors.New("the audit log does not verify")
			}
			if report.Pruned == 0 && report.First <= 1 {
				first = time.Time{} // nothing was purged
			}
			site, err := time.LoadLocation(zone)
			if err != nil {
				return fmt.Errorf("the site's time zone: %w", err)
			}
			told := policy.WaitLog{Weeks: policy.Weeks(log.Openings(), site, first, report.Signed), Old: log.Old(),
				Open: log.Open()}
			for _, line := range waits.Table(told, lang) {
				fmt.Fprintln(c.OutOrStdout(), line)
			}
			return nil
		},
	}
	c.Flags().StringVar(&pub, "key", "", "the unit's public key, 64 hex digits")
	langFlag(c.Flags(), &lang, lang)
	return c
}
