package policy

import (
	"strings"

	"menshen/internal/i18n"
)

// Message gives the check's figures. Detail, which is stored and exported, is English. A
// detail of another package, such as what is wrong with a frame, is a word of the
// vocabulary or stays as it is.
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

var byUntrusted = i18n.M("policy.detail-untrusted-clock", ", by an untrusted clock")

// details are all forms that questions.go writes; % stands for a figure.
// The first that fits is taken.
var details = []i18n.Message{
	i18n.M("policy.detail-score", "score %s of %s", "%", "%"),
	i18n.M("policy.detail-leads-by", "leads by %s of %s", "%", "%"),
	i18n.M("policy.detail-used", "used %s of %s", "%", "%"),
	i18n.M("policy.detail-figure-of", "%s of %s", "%", "%"),
	i18n.M("policy.detail-working-credentials", "%s working credentials", "%"),
	i18n.M("policy.detail-no-limit", "no limit"),
	i18n.M("policy.detail-from", "from %s", "%"),
	i18n.M("policy.detail-since", "since %s", "%"),
	i18n.M("policy.detail-until", "until %s", "%"),
	i18n.M("policy.detail-at", "at %s", "%"),
	i18n.M("policy.detail-for-more", "for %s more", "%"),
	i18n.M("policy.detail-within", "within %s", "%"),
	i18n.M("policy.detail-face-entry-off", "face entry is not switched on"),
	i18n.M("policy.detail-no-notice-on-record", "no notice on record"),
	i18n.M("policy.detail-always-opens", "%s always opens", "%"),
	i18n.M("policy.detail-faces-cannot-be-used", "faces cannot be used"),
	i18n.M("policy.detail-face-was-refused", "the face was refused"),
	i18n.M("policy.detail-card-carries-no-face", "the card carries no face"),
	i18n.M("policy.detail-has-a-pin", "has a PIN"),
	i18n.M("policy.detail-has-no-pin", "has no PIN"),
}
