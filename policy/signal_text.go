package policy

import "menshen/internal/i18n"

// Message gives a signal in words: its rhythm, and what it asks for. Only signals that answer an
// attempt have words; another is given back as it stands.
func (s Signal) Message() i18n.Message {
	if m, ok := signalWords[s]; ok {
		return m
	}
	return i18n.Verbatim(string(s))
}

var signalWords = map[Signal]i18n.Message{
	SignalGranted: i18n.M("policy.signal-granted", "one long (come in)"),
	SignalRefused: i18n.M("policy.signal-refused", "three short (no)"),
	SignalWait:    i18n.M("policy.signal-wait", "five slow ticks (wait a moment)"),
	SignalLook:    i18n.M("policy.signal-look", "two and two short (look at the camera)"),
	SignalTap:     i18n.M("policy.signal-tap", "short and long, twice (tap a card)"),
	SignalCode:    i18n.M("policy.signal-code", "four short, twice (type the code)"),
	SignalFire:    i18n.M("policy.signal-fire", "very fast, without end (leave now)"),
}
