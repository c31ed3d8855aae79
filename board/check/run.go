package check

import (
	"context"
	"fmt"
	"strings"
	"time"

	"menshen/board/commission"
	"menshen/board/config"
)

// run is one try of one step: what the steps' functions work with.
type run struct {
	*Session
	Installer
	began  time.Time
	values []Value
	remark Words
}

// measured keeps a figure. Its text has one decimal below 100 and none above.
func (r *run) measured(key, en, zh string, number float64, unit string) {
	text := fmt.Sprintf("%.1f %s", number, unit)
	if number >= 100 || number == float64(int(number)) {
		text = fmt.Sprintf("%.0f %s", number, unit)
	}
	text = strings.TrimSpace(text)
	v := Value{Key: key, Name: Words{En: en, Zh: zh}, Text: commission.Same(text), Number: number, Unit: unit}
	r.values = append(r.values, v)
	r.Tell(Words{En: en + ": " + text, Zh: zh + "：" + text})
}

// fact keeps something that is no figure.
func (r *run) fact(key, en, zh string, text Words) {
	r.values = append(r.values, Value{Key: key, Name: Words{En: en, Zh: zh}, Text: text})
	r.Tell(Words{En: en + ": " + text.En, Zh: zh + "：" + text.Zh})
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// ask puts a question.
func (r *run) ask(ctx context.Context, id, en, zh string) (bool, error) {
	return r.Ask(ctx, Question{id, Words{En: en, Zh: zh}})
}

// must asks, and a no is the problem.
func (r *run) must(ctx context.Context, id, en, zh string, no *Problem) error {
	yes, err := r.ask(ctx, id, en, zh)
	if err == nil && !yes {
		err = no
	}
	return err
}

// await gives the installer something to do and waits until it shows. false: it did not, in time.
func (r *run) await(ctx context.Context, id, en, zh string, done func() bool) (bool, error) {
	r.Do(Task{id, Words{En: en, Zh: zh}, r.Patience})
	return r.within(ctx, r.Patience, done)
}

// within waits until done, for so long at most.
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

// debounceOf is an input's debounce time by the configuration.
func debounceOf(c *config.Config, role string) time.Duration {
	for _, in := range c.Inputs {
		if in.Role == role && in.Debounce > 0 {
			return in.Debounce.D()
		}
	}
	return 20 * time.Millisecond // the driver's own default
}
