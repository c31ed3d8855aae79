package profile

import "strings"

// words are the parts of a wire's name in Chinese.
var words = map[string]string{
	"relay": "继电器", "rex": "出门按钮", "contact": "门磁", "fire": "消防", "tamper": "防拆", "bell": "门铃", "staff": "值班放行",
	"lockdown": "紧急锁闭", "interlock": "互锁", "alarm": "报警", "duress": "胁迫", "camera": "摄像指示",
	"green": "绿灯", "red": "红灯", "buzzer": "蜂鸣器", "reader": "读卡器", "console": "控制台", "reset": "复位", "d0": "D0", "d1": "D1",
	"input": "输入", "signal": "信号",
}

// zh says the name of a wire, such as "reader outside d0", in Chinese; the reader's own name stays.
func zh(of string) string {
	var all strings.Builder
	spaced := false
	for i, p := range strings.Fields(of) {
		w, known := words[p]
		known = known && !(i == 1 && strings.HasPrefix(of, "reader "))
		if !known {
			w = p
		}
		if i > 0 && (!known || spaced) {
			all.WriteByte(' ')
		}
		all.WriteString(w)
		spaced = !known
	}
	return all.String()
}

// say picks a sentence of the drawing.
func say(lang, en, chinese string) string { return Text{en, chinese}.In(lang) }
