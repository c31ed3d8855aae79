package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"menshen/internal/screen"
)

// ErrStopped is the error of a story that its reader ended, with Ctrl-C.
var ErrStopped = errors.New("stopped")

// Run tells the story on out. With a terminal as in it then stays: a status line, and keys to act at the door, until 'q'.
func Run(ctx context.Context, o Options, in *os.File, out io.Writer) (err error) {
	if o.Log == nil {
		o.Log = io.Discard
	}
	if o.Every <= 0 {
		o.Every = time.Minute
	}
	n := &narrator{out: out, terminal: out, style: screen.Colours(out), moves: screen.IsTerminal(out) && !screen.Dumb()}
	defer func() {
		if ctx.Err() != nil && err != nil && o.Traffic == 0 {
			err = fmt.Errorf("%w at step %d; nothing of it is left on the disk", ErrStopped, n.step)
		}
	}()
	began := time.Now()
	fmt.Fprintln(out, n.paint("1", "Menshen: a day at a simulated door"))
	n.paragraph("", 0, "Wires and street are simulated; pictures, program and records are real. Lines with # are the unit's own audit log, which names nobody: "+
		"the names in brackets are the demo's.")
	w, err := open(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	s := &story{world: w, narrator: n}
	s.wei, s.grace, s.stranger = cast(o.Pictures)
	n.people = []*somebody{s.wei, s.grace}
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
	if in == nil || !screen.IsTerminal(in) {
		return nil
	}
	return s.live(ctx, in)
}
