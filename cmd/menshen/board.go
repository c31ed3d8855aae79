package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"menshen/board/config"
	"menshen/board/profile"
	"menshen/internal/i18n"
	"menshen/internal/screen"
)

func boardVerb() *cobra.Command {
	var name, file string
	var lang i18n.Language
	var plain bool
	c := &cobra.Command{
		Use:   "board",
		Short: "draw the board's header with the door's wires on it",
		Long: `Draws the 40-pin header as one sees it, with a wire at each pin that the
configuration uses, and says what does not fit the board. Without a configuration it draws the
bare header: what each pin is, and which are taken.`,
		Example: `  menshen board                                  the board that this runs on
  menshen board --config door.toml               with the door's wires
  menshen board --board rpi5 --lang zh           another board, in Chinese
  menshen board --config door.toml --plain       as a list, for screen readers and for paper
  menshen board list                             the boards that menshen knows`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			conf, b, err := boardOf(file, name)
			if err != nil {
				return err
			}
			var found []profile.Finding
			if conf != nil {
				found = b.Check(conf, profile.Here)
			}
			out := c.OutOrStdout()
			return b.Draw(out, conf, found, profile.Drawing{Lang: lang, Plain: plain, Colour: screen.Colours(out)})
		},
	}
	c.Flags().StringVar(&file, "config", "", "the unit's configuration, whose wires are drawn")
	c.Flags().StringVar(&name, "board", "",
		"a board of 'menshen board list', instead of the configuration's or this one")
	langFlag(c.PersistentFlags(), &lang, i18n.English)
	c.Flags().BoolVar(&plain, "plain", false, "a list instead of a drawing")
	c.AddCommand(&cobra.Command{
		Use:     "list",
		Short:   "list the boards that menshen knows",
		Example: "  menshen board list",
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return listBoards(c.OutOrStdout()) },
	})
	return c
}

// boardOf finds the board to draw, and reads the configuration when it exists.
func boardOf(file, name string) (conf *config.Config, b *profile.Board, err error) {
	if file != "" {
		if conf, err = config.Load(file); err != nil {
			return nil, nil, err
		}
	}
	switch {
	case name != "":
		b, err = profile.ByName(name)
	case conf != nil:
		b, err = profile.Of(conf, profile.Here)
	default:
		b = profile.Here.Board()
	}
	if err == nil && b == nil {
		err = errors.New("menshen does not know this board: " +
			"name one with --board, such as --board rpi4 ('menshen board list' has them)")
	}
	return conf, b, err
}

func listBoards(w io.Writer) error {
	all, err := profile.All()
	if err != nil {
		return err
	}
	for _, b := range all {
		here := ""
		if b == profile.Here.Board() {
			here = "  (this one)"
		}
		fmt.Fprintf(w, "%-16s %s%s\n", b.Name, b.FullTitle(), here)
	}
	return nil
}
