package console

import (
	"context"
	"image"
	"time"

	"menshen/board/desk"
	"menshen/internal/i18n"
	"menshen/internal/screen"
)

// rate is what the line carries in bytes a second, 8N1: 11,520 at 115,200 baud.
func (o Options) rate() int { return o.Baud / 10 }

// frameBudget is the most that one picture may cost at a rate: a third of a second, so that there
// are two a second even where the camera gives no more than seven.
func frameBudget(rate int) int { return max(rate/3, 200) }

// aim shows the camera's picture until a key is pressed. Nothing of it stays in memory or, after
// the last clear, on the screen.
func aim(ctx context.Context, c *console, words []string) error {
	style := "ascii"
	if len(words) == 1 {
		style = words[0]
	}
	if len(words) > 1 || style != "ascii" && style != "blocks" && style != "words" {
		return c.misuse("aim")
	}
	if c.plain || style == "words" {
		c.say(i18n.M("console.aim-ends", "Press any key to end this; it ends by itself after %d minutes.",
			desk.LongestAim/time.Minute))
		return c.viewing(ctx, func(ctx context.Context) error {
			last := ""
			return c.desk.(Aimer).Aim(ctx, c.who, func(p *desk.Picture) {
				s := c.whereabouts(p)
				if p.Infrared != nil {
					s += "; " + c.lang.Say(i18n.M("console.infrared", "infrared: %s", p.Infrared.Advice))
				}
				if s != last && ctx.Err() == nil {
					c.hanging(s, 2)
					last = s
				}
			})
		})
	}
	v := newCanvas(c.width(), c.height()-2, style == "blocks")
	c.put(clearScreen)
	defer func() {
		v.wipe()
		c.put(plainStyle + clearScreen)
	}()
	return c.viewing(ctx, func(ctx context.Context) error {
		var free time.Time // when the line has carried all that was sent
		return c.desk.(Aimer).Aim(ctx, c.who, func(p *desk.Picture) {
			now := c.o.Clock.Now()
			if now.Before(free) || ctx.Err() != nil {
				return // the line is busy; the next picture will be newer
			}
			below := []string{c.caption(p)}
			if p.Infrared != nil {
				below = append(below, c.infraredCaption(p.Infrared))
			}
			// The window was resized, or the second camera came or went.
			if w, h := c.line.size(); w != v.cols || h-1-len(below) != v.rows {
				v.wipe()
				v = newCanvas(w, h-1-len(below), style == "blocks")
				c.put(plainStyle + clearScreen)
			}
			v.draw(p)
			out := v.frame(frameBudget(c.o.rate()), below...)
			_, _ = c.line.Write(out)
			clear(out)
			free = now.Add(time.Duration(len(out)) * time.Second / time.Duration(c.o.rate()))
		})
	})
}

// caption is the line below the picture.
func (c *console) caption(p *desk.Picture) string {
	s := p.Advice
	if p.Good {
		s = c.lang.Say(i18n.M("console.good", "good"))
	}
	if p.Face.Empty() {
		s = c.lang.Say(i18n.M("console.no-face", "no face"))
	}
	s += "  " + p.Figures + c.lang.Say(i18n.M("console.any-key-ends-hint", "  (any key ends this)"))
	left := p.Left.Round(time.Second) // first, so that no narrow terminal cuts it off
	s = c.lang.Say(i18n.M("console.time-left", "%d:%02d left  %s", left/time.Minute, left%time.Minute/time.Second, s))
	return screen.Pad(screen.Clean(s), c.width()-1)
}

// infraredCaption is the line below that, about the second camera.
func (c *console) infraredCaption(p *desk.Picture) string {
	return screen.Pad(screen.Clean(c.lang.Say(i18n.M("console.infrared", "infrared: %s", p.Advice))+"  "+p.Figures),
		c.width()-1)
}

// whereabouts is a picture in words, for people who cannot see it: where the face is, in ninths of
// the picture, how large, and what would help.
func (c *console) whereabouts(p *desk.Picture) string {
	if p.Face.Empty() {
		return c.lang.Say(i18n.M("console.no-face", "no face"))
	}
	x, y := (p.Face.Min.X+p.Face.Max.X)/2, (p.Face.Min.Y+p.Face.Max.Y)/2
	across := []i18n.Message{i18n.M("console.to-the-left", "left"), i18n.M("console.middle", "middle"),
		i18n.M("console.to-the-right", "right")}[thirdOf(x, p.Width)]
	down := []i18n.Message{i18n.M("console.top", "top"), i18n.M("console.centre", "centre"),
		i18n.M("console.bottom", "bottom")}[thirdOf(y, p.Height)]
	s := c.lang.Say(i18n.M("console.face-at", "face at %v %v, %d%% of the height",
		across, down, p.Face.Dy()*100/max(p.Height, 1)/10*10))
	if !p.Face.In(p.Zone) && !p.Zone.Empty() {
		s += c.lang.Say(i18n.M("console.outside-zone", ", outside the zone"))
	}
	if p.Good {
		return c.lang.Say(i18n.M("console.face-is-good", "%s: good", s))
	}
	return c.lang.Say(i18n.M("console.face-advice", "%s: %s", s, p.Advice))
}

func thirdOf(x, size int) int { return min(max(3*x/max(size, 1), 0), 2) }

// fitSize is the largest size in cells, at most cols by rows, that has the shape of w by h pixels.
// A cell counts as twice as tall as wide.
func fitSize(w, h, cols, rows int) image.Point {
	x, y := cols, cols*h/max(2*w, 1)
	if y > rows {
		x, y = rows*2*w/max(h, 1), rows
	}
	return image.Pt(max(min(x, cols), 1), max(min(y, rows), 1))
}
