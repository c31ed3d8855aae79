package sim

import (
	"context"
	"strings"

	"menshen/board/desk"
	"menshen/policy"
)

// The manager changes the cleaners' hours while the door works, and back again.

// early are those of the time in which the cleaners come an hour earlier.
var early = []span{{"mo tu we th fr", 5 * 60, 8 * 60}, {"sa", 22 * 60, 2 * 60}}

// hoursOf are the hours of a group as they are now.
func (w *world) hoursOf(group string) []span {
	if group == "cleaners" && w.early {
		return early
	}
	return hours[group]
}

func (w *world) changesHours(*person) {
	if w.disk.fails != nil {
		return
	}
	const what = "the cleaners' hours are changed"
	spans := []string{either(w.early, "mon-fri 06:00-09:00", "mon-fri 05:00-08:00"), "sat 22:00-02:00"}
	w.changing = true
	at := w.seat(nil)
	if !w.atConsole(what, at, "group-set cleaners "+strings.Join(spans, " ")) {
		w.atDesk(what, nil, func(ctx context.Context, s desk.Session) error {
			h, err := w.door.Desk.Hours(ctx, s)
			if err != nil {
				return err
			}
			var rule policy.Access
			for _, text := range spans {
				var p policy.Span
				if err := p.UnmarshalText([]byte(text)); err != nil {
					return err
				}
				rule.Hours = append(rule.Hours, p)
			}
			return at.ChangeHours(ctx, s, h.Hours, h.With("cleaners", rule))
		})
	}
	w.changing = false
}

// ChangeHours is noted once it is done.
func (s *seat) ChangeHours(ctx context.Context, by desk.Session, was, now policy.Hours) error {
	err := s.Desk.ChangeHours(ctx, by, was, now)
	if err == nil {
		s.acts++
		s.w.moved, s.w.early = true, !s.w.early
	}
	return err
}

// adoptHours looks, after a start, whether the hours are as they were left. Of a change that the
// power cut off it is not known whether it was made.
func (w *world) adoptHours() {
	h, err := w.door.vault.Hours(w.door.conf.Site.Hours())
	is := strings.Contains(policy.RulesText(h.Of("cleaners"), nil), "05:00-08:00")
	if err != nil || !w.changing && (is != w.early || h.Changed.IsZero() == w.moved) {
		w.fail(nothingLost, "the cleaners' hours are %q, %v", policy.RulesText(h.Of("cleaners"), nil), err)
	}
	w.early, w.moved, w.changing = is, !h.Changed.IsZero(), false
}
