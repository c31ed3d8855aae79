package policy

import "strings"

// Text is the check's figures in words of a language. What is stored and exported is the English Detail; a detail that is not this package's, such as what
// is wrong with a picture, is given back as it stands.
func (c Check) Text(lang string) string {
	detail, untrusted := strings.CutSuffix(c.Detail, byUntrusted.en)
	for _, d := range details {
		if text, ok := d.figures(detail, lang); ok {
			if untrusted {
				text += byUntrusted.in(lang)
			}
			return text
		}
	}
	return c.Detail
}

var byUntrusted = words{", by an untrusted clock", "，时钟不可信"}

// details are all the forms that questions.go writes; % stands for a figure. The first that fits counts.
var details = []words{
	{"score % of %", "相似度 %，要求 %"},
	{"leads by % of %", "领先 %，要求 %"},
	{"used % of %", "已用 % 次，共 % 次"},
	{"% of %", "%，要求 %"},
	{"% working credentials", "可用凭证 % 个"},
	{"no limit", "不限"},
	{"from %", "自 %"},
	{"since %", "自 %"},
	{"until %", "至 %"},
	{"at %", "时间 %"},
	{"for % more", "还有 %"},
	{"within %", "在 % 之内"},
	{"face entry is not switched on", "未开通人脸通行"},
	{"no notice on record", "没有所同意的告知书"},
	{"% always opens", "总是开门"},
	{"faces cannot be used", "人脸暂不可用"},
	{"the face was refused", "人脸刚刚未通过"},
	{"has a PIN", "有键盘密码"},
	{"has no PIN", "没有键盘密码"},
}

// figures takes the figures out of an English text of the form d, and says the same in a language.
func (d words) figures(text, lang string) (string, bool) {
	out := d.in(lang)
	form := strings.Split(d.en, "%")
	rest, ok := strings.CutPrefix(text, form[0])
	for i := 1; ok && i < len(form); i++ {
		figure := rest
		if rest = ""; form[i] != "" {
			figure, rest, ok = strings.Cut(figure, form[i])
		}
		out = strings.Replace(out, "%", figure, 1)
	}
	return out, ok && rest == ""
}
