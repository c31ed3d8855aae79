package board

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"menshen/board/console"
	"menshen/policy"
	"menshen/recognizer"
	"menshen/recognizer/eye"
	"menshen/store"
	"menshen/store/audit"
)

var _ console.Aimer = (*Desk)(nil)

// Aim shows what the camera sees, for aiming it, for console.LongestAim at most. Its beginning is durable in the audit log before the
// first picture is shown; as long as it lasts the camera's lamp is on, the door's own lamp and buzzer say so, and nobody is recognised.
// It ends in time also where show hangs. Each picture is overwritten once it was shown, and none is ever stored (R-STRANGER).
func (d *Desk) Aim(ctx context.Context, s console.Session, show func(*console.Picture)) (err error) {
	by, err := d.allow(s, opensDoor)
	if err != nil {
		return err
	}
	if d.u.eye == nil {
		return problem(errors.New("this unit has no camera"), remedies[offByConfig].fix)
	}
	if d.u.faces.unusable != nil { // an eye without models makes no pictures
		why, fix := d.u.whyOff(off{state: offFiles}, s.Lang)
		return problem(errors.New(why), fix)
	}
	ctx, done := d.within(ctx, s)
	defer done()
	ctx, cancel := context.WithTimeoutCause(ctx, d.longestAim, errAimedLongest)
	defer cancel()
	began, until := d.u.now(), time.Now().Add(d.longestAim)
	if err := d.u.beginAiming(ctx, by); err != nil {
		return err
	}
	var shown atomic.Int64
	end := sync.OnceFunc(func() {
		// On the loop, as the beginning; where that has ended nothing looks any more, and the record is made all the same.
		_ = d.u.do(context.WithoutCancel(ctx), d.u.endAiming)
		d.u.record(store.Entry{Kind: audit.AimingEnded, Actor: by, Detail: map[string]string{
			"pictures": strconv.FormatInt(shown.Load(), 10), "for": d.u.now().Sub(began).Round(time.Second).String()}})
	})
	defer end()
	defer context.AfterFunc(ctx, end)()
	for {
		select {
		case p, ok := <-d.u.eye.Pictures():
			if !ok {
				return ErrStopped
			}
			picture := shownAs(p, s.Lang)
			picture.Left = time.Until(until)
			show(picture)
			p.Wipe()
			shown.Add(1)
		case <-ctx.Done():
			if errors.Is(context.Cause(ctx), errAimedLongest) {
				return problem(fmt.Errorf(words(s.Lang, "the camera was shown for %v, and is no longer", "画面已显示 %v，现已关闭"), d.longestAim),
					words(s.Lang, "type 'aim' to see it again", "再次输入 aim 可继续"))
			}
			return ended(ctx)
		case <-d.u.stopped:
			return ErrStopped
		}
	}
}

// errAimedLongest ends an aiming that took all its time.
var errAimedLongest = errors.New("aimed for the longest time")

// beginAiming sets the eye and the lamps, and waits for the record.
func (u *Unit) beginAiming(ctx context.Context, by store.Actor) error {
	var refused error
	err := u.do(ctx, func() {
		f := &u.faces
		switch {
		case f.taking != nil:
			refused = problem(errors.New("somebody's face is being taken"), "wait until that is done")
		case f.aiming:
			refused = problem(errors.New("somebody is aiming the camera already"), "end that first")
		default:
			f.aiming = true
			u.follow(u.now())
			if lamp := u.outputs.camera; lamp != nil && !u.outputs.on[lamp] {
				f.aiming = false
				refused = problem(errors.New("the camera's lamp does not work"), "repair it: nobody is looked at in the dark")
				return
			}
			u.signals.rest(policy.SignalAiming)
		}
	})
	if err = errors.Join(err, refused); err != nil {
		return err
	}
	within, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	begun := store.Entry{At: u.now(), Kind: audit.AimingBegun, Actor: by, Door: u.cfg.Unit.Name}
	u.tellRecord(begun)
	_, err = u.vault.Record(within, begun)
	if err != nil {
		_ = u.do(context.WithoutCancel(ctx), u.endAiming)
		return problem(fmt.Errorf("the picture is not shown, because that cannot be recorded now: %w", err), "see the store's line of 'status'")
	}
	return nil
}

func (u *Unit) endAiming() {
	u.faces.aiming = false
	u.signals.rest(u.resting())
}

// shownAs is a picture as the console draws it. It shares the pixels.
func shownAs(p eye.Picture, lang string) *console.Picture {
	out := &console.Picture{Width: p.Width, Height: p.Height, Gray: p.Grey, Zone: p.Zone, Face: p.Box}
	q := p.Quality
	if !p.Box.Empty() {
		out.Good = q.Advice == recognizer.Fine
		out.Advice = q.Advice.Text(lang)
		out.Figures = fmt.Sprintf(words(lang, "%d px, sharp %.0f, bright %.0f, yaw %+.0f", "高 %d px，清晰度 %.0f，亮度 %.0f，偏转 %+.0f"),
			q.Height, q.Sharpness, q.Brightness, q.Yaw)
	} else {
		out.Figures = fmt.Sprintf("%d×%d", p.Camera.X, p.Camera.Y)
	}
	return out
}
