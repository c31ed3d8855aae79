package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"menshen/hal/scene"
	"menshen/hal/voice"
	"menshen/hal/voice/pcm"
	"menshen/hal/voice/recording"
	"menshen/internal/i18n"
	"menshen/internal/i18n/catalogue"
	"menshen/internal/screen"
)

func voiceVerb() *cobra.Command {
	var lang i18n.Language
	c := &cobra.Command{
		Use:   "voice",
		Short: "sound cards, and own recordings of what the door says",
		Long: `A door with a loudspeaker says what it tells, in recorded phrases. The recordings that come
with the program were made by a synthesiser. A site may have a person say all of them, or some: a
folder that [voice] recordings names, with a file LANG/ID.wav for each phrase.`,
		Example: `  menshen voice cards                            what [voice] card can be
  menshen voice phrases --lang zh                what is to be said, for the speaker
  menshen voice check /etc/menshen/voice         is each recording good?`,
	}
	c.PersistentFlags().SortFlags = false
	langFlag(c.PersistentFlags(), &lang, i18n.English)
	c.AddCommand(&cobra.Command{
		Use:     "cards",
		Short:   "list this machine's sound cards, by the names that [voice] card takes",
		Example: "  menshen voice cards",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			all, err := pcm.Cards(os.DirFS("/sys"))
			if err == nil && len(all) == 0 {
				err = errors.New("this machine has no sound card: plug one in, or switch the board's own on")
			}
			for _, card := range all {
				fmt.Fprintln(c.OutOrStdout(), card)
			}
			return err
		},
	}, &cobra.Command{
		Use:     "phrases",
		Short:   "list what the door says, with the file of each phrase",
		Example: "  menshen voice phrases --lang zh",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			var rows [][]string
			for _, p := range scene.Phrases() {
				rows = append(rows, []string{recording.Name(lang.Code(), p.ID), lang.Say(p.Words)})
			}
			for _, line := range screen.Table(rows) {
				fmt.Fprintln(c.OutOrStdout(), line)
			}
			return nil
		},
	}, &cobra.Command{
		Use:   "check FOLDER",
		Short: "measure own recordings, and say what to mend",
		Long: `Measures each recording in the folder: its loudness, as a picture over its time, its peaks,
the noise in its pauses, and the silence before and after. It says what to mend. Phrases that are
not there are said by the recordings that come with the program.`,
		Example: "  menshen voice check /etc/menshen/voice",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return checkRecordings(c.OutOrStdout(), args[0], lang)
		},
	}, &cobra.Command{
		Use:    "speak",
		Short:  "the child process that plays; only menshen itself starts it",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE:   func(*cobra.Command, []string) error { return voice.Main(3) },
	})
	return c
}

// checkRecordings measures the recordings of a folder. Errors: one is not good.
func checkRecordings(out io.Writer, folder string, lang i18n.Language) error {
	known, there, bad := map[string]bool{}, 0, 0
	tell := func(m i18n.Message) { fmt.Fprintln(out, "    "+lang.Say(m)) }
	for _, spoken := range catalogue.Languages() {
		for _, p := range scene.Phrases() {
			name := recording.Name(spoken.Code(), p.ID)
			known[name] = true
			r, err := recording.Files{folder}.Read(spoken.Code(), p.ID)
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			there++
			if err != nil {
				bad++
				fmt.Fprintln(out, name)
				tell(i18n.Of(err))
				continue
			}
			m := recording.Measure(r)
			found := m.Problems()
			fmt.Fprintf(out, "%-34s %s %5.1f s %6.1f dB\n", name, sketch(r), m.Length.Seconds(), m.Level)
			if len(found) > 0 {
				bad++
			}
			for _, problem := range found {
				tell(problem)
			}
		}
	}
	strange, err := strangers(folder, known)
	if err != nil {
		return err
	}
	for _, name := range strange {
		fmt.Fprintln(out, name)
		tell(i18n.M("voice.no-phrase", "no phrase is called like that: see 'menshen voice phrases'"))
	}
	fmt.Fprintln(out, lang.Say(i18n.M("voice.recorded", "%d of %d phrases are recorded here, %d are to be mended.",
		there, len(known), bad+len(strange))))
	if bad+len(strange) > 0 {
		return errors.New("not all recordings are good: mend what is named above")
	}
	return nil
}

// strangers gives the files of a folder that no phrase is called like.
func strangers(folder string, known map[string]bool) (names []string, err error) {
	err = filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(d.Name(), ".") {
			return err
		}
		name, err := filepath.Rel(folder, path)
		if err == nil && !known[name] {
			names = append(names, screen.Clean(name))
		}
		return err
	})
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("there is no folder %s: make it, with a folder for each language in it", folder)
	}
	return names, err
}

// sketch draws how loud a recording is over its time, from 45 dB below full scale.
func sketch(r *recording.Recording) string {
	const steps = "▁▂▃▄▅▆▇█"
	var b strings.Builder
	for _, level := range r.Loudness(24) {
		b.WriteRune([]rune(steps)[max(0, min(int((level+45)/5), 7))])
	}
	return b.String()
}
