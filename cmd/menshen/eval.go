package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"time"

	"github.com/cheggaaa/pb/v3"
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
	show, end := bar(errOut)
	defer end()
	return j.Run(ctx, look, time.Now(), out, show)
}

// bar shows how far a long work is, at a terminal; elsewhere nothing.
func bar(w io.Writer) (show func(done, total int), end func()) {
	f, ok := w.(*os.File)
	if !ok || !isTerminal(f) {
		return nil, func() {}
	}
	b := pb.New(0).SetWriter(f).SetTemplateString(`{{counters . }} pictures {{bar . }} {{rtime . "%s left"}}`).Start()
	return func(done, total int) { b.SetTotal(int64(total)); b.SetCurrent(int64(done)) }, func() { b.Finish() }
}
