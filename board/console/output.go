package console

import (
	"errors"
	"fmt"
	"strings"

	"menshen/board/desk"
	"menshen/internal/i18n"
	"menshen/internal/screen"
	"menshen/policy"
)

// put sends s as it is: prompts, and text that is clean.
func (c *console) put(s string) { _, _ = c.line.Write([]byte(s)) } // a lost line shows at the next read

// print sends one line as long as it is: one of a table, or of JSON. Characters that would
// act on a terminal are replaced.
func (c *console) print(s string) {
	c.put(screen.Clean(s) + "\r\n")
	c.rows++
}

// say prints a message in lines of the terminal's width.
func (c *console) say(t i18n.Message) { c.paragraphs(c.lang.Say(t)) }

func (c *console) paragraphs(s string) {
	for _, l := range c.wrapped(s) {
		c.print(l)
	}
}

// hanging prints one paragraph, its further lines indented.
func (c *console) hanging(s string, indent int) {
	for _, l := range screen.Hang(s, c.width()-1, indent) {
		c.print(l)
	}
}

// wrapped is s in lines of the terminal's width, less one column: a character in the last column
// makes some terminals begin a new line.
func (c *console) wrapped(s string) []string { return screen.Wrap(s, c.width()-1) }

// width and height are the terminal's now.
func (c *console) width() int  { w, _ := c.line.size(); return w }
func (c *console) height() int { _, h := c.line.size(); return h }

// problem tells what went wrong, in the operator's language, with the remedy.
func (c *console) problem(err error) {
	if t, ok := wordOf(err); ok {
		c.say(t)
		return
	}
	c.say(i18n.M("console.problem", "Problem: %s", strings.ReplaceAll(c.lang.Say(i18n.Of(err)), "\n", "; ")))
}

// wordOf gives the errors that the console words itself.
func wordOf(err error) (i18n.Message, bool) {
	for _, w := range errorWords {
		if errors.Is(err, w.err) {
			var e *i18n.Error
			if errors.As(err, &e) && !e.Remedy.IsZero() {
				return i18n.M("console.error-and-remedy", "%v %v", w.words, e.Remedy), true
			}
			return w.words, true
		}
	}
	return i18n.Message{}, false
}

var errorWords = []struct {
	err   error
	words i18n.Message
}{
	{desk.ErrRefused, i18n.M("console.login-denied", "Name or secret is wrong.")},
	{desk.ErrLockedOut, i18n.M("console.locked-out",
		"Too many wrong tries here. Wait, 15 minutes at most, or log in at another line.")},
	{desk.ErrNotAcknowledged, i18n.M("console.commitment-needed",
		"The confidentiality commitment must be accepted first.")},
	{desk.ErrNotAllowed, i18n.M("console.not-allowed", "Your role may not do that. Ask an operator whose role may.")},
	{desk.ErrEnded, i18n.M("console.session-ended", "The session has ended. Log in again.")},
	{desk.ErrNoPerson, i18n.M("console.no-such-person", "There is no such person. Type people to see all.")},
	{desk.ErrNoRecord, i18n.M("console.no-such-record",
		"There is no such record. Type decisions to see the last ones.")},
	{errNothingDone, i18n.M("console.nothing-was-done", "Nothing was done.")},
	{errBroken, i18n.M("console.broken-off", "Broken off.")},
	{errTooLong, i18n.M("console.line-too-long", "That line was too long and was ignored.")},
	{errQuote, i18n.M("console.quotation-open", "A quotation mark is not closed.")},
}

// step shows what the unit waits for a person at the door to do.
func (c *console) step(s desk.Step) {
	if s.Wanted > 0 {
		c.paragraphs(fmt.Sprintf("[%d/%d] %s", s.Done, s.Wanted, s.Text))
		return
	}
	c.paragraphs("... " + s.Text)
}

// receipt shows the receipt of an erasure, if there is one.
func (c *console) receipt(r desk.Receipt) {
	if r.FaceGone {
		c.say(i18n.M("console.face-erased-too", "The face was erased too."))
	}
	if r.OnCard {
		c.say(i18n.M("console.card-inert", "It lay on their card, and what could open it is destroyed: no door can "+
			"use it any more. If they hold the card to the reader within a minute, it is overwritten too."))
	}
	if r.Serial != "" {
		c.say(i18n.M("console.receipt", "Receipt %s: %s, %s", r.Serial, c.time(r.At), r.Detail))
	}
}

// screen prints a long answer, a screenful at a time if the operator wants that,
// counted from the last question.
func (c *console) screen(lines []string) error {
	for _, l := range lines {
		if c.paged && !c.plain && c.rows >= c.height()-1 {
			if err := c.more(); err != nil {
				return err
			}
		}
		c.print(l)
	}
	return nil
}

// more waits for Enter. Anything typed before it, or Ctrl-C, ends the list.
func (c *console) more() error {
	c.line.flush()
	s, err := c.ask(i18n.M("console.more", "-- more: Enter, or q -- "))
	if err == nil && s != "" {
		err = errBroken
	}
	return err
}

// name shows a person to the operator. The Desk has recorded the look-up.
func name(p policy.Person) string {
	return strings.TrimSpace(p.Apartment.Reveal() + " " + p.Name.Reveal())
}
