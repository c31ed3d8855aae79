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
	"menshen/board/config"
)

func initVerb() *cobra.Command {
	var path, operator string
	c := &cobra.Command{
		Use:   "init",
		Short: "make a new unit: its keys, its vault and its first operator",
		Long: `Makes the keys and the encrypted vault of a new unit, and the first operator, a manager who can then make others.
The passphrase is asked for twice at a terminal, or read from standard input, one line. There is no default account.`,
		Example: `  menshen init --config door.toml --operator anna
  pass show door | menshen init --config door.toml --operator anna`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			conf, err := config.Load(path)
			if err != nil {
				return err
			}
			secret, err := newSecret(c.InOrStdin(), c.ErrOrStderr(), operator)
			if err != nil {
				return err
			}
			defer clear(secret)
			if err := board.Init(conf, operator, secret); err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "the unit is ready: vault in %s, first operator %s\n", conf.Unit.Dir, operator)
			return nil
		},
	}
	c.Flags().StringVar(&path, "config", "/etc/menshen/door.toml", "the unit's configuration")
	c.Flags().StringVar(&operator, "operator", "", "name of the first operator")
	_ = c.MarkFlagRequired("operator")
	return c
}

// newSecret reads a new passphrase: twice without echo at a terminal, else one line.
func newSecret(in io.Reader, out io.Writer, who string) ([]byte, error) {
	file, ok := in.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		line, err := io.ReadAll(io.LimitReader(in, 1024))
		if err != nil {
			return nil, fmt.Errorf("reading the passphrase: %w", err)
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			return nil, errors.New("no passphrase on standard input: type one at a terminal, or pipe one line")
		}
		return line, nil
	}
	ask := func(prompt string) ([]byte, error) {
		fmt.Fprint(out, prompt)
		defer fmt.Fprintln(out)
		return term.ReadPassword(int(file.Fd()))
	}
	first, err := ask("Passphrase or PIN for " + who + ": ")
	if err != nil {
		return nil, fmt.Errorf("reading the passphrase: %w", err)
	}
	second, err := ask("Once more: ")
	if err != nil {
		return nil, fmt.Errorf("reading the passphrase: %w", err)
	}
	defer clear(second)
	if !bytes.Equal(first, second) {
		clear(first)
		return nil, errors.New("the two are not the same: nothing was made; try again")
	}
	return first, nil
}
