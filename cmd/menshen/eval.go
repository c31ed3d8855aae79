package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"menshen/recognizer"
	"menshen/recognizer/calibration"
	"menshen/recognizer/eval"
	"menshen/recognizer/eval/pictures"
	"menshen/recognizer/models"
)

func evalVerb() *cobra.Command {
	var j eval.Job
	var dir, own string
	c := &cobra.Command{
		Use:   "eval",
		Short: "measure error rates on pictures of your own, as a report with plots and a calibration file",
		Long: `Looks at a folder of pictures, a folder a person, and writes how often the recognizer errs: verification and identification
rates with 95% intervals, curves and histograms, times, and the pictures that could not be used with the reason. Beside the
report comes a calibration file, from which a door takes its thresholds.

With --attacks it looks at presentations instead: one folder for each kind ("print", "phone"), and one named "bona-fide".
Rates by kind are given in the terms of ISO/IEC 30107-3; no conformance is claimed.

Nothing of a picture goes into the report.`,
		Example: `  menshen eval --faces lfw --out report.html
  menshen eval --attacks presentations --out attacks.html`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			ctx, stop := signal.NotifyContext(c.Context(), os.Interrupt)
			defer stop()
			return runEval(ctx, j, dir, own, c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	models, _ := models.Dir()
	c.Flags().StringVar(&j.Faces, "faces", "", "folder of folders of pictures, one a person")
	c.Flags().StringVar(&j.Attacks, "attacks", "", "folder of folders of presentations, one a kind")
	c.Flags().StringVar(&j.Out, "out", "report.html", "the report")
	c.Flags().StringVar(&dir, "models", models, "folder of the model files")
	c.Flags().StringVar(&own, "manifest", "", "manifest of another set of models in that folder")
	return c
}

func runEval(ctx context.Context, j eval.Job, dir, own string, out, errOut io.Writer) error {
	manifest := models.Default()
	if own != "" {
		var err error
		if manifest, err = models.Read(own); err != nil {
			return err
		}
	}
	set, err := manifest.Load(dir)
	if err != nil {
		return err
	}
	defer set.Release()
	chain, err := recognizer.New(set, recognizer.Options{})
	if err != nil {
		return err
	}
	defer chain.Close()
	if j.InUse, err = calibration.Default(); err != nil {
		return err
	}
	j.Model = calibration.Model{Name: manifest.Name + ", " + manifest.Embed.File, SHA256: manifest.Embed.SHA256}
	if j.InUse.For(j.Model.SHA256) != nil {
		j.InUse = nil // of another model: there is nothing to hold against
	}
	look := &pictures.Looker{Chain: chain}
	defer look.Wipe()
	return j.Run(ctx, look, time.Now(), out, bar(errOut))
}

// bar shows how far a long work is, at a terminal; elsewhere nothing.
func bar(w io.Writer) func(done, total int) {
	if f, ok := w.(*os.File); !ok || !isTerminal(f) {
		return nil
	}
	var b *progressbar.ProgressBar
	return func(done, total int) {
		if b == nil {
			b = progressbar.NewOptions(total, progressbar.OptionSetWriter(w), progressbar.OptionShowCount(),
				progressbar.OptionSetDescription("pictures"), progressbar.OptionSetPredictTime(true), progressbar.OptionClearOnFinish())
		}
		_ = b.Set(done)
	}
}
