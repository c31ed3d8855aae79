package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"menshen/board"
	"menshen/internal/i18n"
	"menshen/internal/screen"
)

func initVerb() *cobra.Command {
	var path, operator string
	c := &cobra.Command{
		Use:   "init",
		Short: "make a new unit: its keys, its vault and its first operator",
		Long: `Makes the keys and the encrypted vault of a new unit, and the first operator, a
manager who can then make others. The passphrase is asked for twice at a terminal, or read from
standard input, one line. There is no default account.`,
		Example: `  menshen init --config door.toml --operator anna
  pass show door | menshen init --config door.toml --operator anna`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			conf, err := loadAsOwner(path)
			if err != nil {
				return err
			}
			secret, err := newSecret(c.InOrStdin(), c.ErrOrStderr(), operator, userLanguage())
			if err != nil {
				return err
			}
			defer clear(secret)
			if err := board.Init(conf, operator, secret); err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "the unit is ready: vault in %s, first operator %s\n", conf.Unit.Dir, operator)
			tellKeySource(c.OutOrStdout(), conf.Key.Source, userLanguage())
			if conf.Faces.Enabled {
				fmt.Fprint(c.OutOrStdout(), beforeFaces)
			}
			return nil
		},
	}
	c.Flags().StringVar(&path, "config", "/etc/menshen/door.toml", "the unit's configuration")
	c.Flags().StringVar(&operator, "operator", "", "name of the first operator")
	_ = c.MarkFlagRequired("operator")
	return c
}

// beforeFaces says what a new unit needs before faces work. The console's command "law"
// says it for a unit as it is.
const beforeFaces = `Cards and codes work once 'menshen run' does. Before faces work, in 'menshen console':
  assess new   the impact assessment, four parts
  sign         once the sign ('menshen notice --sign') stands at the camera
  staff-card   a card as second factor for each operator
  law          what else is missing on this unit, and what to do
`

// newSecret reads a new passphrase: twice without echo at a terminal, else one line.
func newSecret(in io.Reader, out io.Writer, who string, lang i18n.Language) ([]byte, error) {
	first, err := oneSecret(in, out, lang.Say(i18n.M("menshen.new-passphrase", "Passphrase or PIN for %s: ", who)))
	if err != nil || !screen.IsTerminal(in) {
		return first, err
	}
	second, err := oneSecret(in, out, lang.Say(i18n.M("menshen.once-more", "Once more: ")))
	if err != nil {
		return nil, err
	}
	defer clear(second)
	if !bytes.Equal(first, second) {
		clear(first)
		return nil, errNotSame
	}
	return first, nil
}

// errNotSame means that a new secret was typed in two ways.
var errNotSame = i18n.E("menshen.secrets-differ", "the two are not the same: nothing was made; try again")

// oneSecret reads a passphrase: without echo at a terminal, else one line.
func oneSecret(in io.Reader, out io.Writer, prompt string) (secret []byte, err error) {
	if screen.IsTerminal(in) {
		fmt.Fprint(out, prompt)
		secret, err = term.ReadPassword(int(in.(*os.File).Fd()))
		fmt.Fprintln(out)
	} else {
		secret, err = io.ReadAll(io.LimitReader(in, 1024))
		secret = bytes.TrimRight(secret, "\r\n")
	}
	if err != nil {
		return nil, fmt.Errorf("reading the passphrase: %w", err)
	}
	if len(secret) == 0 {
		return nil, errors.New("no passphrase: type one at a terminal, or pipe one line")
	}
	return secret, nil
}
