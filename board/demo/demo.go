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

// ErrStopped is the error of a story that its reader ended with Ctrl-C.
var ErrStopped = errors.New("stopped")

// Run tells the story on out; or, with o.Traffic, lets people come and go and measures. If in is a
// terminal, it then stays until 'q', with a status line and keys to act at the door. Errors:
// [ErrStopped]; a record that is missing or not as it should be; what the unit cannot do.
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
	n.paragraph("", 0, "Wires and street are simulated; pictures, program and records are real. "+
		"Lines with # are the unit's own audit log. It has no names: those in brackets are the demo's.")
	w, err := open(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	s := &story{world: w, narrator: n}
	s.wei, s.grace, s.stranger = cast(o.Pictures)
	n.people = []*actor{s.wei, s.grace}
	if o.Traffic > 0 {
		return s.traffic(ctx)
	}
	if err := s.tellAll(ctx); err != nil {
		return err
	}
	if err := s.figures(ctx); err != nil {
		return err
	}
	end := fmt.Sprintf("All %d steps went as they should, in %.0f s.", s.step, time.Since(began).Seconds())
	fmt.Fprintf(out, "\n%s\n", n.paint("1", end))
	if in == nil || !screen.IsTerminal(in) {
		return nil
	}
	return s.live(ctx, in)
}
