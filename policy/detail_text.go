package policy

import (
	"strings"

	"menshen/internal/i18n"
)

// Message is the check's figures. What is stored and exported is the English Detail; a detail that is not this
// package's, such as what is wrong with a picture, is a word of the vocabulary or stays as it is.
func (c Check) Message() i18n.Message {
	detail, untrusted := strings.CutSuffix(c.Detail, byUntrusted.String())
	for _, form := range details {
		if m, ok := form.Match(detail); ok {
			if untrusted {
				return i18n.Join(m, byUntrusted)
			}
			return m
		}
	}
	return i18n.Word(c.Detail)
}

var byUntrusted = i18n.M("policy.by-untrusted-clock", ", by an untrusted clock")

// details are all the forms that questions.go writes; % stands for a figure. The first that fits counts.
var details = []i18n.Message{
	i18n.M("policy.score", "score %s of %s", "%", "%"),
	i18n.M("policy.leads-by", "leads by %s of %s", "%", "%"),
	i18n.M("policy.used", "used %s of %s", "%", "%"),
	i18n.M("policy.figure-of", "%s of %s", "%", "%"),
	i18n.M("policy.working-credentials", "%s working credentials", "%"),
	i18n.M("policy.no-limit", "no limit"),
	i18n.M("policy.from", "from %s", "%"),
	i18n.M("policy.since", "since %s", "%"),
	i18n.M("policy.until", "until %s", "%"),
	i18n.M("policy.at", "at %s", "%"),
	i18n.M("policy.for-more", "for %s more", "%"),
	i18n.M("policy.within", "within %s", "%"),
	i18n.M("policy.face-entry-off", "face entry is not switched on"),
	i18n.M("policy.no-notice-on-record", "no notice on record"),
	i18n.M("policy.always-opens", "%s always opens", "%"),
	i18n.M("policy.faces-cannot-be-used", "faces cannot be used"),
	i18n.M("policy.face-was-refused", "the face was refused"),
	i18n.M("policy.has-a-pin", "has a PIN"),
	i18n.M("policy.has-no-pin", "has no PIN"),
}
