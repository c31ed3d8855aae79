package main

import (
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"menshen/board/config"
	"menshen/board/unit"
	"menshen/internal/i18n"
	"menshen/internal/screen"
	"menshen/store"
	"menshen/store/facts"
	"menshen/store/replay"
)

func replayVerb() *cobra.Command {
	var r replaying
	c := &cobra.Command{
		Use:   "replay EXPORT",
		Short: "make the decisions of an export again, and prove that each is the one that the rules give",
		Long: `Checks an export of the audit log as 'verify' does, and makes each of its decisions
again from the facts in its record. The answer must be the recorded one: then nobody was refused, and
nobody let in, but by the rules. Those that differ are printed, then the sums by reason. The exit
code is 0 only if the log is whole and no decision differs.

With --with, the decisions are made under another configuration: other hours, holidays, two-person
rule, anti-passback, release, or demands on a face. What would have been different is printed, and
why. It is not known what people would have done then. A lockout stays as it was; a grant counts as
coming in.

What is about a person is sealed under their key, so this is done at the unit, while it is not
running. With --key in place of the vault, on any machine, only decisions about no known person can
be made again. Those about people who were erased since cannot, nor those of programs that kept no
facts: they are counted, and never pass as proved.`,
		Example: `  menshen audit replay door.audit
  menshen audit replay door.audit --entry 4711
  menshen audit replay door.audit --with longer-hours.toml
  menshen audit replay door.audit --key 3b6a27bc… --json`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return r.run(c, args[0]) },
	}
	c.Flags().StringVar(&r.config, "config", "/etc/menshen/door.toml", "the unit's configuration, for its vault")
	c.Flags().StringVar(&r.key, "key", "", "the unit's public key, 64 hex digits, in place of its vault")
	c.Flags().StringVar(&r.with, "with", "", "another configuration, to decide under")
	c.Flags().Uint64Var(&r.entry, "entry", 0, "print this entry alone, check by check")
	c.Flags().BoolVar(&r.all, "all", false, "print every decision, not only those that differ")
	c.Flags().BoolVar(&r.json, "json", false, "print every decision, and then the sums, as a line of JSON")
	langFlag(c.Flags(), &r.lang, userLanguage())
	return c
}

// replaying is one run of the verb.
type replaying struct {
	config, key, with string
	entry             uint64
	all, json         bool
	lang              i18n.Language
	other             *replay.Other
	wrote             error
}

func (r *replaying) run(c *cobra.Command, path string) error {
	if r.with != "" {
		conf, err := config.Load(r.with)
		if err != nil {
			return fmt.Errorf("--with: %w", err)
		}
		r.other = otherSettings(conf)
	}
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("opening the export: %w", err)
	}
	defer f.Close()
	if r.key != "" {
		key, err := publicKey(r.key)
		if err != nil {
			return err
		}
		return r.read(c, f, key, nil)
	}
	return withVaultToRead(r.config, func(v *store.Vault) error { return r.read(c, f, v.PublicKey(), v) })
}

// otherSettings takes from a configuration what decides.
func otherSettings(c *config.Config) *replay.Other {
	o := &replay.Other{Settings: facts.SettingsOf(unit.Rules(c)), LiveMin: c.Faces.LiveMin, FramesMin: c.Faces.Frames}
	if !c.Faces.Enabled {
		o.FacesOff = string(unit.OffByConfig)
	}
	return o
}

func (r *replaying) read(c *cobra.Command, f *os.File, key ed25519.PublicKey, v *store.Vault) error {
	in, end := counted(f, c.ErrOrStderr())
	again := replay.New(v != nil, r.other)
	found := r.entry == 0
	report, err := store.ReadExport(in, key, v, func(e store.Entry) error {
		res, ok := again.Take(e)
		if ok && (r.entry == 0 || r.entry == e.Seq) {
			found = true
			r.show(c.OutOrStdout(), res)
		}
		return r.wrote
	})
	end()
	if err != nil {
		return fmt.Errorf("reading the export: %w", err)
	}
	if err := r.sums(c.OutOrStdout(), again.Sums, report); err != nil {
		return err
	}
	switch differ := again.Sums.All.Differ; {
	case !report.OK:
		return errors.New("the audit log does not verify")
	case !found:
		return fmt.Errorf("entry %d is not a decision of this export", r.entry)
	case differ > 0 && r.other != nil:
		return fmt.Errorf("%d decisions would be different", differ)
	case differ > 0:
		return fmt.Errorf("%d decisions are not those that the rules give", differ)
	}
	return nil
}

// show prints one decision, if it is asked for.
func (r *replaying) show(out io.Writer, res replay.Result) {
	switch {
	case r.json:
		r.wrote = json.NewEncoder(out).Encode(res)
	case r.entry != 0:
		printWrapped(out, r.lang.Say(res.Message(r.other != nil)))
		for _, m := range res.Checks() {
			printWrapped(out, r.lang.Say(m))
		}
	case r.all, res.Verdict == replay.Differs:
		printWrapped(out, r.lang.Say(res.Message(r.other != nil)))
	}
}

func (r *replaying) sums(out io.Writer, s replay.Sums, log store.AuditReport) error {
	if r.json {
		return json.NewEncoder(out).Encode(map[string]any{"whole": log.OK, "problem": log.Problem, "entries": log.Lines,
			"sums": s})
	}
	printWrapped(out, log.String())
	if r.entry != 0 {
		return nil
	}
	for _, line := range s.Table(r.lang) {
		printWrapped(out, line)
	}
	return nil
}

// counted gives a reader of a file that shows on a terminal how much of it was read.
func counted(f *os.File, out io.Writer) (in io.Reader, end func()) {
	show, end := screen.Progress(out, "MB")
	info, err := f.Stat()
	if show == nil || err != nil || info.Size() < 1<<20 {
		return f, func() {}
	}
	return &reading{f, show, 0, info.Size()}, end
}

// reading is a reader that shows how far it is.
type reading struct {
	from        io.Reader
	show        func(done, total int)
	done, total int64
}

func (r *reading) Read(b []byte) (int, error) {
	n, err := r.from.Read(b)
	r.done += int64(n)
	r.show(int(r.done>>20), int((r.total+1<<20-1)>>20))
	return n, err
}
