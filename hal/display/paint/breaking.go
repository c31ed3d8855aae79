package paint

import (
	"strings"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// part is a piece of text that stays together (UAX #14), with its width in pixels.
type part struct {
	text    string
	width   int // without spaces at its end
	full    int // with them
	dislike int // to break after it
}

// tearing is the dislike of a break inside a word.
const tearing = 4000

// parts takes a paragraph apart where its lines may break: best after punctuation, then between
// words. Between two Chinese characters it is allowed, no more.
func (g *glyphs) parts(s style, text string) (all []part) {
	state := -1
	inside := insideWords(text)
	at := 0
	for len(text) > 0 {
		var one string
		one, text, _, state = uniseg.FirstLineSegmentInString(text, state)
		at += len(one)
		bare := strings.TrimRight(one, " \n")
		last, _ := utf8.DecodeLastRuneInString(bare)
		dislike := 900
		switch {
		case strings.ContainsRune("，。；：、！？）,.;:!?", last):
			dislike = 0
		case bare != one:
			dislike = 200
		case inside[at]:
			dislike = tearing
		}
		all = append(all, part{one, g.width(s, bare), g.width(s, strings.TrimRight(one, "\n")), dislike})
	}
	return all
}

// lines breaks a paragraph into lines that are at most width wide, as few as can be, as even as
// can be. ok is false when a part alone is wider; torn is how many words a line ends inside of.
func (g *glyphs) lines(s style, text string, width int) (all []string, ok bool, torn int) {
	parts := g.parts(s, text)
	n := len(parts)
	type way struct{ cost, lines, next int }
	best := make([]way, n+1) // the best way to break what begins with a part
	for i := n - 1; i >= 0; i-- {
		best[i] = way{cost: -1}
		used := 0
		for j := i; j < n; j++ {
			if used+parts[j].width > width && j > i {
				break
			}
			slack := max(0, width-used-parts[j].width) * 100 / width
			cost := slack * slack
			if j < n-1 {
				cost += parts[j].dislike
			}
			w := way{best[j+1].cost + cost, best[j+1].lines + 1, j + 1}
			if best[i].cost < 0 || w.lines < best[i].lines || w.lines == best[i].lines && w.cost < best[i].cost {
				best[i] = w
			}
			used += parts[j].full
		}
	}
	ok = true
	for i := 0; i < n; i = best[i].next {
		var b strings.Builder
		for _, p := range parts[i:best[i].next] {
			b.WriteString(p.text)
		}
		if next := best[i].next; next < n && parts[next-1].dislike == tearing {
			torn++
		}
		line := strings.TrimRight(b.String(), " \n")
		ok = ok && g.width(s, line) <= width
		all = append(all, line)
	}
	return all, ok, torn
}

// chinese are words of the scenes that read badly when a line breaks inside of them. 请 belongs to
// what is asked for.
var chinese = strings.Fields(`
	人脸 密码 刷卡 您的 工作人员 摄像头 通行码 镜头 片刻 睁开 靠近 一些 后退 一点 一次 一人 第二个 面部 遮挡
	光线 强光 光亮 左侧 右侧 平时 一样 走过来 过来 走开 一步 离开 本楼 立即 打开 打电话 求助 暂时 锁闭 随时
	出去 维修 设置 同意 本人 照旧 照常 可用 收回 销毁 尚未 完成 询问 呼叫 稍等 稍候 时间 进入 现在 另一道门
	尝试 次数 过多 几分钟 再来 保持 不动 这里 自愿者 自选 识别 暂停 没有 什么 都不用做 另一位 三秒 五次
	一会儿 须两人 此门`)

// insideWords gives the places, in bytes, that are inside of a Chinese word.
func insideWords(text string) map[int]bool {
	var inside map[int]bool
	mark := func(at int) {
		if inside == nil {
			inside = map[int]bool{}
		}
		inside[at] = true
	}
	for i, r := range text {
		if r == '请' {
			mark(i + len("请"))
		}
		for _, word := range chinese {
			if strings.HasPrefix(text[i:], word) {
				for j := range word {
					if j > 0 {
						mark(i + j)
					}
				}
			}
		}
	}
	return inside
}
