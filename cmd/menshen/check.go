package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"menshen/board"
	"menshen/board/check"
	"menshen/board/config"
	"menshen/board/host"
	"menshen/internal/i18n"
	"menshen/internal/screen"
	"menshen/store"
)

func checkVerb() *cobra.Command {
	var v checking
	c := &cobra.Command{
		Use:   "check",
		Short: "the installer's self-test of a door, with a signed report",
		Long: `Tries each wire of the door with you in front of it: relay, exit button, fire input, door contact,
lamps, readers, keypad, camera, clock, storage, key and watchdog. It measures what it can and asks
where only eyes and ears can tell. The service must be stopped. Exit button and fire input release
the lock all the while, and each move of the relay is recorded.

A check that is broken off (q, Ctrl-C, a power cut) continues where it was when the command is run
again. At its end the report is put into the vault and written as a page (NAME.html, in both
languages, with the data for programs inside) and as a text (NAME.txt), each signed by the unit.

An operator who is not an auditor logs in, with their card if they have one and a reader answers.
From a script, write the passphrase and then one answer a line.

The exit code is 0 when the door passed.`,
		Example: `  systemctl stop menshen && menshen check --operator anna
  menshen check --operator anna --lang zh --plain
  menshen check verify commissioning.html --key 3b6a27bc…`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			ctx, stop := signal.NotifyContext(c.Context(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			return v.run(ctx, c.InOrStdin(), c.OutOrStdout())
		},
	}
	f := c.Flags()
	f.StringVar(&v.config, "config", "/etc/menshen/door.toml", "the unit's configuration")
	f.StringVar(&v.operator, "operator", "", "who checks; the passphrase is asked for, or read from the first line "+
		"of standard input")
	f.StringVar(&v.out, "out", "commissioning", "name of the report's files, without .html and .txt")
	langFlag(f, &v.lang, userLanguage())
	f.BoolVar(&v.plain, "plain", false, "plain text: no colours, nothing overwritten; for screen readers")
	f.BoolVar(&v.afresh, "new", false, "begin from the first step, whatever an earlier session found")
	_ = c.MarkFlagRequired("operator")
	c.AddCommand(checkReport(), checkVerify())
	return c
}

// checking is one run of the verb check.
type checking struct {
	config, operator, out string
	lang                  i18n.Language
	plain, afresh         bool
}

func (k *checking) run(ctx context.Context, stdin io.Reader, out io.Writer) (err error) {
	conf, err := loadAsOwner(k.config)
	if err != nil {
		return err
	}
	if err := checkWritable(k.out); err != nil {
		return err
	}
	door, vault, closeAll, err := board.OpenCheck(conf)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeAll()) }()

	in := bufio.NewReader(stdin)
	ui := k.terminal(stdin, out)
	op, err := k.logIn(ctx, vault, door, stdin, in, ui)
	if err != nil {
		return err
	}
	boardName, kernel := host.AboutThisMachine()
	id := vault.Unit()
	s := check.New(door, store.Actor(op.ID), check.Report{
		UnitID: hex.EncodeToString(id[:]), Board: boardName, Software: "menshen " + version + ", " + kernel,
		Config: conf.SHA256(), Operator: op.Name, Role: string(op.Role),
	})
	if err := k.resume(conf.Unit.Dir, s, vault, ui); err != nil {
		return err
	}
	s.Save = func(r *check.Report) error { return check.Keep(conf.Unit.Dir, r, vault) }
	switch err := s.Run(ctx, ui); {
	case errors.Is(err, check.ErrStopped):
		ui.Tell(i18n.M("menshen.check-stopped",
			"Stopped; the lock is at rest. The same command continues from here."))
		return err
	case err != nil:
		return err
	}
	return k.finish(conf, s.Report, vault, store.Actor(op.ID), ui)
}

// terminal asks and tells the installer.
func (k *checking) terminal(stdin io.Reader, out io.Writer) *check.Terminal {
	ui := &check.Terminal{Out: out, Lang: k.lang, Plain: k.plain || os.Getenv("TERM") == "dumb"}
	if !screen.IsTerminal(out) || !screen.IsTerminal(stdin) {
		ui.Plain = true
	}
	return ui
}

// logIn checks who the installer is (R-OPERATOR): name and secret, their card if they have one, and
// the commitment.
func (k *checking) logIn(ctx context.Context, vault *store.Vault, door check.Door, stdin io.Reader,
	in *bufio.Reader, ui *check.Terminal) (store.Operator, error) {
	secret, err := k.secret(stdin, in, ui)
	if err != nil {
		return store.Operator{}, err
	}
	defer clear(secret)
	if ctx.Err() != nil { // Ctrl-C instead of a passphrase, which must not count as a wrong one
		return store.Operator{}, check.ErrStopped
	}
	if screen.IsTerminal(stdin) {
		ui.Listen(stdin) // in has read nothing of it
	} else {
		ui.Listen(in)
	}
	return board.SignIn(ctx, vault, door.Readers, k.operator, secret, k.lang, ui)
}

// secret reads the passphrase: without echo at a terminal, else the first line.
func (k *checking) secret(stdin io.Reader, in *bufio.Reader, ui *check.Terminal) ([]byte, error) {
	if screen.IsTerminal(stdin) {
		return oneSecret(stdin, ui.Out, k.lang.Say(passphraseOf(k.operator)))
	}
	line, err := in.ReadSlice('\n')
	secret := bytes.Clone(bytes.TrimRight(line, "\r\n"))
	clear(line)
	if len(secret) == 0 {
		return nil, fmt.Errorf("no passphrase: type one at a terminal, or write it as the first line (%w)",
			errors.Join(err, check.ErrNoAnswer))
	}
	return secret, nil
}

// resume continues an earlier session, if there is one that fits.
func (k *checking) resume(dir string, s *check.Session, vault *store.Vault, ui *check.Terminal) error {
	if k.afresh {
		return check.Drop(dir)
	}
	was, err := check.Kept(dir, s.Report, vault.PublicKey())
	switch {
	case errors.Is(err, check.ErrOld):
		ui.Tell(i18n.M("menshen.check-starts-over", "Starting from the first step: %v", err))
	case err != nil:
		return err
	case was != nil:
		ui.Tell(i18n.M("menshen.check-continues",
			"Continuing the session of %s (--new starts from the first step).", was.Began.Format(time.DateTime)))
		s.Resume(was)
	}
	return nil
}

// finish files the report, writes it, and says whether the door passed.
func (k *checking) finish(conf *config.Config, r *check.Report, vault *store.Vault, by store.Actor,
	ui *check.Terminal) error {
	if err := check.Finish(conf.Unit.Dir, r, vault, by); err != nil {
		return err
	}
	if err := writeReport(r, vault, k.out, k.lang, ui.Out); err != nil {
		return err
	}
	ui.Tell(i18n.M("menshen.check-verdict", "The door: %v", r.Verdict().Message()))
	if r.Tested().IsZero() {
		return errors.New("the door is not in order: run the command again for what failed or is open")
	}
	return nil
}
