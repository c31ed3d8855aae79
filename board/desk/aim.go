package desk

import (
	"context"
	"errors"
	"fmt"
	"image"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"menshen/board/unit"
	"menshen/hal/scene"
	"menshen/internal/i18n"
	"menshen/recognizer/eye"
	"menshen/store"
	"menshen/store/audit"
)

// Aim shows what the camera sees, for aiming it, for [LongestAim] at most. Its beginning is durable
// in the audit log before the first picture is shown. While it lasts the camera's lamp is on, the
// door's own lamp and buzzer say so, and no face is recognised. It ends in time even if show hangs.
// Each picture is overwritten once it was shown, and none is ever stored (R-STRANGER). To
// who takes a person's face it shows that, until it is taken (decision 52).
func (d *Desk) Aim(ctx context.Context, s Session, show func(*Picture)) (err error) {
	by, err := d.allow(s, OpensDoor)
	if err != nil {
		return err
	}
	pictures := d.unit.Pictures()
	if pictures == nil {
		return i18n.Problem(i18n.E("desk.no-camera", "this unit has no camera"), remedies[unit.OffByConfig])
	}
	if d.unit.Unusable() { // an eye without models makes no pictures
		return d.facesOff(unit.Off{State: unit.OffFiles}, s.Lang)
	}
	ctx, done := d.withSession(ctx, s)
	defer done()
	ctx, cancel := context.WithTimeoutCause(ctx, d.longestAim, errAimedLongest)
	defer cancel()
	until, _ := ctx.Deadline()
	began := d.now()
	over, err := d.unit.BeginAiming(ctx, by)
	switch {
	case err != nil && ctx.Err() != nil: // the session ended meanwhile; the disk is not why
		return sessionEnd(ctx)
	case err != nil:
		return d.explainFaces(err, s.Lang)
	}
	var shown atomic.Int64
	end := sync.OnceFunc(func() {
		d.unit.EndAiming(ctx)
		d.unit.Record(store.Entry{Kind: audit.AimingEnded, Actor: by, Detail: map[string]string{
			"pictures": strconv.FormatInt(shown.Load(), 10), "for": d.now().Sub(began).Round(time.Second).String()}})
	})
	defer end()
	defer context.AfterFunc(ctx, end)()
	for {
		select {
		case p, ok := <-pictures:
			if !ok {
				return unit.ErrStopped
			}
			picture := shownAs(p, s.Lang)
			if picture.Left = time.Until(until); picture.Left <= 0 { // it came with the end
				p.Wipe()
				continue
			}
			show(picture)
			p.Wipe()
			shown.Add(1)
		case <-over:
			return nil
		case <-ctx.Done():
			if errors.Is(context.Cause(ctx), errAimedLongest) {
				return i18n.Problem(i18n.E("desk.aimed-longest",
					"the camera was shown for %v, the longest time allowed", d.longestAim),
					i18n.M("desk.aim-again", "type 'aim' to see it again"))
			}
			return sessionEnd(ctx)
		case <-d.unit.Stopped():
			return unit.ErrStopped
		}
	}
}

// errAimedLongest is the cause when an aiming ends because its time is up.
var errAimedLongest = errors.New("aimed for the longest time")

// shownAs is a picture as the console draws it. It shares the pixels.
func shownAs(p eye.Picture, lang i18n.Language) *Picture {
	out := &Picture{Width: p.Width, Height: p.Height, Gray: p.Grey, Zone: p.Zone, Face: p.Box}
	q := p.Quality
	if !p.Box.Empty() {
		out.Good = q.Advice == scene.Fine
		out.Advice = lang.Say(q.Advice.Message())
		out.Figures = lang.Say(i18n.M("desk.picture-figures", "%d px, sharp %.0f, bright %.0f, yaw %+.0f", q.Height,
			q.Sharpness, q.Brightness, q.Yaw))
	} else {
		out.Figures = fmt.Sprintf("%d×%d", p.Camera.X, p.Camera.Y)
	}
	if p.Infrared != nil {
		out.Infrared = infraredAs(p.Infrared, !p.Box.Empty(), lang)
	}
	return out
}

// infraredAs is the second camera's picture, and what is to be done about it.
func infraredAs(p *eye.Picture, face bool, lang i18n.Language) *Picture {
	out := &Picture{Width: p.Width, Height: p.Height, Gray: p.Grey, Zone: p.Zone, Face: p.Box}
	light := p.Light
	out.Good = light.Face > 0 && light.Lights()
	var advice i18n.Message
	switch {
	case light.Unlit():
		advice = i18n.M("desk.infrared-unlit", "the emitter changes nothing: check its wire, or another light "+
			"is stronger")
	case !face:
		advice = i18n.M("desk.infrared-works", "the emitter works")
	case out.Good:
		advice = i18n.M("desk.infrared-good", "the same face, lit by the emitter")
	case light.Face > 0:
		advice = i18n.M("desk.infrared-not-lit", "the same face, and the emitter does not light it")
	case !p.Box.Empty():
		advice = i18n.M("desk.infrared-elsewhere", "a face elsewhere: [infrared] view = %v", perCent(p.View))
	default:
		advice = i18n.M("desk.infrared-no-face", "no face there")
	}
	out.Advice = lang.Say(advice)
	out.Figures = lang.Say(i18n.M("desk.infrared-figures", "%.0f lit, %.0f dark", light.Lit, light.Dark))
	return out
}

// perCent is a view as the configuration has it.
func perCent(view image.Rectangle) string {
	return fmt.Sprintf("[%d, %d, %d, %d]", view.Min.X/10, view.Min.Y/10, view.Max.X/10, view.Max.Y/10)
}
