package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"filippo.io/age"
	"github.com/spf13/cobra"

	"menshen/internal/i18n"
	"menshen/internal/screen"
	"menshen/store"
)

func vaultRestore() *cobra.Command {
	var r restoring
	c := &cobra.Command{
		Use:   "restore BACKUP",
		Short: "bring a backup into a new unit, or back into its own; erasures are not undone",
		Long: `Brings people, operators, notices and settings of a backup into this vault.
Everything gets new keys.

Whoever was erased after the backup was made stays erased. The unit that made the backup knows of
them. A new unit does not: give it the receipts of all erasures since ('receipts --json' at the
old unit's console printed them; people got theirs when they were erased), or say with
--no-receipts that there are none or that they are lost: whoever was erased since the backup then
comes back, with their face. At a terminal the command asks. Only receipts that the unit of the
backup signed count.`,
		Example: `  menshen init --config new.toml --operator anna
  menshen vault restore backup.age --identity manager.key --receipts receipts.jsonl --config new.toml --operator anna
  menshen vault restore backup.age --identity manager.key --no-receipts --config new.toml --operator anna`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return r.run(c, args[0])
		},
	}
	r.flags(c)
	c.Flags().StringVar(&r.identity, "identity", "", "the manager's age key file")
	c.Flags().StringArrayVar(&r.receipts, "receipts", nil,
		"`FILE` with receipts of the erasures since the backup, one JSON object a line; may be repeated")
	c.Flags().BoolVar(&r.none, "no-receipts", false, "a new unit may bring back whoever was erased since the backup")
	langFlag(c.Flags(), &r.lang, userLanguage())
	c.MarkFlagsMutuallyExclusive("receipts", "no-receipts")
	_ = c.MarkFlagRequired("identity")
	return c
}

// restoring is one run of the verb restore.
type restoring struct {
	keeper
	identity  string
	receipts  []string // files
	lang      i18n.Language
	none      bool
	in        io.Reader
	out, asks io.Writer
}

func (r *restoring) run(c *cobra.Command, backup string) error {
	r.in, r.out, r.asks = c.InOrStdin(), c.OutOrStdout(), c.ErrOrStderr()
	since, err := r.statedSince()
	if err != nil {
		return err
	}
	return withBackup(backup, r.identity, func(f io.ReadSeeker, id age.Identity) error {
		return r.act(c, func(v *store.Vault, by store.Actor) error {
			return r.restore(c.Context(), v, by, f, id, since)
		})
	})
}

// statedSince gives what the flags say of erasures since the backup; the zero value: nothing.
func (r *restoring) statedSince() (store.Since, error) {
	switch {
	case r.none:
		return store.WithoutReceipts(), nil
	case len(r.receipts) > 0:
		return receiptsIn(r.receipts...)
	}
	return store.Since{}, nil
}

func receiptsIn(files ...string) (store.Since, error) {
	var all []store.Receipt
	for _, file := range files {
		some, err := readReceipts(file)
		if err != nil {
			return store.Since{}, err
		}
		all = append(all, some...)
	}
	return store.ByReceipts(all...), nil
}

func readReceipts(file string) ([]store.Receipt, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("opening the receipts: %w", err)
	}
	defer f.Close()
	all, err := store.ParseReceipts(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Base(file), err)
	}
	return all, nil
}

// restore checks the backup to its end, asks what a new unit must know, and restores.
func (r *restoring) restore(ctx context.Context, v *store.Vault, by store.Actor, f io.ReadSeeker, id age.Identity,
	since store.Since) error {
	head, err := store.ReadBackup(f, id, nil, nil)
	if err != nil {
		return err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("reading the backup again: %w", err)
	}
	if head.Unit != v.Unit() && !since.IsKnown() {
		if since, err = r.ask(head); err != nil {
			return err
		}
	}
	rep, err := v.Restore(ctx, by, f, id, nil, since)
	if err != nil {
		return err
	}
	r.tell(rep)
	return nil
}

// ask asks at a terminal for the receipts. It is an error not to
// answer, or not to be at a terminal.
func (r *restoring) ask(head store.BackupHead) (store.Since, error) {
	made := head.At.Local().Format("2006-01-02 15:04")
	if !screen.IsTerminal(r.in) {
		return store.Since{}, r.problem(i18n.M("menshen.receipts-needed",
			"this unit is new and does not know who was erased after the backup was made (%s): "+
				"give --receipts FILE, or --no-receipts: then people who were erased since come back, "+
				"with their face; nothing was restored", made))
	}
	fmt.Fprint(r.asks, r.lang.Say(i18n.M("menshen.ask-for-receipts",
		"\nThis unit is new: it does not know who was erased after the backup was made,\n"+
			"on %s. People who were erased since would come back, with their face.\n"+
			"Receipts of these erasures come from 'receipts --json' at the old unit's console.\n\n"+
			"File with the receipts, or \"none\" to restore without: ", made)))
	line, _ := bufio.NewReader(r.in).ReadString('\n') // an error is no answer
	switch answer := strings.TrimSpace(line); {
	case answer == "":
		return store.Since{}, r.problem(i18n.M("menshen.nothing-restored", "no answer: nothing was restored"))
	case answer == "none":
		return store.WithoutReceipts(), nil
	default:
		return receiptsIn(answer)
	}
}

// problem is an error in the user's language.
func (r *restoring) problem(m i18n.Message) error { return errors.New(r.lang.Say(m)) }

// tell says what was restored, and what stayed erased because of which receipt.
func (r *restoring) tell(rep store.RestoreReport) {
	fmt.Fprintln(r.out, r.lang.Say(i18n.M("menshen.restored",
		"backup of unit %x made %s: %d people restored, %d with face; %d erased since and %d withdrawn since were "+
			"left out; %d must enrol again",
		rep.From.Unit[:4], rep.From.At.Format(time.RFC3339), rep.People, rep.Faces, rep.Erased, rep.Withdrawn,
		rep.Reenrol)))
	for _, s := range rep.Applied {
		at := s.At.Local().Format("2006-01-02 15:04")
		kept := i18n.M("menshen.face-stays-erased",
			"  receipt %d, %s: a face was erased after the backup, and not restored", s.Seq, at)
		switch s.What {
		case "learnt":
			kept = i18n.M("menshen.learnt-stays-erased",
				"  receipt %d, %s: what was learnt of a face was erased after the backup, and not restored", s.Seq, at)
		case "person":
			kept = i18n.M("menshen.person-stays-erased",
				"  receipt %d, %s: a person was erased after the backup, and not restored", s.Seq, at)
		}
		fmt.Fprintln(r.out, r.lang.Say(kept))
	}
}
