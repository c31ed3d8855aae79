package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"menshen/board/config"
	"menshen/board/desk"
	"menshen/board/profile"
	"menshen/board/service"
	"menshen/board/wiring"
)

func configVerb() *cobra.Command {
	c := &cobra.Command{Use: "config", Short: "write or check a configuration"}
	c.AddCommand(configExample(), configFromCard(), &cobra.Command{
		Use:   "check FILE",
		Short: "say whether a configuration can be used, and if not, where and why",
		Long: `Reads a configuration as the unit would, and says all that is wrong with it. Its
wires are held against the board: the one that [unit] board names, or the one that this runs on.
The key files of readers are read.
Where faces are enabled, the models and the calibration on this machine are read too. Its camera is
asked whether it can be read in the way that is written. Where the site has hours, the unit that
runs is asked in which groups its people are, and who could never come in is told. Once hours were
changed at the console, those of the file are not used, and that is told instead.

What is refused has to be corrected in the file, and the command ends with 1: the door does not
start with it, or leaves out the part that it is about. With a warning the file is in order and
something else is not: the door starts, without the faces, the camera or the reader that the warning
is about, and the command ends with 0. Exit and fire work with whatever the door starts.
'menshen board --config FILE' draws the wires.`,
		Example: "  menshen config check door.toml",
		Args:    cobra.ExactArgs(1),
		RunE:    func(c *cobra.Command, args []string) error { return checkConfig(c.OutOrStdout(), args[0]) },
	})
	return c
}

func configExample() *cobra.Command {
	var card bool
	c := &cobra.Command{
		Use:   "example",
		Short: "print a complete configuration, commented key by key",
		Example: `  menshen config example > door.toml
  menshen config example --card > door.txt      the settings of a card, for Notepad`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			text := config.Example
			if card {
				text = config.CardExample
			}
			_, err := fmt.Fprint(c.OutOrStdout(), text)
			return err
		},
	}
	c.Flags().BoolVar(&card, "card", false, "the few settings that stand on a card as door.txt")
	return c
}

// configFromCard does what the first start does with a card's settings.
func configFromCard() *cobra.Command {
	return &cobra.Command{
		Use:   "from-card DOOR.TXT",
		Short: "make a configuration of a card's settings, or say what is wrong with them",
		Long: `Reads door.txt, the settings that a laptop writes onto the card of a unit: some keys of a
configuration. What they leave open is as most doors are wired. A TPM is the key source where this machine has one.`,
		Example: "  menshen config from-card door.txt > door.toml",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			raw, err := os.ReadFile(args[0])
			if err != nil {
				return fmt.Errorf("reading the card's settings: %w", err)
			}
			door, _, err := config.FromCard(raw, keyHere())
			if err != nil {
				return inFile(args[0], err)
			}
			_, err = c.OutOrStdout().Write(door)
			return err
		},
	}
}

// keyHere gives the key source of a unit whose settings name none.
func keyHere() config.Tables {
	source := "file:/etc/menshen/key"
	if _, err := os.Stat("/dev/tpmrm0"); err == nil {
		source = "tpm:/dev/tpmrm0"
	}
	return config.Tables{"key": config.Tables{"source": source}}
}

// inFile puts the name of a file before each of its errors.
func inFile(name string, err error) error {
	var all config.Errors
	if !errors.As(err, &all) {
		return err
	}
	return all.In(name)
}

// checkConfig tells all that is wrong with a configuration. Errors: what the file itself has to be
// corrected for. An upgrade keeps the old program then. All else is a warning.
func checkConfig(w io.Writer, file string) error {
	c, err := config.Load(file)
	if err != nil {
		return err
	}
	b, err := profile.Of(c, profile.Here)
	if err != nil {
		return fmt.Errorf("%s:%d: %w", file, c.Line("unit.board"), err)
	}
	found := slices.Concat(b.Check(c, profile.Here), wiring.CheckKeyFiles(c), wiring.CheckPCSC(c))
	slices.SortStableFunc(found, func(f, g profile.Finding) int { return c.Line(f.Key) - c.Line(g.Key) })
	told := &told{w: w, c: c, file: file}
	for _, f := range found {
		if f.Refuse {
			told.refused(f.Key, f.Text)
		} else {
			told.warning(f.Key, f.Text)
		}
	}
	if err := wiring.CheckFaces(c); err != nil {
		for why := range strings.SplitSeq(err.Error(), "\n") {
			told.warning("faces.enabled", "faces stay off: "+why)
		}
	}
	if err := wiring.CheckCamera(c); err != nil {
		told.warning("camera.source", fmt.Sprintf("the door sees nothing: %v", err))
	}
	tellShutOut(told)
	tellKeySource(w, c.Key.Source, userLanguage())
	if told.refusals > 0 {
		return fmt.Errorf("%s: with it the door does not start, or leaves out a part: correct the %d lines that say "+
			"\"refused\" above", file, told.refusals)
	}
	verdict := "in order"
	if told.warned {
		verdict = "the door starts, with the warnings above"
	}
	title := "no known board, so its pins were not looked at (write board = \"…\" into [unit]: 'menshen board list')"
	if b != nil {
		title = b.Title
	}
	if c.Seat() {
		fmt.Fprintf(w, "%s: %s; %s, the manager's seat, without a door\n", file, verdict, c.Unit.Name)
		return nil
	}
	fmt.Fprintf(w, "%s: %s; %s, %d readers, %d inputs, faces %v; %s\n", file, verdict, c.Unit.Name, len(c.Readers),
		len(c.Inputs), c.Faces.Enabled, title)
	return nil
}

// told writes what is wrong with a configuration, each with its line.
type told struct {
	w    io.Writer
	c    *config.Config
	file string

	refusals int
	warned   bool
}

func (t *told) refused(key string, what any) { t.refusals++; t.say(key, "refused", what) }
func (t *told) warning(key string, what any) { t.warned = true; t.say(key, "warning", what) }

func (t *told) say(key, severity string, what any) {
	where := t.file
	if line := t.c.Line(key); line > 0 {
		where = fmt.Sprintf("%s:%d", t.file, line)
	}
	fmt.Fprintf(t.w, "%s: %s: %v\n", where, severity, what)
}

// tellShutOut warns of groups that could never come in.
func tellShutOut(t *told) {
	kept, err := service.AskHours(t.c)
	if text, edited := desk.HoursNotUsed(t.c, kept); err == nil && text != "" {
		if edited {
			t.warning("site.access.0", text)
		} else {
			fmt.Fprintf(t.w, "%s: %s\n", t.file, text)
		}
		return
	}
	if len(t.c.Site.Access) == 0 {
		return
	}
	groups, err := service.AskGroups(t.c)
	for _, f := range desk.ShutOut(t.c, groups, time.Now()) {
		t.warning("site.access.0", f)
	}
	if err != nil {
		fmt.Fprintf(t.w, "%s: people were not checked against the hours of their groups: %v\n", t.file, err)
	}
}
