package check

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"menshen/hal"
	"menshen/hal/wiegand"
	"menshen/internal/i18n"
)

// pulsed is a reader whose data lines can be looked at pulse by pulse.
type pulsed interface {
	Pulses(ctx context.Context, train func(wiegand.Train), rest func(error)) error
}

// lookAt gives what shows a reader's pulses on the screen; nil: its kind has none. Nothing of it
// goes into the report or a log. Bits are dots unless the installer asks for them, since whoever
// sees a card's bits can copy it.
func lookAt(reader hal.Reader) func(context.Context, *run) error {
	p, ok := reader.(pulsed)
	if !ok {
		return nil
	}
	return func(ctx context.Context, r *run) error {
		bits, err := r.ask(ctx, "show bits", i18n.M("check.show-bits",
			"Show each bit? Whoever sees the screen can copy the card: use one that opens nothing. No shows dots."))
		if err != nil {
			return err
		}
		quiet := r.Patience / 4
		r.Do(Task{ID: "pulses", Text: i18n.M("check.present-for-pulses",
			"Show cards to the reader. This ends after %.0f quiet seconds.", quiet.Seconds())})
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		timer := time.AfterFunc(quiet, cancel)
		defer timer.Stop()
		n := 0
		err = p.Pulses(ctx, func(t wiegand.Train) {
			timer.Reset(quiet)
			n++
			for _, line := range trainLines(n, t, bits) {
				r.Tell(line)
			}
		}, func(err error) { r.Tell(i18n.M("check.lines-at-rest", "At rest: %v", err)) })
		if ctx.Err() == nil && err != nil {
			return problem(i18n.M("check.lines-not-read", "The data lines cannot be read: %v", err), checkDataLines)
		}
		if n == 0 {
			r.Tell(i18n.M("check.no-pulse",
				"No pulse came, on either line: check the reader's supply, its ground, and both data wires."))
		}
		return nil
	}
}

var checkDataLines = i18n.M("check.check-data-lines", "Check d0 and d1 in the configuration.")

// Widths of a line of bits, in groups of four.
const bitsInLine = 48

// trainLines tells of one train, in lines of less than 80 columns.
func trainLines(n int, t wiegand.Train, bits bool) (out []i18n.Message) {
	gaps := make([]time.Duration, 0, len(t.Pulses))
	var took time.Duration
	lost := 0
	for i, p := range t.Pulses {
		took += p.Gap
		if lost += p.Lost; i > 0 {
			gaps = append(gaps, p.Gap)
		}
	}
	out = append(out, i18n.M("check.train", "%d: %d pulses in %s, D0 %d, D1 %d",
		n, len(t.Pulses), short(took), len(t.Pulses)-t.Ones(), t.Ones()))
	for begin := 0; begin < min(len(t.Pulses), 3*bitsInLine); begin += bitsInLine {
		out = append(out, i18n.Verbatim("  "+row(t.Bits(), begin, bits)))
	}
	if len(gaps) > 0 {
		sorted := slices.Sorted(slices.Values(gaps))
		widest := slices.Index(gaps, sorted[len(sorted)-1])
		out = append(out, i18n.M("check.gaps", "  gaps %s to %s, median %s; widest after pulse %d",
			short(sorted[0]), short(sorted[len(sorted)-1]), short(sorted[len(sorted)/2]), widest+1))
	}
	for i, holds := range t.Parity {
		if !holds {
			out = append(out, i18n.M("check.parity-wrong", "  parity %d of %d does not hold", i+1, len(t.Parity)))
		}
	}
	if lost > 0 {
		out = append(out, i18n.M("check.edges-lost", "  %d pulses were lost: the board was too busy", lost))
	}
	switch {
	case t.Err == nil && t.Key:
		out = append(out, i18n.M("check.train-key", "  ✓ a key"))
	case t.Err == nil:
		out = append(out, i18n.M("check.train-card", "  ✓ a card, %s", t.Format))
	case t.Ones() == 0 && len(t.Pulses) > 8:
		out = append(out, i18n.M("check.only-d0", "  ✗ pulses on D0 alone: the wire of D1 is off, or at another pin"))
	case t.Ones() == len(t.Pulses) && len(t.Pulses) > 8:
		out = append(out, i18n.M("check.only-d1", "  ✗ pulses on D1 alone: the wire of D0 is off, or at another pin"))
	default:
		out = append(out, i18n.M("check.train-wrong", "  ✗ %v", t.Err))
	}
	return out
}

// row writes bits in groups of four; as dots unless they are to be shown.
func row(all []bool, begin int, show bool) string {
	var b strings.Builder
	for i, one := range all[begin:min(begin+bitsInLine, len(all))] {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		switch {
		case !show:
			b.WriteRune('·')
		case one:
			b.WriteByte('1')
		default:
			b.WriteByte('0')
		}
	}
	return b.String()
}

// short writes a duration in few digits.
func short(d time.Duration) string {
	if d < time.Millisecond {
		return fmt.Sprintf("%d µs", d.Microseconds())
	}
	return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000)
}
