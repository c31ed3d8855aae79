package board

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"menshen/board/config"
	"menshen/board/desk"
	"menshen/board/unit"
	"menshen/board/wiring"
	"menshen/hal"
	"menshen/internal/i18n"
	"menshen/policy"
	"menshen/store"
)

// SignInOffline logs in a manager who acts on the vault of a unit that is not running
// (R-OPERATOR): by name, secret and, if they have one, their card. tell says what to do,
// or why no card is asked for.
func SignInOffline(ctx context.Context, v *store.Vault, c *config.Config, name string, secret []byte,
	tell func(i18n.Message)) (store.Operator, error) {
	op, err := v.CheckOperator(store.Offline, name, secret)
	switch {
	case err != nil:
		return op, err
	case op.Role != store.Manager:
		return op, errors.New("only a manager may do this")
	case !op.HasCard:
		return op, nil
	}
	readers, err := wiring.Readers(c)
	if err != nil { // on another machine than the unit
		readers = nil
	}
	return ownCard(ctx, v, readers, name, tell, tell)
}

// ownCard completes a log-in by the operator's own card. ask says to tap it. If no reader can read
// it, tell and the record say why no card is asked for: the reader may be what has to be repaired.
func ownCard(ctx context.Context, v *store.Vault, readers []hal.Reader, name string,
	tell, ask func(i18n.Message)) (store.Operator, error) {
	card, err := cardAt(ctx, readers, func() {
		ask(i18n.M("board.tap-own-card", "Tap your own card at the reader."))
	})
	switch {
	case errors.Is(err, errNoReader), errors.Is(err, errReaderSilent):
		tell(i18n.M("board.card-not-asked-for", "Your card is not asked for: %v. This is recorded.", err))
		return v.LogInWithoutCard(store.Offline, name, err.Error())
	case err != nil:
		return store.Operator{}, err
	}
	return v.CheckOperatorCard(store.Offline, name, card.Credential())
}

// TakeOwnCard makes the next card at a reader the second factor of an operator, by the operator
// themselves (R-OPERATOR). tell says when to tap. Errors: no reader answers; no card came.
func TakeOwnCard(ctx context.Context, v *store.Vault, c *config.Config, name string,
	tell func(i18n.Message)) error {
	all, err := v.Operators()
	if err != nil {
		return fmt.Errorf("reading the operators: %w", err)
	}
	i := slices.IndexFunc(all, func(o store.Operator) bool { return strings.EqualFold(o.Name, name) })
	if i < 0 {
		return i18n.E("board.no-such-operator", "no operator is called %s", name)
	}
	readers, err := wiring.Readers(c)
	if err != nil {
		return err
	}
	card, err := cardAt(ctx, readers, func() {
		tell(i18n.M("board.tap-new-own-card", "Tap the card that is to be your second factor."))
	})
	if err != nil {
		return err
	}
	return v.SetOperatorCard(store.Actor(all[i].ID), all[i].ID, card.Credential())
}

// WaitForSetUp has the door's lamps say that it waits for its set-up, until ctx ends or the caller
// calls dark. A lamp that cannot be opened stays dark.
func WaitForSetUp(ctx context.Context, c *config.Config) (dark func()) {
	lamps, err := wiring.Signals(c)
	if err != nil {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	var playing sync.WaitGroup
	playing.Go(func() { unit.PlaySignal(ctx, lamps.Signals, policy.SignalSetUp) })
	return sync.OnceFunc(func() {
		cancel()
		playing.Wait()
		_ = lamps.Close() // a lamp that stays lit is harmless
	})
}

// Why no card can be read.
var (
	errNoReader     = i18n.E("board.no-reader", "there is no reader here")
	errReaderSilent = i18n.E("board.no-reader-answers", "no reader answers")
)

// cardAt calls ask and waits for a card at any of the readers. Errors: errNoReader;
// errReaderSilent, all are broken; no card came within [desk.AsksAtTheDoor].
func cardAt(ctx context.Context, readers []hal.Reader, ask func()) (hal.Card, error) {
	if len(readers) == 0 {
		return hal.Card{}, errNoReader
	}
	ctx, cancel := context.WithTimeout(ctx, desk.AsksAtTheDoor)
	events := make(chan hal.ReaderEvent)
	var all sync.WaitGroup
	defer all.Wait()
	defer cancel()
	for _, r := range readers {
		all.Go(func() {
			_ = r.Run(ctx, func(e hal.ReaderEvent) { // a device that is gone comes as a fault, too
				select {
				case events <- e:
				case <-ctx.Done():
				}
			})
		})
	}
	ask()
	gone := map[string]bool{}
	for len(gone) < len(readers) {
		select {
		case e := <-events:
			switch {
			case e.Card != nil:
				return *e.Card, nil
			case e.Recovered:
				delete(gone, e.Reader)
			case e.Fault != nil && !e.Frame:
				gone[e.Reader] = true
			}
		case <-ctx.Done():
			return hal.Card{}, &i18n.Error{
				What: i18n.M("board.no-card-tapped", "no card was tapped; where no reader is wired, "+
					"give --config a copy without [[reader]]"), Cause: ctx.Err()}
		}
	}
	return hal.Card{}, errReaderSilent
}
