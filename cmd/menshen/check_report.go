package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"menshen/board/check"
	"menshen/board/commission"
	"menshen/internal/i18n"
	"menshen/internal/safefile"
	"menshen/store"
)

// writeReport writes both files.
func writeReport(r *check.Report, by check.Signer, name string, lang i18n.Language, out io.Writer) error {
	html, err := r.HTML(by)
	if err != nil {
		return err
	}
	for _, f := range []struct {
		path string
		doc  []byte
	}{{name + ".html", html}, {name + ".txt", r.Text(lang, by)}} {
		if err := safefile.Write(f.path, f.doc); err != nil {
			return fmt.Errorf("writing the report: %w", err)
		}
		fmt.Fprintln(out, f.path)
	}
	return nil
}

// checkWritable checks whether the report can be written, before the
// installer spends an hour at the door.
func checkWritable(name string) error {
	dir := filepath.Dir(name)
	if err := unix.Access(dir, unix.W_OK|unix.X_OK); err != nil {
		return fmt.Errorf("the report cannot be written into %s (%w): name a place of your own with --out", dir, err)
	}
	return nil
}

// checkReport writes the last report again, from the vault.
func checkReport() *cobra.Command {
	var path, name string
	var lang i18n.Language
	c := &cobra.Command{
		Use:     "report",
		Short:   "write the last report again, from the vault; the unit must not be running",
		Example: "  menshen check report --config door.toml --out commissioning",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return withVaultToRead(path, func(v *store.Vault) error {
				papers, err := v.Papers(commission.PaperKind)
				if err != nil {
					return fmt.Errorf("reading the papers: %w", err)
				}
				if len(papers) == 0 {
					return errors.New("no report yet: make one with 'menshen check'")
				}
				r, err := commission.Decode(papers[len(papers)-1].Body)
				if err != nil {
					return err
				}
				return writeReport(r, v, name, lang, c.OutOrStdout())
			})
		},
	}
	c.Flags().StringVar(&path, "config", "/etc/menshen/door.toml", "the unit's configuration")
	c.Flags().StringVar(&name, "out", "commissioning", "name of the files, without .html and .txt")
	langFlag(c.Flags(), &lang, userLanguage())
	return c
}

// checkVerify checks a report's signature anywhere.
func checkVerify() *cobra.Command {
	var pub string
	var asJSON bool
	c := &cobra.Command{
		Use:   "verify FILE",
		Short: "verify a report with the unit's public key, on any machine",
		Long: `Checks the signature over every letter of a report (the page or the text), and
says of a page how the door did.`,
		Example: `  menshen check verify commissioning.html --key 3b6a27bc…
  menshen check verify commissioning.html --key 3b6a27bc… --json`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			key, err := publicKey(pub)
			if err != nil {
				return err
			}
			file, err := readAtMost(args[0], 16<<20)
			if err != nil {
				return err
			}
			r, err := commission.Verify(file, key)
			switch {
			case err != nil:
				return fmt.Errorf("%s: %w", args[0], err)
			case asJSON && r == nil:
				return errors.New("a text holds no data for programs: verify the page (.html)")
			case asJSON:
				return r.WriteJSON(c.OutOrStdout())
			case r == nil:
				fmt.Fprintln(c.OutOrStdout(), "signature fits")
			default:
				fmt.Fprintf(c.OutOrStdout(), "signature fits: %s, %s, %s, by %s\n", r.Unit,
					r.Ended.Format(time.RFC3339), r.Verdict(), r.Operator)
			}
			return nil
		},
	}
	c.Flags().StringVar(&pub, "key", "", "the unit's public key, 64 hex digits ('menshen audit key')")
	c.Flags().BoolVar(&asJSON, "json", false, "print the data of a verified page")
	_ = c.MarkFlagRequired("key")
	return c
}

// readAtMost reads a file that is not larger than that.
func readAtMost(path string, most int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("opening the file: %w", err)
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, most+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("reading %s: %w", path, err)
	case int64(len(raw)) > most:
		return nil, fmt.Errorf("%s is too large: it is another file than was asked for", path)
	}
	return raw, nil
}
