package unit

import (
	"cmp"
	"context"
	"slices"
	"time"

	"menshen/hal"
	"menshen/hal/scene"
	"menshen/internal/i18n"
	"menshen/internal/i18n/catalogue"
)

// guide is what the door shows while staff lead a person through a step, or while somebody reads
// the notice at the keypad. Nothing is decided by it, and it ends by itself: staff may hang up, and
// readers walk on.
type guide struct {
	scene scene.Scene
	until time.Duration // by Unit.steady
}

const (
	readFor   = 5 * time.Minute // to read it, and after the last key
	ledAtMost = 10 * time.Minute
)

// leads reports whether it is shown.
func (g *guide) leads(now time.Duration) bool { return now < g.until }

// Lead has the door tell a step through which staff lead a person: scene.Notice, which stays until
// something else is told; scene.Consent and scene.Writing, with the time for it; or what came of it
// (scene.Stored, scene.NotStored, scene.Grown, scene.Carried). scene.Ready ends it. The unit is
// told a kind and a manner, never words or names. Errors: those of [Unit.do].
func (u *Unit) Lead(ctx context.Context, m Manner, k scene.Kind, within time.Duration) error {
	return u.do(ctx, func() {
		u.front.guide = guide{}
		switch k {
		case scene.Stored, scene.NotStored, scene.Grown, scene.Carried:
			u.show(m.scene(scene.Scene{Kind: k}), m.patience(lasting[k]))
		case scene.Notice, scene.Consent, scene.Writing:
			u.lead(scene.Scene{Kind: k, Within: within}, m, cmp.Or(within, ledAtMost))
		}
	})
}

func (u *Unit) lead(s scene.Scene, m Manner, lasts time.Duration) {
	u.front.noLongerWaits()
	u.front.guide = guide{scene: m.scene(s), until: u.steady() + lasts}
}

// noticeKey opens the notice at the keypad: 0 and #. No PIN is that short.
const noticeKey = "0"

// turnsPage reports whether a key was for the notice that is shown: # turns its page and * ends it.
// Digits are a code's, also while somebody reads.
func (u *Unit) turnsPage(b hal.Button) bool {
	g, now := &u.front.guide, u.steady()
	if g.scene.Kind != scene.Notice || !g.leads(now) || len(u.keypad.digits) > 0 {
		return false
	}
	switch b {
	case '#': // from now on it is the reader who turns
		g.scene.Done = max(g.scene.Done, 1) + 1
		g.until = max(g.until, now+readFor)
	case '*':
		u.front.guide = guide{}
	default:
		return false
	}
	return true
}

// readNotice shows the notice to whoever asks for it at the keypad, in the site's language, and
// asked again in the next one.
func (u *Unit) readNotice() {
	g := &u.front.guide
	lang := ""
	if g.scene.Kind == scene.Notice && g.leads(u.steady()) {
		lang = u.nextLanguage(g.scene.Lang)
	}
	u.lead(scene.Scene{Kind: scene.Notice}, Manner{Lang: lang}, readFor)
}

// nextLanguage gives the language after one; empty is the site's, and comes after the last.
func (u *Unit) nextLanguage(lang string) string {
	codes := slices.DeleteFunc(catalogue.Codes(), func(c string) bool {
		return c == cmp.Or(u.cfg.Console.Language, i18n.English.Code())
	})
	at := slices.Index(codes, lang) + 1 // the site's is not among them
	if at == len(codes) {
		return ""
	}
	return codes[at]
}
