package console

import (
	"context"
	"fmt"
	"image"
	"time"

	"menshen/board/desk"
	"menshen/internal/screen"
)

// rate is what the line carries in bytes a second, 8N1: 11,520 at 115,200 baud.
func (o Options) rate() int { return o.Baud / 10 }

// frameBudget is the most that one picture may cost at a rate: a third of a second, so that there are two a second even
// where the camera gives no more than seven.
func frameBudget(rate int) int { return max(rate/3, 200) }

// aim shows the camera's picture until a key is pressed. Nothing of it stays: neither here nor, after the last clear,
// on the screen.
func aim(ctx context.Context, c *console, words []string) error {
	style := "ascii"
	if len(words) == 1 {
		style = words[0]
	}
	if len(words) > 1 || style != "ascii" && style != "blocks" && style != "words" {
		return c.misuse("aim")
	}
	if c.plain || style == "words" {
		c.printf(text{"A key ends this; it ends by itself after %d minutes.", "按任意键结束；%d 分钟后自动结束。"}, desk.LongestAim/time.Minute)
		return c.viewing(ctx, func(ctx context.Context) error {
			last := ""
			return c.desk.(Aimer).Aim(ctx, c.who, func(p *desk.Picture) {
				if s := c.whereabouts(p); s != last && ctx.Err() == nil {
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
			if w, h := c.line.size(); w != v.cols || h-2 != v.rows { // the window was resized
				v.wipe()
				v = newCanvas(w, h-2, style == "blocks")
				c.put(plainStyle + clearScreen)
			}
			v.draw(p)
			out := v.frame(frameBudget(c.o.rate()), c.caption(p))
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
		s = text{"good", "良好"}.in(c.lang)
	}
	if p.Face.Empty() {
		s = text{"no face", "未见人脸"}.in(c.lang)
	}
	s += "  " + p.Figures + text{"  (a key ends this)", "  （按任意键结束）"}.in(c.lang)
	left := p.Left.Round(time.Second) // first, so that no narrow terminal cuts it off
	s = fmt.Sprintf(text{"%d:%02d left  %s", "还剩 %d:%02d  %s"}.in(c.lang), left/time.Minute, left%time.Minute/time.Second, s)
	return screen.Pad(screen.Clean(s), c.width()-1)
}

// whereabouts is a picture in words, for those who do not see it: where the face is in the picture, in ninths, how large, and
// what would help.
func (c *console) whereabouts(p *desk.Picture) string {
	if p.Face.Empty() {
		return text{"no face", "未见人脸"}.in(c.lang)
	}
	x, y := (p.Face.Min.X+p.Face.Max.X)/2, (p.Face.Min.Y+p.Face.Max.Y)/2
	across := []text{{"left", "左"}, {"middle", "中"}, {"right", "右"}}[third(x, p.Width)]
	down := []text{{"top", "上"}, {"centre", "中"}, {"bottom", "下"}}[third(y, p.Height)]
	s := fmt.Sprintf(text{
		"face at %s %s, %d%% of the height",
		"人脸位于%s%s，占高度 %d%%"}.in(c.lang), across.in(c.lang), down.in(c.lang), p.Face.Dy()*100/max(p.Height, 1)/10*10)
	if !p.Face.In(p.Zone) && !p.Zone.Empty() {
		s += text{", outside the zone", "，在检测区外"}.in(c.lang)
	}
	if p.Good {
		return s + text{": good", "：良好"}.in(c.lang)
	}
	return s + ": " + p.Advice
}

func third(x, size int) int { return min(max(3*x/max(size, 1), 0), 2) }

// fit is the largest size in cells, of cols by rows at most, that has the shape of w by h pixels. A cell is taken for twice as tall as
// wide.
func fit(w, h, cols, rows int) image.Point {
	x, y := cols, cols*h/max(2*w, 1)
	if y > rows {
		x, y = rows*2*w/max(h, 1), rows
	}
	return image.Pt(max(min(x, cols), 1), max(min(y, rows), 1))
}
