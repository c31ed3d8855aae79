package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"time"

	"github.com/spf13/cobra"

	"menshen/board/config"
	"menshen/internal/screen"
	"menshen/recognizer"
	"menshen/recognizer/calibration"
	"menshen/recognizer/eval"
	"menshen/recognizer/eval/acts"
	"menshen/recognizer/eval/pictures"
	"menshen/recognizer/models"
)

// evaluated is what is measured: the models and, where they are of these
// models, the thresholds in use.
type evaluated struct {
	config, models, manifest, calibration string
	acts                                  int // people of the faces whose made heads and sheets are asked to act
}

func evalVerb() *cobra.Command {
	var j eval.Job
	var e evaluated
	c := &cobra.Command{
		Use:   "eval",
		Short: "measure error rates on pictures of your own, as a report with plots and a calibration file",
		Long: `Looks at a folder of pictures, a folder a person, and writes how often the
recognizer errs: verification and identification rates with 95% intervals, curves and histograms,
times, and the pictures that could not be used with the reason. Beside the report comes a
calibration file, from which a door takes its thresholds: name it as [faces] calibration in the
configuration.

With --attacks it looks at presentations instead: one folder for each kind ("print", "phone"), and
one named "bona-fide"; in each a picture, or a folder of frames, for a presentation. Rates by kind
are given in the terms of ISO/IEC 30107-3; no conformance is claimed.

With --acts it also makes videos out of the pictures of so many people: heads that turn and close
their eyes, photos that are held, turned and bent, videos of acts. It reports how many of them pass
when the door asks for an act. Each person takes a minute or so.

With --config it measures what that door uses: its models, its calibration and its live_min.

Nothing of a picture goes into the report.`,
		Example: `  menshen eval --faces lfw --out report.html
  menshen eval --config /etc/menshen/door.toml --faces tenants --out ours.html
  menshen eval --faces lfw --acts 20
  menshen eval --config /etc/menshen/door.toml --attacks presentations --out attacks.html`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			ctx, stop := signal.NotifyContext(c.Context(), os.Interrupt)
			defer stop()
			return runEval(ctx, j, e, c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	dir, _ := models.Dir()
	c.Flags().IntVar(&e.acts, "acts", 0, "people of --faces whose made heads and sheets are asked to act")
	c.Flags().StringVar(&j.Faces, "faces", "", "folder of folders of pictures, one a person")
	c.Flags().StringVar(&j.Attacks, "attacks", "", "folder of folders of presentations, one a kind")
	c.Flags().StringVar(&j.Out, "out", "report.html", "the report")
	c.Flags().StringVar(&e.config, "config", "", "configuration of the door whose models and settings are measured")
	c.Flags().StringVar(&e.models, "models", dir, "folder of the model files")
	c.Flags().StringVar(&e.manifest, "manifest", "", "manifest of another set of models in that folder")
	c.MarkFlagsMutuallyExclusive("config", "models")
	c.MarkFlagsMutuallyExclusive("config", "manifest")
	c.MarkFlagsOneRequired("faces", "attacks")
	return c
}

func runEval(ctx context.Context, j eval.Job, e evaluated, out, errOut io.Writer) error {
	if e.acts != 0 && (e.acts < 0 || j.Faces == "") {
		return errors.New("--acts wants a number of people of --faces")
	}
	if e.config != "" {
		c, err := config.Load(e.config)
		if err != nil {
			return err
		}
		e.models, e.manifest, e.calibration = c.Camera.Models, c.Camera.Manifest, c.Faces.Calibration
		j.LiveMin = c.Faces.LiveMin
	}
	manifest, err := models.Read(e.manifest)
	if err != nil {
		return err
	}
	j.Model = calibration.Model{Name: manifest.Name + ", " + manifest.Embed.File, SHA256: manifest.Embed.SHA256}
	switch j.InUse, err = calibration.Open(e.calibration, j.Model.SHA256); {
	case errors.Is(err, calibration.ErrModel): // nothing to compare with; this run may make what is missing
	case err != nil:
		return err
	}
	set, err := manifest.Load(e.models)
	if err != nil {
		return err
	}
	defer set.Release()
	chain, err := recognizer.New(set, recognizer.Options{Refused: true})
	if err != nil {
		return err
	}
	defer chain.Close()
	look := &pictures.Looker{Chain: chain}
	defer look.Wipe()
	if e.acts > 0 {
		show, end := screen.Progress(errOut, "visits")
		j.Acts, err = acts.Measure(ctx, j.Faces, e.acts, chain, show)
		if end(); err != nil {
			return err
		}
	}
	show, end := screen.Progress(errOut, "pictures")
	defer end()
	return j.Run(ctx, look, time.Now(), out, show)
}
