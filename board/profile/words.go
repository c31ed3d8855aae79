package profile

import (
	"strings"

	"menshen/internal/i18n"
)

// words are the parts of a wire's name.
var words = map[string]i18n.Message{
	"relay":     i18n.M("profile.wire-relay", "relay"),
	"rex":       i18n.M("profile.wire-rex", "rex"),
	"contact":   i18n.M("profile.wire-contact", "contact"),
	"fire":      i18n.M("profile.wire-fire", "fire"),
	"tamper":    i18n.M("profile.wire-tamper", "tamper"),
	"bell":      i18n.M("profile.wire-bell", "bell"),
	"staff":     i18n.M("profile.wire-staff", "staff"),
	"lockdown":  i18n.M("profile.wire-lockdown", "lockdown"),
	"interlock": i18n.M("profile.wire-interlock", "interlock"),
	"mains":     i18n.M("profile.wire-mains", "mains"),
	"battery":   i18n.M("profile.wire-battery", "battery"),
	"adc":       i18n.M("profile.wire-adc", "ADC"),
	"alarm":     i18n.M("profile.wire-alarm", "alarm"),
	"duress":    i18n.M("profile.wire-duress", "duress"),
	"camera":    i18n.M("profile.wire-camera", "camera"),
	"infrared":  i18n.M("profile.wire-infrared", "infrared"),
	"green":     i18n.M("profile.wire-green", "green"),
	"red":       i18n.M("profile.wire-red", "red"),
	"buzzer":    i18n.M("profile.wire-buzzer", "buzzer"),
	"reader":    i18n.M("profile.wire-reader", "reader"),
	"console":   i18n.M("profile.wire-console", "console"),
	"reset":     i18n.M("profile.wire-reset", "reset"),
	"display":   i18n.M("profile.wire-display", "display"),
	"dc":        i18n.M("profile.wire-dc", "data/command"),
	"light":     i18n.M("profile.wire-light", "light"),
	"busy":      i18n.M("profile.wire-busy", "busy"),
	"d0":        i18n.M("profile.wire-d0", "d0"),
	"d1":        i18n.M("profile.wire-d1", "d1"),
	"input":     i18n.M("profile.wire-input", "input"),
	"signal":    i18n.M("profile.wire-signal", "signal"),
	"output":    i18n.M("profile.wire-output", "output"),
}

// wire gives the name of a wire, such as "reader outside d0"; a
// reader's or an output's own name is not translated.
func wire(of string) i18n.Message {
	var name i18n.Message
	glued := false // the word before is not a name; some languages write both without a space
	for i, w := range strings.Fields(of) {
		word, known := words[w]
		if !known || i == 1 && named(of) {
			word, known = i18n.Verbatim(w), false
		}
		switch {
		case i == 0:
			name = word
		case known && glued:
			name = i18n.M("profile.wire-of-words", "%v %v", name, word)
		default:
			name = i18n.M("profile.wire-with-name", "%v %v", name, word)
		}
		glued = known
	}
	return name
}

// named reports whether the second word of a wire is a name that the site gave.
func named(of string) bool {
	first, _, _ := strings.Cut(of, " ")
	return first == "reader" || first == "adc" || first == "output"
}

var levels = map[string]i18n.Message{
	"low":  i18n.M("profile.low", "low"),
	"high": i18n.M("profile.high", "high"),
}

var pulls = map[string]i18n.Message{
	"up":   i18n.M("profile.pulled-up", "up"),
	"down": i18n.M("profile.pulled-down", "down"),
}
