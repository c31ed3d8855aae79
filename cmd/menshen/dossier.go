package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"menshen/board"
	"menshen/board/config"
	"menshen/board/dossier"
	"menshen/board/release"
	"menshen/board/service"
	"menshen/policy"
)

func dossierVerb() *cobra.Command {
	var path, out string
	c := &cobra.Command{
		Use:   "dossier",
		Short: "write the compliance dossier: each rule, how the unit stands to it, and the evidence, signed",
		Long: `Writes one HTML file for whoever checks the unit against the law: how many faces are
stored, how many were erased and when, the proof of it, rule by rule; who looked; how sure the
door is. In Chinese and English; no person is named. The running unit is asked over its control
socket. When none runs, the vault is opened instead, and what only a running unit can tell is
marked as not known.

The unit signs the whole file. 'menshen dossier verify' checks it on any machine.`,
		Example: `  menshen dossier --out dossier.html
  menshen dossier verify dossier.html --key 3b6a27bc…`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			conf, err := loadAsOwner(path)
			if err != nil {
				return err
			}
			ctx, stop := signal.NotifyContext(c.Context(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			file, err := makeDossier(ctx, conf, c.ErrOrStderr())
			if err != nil {
				return err
			}
			return writePage(c, out, string(file))
		},
	}
	c.Flags().StringVar(&path, "config", "/etc/menshen/door.toml", "the unit's configuration")
	c.Flags().StringVar(&out, "out", "", "the file to write; - is standard output")
	_ = c.MarkFlagRequired("out")
	c.AddCommand(verifyDossierVerb())
	return c
}

// makeDossier asks the running unit, or makes it from the vault of one that does not run.
func makeDossier(ctx context.Context, conf *config.Config, notes io.Writer) ([]byte, error) {
	if conf.ControlSocket() != "" {
		line, err := service.Ask(conf, "dossier")
		if err == nil {
			defer line.Close()
			defer context.AfterFunc(ctx, func() { line.Close() })()
			file, err := io.ReadAll(io.LimitReader(line, dossier.MaxFile))
			if err == nil && !dossier.Complete(file) {
				err = errors.New("the unit's answer broke off: ask again")
			}
			return file, err
		}
		if !errors.Is(err, service.ErrNoUnit) {
			return nil, err
		}
	}
	fmt.Fprintln(notes, "no unit runs here: what only a running one can tell is marked as not known")
	return board.DossierAtRest(ctx, conf)
}

func verifyDossierVerb() *cobra.Command {
	var pub, publisher string
	c := &cobra.Command{
		Use:   "verify FILE",
		Short: "verify a dossier, and each receipt in it, with the unit's public key, on any machine",
		Long: `Checks the signature over every letter of a dossier, and each receipt in it. With the
publisher's public key, it also checks the dossier's proof that program and models are of a
published release. A unit with a changed program can say what is not so: 'menshen version --verify'
looks at its card.`,
		Example: `  menshen dossier verify dossier.html --key 3b6a27bc…
  menshen dossier verify dossier.html --key 3b6a27bc… --publisher publisher.vkey`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			key, err := publicKey(pub)
			if err != nil {
				return err
			}
			f, err := os.Open(args[0])
			if err != nil {
				return fmt.Errorf("opening the dossier: %w", err)
			}
			defer f.Close()
			file, err := io.ReadAll(io.LimitReader(f, dossier.MaxFile+1))
			if err != nil {
				return fmt.Errorf("reading the dossier: %w", err)
			}
			d, err := dossier.Verify(file, key)
			if err != nil {
				return fmt.Errorf("the dossier does not verify: %w", err)
			}
			sayDossier(c.OutOrStdout(), d)
			return sayProgram(c.OutOrStdout(), &d.Program, publisher)
		},
	}
	c.Flags().StringVar(&pub, "key", "", "the unit's public key, 64 hex digits ('menshen audit key')")
	c.Flags().StringVar(&publisher, "publisher", "", "the publisher's public key, or a file with it")
	_ = c.MarkFlagRequired("key")
	return c
}

// sayProgram says what runs, and checks that it was published if a publisher is given.
func sayProgram(w io.Writer, p *dossier.Program, publisher string) error {
	switch {
	case p.SHA256 == "" && publisher != "":
		return errors.New("a dossier of this earlier version does not say what ran: ask for a new one")
	case p.SHA256 == "":
		return nil
	case publisher == "":
		fmt.Fprintf(w, "program SHA-256 %s; not checked whether it was published: give --publisher\n", p.SHA256)
		return nil
	}
	key, err := release.PublisherKey(publisher)
	if err != nil {
		return fmt.Errorf("--publisher: %w", err)
	}
	m, c, err := p.Published(key)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "program and %d models are of the published release %s, commit %s; its log then had %d releases, "+
		"root %s\n", len(p.Models), m.Version, m.Commit, c.Size, c.Root)
	return nil
}

func sayDossier(w io.Writer, d *dossier.Data) {
	fmt.Fprintf(w, "whole, and signed by the unit: %s, made %s\n", d.Door, d.Made.Format("2006-01-02 15:04:05Z07:00"))
	fmt.Fprintf(w, "faces of %d people; %d receipts of erasures, each signed, %d blocks found again\n",
		d.Facts.People.WithFace, len(d.Receipts), d.Remains())
	fmt.Fprintf(w, "rules kept %d, to be done %d, broken %d", d.Count(policy.Kept), d.Count(policy.Due),
		d.Count(policy.Broken))
	var broken []string
	for _, r := range d.Rules {
		if r.State == policy.Broken {
			broken = append(broken, string(r.ID))
		}
	}
	if len(broken) > 0 {
		fmt.Fprintf(w, ": %s", strings.Join(broken, ", "))
	}
	fmt.Fprintln(w)
}
