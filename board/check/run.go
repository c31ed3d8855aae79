package check

import (
	"context"
	"fmt"
	"strings"
	"time"

	"menshen/internal/i18n"
	"menshen/internal/i18n/catalogue"
)

// run is one try of one step.
type run struct {
	*Session
	Installer
	began  time.Time
	values []Value
	remark i18n.Message
}

// measured keeps a figure for the report and shows it. Its text has one
// decimal below 100 and none above.
func (r *run) measured(key string, name i18n.Message, number float64, unit string) {
	text := fmt.Sprintf("%.1f %s", number, unit)
	if number >= 100 || number == float64(int(number)) {
		text = fmt.Sprintf("%.0f %s", number, unit)
	}
	text = strings.TrimSpace(text)
	v := Value{Key: key, Name: catalogue.Both(name), Text: catalogue.Same(text), Number: number, Unit: unit}
	r.values = append(r.values, v)
	r.Tell(named(name, i18n.Verbatim(text)))
}

// fact keeps something that is not a figure, and shows it.
func (r *run) fact(key string, name, text i18n.Message) {
	r.values = append(r.values, Value{Key: key, Name: catalogue.Both(name), Text: catalogue.Both(text)})
	r.Tell(named(name, text))
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// ask puts a question.
func (r *run) ask(ctx context.Context, id string, text i18n.Message) (bool, error) {
	return r.Ask(ctx, Question{id, text})
}

// must puts a question. no is the problem when the answer is no.
func (r *run) must(ctx context.Context, id string, text i18n.Message, no *Problem) error {
	yes, err := r.ask(ctx, id, text)
	if err == nil && !yes {
		err = no
	}
	return err
}

// await gives the installer a task and waits until it is done. false: it was not, in time.
func (r *run) await(ctx context.Context, id string, text i18n.Message, done func() bool) (bool, error) {
	r.Do(Task{id, text, r.Patience})
	return r.within(ctx, r.Patience, done)
}

// within waits until done gives true, at most for a time, and gives what done gave last.
func (r *run) within(ctx context.Context, limit time.Duration, done func() bool) (bool, error) {
	end := time.Now().Add(limit)
	t := time.NewTicker(5 * time.Millisecond)
	defer t.Stop()
	show := time.Now()
	for {
		if done() {
			return true, nil
		}
		left := time.Until(end)
		if left <= 0 {
			return done(), nil
		}
		if !time.Now().Before(show) {
			r.Waiting(left)
			show = show.Add(time.Second)
		}
		select {
		case <-ctx.Done():
			return false, ctx.Err()
		case <-t.C:
		}
	}
}

// pause lets a time pass.
func (r *run) pause(ctx context.Context, d time.Duration) error {
	_, err := r.within(ctx, d, func() bool { return false })
	return err
}
