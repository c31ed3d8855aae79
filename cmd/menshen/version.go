package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"menshen/board/release"
	"menshen/internal/i18n"
)

func versionVerb() *cobra.Command {
	var v verification
	c := &cobra.Command{
		Use:   "version",
		Short: "print the version, or verify that the program is a published release",
		Long: `Prints the version. With --verify, it checks the publisher's log of releases, finds
the release that this very program is of, and compares the other installed files of its packages
with it: services, rules, models, lists of parts. It says what was not checked.

A changed program can claim anything. So verify a unit from elsewhere: with its card in another
machine, a program and a key that did not come from the unit, and --root. An earlier copy of the log
(--expect; a proof in a dossier also counts) shows that nothing in it was taken back.

With --file it looks instead for the releases that have a file like that one, such as desk.html,
the page for managers.`,
		Example: `  menshen version
  menshen version --verify releases.log --key publisher.vkey --file desk.html
  menshen version --verify releases.log
  menshen version --verify releases.log --key publisher.vkey --root /mnt/card
  menshen version --verify releases.log --expect releases-of-may.log --json`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if v.log != "" {
				return v.run(c)
			}
			fmt.Fprintln(c.OutOrStdout(), "menshen version", version)
			return nil
		},
	}
	c.Flags().StringVar(&v.log, "verify", "", "the publisher's log of releases, a file")
	c.Flags().StringVar(&v.key, "key", "", "the publisher's public key, or its file (default "+release.KeyFile+")")
	c.Flags().StringVar(&v.root, "root", "", "the unit's file system, such as its mounted card, in place of this one")
	c.Flags().StringVar(&v.file, "file", "", "a file, whose releases are looked for in place of the program's")
	c.Flags().StringVar(&v.expect, "expect", "", "an earlier copy of the log, or its checkpoint")
	c.Flags().BoolVar(&v.asJSON, "json", false, "print what was found as JSON")
	langFlag(c.Flags(), &v.lang, userLanguage())
	return c
}

// verification is what to verify, and with what.
type verification struct {
	log, key, root, expect, file string
	asJSON                       bool
	lang                         i18n.Language
}

func (v *verification) run(c *cobra.Command) error {
	key, err := release.PublisherKey(v.key)
	if err != nil {
		return fmt.Errorf("--key: %w", err)
	}
	file, err := readAtMost(v.log, release.MaxLog)
	if err != nil {
		return err
	}
	l, err := release.Read(file)
	if err == nil {
		err = l.SignedBy(key)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", v.log, err)
	}
	if v.expect != "" {
		earlier, err := readAtMost(v.expect, release.MaxLog)
		if err != nil {
			return err
		}
		if err := l.Extends(earlier, key); err != nil {
			return fmt.Errorf("--expect %s: %w", v.expect, err)
		}
	}
	if v.file != "" {
		return v.find(c, l)
	}
	program, root := "/proc/self/exe", "/"
	if v.root != "" {
		program, root = filepath.Join(v.root, release.Program), v.root
	}
	r, err := l.Check(program, root)
	if err != nil {
		return err
	}
	r.OwnProgram, r.OwnKey, r.Expected = v.root == "", v.key == "", v.expect != ""
	if v.asJSON {
		err = json.NewEncoder(c.OutOrStdout()).Encode(r)
	} else {
		for _, m := range r.Messages() {
			printWrapped(c.OutOrStdout(), v.lang.Say(m))
		}
	}
	if err == nil && len(r.Changed) > 0 {
		err = errors.New("files on this system are not those of the release: install its packages again")
	}
	return err
}

// find tells which releases have the file.
func (v *verification) find(c *cobra.Command, l *release.Log) error {
	sum, err := release.HashFile(v.file)
	if err != nil {
		return fmt.Errorf("--file: %w", err)
	}
	found := l.Holders(sum)
	if len(found) == 0 {
		return fmt.Errorf("%s is in no release of the log: its SHA-256 is %s; if the log is older than it, take "+
			"the newest from the publisher; else it was changed", v.file, sum)
	}
	if v.asJSON {
		return json.NewEncoder(c.OutOrStdout()).Encode(found)
	}
	for _, h := range found {
		printWrapped(c.OutOrStdout(), v.lang.Say(i18n.M("release.file-published",
			"%s was published in release %d, version %s, commit %s, as %s. Its SHA-256 is %s.",
			v.file, h.Number, h.Version, h.Commit, h.Name, sum)))
	}
	return nil
}
