package policy

import "menshen/internal/i18n"

// Message is a signal in words: its rhythm, and what it asks for. Only signalWords that answer an attempt to come in
// have words; another is given back as it stands.
func (s Signal) Message() i18n.Message {
	if m, ok := signalWords[s]; ok {
		return m
	}
	return i18n.Verbatim(string(s))
}

var signalWords = map[Signal]i18n.Message{
	SignalGranted: i18n.M("policy.one-long-come", "one long (come in)"),
	SignalRefused: i18n.M("policy.three-short-no", "three short (no)"),
	SignalWait:    i18n.M("policy.five-slow-ticks-wait", "five slow ticks (wait a moment)"),
	SignalLook:    i18n.M("policy.two-two-short-look", "two and two short (look at the camera)"),
	SignalTap:     i18n.M("policy.short-long-twice-tap", "short and long, twice (tap a card)"),
	SignalCode:    i18n.M("policy.four-short-twice-type", "four short, twice (type the code)"),
	SignalFire:    i18n.M("policy.very-fast-without-end", "very fast, without end (leave now)"),
}
