package policy

// Text is a signal in words: its rhythm, and what it asks for. lang is "en" or "zh". Only signals that answer an attempt to come in have
// words; another is given back as it stands.
func (s Signal) Text(lang string) string {
	if w, ok := signalWords[s]; ok {
		return w.in(lang)
	}
	return string(s)
}

var signalWords = map[Signal]words{
	SignalGranted: {"one long (come in)", "一长（请进）"},
	SignalRefused: {"three short (no)", "三短（不开门）"},
	SignalWait:    {"five slow ticks (wait a moment)", "五次慢响（请稍候）"},
	SignalLook:    {"two and two short (look at the camera)", "两短两短（请看摄像头）"},
	SignalTap:     {"short and long, twice (tap a card)", "一短一长，两遍（请刷卡）"},
	SignalCode:    {"four short, twice (type the code)", "四短，两遍（请输入密码）"},
	SignalFire:    {"very fast, without end (leave now)", "急促连响（立即离开）"},
}
