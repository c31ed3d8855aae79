package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/term"
)

// Run tells the story on out. With a terminal as in it then stays: a status line, and keys to act at the door, until 'q'.
func Run(ctx context.Context, o Options, in *os.File, out io.Writer) (err error) {
	if o.Log == nil {
		o.Log = io.Discard
	}
	if o.Every <= 0 {
		o.Every = time.Minute
	}
	tty := in != nil && term.IsTerminal(int(in.Fd()))
	n := &narrator{out: out, style: isTerminal(out) && os.Getenv("NO_COLOR") == ""}
	began := time.Now()
	fmt.Fprintln(out, n.paint("1", "Menshen: a day at a simulated door"))
	fmt.Fprintln(out, "Wires and street are simulated; pictures, program and records are real. Lines with # are the unit's own audit log.")
	w, err := open(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	s := &story{world: w, narrator: n}
	s.wei, s.grace, s.stranger = cast(o.Pictures)
	if o.Traffic > 0 {
		return s.traffic(ctx)
	}
	if err := s.tellAll(ctx); err != nil {
		return err
	}
	if err := s.figures(ctx); err != nil {
		return err
	}
	fmt.Fprintf(out, "\n%s\n", n.paint("1", fmt.Sprintf("All %d steps went as they should, in %.0f s.", s.step, time.Since(began).Seconds())))
	if !tty {
		return nil
	}
	return s.live(ctx, in)
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
