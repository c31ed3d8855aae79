package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"menshen/board"
	"menshen/board/check"
	"menshen/board/config"
	"menshen/board/desk"
	"menshen/board/outbox"
	"menshen/board/profile"
	"menshen/internal/i18n"
	"menshen/internal/i18n/catalogue"
	"menshen/internal/safefile"
	"menshen/internal/screen"
	"menshen/store"
)

// firstStart leads an installer from a flashed card to a commissioned door, at the terminal of the
// unit's console (docs/decisions/0036-first-boot.md). It puts the configuration in its place last:
// until then the unit is not set up, and the next start goes on where this one was broken off.
type firstStart struct {
	config string        // where the configuration is to be
	card   string        // door.txt
	stick  string        // the folder of a stick that may have a backup; it need not exist
	unless config.Tables // what the card leaves open

	verb *cobra.Command // whose terminal it is
	ui   *check.Terminal
	out  io.Writer
	conf *config.Config
	name string // of the first operator

	began bool   // the keys were made in this session
	dark  func() // ends the lamp that says that the door waits for its set-up
}

// draft is the configuration until the door is set up. Its folder is that of the file to be, so
// that its relative paths mean the same.
func (f *firstStart) draft() string { return f.config + ".new" }

// errNotSetUp ends a set-up that cannot go on. What to do has been said.
var errNotSetUp = errors.New("the door is not set up yet")

// run leads through the set-up. Errors: what ended it; nothing is half done then.
func (f *firstStart) run(ctx context.Context) error {
	f.dark = func() {}
	defer func() { f.dark() }()
	f.light(ctx)
	for _, step := range []func(context.Context) error{f.language, f.settings, f.clock, f.wires, f.keys, f.restore,
		f.secondFactor, f.check} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	if err := os.Rename(f.draft(), f.config); err != nil {
		return fmt.Errorf("putting the configuration in its place: %w", err)
	}
	f.ui.Tell(i18n.M("menshen.first-over", "The door is set up and starts now. Log in below when it is ready."))
	return nil
}

// light has the door's lamp say that it waits for its set-up, where the lamp is known: by the
// draft, or by a card with settings that can be used. Until then it stays dark.
func (f *firstStart) light(ctx context.Context) {
	f.dark()
	conf, err := config.Load(f.draft())
	if err != nil {
		card, _ := os.ReadFile(f.card) // none has no settings
		if _, conf, err = config.FromCard(card, f.unless); err != nil {
			return
		}
	}
	if b, err := boardNamed(conf); err == nil && profile.Refused(b.Check(conf, profile.Here)) == nil {
		f.dark = board.WaitForSetUp(ctx, conf)
	}
}

// terminal makes in and out the installer's.
func (f *firstStart) terminal(in *os.File, out io.Writer) {
	f.ui = &check.Terminal{Out: out, Lang: i18n.English, Plain: terminalKind(false) == "dumb"}
	f.ui.Listen(in)
	f.out = out
}

func (f *firstStart) language(ctx context.Context) error {
	fmt.Fprint(f.out, "\nMenshen 门神\n\n")
	for i, l := range catalogue.Languages() {
		fmt.Fprintf(f.out, "  %d  %s\n", i+1, l.Say(i18n.M("console.own-name", "English")))
	}
	for {
		answer, err := f.ui.Line(ctx, i18n.M("menshen.first-language", "Language / 语言 (1, 2) > "))
		if err != nil {
			return err
		}
		for i, l := range catalogue.Languages() {
			if answer == fmt.Sprint(i+1) || answer == l.Code() {
				f.ui.Lang = l
				return nil
			}
		}
	}
}

// settings makes the draft of the card's settings, shows them and has them confirmed. A draft whose
// vault is there already stays: the vault's key is where it says.
func (f *firstStart) settings(ctx context.Context) error {
	if conf, err := config.Load(f.draft()); err == nil && hasVault(conf) {
		f.conf = conf
		f.ui.Tell(i18n.M("menshen.first-goes-on", "The keys of this door are made: going on from there."))
		return nil
	}
	wrong := i18n.M("menshen.first-no-card", "There are no settings for this door on its card.")
	card, err := os.ReadFile(f.card)
	for {
		if err == nil {
			wrong, err = f.take(ctx, card)
			if err != nil || wrong.IsZero() {
				return err
			}
		}
		f.ui.Tell(wrong)
		if card, err = f.change(ctx, card); err != nil {
			return err
		}
	}
}

// take shows the settings of a door.txt, and makes them the draft once the installer has confirmed
// them. wrong, if not zero, is why they are not taken.
func (f *firstStart) take(ctx context.Context, card []byte) (wrong i18n.Message, err error) {
	door, conf, err := config.FromCard(card, f.unless)
	if err != nil {
		return i18n.M("menshen.first-card-refused", "The settings on the card cannot be used. "+
			"In door.txt, by lines:\n%v", err), nil
	}
	b, err := boardNamed(conf)
	if err != nil {
		return i18n.Of(err), nil
	}
	f.show(conf, b)
	if refused := profile.Refused(b.Check(conf, profile.Here)); refused != nil {
		return i18n.Of(refused), nil
	}
	right, err := f.ui.Ask(ctx, check.Question{ID: "settings", Text: i18n.M("menshen.first-settings-right",
		"Is all of this right?")})
	if err != nil || !right {
		return i18n.M("menshen.first-not-right", "Then the settings have to be changed."), err
	}
	if err := safefile.Write(f.draft(), door); err != nil {
		return wrong, fmt.Errorf("keeping the settings: %w", err)
	}
	f.conf, err = config.Load(f.draft())
	f.light(ctx)
	return wrong, err
}

// boardNamed gives the board that a configuration names, or that this program runs on.
func boardNamed(c *config.Config) (*profile.Board, error) {
	b, err := profile.Of(c, profile.Here)
	if err == nil && b == nil {
		err = i18n.E("menshen.first-no-board", "The settings do not say which board this is, and the program does not "+
			"know it: write board = \"…\" under [unit].")
	}
	return b, err
}

// hasVault reports whether the unit's keys were made.
func hasVault(c *config.Config) bool {
	_, err := os.Stat(filepath.Join(c.Unit.Dir, "vault.db"))
	return err == nil
}

// change has other settings typed, which it gives as a door.txt; or the card read again, by the
// next start of the set-up.
func (f *firstStart) change(ctx context.Context, card []byte) ([]byte, error) {
	f.ui.Tell(i18n.M("menshen.first-change-card", "Nothing was made yet. Type the settings here; or write them on a "+
		"computer: switch the unit off, put its card into the computer, write door.txt on the partition MENSHEN, "+
		"and put the card back."))
	for {
		answer, err := f.ui.Line(ctx, i18n.M("menshen.first-read-again",
			"t: type them here   Enter: read the card again > "))
		switch {
		case err != nil:
			return nil, err
		case strings.EqualFold(answer, "t"):
			return f.typed(ctx, card)
		case answer == "":
			return nil, errNotSetUp
		}
	}
}

// show tells the settings and draws the wires.
func (f *firstStart) show(c *config.Config, b *profile.Board) {
	for _, m := range []i18n.Message{
		i18n.M("menshen.first-door", "Door: %s (%s)", screen.Clean(c.Unit.Name), c.Unit.Location),
		i18n.M("menshen.first-handler", "Responsible: %s, %s", c.Unit.Handler, c.Unit.Contact),
		i18n.M("menshen.first-zone", "Time zone: %v", c.Site.Location()),
		i18n.M("menshen.first-lock", "Lock: %s", c.Relay.Lock),
		i18n.M("menshen.first-readers", "Readers: %d", len(c.Readers)),
	} {
		f.ui.Tell(m)
	}
	_ = b.Draw(f.out, c, b.Check(c, profile.Here), profile.Drawing{Lang: f.ui.Lang, Plain: f.ui.Plain,
		Colour: !f.ui.Plain})
}

// clock has the unit's time looked at, by which everything from here on is dated.
func (f *firstStart) clock(ctx context.Context) error {
	const form = "2006-01-02 15:04"
	zone := f.conf.Site.Location()
	for {
		right, err := f.ui.Ask(ctx, check.Question{ID: "time", Text: i18n.M("menshen.first-time-right",
			"The unit's clock says %s. Is that right?", time.Now().In(zone).Format(form))})
		if err != nil || right {
			return err
		}
		typed, err := f.ui.Line(ctx, i18n.M("menshen.first-time", "Date and time, such as %s > ", form))
		if err != nil {
			return err
		}
		t, err := time.ParseInLocation(form, typed, zone)
		if err == nil {
			err = desk.SetSystemClock(t)
		}
		switch {
		case errors.Is(err, unix.EPERM):
			f.ui.Tell(i18n.M("menshen.first-clock-not-permitted", "This program may not set the clock: "+
				"start it with the right CAP_SYS_TIME."))
		case err != nil:
			f.ui.Tell(i18n.M("menshen.first-time-form", "That is not a time: write it as %s.", form))
		}
	}
}

// wires has the door wired as it was drawn.
func (f *firstStart) wires(ctx context.Context) error {
	if hasVault(f.conf) {
		return nil
	}
	f.ui.Tell(i18n.M("menshen.first-wire-how", "Now the wires. If they are not joined as drawn, switch the unit off, "+
		"join them, and switch it on: the set-up begins again."))
	_, err := f.ui.Line(ctx, i18n.M("menshen.first-wire", "Enter: the door is wired as drawn > "))
	return err
}

// keys makes the vault with its keys and the first operator.
func (f *firstStart) keys(ctx context.Context) error {
	var err error
	made := hasVault(f.conf)
	if f.began = !made; f.began {
		if k, err := config.ParseKeySource(f.conf.Key.Source); err == nil {
			f.ui.Tell(i18n.M("menshen.first-key-source", "Where the vault's key is kept: %s", fmt.Sprint(k)))
			f.ui.Tell(i18n.Join(i18n.Verbatim("  "), k.Withstands()))
			if k.Kind == "file" && f.conf.Faces.Enabled && !f.conf.Unit.Bench {
				f.ui.Tell(i18n.M("menshen.first-faces-off", "So faces stay off at this door (R-ENCRYPT). For faces, "+
					"switch the unit off, fit a TPM, and switch it on: the set-up begins again."))
			}
		}
		f.ui.Tell(i18n.M("menshen.first-operator", "The first operator is a manager, who can make others. "+
			"There is no default password."))
	}
	for f.name == "" {
		f.name, err = f.ui.Line(ctx, i18n.M("menshen.first-name", "Log-in name of the first operator > "))
		if err != nil {
			return err
		}
	}
	for !made {
		secret, err := newSecret(f.verb.InOrStdin(), f.out, f.name, f.ui.Lang)
		if err == nil {
			err = board.Init(f.conf, f.name, secret)
			clear(secret)
		}
		if made = err == nil; !made && (ctx.Err() != nil || !retry(err)) {
			return err
		}
		if !made {
			f.ui.Tell(i18n.Of(err))
		}
	}
	return nil
}

// retry reports whether another secret may do.
func retry(err error) bool { return errors.Is(err, store.ErrWeak) || errors.Is(err, errNotSame) }

// secondFactor makes the first operator's card, if they want one and a reader answers. It comes
// after a restore, which brings the key by which cards are known. Whoever goes on with a set-up
// that was broken off has not shown yet who they are, and makes no card here.
func (f *firstStart) secondFactor(ctx context.Context) (err error) {
	if !f.began {
		return nil
	}
	v, err := board.OpenVault(f.conf)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, v.Close()) }()
	f.ui.Tell(i18n.M("menshen.first-public-key", "The public key of this unit, for the papers of the site: %s",
		hex.EncodeToString(v.PublicKey())))
	for len(f.conf.Readers) > 0 {
		want, err := f.ui.Ask(ctx, check.Question{ID: "card", Text: i18n.M("menshen.first-own-card",
			"A card as your second factor, from now on?")})
		if err != nil || !want {
			return err
		}
		if err := board.TakeOwnCard(ctx, v, f.conf, f.name, f.ui.Tell); err == nil {
			f.ui.Tell(i18n.M("menshen.first-card-taken", "The reader works, and the card is yours."))
			return nil
		} else {
			f.ui.Tell(i18n.Of(err))
		}
	}
	return nil
}

// check is the self-test of 'menshen check', with its signed report. A door that did not pass may
// be started all the same: it then counts as not tested.
func (f *firstStart) check(ctx context.Context) error {
	f.dark() // the self-test opens the lamps itself
	f.ui.Tell(i18n.M("menshen.first-self-test", "Now the self-test, with you in front of the door. "+
		"Log in for it, %s.", f.name))
	box := outbox.Dir(f.conf.Unit.Dir)
	if err := os.MkdirAll(box, 0o700); err != nil {
		return fmt.Errorf("making the folder for the report: %w", err)
	}
	k := &checking{config: f.draft(), operator: f.name, out: filepath.Join(box, "commissioning"), lang: f.ui.Lang,
		plain: f.ui.Plain}
	for {
		err := k.run(ctx, f.verb.InOrStdin(), f.out)
		if err == nil || ctx.Err() != nil {
			return err
		}
		f.ui.Tell(i18n.Of(err))
		start, err := f.ui.Ask(ctx, check.Question{ID: "untested", Text: i18n.M("menshen.first-untested",
			"The door counts as not tested. Start it all the same? (n: go on with the test)")})
		if err != nil || start {
			return err
		}
	}
}
