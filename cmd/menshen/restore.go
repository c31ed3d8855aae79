package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"filippo.io/age"
	"github.com/spf13/cobra"

	"menshen/board/check"
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
			r.in, r.out, r.asks = c.InOrStdin(), c.OutOrStdout(), c.ErrOrStderr()
			since, err := r.statedSince()
			if err != nil {
				return err
			}
			return withBackup(args[0], r.identity, func(f io.ReadSeeker, id age.Identity) error {
				return r.act(c, func(v *store.Vault, by store.Actor) error {
					return r.restore(c.Context(), v, by, f, id, since)
				})
			})
		},
	}
	r.flags(c)
	c.Flags().StringVar(&r.identity, "identity", "", "the manager's age key file")
	c.Flags().StringVar(&r.receipts, "receipts", "",
		"receipts of the erasures since the backup, one JSON object a line")
	c.Flags().BoolVar(&r.none, "no-receipts", false, "a new unit may bring back whoever was erased since the backup")
	c.Flags().StringVar(&r.lang, "lang", userLanguage(), "en or zh")
	c.MarkFlagsMutuallyExclusive("receipts", "no-receipts")
	_ = c.MarkFlagRequired("identity")
	return c
}

// restoring is one run of the verb restore.
type restoring struct {
	keeper
	identity, receipts, lang string
	none                     bool
	in                       io.Reader
	out, asks                io.Writer
}

// statedSince gives what the flags say of erasures since the backup; the zero value: nothing.
func (r *restoring) statedSince() (store.Since, error) {
	switch {
	case r.none:
		return store.WithoutReceipts(), nil
	case r.receipts != "":
		return receiptsIn(r.receipts)
	}
	return store.Since{}, nil
}

func receiptsIn(path string) (store.Since, error) {
	f, err := os.Open(path)
	if err != nil {
		return store.Since{}, fmt.Errorf("opening the receipts: %w", err)
	}
	defer f.Close()
	all, err := store.ParseReceipts(f)
	if err != nil {
		return store.Since{}, err
	}
	return store.ByReceipts(all...), nil
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
		return store.Since{}, errors.New(check.Words{
			En: "this unit is new and does not know who was erased after the backup was made (" + made + "): give --receipts FILE, or --no-receipts: " +
				"then whoever was erased since comes back, with their face; nothing was restored",
			Zh: "本机是新机，不知道备份（" + made + "）之后删除过哪些人：请加 --receipts 文件，或 --no-receipts：备份之后已删除的人将连同人脸一起恢复；未恢复任何内容",
		}.In(r.lang))
	}
	fmt.Fprint(r.asks, check.Words{
		En: "\nThis unit is new: it does not know who was erased after the backup was made,\non " + made + ". Whoever was erased since would come back, with their face.\n" +
			"Receipts of these erasures come from 'receipts --json' at the old unit's console.\n\nFile with the receipts, or \"none\" to restore without: ",
		Zh: "\n本机是新机，不知道备份（" + made + "）之后删除过哪些人。\n备份之后已删除的人将连同人脸一起恢复。\n" +
			"删除回执可在旧机控制台用 receipts --json 导出。\n\n回执文件名；没有回执则输入 none：",
	}.In(r.lang))
	line, _ := bufio.NewReader(r.in).ReadString('\n') // an error counts as no answer
	switch answer := strings.TrimSpace(line); {
	case answer == "":
		return store.Since{}, errors.New(check.Words{En: "no answer: nothing was restored", Zh: "没有回答：未恢复任何内容"}.In(r.lang))
	case answer == "none":
		return store.WithoutReceipts(), nil
	default:
		return receiptsIn(answer)
	}
}

// tell prints what was restored, and what stayed erased because of which receipt.
func (r *restoring) tell(rep store.RestoreReport) {
	fmt.Fprintln(r.out, check.Words{
		En: fmt.Sprintf("%s: %d people restored, %d with face; %d erased since and %d withdrawn since were left out; %d must enrol again",
			rep.From, rep.People, rep.Faces, rep.Erased, rep.Withdrawn, rep.Reenrol),
		Zh: fmt.Sprintf("设备 %x 于 %s 的备份：恢复 %d 人，其中 %d 人有人脸；备份之后已删除的 %d 人、已撤回人脸的 %d 人未恢复；%d 人须重新录入人脸",
			rep.From.Unit[:4], rep.From.At.Format(time.RFC3339), rep.People, rep.Faces, rep.Erased, rep.Withdrawn, rep.Reenrol),
	}.In(r.lang))
	for _, s := range rep.Applied {
		what := check.Words{En: "a face was", Zh: "一张人脸"}
		if s.What == "person" {
			what = check.Words{En: "a person was", Zh: "一人"}
		}
		at := s.At.Local().Format("2006-01-02 15:04")
		fmt.Fprintln(r.out, check.Words{
			En: fmt.Sprintf("  receipt %d, %s: %s erased after the backup, and not restored", s.Seq, at, what.En),
			Zh: fmt.Sprintf("  回执 %d，%s：备份之后%s已删除，未恢复", s.Seq, at, what.Zh),
		}.In(r.lang))
	}
}
