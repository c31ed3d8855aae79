package console

import (
	"context"
	"errors"
	"io"
	"time"

	"menshen/board/desk"
	"menshen/internal/i18n"
	"menshen/internal/i18n/catalogue"
)

// Clock is the time for idle log-outs and pauses.
type Clock interface {
	Now() time.Time
	AfterFunc(d time.Duration, f func()) Timer
}

// Timer is what AfterFunc gives; *time.Timer is one.
type Timer interface{ Stop() bool }

type systemClock struct{}

func (systemClock) Now() time.Time                            { return time.Now() }
func (systemClock) AfterFunc(d time.Duration, f func()) Timer { return time.AfterFunc(d, f) }

// Options are the settings of a line. The zero value is a VT100 of 80 by 24 in English, with
// log-out after 5 idle minutes.
type Options struct {
	Unit      string          // the unit's name, for the greeting
	Line      desk.LineName   // where wrong log-ins count
	Lang      i18n.Language   // until the operator chooses; English when nil
	Languages []i18n.Language // to choose from; those of the program when nil
	Plain     bool            // no escape sequences from the start
	Width     int             // columns, 80 when 0, until the terminal tells another size
	Height    int             // rows, 24 when 0
	AskSize   bool            // ask the terminal for its size, at each prompt: on a serial line, which does not tell it
	Idle      time.Duration   // log-out after this long without a key, 5 minutes when 0
	Once      bool            // end after the first log-out, or without a log-in: for a shared terminal
	Baud      int             // speed of the line, for pictures: 115200 when 0
	Location  *time.Location  // of the dates shown and typed; time.Local when nil
	Clock     Clock           // the system's when nil
	Inline    bool            // for simulations: rw is read in the turn of Serve, which starts no goroutine
}

func (o Options) orDefaults() Options {
	if o.Lang == nil {
		o.Lang = i18n.English
	}
	if o.Languages == nil {
		o.Languages = catalogue.Languages()
	}
	if o.Width <= 0 {
		o.Width = 80
	}
	if o.Height <= 0 {
		o.Height = 24
	}
	o.Width, o.Height = within(o.Width, o.Height)
	if o.Idle <= 0 {
		o.Idle = 5 * time.Minute
	}
	if o.Baud <= 0 {
		o.Baud = 115200
	}
	if o.Location == nil {
		o.Location = time.Local
	}
	if o.Clock == nil {
		o.Clock = systemClock{}
	}
	return o
}

// Why a visit ends, other than by ctx and the line. Desk.LogOut gets these words.
var (
	errIdle  = errors.New("idle")
	errAsked = errors.New("asked")
)

// Serve lets operators log in and work, one after the other, until ctx ends or the line is gone: it
// then gives the error of ctx, or of rw.Read (nil for io.EOF). With Options.Once it ends at the
// first log-out, and at a Ctrl-D, or Options.Idle without a key, instead of a log-in. The log-out
// reaches the Desk in each case, even while rw.Write hangs; Serve itself then waits for the Write.
//
// A Read of rw that waits when Serve returns ends only when the caller closes rw. A caller that
// goes on using a terminal gives Serve a [Keyboard] of it.
func Serve(ctx context.Context, rw io.ReadWriter, d Desk, o Options) error {
	o = o.orDefaults()
	l := newLine(ctx, rw, o.Width, o.Height)
	if l.inline = o.Inline; !o.Inline {
		go l.pump()
	}
	c := &console{line: l, desk: d, o: o, lang: o.Lang, plain: o.Plain, paged: true, commands: vocabulary(d)}
	c.greet()
	for {
		err := c.visit(ctx)
		gone := l.gone()
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(gone, io.EOF):
			return nil
		case gone != nil:
			return gone
		case o.Once && (!errors.Is(err, errNotIn) || errors.Is(err, io.EOF) || errors.Is(err, errIdle)):
			return nil
		}
	}
}
