package main

import (
	"fmt"
	"io"
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
	c.AddCommand(&cobra.Command{
		Use:     "example",
		Short:   "print a complete configuration, commented key by key",
		Example: "  menshen config example > door.toml",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			_, err := fmt.Fprint(c.OutOrStdout(), config.Example)
			return err
		},
	}, &cobra.Command{
		Use:   "check FILE",
		Short: "say whether a configuration can be used, and if not, where and why",
		Long: `Reads a configuration as the unit would, and says all that is wrong with it. Its
wires are held against the board: the one that [unit] board names, or the one that this runs on.
Where faces are enabled, the models and the calibration on this machine are read too. Its camera is
asked whether it can be read in the way that is written. Where the site has hours, the unit that
runs is asked in which groups its people are, and who could never come in is told. What is refused
keeps the unit from starting; a warning does not, and without usable models it starts for cards and
PINs alone. 'menshen board --config FILE' draws the wires.`,
		Example: "  menshen config check door.toml",
		Args:    cobra.ExactArgs(1),
		RunE:    func(c *cobra.Command, args []string) error { return checkConfig(c.OutOrStdout(), args[0]) },
	})
	return c
}

func checkConfig(w io.Writer, file string) error {
	c, err := config.Load(file)
	if err != nil {
		return err
	}
	b, err := profile.Of(c, profile.Here)
	if err != nil {
		return fmt.Errorf("%s:%d: %w", file, c.Line("unit.board"), err)
	}
	found, refused := b.Check(c, profile.Here), 0
	slices.SortStableFunc(found, func(f, g profile.Finding) int { return c.Line(f.Key) - c.Line(g.Key) })
	for _, f := range found {
		where := file
		if line := c.Line(f.Key); line > 0 {
			where = fmt.Sprintf("%s:%d", file, line)
		}
		severity := "warning"
		if f.Refuse {
			severity = "refused"
			refused++
		}
		fmt.Fprintf(w, "%s: %s: %v\n", where, severity, f.Text)
	}
	noFaces := wiring.CheckFaces(c)
	if noFaces != nil {
		for why := range strings.SplitSeq(noFaces.Error(), "\n") {
			fmt.Fprintf(w, "%s:%d: no faces: %s\n", file, c.Line("faces.enabled"), why)
		}
	}
	noCamera := wiring.CheckCamera(c)
	if noCamera != nil {
		fmt.Fprintf(w, "%s:%d: no camera: %v\n", file, c.Line("camera.source"), noCamera)
	}
	shut := tellShutOut(w, c, file)
	tellKeySource(w, c.Key.Source)
	switch {
	case refused > 0:
		return fmt.Errorf("%s: %w: correct the %d lines that say \"refused\" above", file, profile.ErrRefused, refused)
	case noFaces != nil:
		return fmt.Errorf("%s: the door would work for cards and PINs, and faces would stay off: "+
			"correct what says \"no faces\" above", file)
	}
	if noCamera != nil {
		return fmt.Errorf("%s: the door would work for cards and PINs, and see nothing: "+
			"correct what says \"no camera\" above", file)
	}
	if shut > 0 {
		return fmt.Errorf("%s: the door would work, and not for everybody: correct what says \"people\" above", file)
	}
	title := "no known board, so its pins were not looked at (write board = \"…\" into [unit]: 'menshen board list')"
	if b != nil {
		title = b.Title
	}
	fmt.Fprintf(w, "%s: in order; %s, %d readers, %d inputs, faces %v; %s\n", file, c.Unit.Name, len(c.Readers),
		len(c.Inputs), c.Faces.Enabled, title)
	return nil
}

// tellShutOut tells which groups could never come in, and on how many lines.
func tellShutOut(w io.Writer, c *config.Config, file string) int {
	if len(c.Site.Access) == 0 {
		return 0
	}
	groups, err := service.AskGroups(c)
	found := desk.ShutOut(c, groups, time.Now())
	for _, f := range found {
		fmt.Fprintf(w, "%s:%d: people: %s\n", file, c.Line("site.access.0"), f)
	}
	if err != nil {
		fmt.Fprintf(w, "%s: people were not checked against the hours of their groups: %v\n", file, err)
	}
	return len(found)
}
