package store

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"menshen/internal/attack"
	"menshen/store/audit"
)

// guessing is a vault under guesses at two lines. What is tried at the first with the name of a
// blocked operator is tried at the second with an unknown name; all else is the same at both.
type guessing struct {
	*unit
	c       *attack.Campaign
	running time.Duration
	set     bool // the clock was set in this round
	secret  string
	code    string
	eve     string
	wrong   map[string][]time.Duration // by line and name: refusals since the last success
	last    map[Line]time.Duration     // the last refusal, or the last start
}

const (
	blockedName, unknownName = "bob", "joe"
	kimsCard                 = "\x1a4711"
)

var mirrored = [2]Line{"serial", "local user 0"}

// TestAttackLogIn tries right and wrong secrets, cards and codes at several lines in any order,
// with restarts and a clock that is set. A wrong secret never logs in. Five wrong tries lock,
// whatever is done between. A right one logs in at a line that was quiet for a quarter of an hour.
// A blocked operator's name and an unknown one are answered in the same words.
func TestAttackLogIn(t *testing.T) {
	attack.Run(t, "log-in: guesses at several lines, restarts, clocks", 4, func(c *attack.Campaign) {
		g := newGuessing(t, c)
		for range 60 {
			g.step(t)
			if t.Failed() {
				break
			}
		}
		if err := g.Close(); err != nil {
			t.Fatal(err)
		}
	})
}

func newGuessing(t *testing.T, c *attack.Campaign) *guessing {
	g := &guessing{unit: newUnit(t), c: c, secret: "739182", wrong: map[string][]time.Duration{},
		last: map[Line]time.Duration{}}
	g.o.Running = func() time.Duration { return g.running }
	g.reopen(t)
	for _, name := range []string{"eve", "kim", blockedName} {
		op, err := g.AddOperator(Door, name, Manager, []byte(g.secret))
		switch name {
		case "eve":
			g.eve = op.ID
		case "kim":
			err = errors.Join(err, g.SetOperatorCard(Door, op.ID, []byte(kimsCard)))
		case blockedName:
			block := func(o *Operator) error { o.Blocked = true; return nil }
			err = errors.Join(err, g.ChangeOperator(Door, op.ID, audit.OperatorBlocked, block))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	g.newCode(t)
	g.running = time.Hour // the first start is long ago
	return g
}

func (g *guessing) newCode(t *testing.T) {
	var err error
	if g.code, err = g.NewRecovery(Door, g.eve); err != nil {
		t.Fatal(err)
	}
}

func (g *guessing) step(t *testing.T) {
	switch n := g.c.Rand.IntN(100); {
	case n < 40:
		g.burst(t, []string{"eve", "kim", blockedName}[g.c.Rand.IntN(3)])
	case n < 60:
		g.right(t, []string{"eve", "kim"}[g.c.Rand.IntN(2)])
	case n < 70:
		g.recovers(t)
	case n < 88:
		d := time.Duration(g.c.Rand.Int64N(int64([]time.Duration{time.Minute, 20 * time.Minute,
			9 * time.Hour}[g.c.Rand.IntN(3)])))
		g.running += d
		g.clock.advance(d)
	case n < 94 && g.c.Round%2 == 1: // the clock alone; other rounds have restarts alone
		d := time.Duration(g.c.Rand.Int64N(int64(4*time.Hour))) - 2*time.Hour
		g.set = true
		g.clock.advance(d)
		g.c.Count("clock set")
	default:
		g.restarts(t)
	}
}

// burst tries wrong secrets, right ones of the blocked operator among them.
func (g *guessing) burst(t *testing.T, name string) {
	for range 1 + g.c.Rand.IntN(8) {
		secret := "000000"
		if name == blockedName && g.c.Rand.IntN(2) == 0 {
			secret = g.secretOf(name)
		}
		if said := g.both(t, name, func(line Line, name string) error {
			return g.logIn(line, name, secret)
		}); said == nil {
			t.Errorf("a wrong secret of %s lets in", name)
		}
	}
}

// both tries at both lines and compares what is said.
func (g *guessing) both(t *testing.T, name string, try func(Line, string) error) error {
	var said [2]error
	for i, line := range mirrored {
		if name == blockedName && i == 1 {
			name = unknownName
		}
		said[i] = try(line, name)
		g.note(t, line, name, said[i])
	}
	if fmt.Sprint(said[0]) != fmt.Sprint(said[1]) {
		t.Errorf("%q for an account, %q for an unknown name", said[0], said[1])
	}
	return said[0]
}

// note keeps what was answered, and checks that five wrong tries lock.
func (g *guessing) note(t *testing.T, line Line, name string, err error) {
	who := string(line) + "/" + name
	times := wrongTries(g.wrong[who]).recent(secretLimits, g.running)
	locks := len(times) >= 5 && g.running-times[len(times)-1] < time.Minute
	switch {
	case errors.Is(err, ErrDenied):
		g.wrong[who], g.last[line] = append(times, g.running), g.running
		g.c.Count("refused")
	case errors.Is(err, ErrLocked):
		g.c.Count("locked")
		return
	case err == nil:
		g.c.Count("let in")
	default:
		t.Errorf("%s: %v", who, err)
	}
	if locks {
		t.Errorf("%s was tested after %d wrong tries, the last %v ago", who, len(times), g.running-times[len(times)-1])
	}
}

// right logs in with what is right, after wrong cards perhaps.
func (g *guessing) right(t *testing.T, name string) {
	quiet := true
	for _, line := range mirrored {
		quiet = quiet && g.running-g.last[line] >= 15*time.Minute
	}
	err := g.both(t, name, func(line Line, name string) error { return g.logIn(line, name, g.secretOf(name)) })
	if quiet && err != nil {
		t.Errorf("the right secret at quiet lines: %v", err)
	}
	if err != nil {
		return
	}
	if name == "kim" {
		for range g.c.Rand.IntN(4) {
			if g.both(t, name, func(line Line, name string) error { return g.tap(line, name, "\x1a0000") }) == nil {
				t.Error("a wrong card lets in")
			}
		}
		if g.both(t, name, func(line Line, name string) error { return g.tap(line, name, kimsCard) }) != nil {
			return
		}
	}
	for _, line := range mirrored {
		delete(g.wrong, string(line)+"/"+name)
	}
}

func (g *guessing) tap(line Line, name, card string) error {
	_, err := g.CheckOperatorCard(line, name, []byte(card))
	return err
}

// secretOf is the right one: eve's is another after each recovery.
func (g *guessing) secretOf(name string) string {
	if name == "eve" {
		return g.secret
	}
	return "739182"
}

// recovers tries wrong codes at the attacked lines, and the right one at a quiet line.
func (g *guessing) recovers(t *testing.T) {
	for range g.c.Rand.IntN(8) {
		var said [2]error
		for i, name := range []string{blockedName, unknownName} {
			_, said[i] = g.Recover(mirrored[i], name, "00000-00000-00000-00000", []byte("another secret"))
		}
		if said[0] == nil || said[1] == nil || said[0].Error() != said[1].Error() {
			t.Errorf("wrong codes: %q for an account, %q for an unknown name", said[0], said[1])
		}
		g.c.Count("wrong code")
	}
	secret := fmt.Sprintf("secret %d", g.c.Rand.Int())
	if _, err := g.Recover("quiet", "eve", g.code, []byte(secret)); err != nil {
		t.Errorf("the right code at a quiet line: %v", err)
		return
	}
	g.secret = secret
	for _, line := range mirrored {
		delete(g.wrong, string(line)+"/eve")
	}
	g.newCode(t)
	g.c.Count("recovered")
}

// restarts cuts the power. What the log says then is all that is known of the time before, so that
// where the clock was set, in whichever direction, more may seem to have passed than did.
func (g *guessing) restarts(t *testing.T) {
	g.reopen(t)
	if g.set {
		clear(g.wrong)
	}
	for _, line := range mirrored {
		g.last[line] = g.running
	}
	g.c.Count("restarted")
}
