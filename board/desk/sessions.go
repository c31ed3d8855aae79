package desk

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"menshen/board/notice"
	"menshen/board/unit"
	"menshen/internal/i18n"
	"menshen/internal/screen"
	"menshen/store"
	"menshen/store/audit"
)

// ValidName reports whether a text can be an operator's name. It keeps noise on a line from
// becoming log-in attempts, which would lock accounts.
func ValidName(s string) bool {
	return s != "" && len(s) <= 64 && strings.IndexFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-_.", r)
	}) < 0
}

// LogIn checks name and secret, and the operator's own card where they have one (R-OPERATOR). When
// the disk, which is full or failing, does not take the record of it, the session may see the
// status and nothing else, and step says so, until that record is written ([ErrRecordsWait]).
func (d *Desk) LogIn(ctx context.Context, line LineName, name string, secret Secret, lang i18n.Language,
	step Progress) (Session, error) {
	op, err := d.vault.CheckOperator(store.Line(line), name, secret)
	unrecorded := errors.Is(err, store.ErrSlow)
	if (err == nil || unrecorded) && op.HasCard {
		op, err = d.secondFactor(ctx, line, name,
			lang.Say(i18n.M("desk.tap-own-card", "tap your own card at the reader")), step)
		unrecorded = errors.Is(err, store.ErrSlow)
	}
	switch {
	case unrecorded:
		if step != nil {
			step(Step{Text: lang.Say(i18n.M("desk.status-alone", "The disk takes no records: the status can be seen, "+
				"and nothing else, until it does."))})
		}
	case errors.Is(err, store.ErrDenied):
		return Session{}, ErrRefused
	case errors.Is(err, store.ErrLocked):
		return Session{}, ErrLockedOut
	case errors.Is(err, store.ErrWaiting), errors.Is(err, store.ErrReadOnly):
		return Session{}, d.noLogIn(ctx, lang, err)
	case err != nil:
		return Session{}, err
	}
	s := Session{Operator: op.ID, Role: op.Role, Seat: d.cfg.Seat(), Lang: lang, Since: d.now()}
	if text, version := notice.Commitment(lang); op.Commitment.Version != version {
		s.Commitment = &Commitment{Version: version, Text: text}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.last++
	s.ID = d.last
	d.sessions[s.ID] = &session{Session: s, line: line, term: op.Term, unrecorded: unrecorded,
		ended: make(chan struct{})}
	return s, nil
}

func (d *Desk) secondFactor(ctx context.Context, line LineName, name, what string,
	step Progress) (store.Operator, error) {
	c, err := d.cardAt(ctx, unit.Anywhere, what, step)
	if err != nil {
		return store.Operator{}, err
	}
	return d.vault.CheckOperatorCard(store.Line(line), name, c.Credential())
}

// session is one log-in, until it ends.
type session struct {
	Session
	line       LineName      // at which they logged in
	term       int           // of the account when they logged in
	unrecorded bool          // the record of the log-in still waits in memory
	ended      chan struct{} // closed at the end
}

// accountChanged is why a session ended that its operator did not end.
const accountChanged = "account changed"

// LogOut ends the session.
func (d *Desk) LogOut(s Session, why string) { d.end(s, why) }

// end ends a session, and what goes on in it. It may have ended before.
func (d *Desk) end(s Session, why string) {
	d.mu.Lock()
	was, ok := d.sessions[s.ID]
	delete(d.sessions, s.ID)
	d.mu.Unlock()
	if ok {
		close(was.ended)
		d.unit.Record(store.Entry{Kind: audit.LogOut, Actor: store.Actor(was.Operator),
			Detail: map[string]string{"why": why}})
	}
}

// endAll ends every session of an operator.
func (d *Desk) endAll(operator string) {
	d.mu.Lock()
	var theirs []Session
	for _, s := range d.sessions {
		if s.Operator == operator {
			theirs = append(theirs, s.Session)
		}
	}
	d.mu.Unlock()
	for _, s := range theirs {
		d.end(s, accountChanged)
	}
}

// session is s as the desk has it. Errors: [ErrEnded].
func (d *Desk) session(s Session) (session, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if now, ok := d.sessions[s.ID]; ok && now.Operator == s.Operator {
		now.unrecorded = now.unrecorded && d.vault.Backlog() > 0
		return *now, nil
	}
	return session{}, ErrEnded
}

// withSession gives a context that ends with the session too, with the cause [ErrEnded]. The caller
// calls cancel when it is done.
func (d *Desk) withSession(ctx context.Context, s Session) (_ context.Context, cancel func()) {
	ctx, stop := context.WithCancelCause(ctx)
	now, err := d.session(s)
	if err != nil {
		stop(err)
		return ctx, func() {}
	}
	go func() {
		select {
		case <-now.ended:
			stop(ErrEnded)
		case <-ctx.Done():
		}
	}()
	return ctx, func() { stop(nil) }
}

// sessionEnd gives [ErrEnded] when the session's end was what ended ctx, else nil.
func sessionEnd(ctx context.Context) error {
	if why := context.Cause(ctx); errors.Is(why, ErrEnded) {
		return why
	}
	return nil
}

// Acknowledge records that the operator accepts the commitment, and gives the session without it.
func (d *Desk) Acknowledge(_ context.Context, s Session) (Session, error) {
	now, err := d.session(s)
	if err != nil {
		return s, err
	}
	if now.Commitment == nil {
		return now.Session, nil
	}
	err = d.vault.ChangeOperator(store.Actor(s.Operator), s.Operator, audit.CommitmentAccepted,
		func(o *store.Operator) error {
			o.Commitment = store.Commitment{Version: now.Commitment.Version, At: d.now()}
			return nil
		})
	if err != nil {
		return s, fmt.Errorf("recording the commitment: %w", err)
	}
	now.Commitment = nil
	d.mu.Lock()
	defer d.mu.Unlock()
	if kept, ok := d.sessions[s.ID]; ok {
		kept.Commitment = nil
		return now.Session, nil
	}
	return s, ErrEnded
}

// noLogIn says what is wrong with the vault, without which no operator can log in. It tells
// nothing of what the vault holds.
func (d *Desk) noLogIn(ctx context.Context, lang i18n.Language, err error) error {
	why := screen.OneLine(d.advise(err))
	if state, err := d.unit.State(ctx); err == nil && state.Faults["store"] != "" {
		why = state.Faults["store"]
	}
	return i18n.Problem(i18n.E("desk.log-in-impossible", "no log-in is possible: %s", why),
		i18n.M("desk.repair-vault", "repair it while the door runs ('menshen vault --help'); exit button, fire "+
			"input and staffed release work meanwhile"))
}
