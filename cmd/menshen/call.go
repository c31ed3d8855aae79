package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"menshen/board/config"
	"menshen/board/desk"
	"menshen/board/rpc"
	"menshen/board/service"
	"menshen/internal/cli"
	"menshen/internal/screen"
)

func callVerb() *cobra.Command {
	var path, as, secretFile string
	var list bool
	c := &cobra.Command{
		Use:   "call METHOD [PARAMS] | -",
		Short: "ask the running door as a program does, for scripts",
		Long: `Logs in at the running unit over its control socket, asks one method of its protocol for
programs, and prints the answer as one line of JSON. PARAMS is a JSON object. With - it asks each line
of its input, METHOD PARAMS, in one log-in, and stops at the first that is refused. Events go to the output too;
what the unit waits for is told on standard error. Ctrl-C ends door.watch and whatever else waits.

The operator's secret is asked for at the terminal, or is the first line of a file that only its owner
can read. All is recorded under their name, as at the console. docs/protocol.md has an example of each method.`,
		Example: `  menshen call --as anna door.status
  menshen call --as anna --secret-file /run/keys/anna people.find '{"words":"1204"}'
  menshen call --methods`,
		Args: cobra.MaximumNArgs(2),
		RunE: func(c *cobra.Command, words []string) error {
			if list {
				_, err := fmt.Fprintln(c.OutOrStdout(), strings.Join(rpc.Methods(), "\n"))
				return err
			}
			if len(words) == 0 || as == "" {
				return cli.Usage(errors.New("say what to ask, and --as whom: menshen call --as anna door.status"))
			}
			requests, err := requestsOf(words, c.InOrStdin())
			if err != nil {
				return err
			}
			conf, err := config.LoadForDoor(path)
			if err != nil {
				return err
			}
			ctx, stop := signal.NotifyContext(c.Context(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			secret, err := secretOf(secretFile, c.ErrOrStderr())
			if err != nil {
				return err
			}
			defer secret.Wipe()
			k := caller{out: json.NewEncoder(c.OutOrStdout()), notes: c.ErrOrStderr()}
			return k.ask(ctx, conf, as, secret, requests)
		},
	}
	c.Flags().StringVar(&path, "config", "/etc/menshen/door.toml", "the unit's configuration")
	c.Flags().StringVar(&as, "as", "", "the operator's name")
	c.Flags().StringVar(&secretFile, "secret-file", "", "a file whose first line is the operator's secret")
	c.Flags().BoolVar(&list, "methods", false, "list the methods")
	return c
}

// request is one thing to ask.
type request struct {
	method string
	params json.RawMessage
}

// requestsOf gives what the words of the command ask, one after the other; io.EOF at the end.
func requestsOf(words []string, in io.Reader) (next func() (request, error), err error) {
	if words[0] == "-" {
		lines := bufio.NewScanner(in)
		lines.Buffer(nil, rpc.MaxLine)
		return func() (request, error) {
			for lines.Scan() {
				if line := strings.TrimSpace(lines.Text()); line != "" {
					return requestOf(line)
				}
			}
			return request{}, errors.Join(lines.Err(), io.EOF)
		}, nil
	}
	only, err := requestOf(strings.Join(words, " "))
	asked := false
	return func() (request, error) {
		if asked {
			return request{}, io.EOF
		}
		asked = true
		return only, nil
	}, err
}

func requestOf(line string) (request, error) {
	method, params, _ := strings.Cut(line, " ")
	if params = strings.TrimSpace(params); params == "" {
		params = "{}"
	}
	if !json.Valid([]byte(params)) || params[0] != '{' {
		return request{}, fmt.Errorf(`the parameters of %s are no JSON object, such as '{"words":"1204"}'`, method)
	}
	return request{method, json.RawMessage(params)}, nil
}

// secretOf reads a secret from a file, or from the terminal.
func secretOf(file string, notes io.Writer) (desk.Secret, error) {
	if file == "" {
		if !term.IsTerminal(int(os.Stdin.Fd())) {
			return nil, errors.New("there is no terminal to ask for the secret: name a file with --secret-file")
		}
		fmt.Fprint(notes, "secret: ")
		defer fmt.Fprintln(notes)
		return term.ReadPassword(int(os.Stdin.Fd()))
	}
	info, err := os.Stat(file)
	if err != nil {
		return nil, fmt.Errorf("reading the secret: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("others may read %s: chmod 600 it", file)
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading the secret: %w", err)
	}
	line, _, _ := bytes.Cut(raw, []byte("\n"))
	return desk.Secret(bytes.TrimSuffix(line, []byte("\r"))), nil
}

// caller asks a unit, and prints what it says.
type caller struct {
	out   *json.Encoder
	notes io.Writer
}

// ask logs in, asks what is to be asked, and logs out.
func (k caller) ask(ctx context.Context, conf *config.Config, as string, secret desk.Secret,
	requests func() (request, error)) error {
	line, err := service.Ask(conf, "rpc "+userLanguage().Code())
	if err != nil {
		return err
	}
	defer line.Close()
	unit, err := rpc.Meet(ctx, line, k.told)
	if err != nil {
		return err
	}
	if err := unit.LogIn(ctx, as, secret); err != nil {
		return err
	}
	defer unit.LogOut()
	for {
		r, err := requests()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		var result json.RawMessage
		err = unit.Call(ctx, r.method, r.params, &result)
		switch {
		case ctx.Err() != nil:
			return nil // what was to go on until then
		case err != nil:
			return err
		}
		if err := k.out.Encode(result); err != nil {
			return err
		}
	}
}

// told prints a notification of the unit.
func (k caller) told(m rpc.Told) {
	switch m.Method {
	case "progress":
		var p struct{ Text string }
		if json.Unmarshal(m.Params, &p) == nil {
			fmt.Fprintln(k.notes, screen.Clean(p.Text))
		}
	case "event", "picture":
		_ = k.out.Encode(m.Params) // a reader that is gone shows at the answer
	}
}
