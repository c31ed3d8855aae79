package rpc

import (
	"context"
	"errors"
	"slices"
	"time"

	"menshen/board/desk"
	"menshen/internal/i18n"
	"menshen/internal/i18n/catalogue"
)

// sessionMethods let operators in and out.
var sessionMethods = map[string]handler{
	"session.login":       before(method(logIn)),
	"session.recover":     before(method(recoverAccount)),
	"session.language":    before(method(setLanguage)),
	"session.acknowledge": method(acknowledge),
	"session.secret":      method(setSecret),
	"session.touch":       method(func(context.Context, *call, nothing) (nothing, error) { return nothing{}, nil }),
	"session.logout":      method(func(context.Context, *call, nothing) (*farewell, error) { return bye, nil }),
}

// nothing are no parameters, or an answer that says only that it is done.
type nothing struct{}

// farewell is the answer after which the visit ends.
type farewell struct{}

var bye = &farewell{}

type logInParams struct {
	Name   string `json:"name"`
	Secret secret `json:"secret"`
	Lang   string `json:"lang"` // "en", "zh"; empty: as it is
}

// session is a log-in as the program sees it.
type session struct {
	Operator   string      `json:"operator"`
	Name       string      `json:"name"`
	Role       coded       `json:"role"`
	May        []string    `json:"may"` // the rights of the role, as far as they are of use here
	Lang       string      `json:"lang"`
	Now        string      `json:"now"`  // the unit's time
	Zone       string      `json:"zone"` // of all times: "Asia/Shanghai"
	IdleAfter  float64     `json:"idleAfter"`
	Commitment *commitment `json:"commitment,omitempty"` // to be accepted before all else
}

type commitment struct {
	Version string `json:"version"`
	Text    string `json:"text"`
}

// rightNames are what a program may show or hide, by the names that the wire has.
var rightNames = map[string]desk.Right{"keeps-people": desk.KeepsPeople, "reads-people": desk.ReadsPeople,
	"reads-records": desk.ReadsRecords, "opens-door": desk.OpensDoor, "takes-faces": desk.TakesFaces,
	"reads-hours": desk.ReadsHours, "sets-hours": desk.SetsHours, "orders-site": desk.OrdersSite,
	"sets-time": desk.SetsTime, "unlocks-faces": desk.UnlocksFaces, "ends-faults": desk.EndsFaults,
	"updates-unit": desk.UpdatesUnit}

func (c *call) session(s desk.Session, name string) session {
	out := session{Operator: s.Operator, Name: name, Role: word(c, s.Role), May: []string{}, Lang: s.Lang.Code(),
		Now: c.time(c.desk.Now()), Zone: c.o.Location.String(), IdleAfter: c.o.Idle.Seconds()}
	for name, r := range rightNames {
		if s.May(r) {
			out.May = append(out.May, name)
		}
	}
	slices.Sort(out.May)
	if s.Commitment != nil {
		out.Commitment = &commitment{s.Commitment.Version, s.Commitment.Text}
	}
	return out
}

// logIn waits for the operator's own card where they have one; a failure slows down the line.
func logIn(ctx context.Context, c *call, p logInParams) (session, error) {
	defer p.Secret.of().Wipe()
	if err := c.speak(p.Lang); err != nil {
		return session{}, err
	}
	if !desk.ValidName(p.Name) {
		return session{}, badParams("a name has letters, digits and - _ . only, at most 64 bytes")
	}
	c.Server.mu.Lock()
	defer c.Server.mu.Unlock()
	if c.who.ID != 0 || c.loggedIn() {
		return session{}, errIn
	}
	who, err := c.desk.LogIn(ctx, c.o.Line, p.Name, p.Secret.of(), c.who.Lang, c.step)
	if err != nil {
		return session{}, c.slow(ctx, err)
	}
	c.failures = 0
	c.visit.mu.Lock()
	c.visit.who = who
	c.visit.mu.Unlock()
	if ctx.Err() != nil { // the visit may have ended before there was somebody to log out
		c.logOut()
	}
	return c.session(who, p.Name), nil
}

// slow makes the line wait after a log-in that failed, longer each time; Server.mu is held.
func (c *call) slow(ctx context.Context, err error) error {
	c.failures++
	select {
	case <-time.After(min(time.Duration(c.failures)*time.Second, 10*time.Second)):
	case <-ctx.Done():
	}
	return err
}

func (v *visit) loggedIn() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.who.ID != 0
}

type recoverParams struct {
	Name   string `json:"name"`
	Code   secret `json:"code"`
	Secret secret `json:"secret"` // the new one
	Lang   string `json:"lang"`
}

// recoverAccount sets a new secret with the code of a sealed envelope.
func recoverAccount(ctx context.Context, c *call, p recoverParams) (nothing, error) {
	defer p.Code.of().Wipe()
	defer p.Secret.of().Wipe()
	if err := c.speak(p.Lang); err != nil {
		return nothing{}, err
	}
	if !desk.ValidName(p.Name) {
		return nothing{}, badParams("a name has letters, digits and - _ . only, at most 64 bytes")
	}
	c.Server.mu.Lock()
	defer c.Server.mu.Unlock()
	if err := c.desk.Recover(ctx, c.o.Line, p.Name, p.Code.of(), p.Secret.of()); err != nil {
		return nothing{}, c.slow(ctx, err)
	}
	c.failures = 0
	return nothing{}, nil
}

type languageParams struct {
	Lang string `json:"lang"`
}

func setLanguage(_ context.Context, c *call, p languageParams) (nothing, error) {
	return nothing{}, c.speak(p.Lang)
}

// speak changes the language of this call and of later ones; empty: not.
func (c *call) speak(code string) error {
	if code == "" {
		return nil
	}
	i := slices.IndexFunc(catalogue.Languages(), func(l i18n.Language) bool { return l.Code() == code })
	if i < 0 {
		return badParams("there is no such language")
	}
	c.who.Lang = catalogue.Languages()[i]
	c.visit.mu.Lock()
	defer c.visit.mu.Unlock()
	c.visit.lang = c.who.Lang
	return nil
}

// acknowledge records that the operator accepts the commitment.
func acknowledge(ctx context.Context, c *call, _ nothing) (nothing, error) {
	who, err := c.desk.Acknowledge(ctx, c.who)
	if err != nil {
		return nothing{}, err
	}
	c.visit.mu.Lock()
	defer c.visit.mu.Unlock()
	if c.visit.who.ID == who.ID {
		c.visit.who = who
	}
	return nothing{}, nil
}

type secretParams struct {
	Present secret `json:"present"`
	Secret  secret `json:"secret"` // the new one
}

// setSecret changes the operator's own secret, which ends every session of the account.
func setSecret(ctx context.Context, c *call, p secretParams) (nothing, error) {
	defer p.Present.of().Wipe()
	defer p.Secret.of().Wipe()
	err := c.desk.SetSecret(ctx, c.who, p.Present.of(), p.Secret.of())
	if errors.Is(err, desk.ErrRefused) {
		c.Server.mu.Lock()
		defer c.Server.mu.Unlock()
		return nothing{}, c.slow(ctx, err)
	}
	return nothing{}, err
}
