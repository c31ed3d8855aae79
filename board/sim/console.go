package sim

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"menshen/board/console"
	"menshen/board/desk"
	"menshen/internal/i18n"
	"menshen/policy"
)

const loggedOut = "who leaves the console open is logged out after five minutes"

// consoleIdle is after how long.
const consoleIdle = 5 * time.Minute

// seat is the desk as staff use it for a person, directly or through the console: what the world
// knows of what they did is noted as they do it.
type seat struct {
	*desk.Desk
	w    *world
	p    *person
	card uint64 // which the person holds to the reader when the desk asks for one
	pin  string // that they choose

	session desk.Session // the last
	acts    int          // that were done
}

func (w *world) seat(p *person) *seat { return &seat{Desk: w.door.Desk, w: w, p: p} }

// LogIn keeps the session, to see that it ends.
func (s *seat) LogIn(ctx context.Context, line desk.LineName, name string, secret desk.Secret, lang i18n.Language,
	step desk.Progress) (desk.Session, error) {
	is, err := s.Desk.LogIn(ctx, line, name, secret, lang, step)
	if err == nil {
		s.session = is
	}
	return is, err
}

// AddPerson makes the person known.
func (s *seat) AddPerson(ctx context.Context, by desk.Session, d desk.Details) (policy.Person, error) {
	is, err := s.Desk.AddPerson(ctx, by, d)
	if err == nil {
		s.acts++
		s.p.id, s.p.known = is.ID, true
	}
	return is, err
}

// AssignCard has the person hold their new card to the reader.
func (s *seat) AssignCard(ctx context.Context, by desk.Session, id policy.PersonID, label string,
	step desk.Progress) (policy.Credential, error) {
	c, err := s.Desk.AssignCard(ctx, by, id, label, func(d desk.Step) {
		step(d)
		s.w.hold(s.card)
	})
	if err == nil {
		s.acts++
		s.p.card, s.p.cardID = s.card, c.ID
	}
	return c, err
}

// AssignPIN gives the person the PIN that they chose.
func (s *seat) AssignPIN(ctx context.Context, by desk.Session, id policy.PersonID, pin desk.Secret, duress bool) (
	policy.Credential, error) {
	c, err := s.Desk.AssignPIN(ctx, by, id, pin, duress)
	if err == nil {
		s.acts++
		s.p.pin = s.pin
	}
	return c, err
}

// RevokeCredential takes the person's card away.
func (s *seat) RevokeCredential(ctx context.Context, by desk.Session, id policy.PersonID, credential string) (
	desk.Receipt, error) {
	r, err := s.Desk.RevokeCredential(ctx, by, id, credential)
	if err == nil {
		s.acts++
		s.p.lost = append(s.p.lost, s.p.card)
		s.p.card = 0
		if s.p.pin == "" { // with the last way in besides it the face ended (R-ALT)
			s.w.faceEnds(s.p)
		}
	}
	return r, err
}

// OpenDoor opens once.
func (s *seat) OpenDoor(ctx context.Context, by desk.Session, reason string) (policy.Decision, error) {
	s.w.decisions = nil
	d, err := s.Desk.OpenDoor(ctx, by, reason)
	if err == nil && d.Grant {
		s.acts++
		s.w.model.grant(s.w.clock.now, release, policy.ReasonConsole)
	}
	return d, err
}

// Lockdown locks the door down, or ends that.
func (s *seat) Lockdown(ctx context.Context, by desk.Session, on bool) error {
	err := s.Desk.Lockdown(ctx, by, on)
	if err == nil {
		s.acts++
		if s.w.model.lockdown = on; on {
			s.w.model.until = time.Time{}
		}
	}
	return err
}

// Evacuate unlocks the door, or ends that.
func (s *seat) Evacuate(ctx context.Context, by desk.Session, on bool) error {
	err := s.Desk.Evacuate(ctx, by, on)
	if err == nil {
		s.acts++
		s.w.model.setEmergency(&s.w.model.evacuation, policy.AlarmEvacuate, on, s.w.clock.now)
	}
	return err
}

// Status is looked at.
func (s *seat) Status(ctx context.Context, by desk.Session) (desk.Status, error) {
	is, err := s.Desk.Status(ctx, by)
	if err == nil {
		s.acts++
	}
	return is, err
}

// atConsole lets the manager log in at the console, type commands, each of which is one act at the
// desk, with what answers their questions, and log out. One in four forgets that. It reports false,
// and does nothing, where the desk is to be used directly: half of the time, and when it may not
// answer.
func (w *world) atConsole(what string, s *seat, lines ...string) bool {
	if w.disk.fails != nil || w.rnd.IntN(2) == 0 {
		return false
	}
	w.acting = s.p
	t := &terminal{w: w, lines: append([]string{manager, secret, "status"}, lines...), stays: w.rnd.IntN(4) == 0}
	err := console.Serve(context.Background(), t, s, console.Options{Unit: "main entrance", Line: "serial",
		Plain: w.rnd.IntN(2) == 0, Once: true, Location: w.plan.Zone, Idle: consoleIdle, Clock: t, Inline: true})
	if t.died != nil {
		panic(t.died)
	}
	w.Visits++
	w.LeftOpen += either(t.stays, 1, 0)
	w.tell("desk: %s, at the console%s", what, either(t.stays, ", which is left open", ""))
	w.acting = nil
	w.settle()
	w.count()
	due := 1
	for _, line := range lines {
		due += either(strings.HasPrefix(line, answer), 0, 1)
	}
	if err != nil || s.acts != due {
		w.fail(staffServed, "%s, at the console: %d of %d commands were done, %v; it told: %q", what, s.acts, due, err,
			t.out.String())
	}
	if _, err := w.door.Desk.Status(context.Background(), s.session); err == nil {
		w.fail(loggedOut, "the session goes on after %s", what)
	}
	return true
}

// answer begins a line that is no command.
const answer = "="

// terminal is a person at the console: each line is typed when the console waits for it. It is the
// console's clock too.
type terminal struct {
	w     *world
	lines []string
	stays bool // logged in
	out   bytes.Buffer
	seen  int // of out, when the last line was typed
	timer *timer
	died  any // with what the world ended the visit: the power went, or an invariant does not hold
}

func (t *terminal) Write(p []byte) (int, error) { return t.out.Write(p) }

// Read types the next line. A question is answered with yes. It does not panic, as the line holds a
// lock meanwhile.
func (t *terminal) Read(p []byte) (n int, err error) {
	defer func() {
		if r := recover(); r != nil {
			n, err, t.died = 0, io.ErrUnexpectedEOF, r
		}
	}()
	t.w.pass(time.Second)
	said := t.out.String()[t.seen:]
	t.seen = t.out.Len()
	switch {
	case strings.Contains(said, "-- more"): // a long answer waits for Enter
		return copy(p, "\r"), nil
	case strings.Contains(said, "yes or no"):
		return copy(p, "yes\r"), nil
	case len(t.lines) > 0:
		line := t.lines[0]
		t.lines = t.lines[1:]
		return copy(p, strings.TrimPrefix(line, answer)+"\r"), nil
	case !t.stays:
		return copy(p, "logout\r"), nil
	case t.timer == nil:
		return 0, io.ErrUnexpectedEOF
	}
	t.w.passUntil(t.timer.at)
	t.timer.fire()
	return 0, nil
}

func (t *terminal) Now() time.Time { return t.w.clock.host() }

// AfterFunc sets the only timer, that of an idle line.
func (t *terminal) AfterFunc(d time.Duration, f func()) console.Timer {
	t.timer = &timer{at: t.w.clock.now.Add(d), f: f}
	return t.timer
}

type timer struct {
	at time.Time
	f  func()
}

// Stop reports whether it had not ended.
func (t *timer) Stop() bool {
	had := t.f != nil
	t.f = nil
	return had
}

func (t *timer) fire() {
	if f := t.f; f != nil {
		t.f = nil
		f()
	}
}

// typedAs is the command that adds a person; empty: the console cannot say when their lease ends,
// which takes whole days.
func (p *person) typedAs(zone *time.Location) string {
	d := p.details()
	line := fmt.Sprintf("add %s --apartment %s --lang %s --group %s", p.name, d.Apartment.Reveal(), d.Lang, p.group)
	if !d.From.IsZero() || d.Blocked {
		return ""
	}
	if !d.Until.IsZero() {
		local := d.Until.In(zone)
		if local.Hour() != 0 || local.Minute() != 0 || local.Second() != 0 {
			return ""
		}
		line += " --until " + local.AddDate(0, 0, -1).Format(time.DateOnly)
	}
	return line + either(d.Minor, " --minor", "") + either(d.LongOpen, " --long-open", "")
}
