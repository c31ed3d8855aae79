package rights

import (
	"maps"
	"slices"
	"strings"

	"menshen/internal/i18n"
	"menshen/policy"
	"menshen/store/audit"
)

var faceWords = map[policy.FaceState]i18n.Message{
	policy.FaceNever:     i18n.M("rights.face-never", "not used; never asked for"),
	policy.FaceRefused:   i18n.M("rights.face-refused", "not used: you refused it"),
	policy.FaceConsented: i18n.M("rights.face-consented", "agreed to, not enrolled yet"),
	policy.FaceEnrolled:  i18n.M("rights.face-enrolled", "in use"),
	policy.FaceWithdrawn: i18n.M("rights.face-withdrawn", "withdrawn and erased"),
}

var kindWords = map[policy.CredentialKind]i18n.Message{
	policy.CardKind: i18n.M("rights.card", "card"),
	policy.PINKind:  i18n.M("rights.pin", "PIN"),
	policy.PassKind: i18n.M("rights.visitors-pass", "visitor's pass"),
}

var copyingWords = map[policy.Copying]i18n.Message{
	policy.CopiedByAnybody: i18n.M("rights.clonable", "(can be copied)"),
	policy.CopiedByExpert:  i18n.M("rights.by-expert", "(an expert can copy it)"),
	policy.NotCopied:       i18n.M("rights.not-copied", "(AES: is not copied)"),
}

var meansWords = map[policy.Means]i18n.Message{
	policy.ByCard:     i18n.M("rights.card", "card"),
	policy.ByPIN:      i18n.M("rights.pin", "PIN"),
	policy.ByPass:     i18n.M("rights.pass", "pass"),
	policy.ByFace:     i18n.M("rights.face", "face"),
	policy.ByCardFace: i18n.M("rights.card-and-face", "card and face"),
}

// acts are the kinds of entry about a person, other than decisions, in plain words.
var acts = map[audit.Kind]i18n.Message{
	audit.PersonAdded:       i18n.M("rights.person-added", "you were added"),
	audit.PersonCorrected:   i18n.M("rights.person-corrected", "your details were changed"),
	audit.LookedUp:          i18n.M("rights.looked-up", "your details were looked at"),
	audit.DecisionsLookedUp: i18n.M("rights.decisions-looked-up", "decisions about you were looked at"),
	audit.OwnPageShown:      i18n.M("rights.page-shown", "this page was shown"),
	audit.OwnPageCopied:     i18n.M("rights.page-copied", "this page was copied for you"),
	audit.CredentialAdded:   i18n.M("rights.credential-added", "a card, PIN or pass was given to you"),
	audit.CredentialRevoked: i18n.M("rights.credential-revoked", "a card, PIN or pass was revoked"),
	audit.CardRewritten:     i18n.M("rights.card-rewritten", "your card was written once more: its keys are new"),
	audit.CardRetired:       i18n.M("rights.card-retired", "your card was made as from the factory"),
	audit.ConsentGiven:      i18n.M("rights.consent-given", "you agreed to face entry"),
	audit.ConsentWithdrawn:  i18n.M("rights.consent-withdrawn", "you withdrew your consent"),
	audit.WithdrawalAsked: i18n.M("rights.withdrawal-asked",
		"you withdrew your consent at the door, with your own card"),
	audit.PassMade: i18n.M("rights.pass-made", "you gave a visitor a pass"),
	audit.AskedAfterNo: i18n.M("rights.asked-after-no",
		"you were asked about face entry again after you refused it"),
	audit.Alarm:        i18n.M("rights.alarm", "help was called"),
	audit.FaceRefused:  i18n.M("rights.refused-face", "you refused face entry"),
	audit.FaceEnrolled: i18n.M("rights.enrolled-face", "your face was enrolled"),
	audit.FaceTaken: i18n.M("rights.face-taken",
		"your face came from another door, for which you had named this one"),
	audit.FaceNotTaken: i18n.M("rights.face-not-taken",
		"your face came from another door, and could not be used here"),
	audit.FaceErased: i18n.M("rights.erased-face", "your face was erased"),
	audit.CardFaceRefused: i18n.M("rights.card-face-refused",
		"the face on your card did not open: written for an earlier consent, another card or another model"),
	audit.CardFaceWiped: i18n.M("rights.card-face-wiped", "the face on your card was overwritten"),
	audit.OccasionAdded: i18n.M("rights.occasion-added", "your face was taken once more"),
	audit.OccasionRefused: i18n.M("rights.occasion-refused",
		"after your card the door did not add the face that it saw to yours"),
	audit.AgainAgreed: i18n.M("rights.again-agreed",
		"you agreed that the door may take your face once more after your card"),
	audit.AgainEnded:     i18n.M("rights.again-ended", "you ended being asked for that"),
	audit.LearningAgreed: i18n.M("rights.learning-agreed", "you agreed that the door learns from your visits"),
	audit.LearningEnded:  i18n.M("rights.learning-ended", "you ended learning from your visits"),
	audit.LearntErased: i18n.M("rights.learnt-erased",
		"you ended learning from your visits, and what was learnt was erased"),
	audit.FaceNeedsCard: i18n.M("rights.face-needs-card",
		"your face is like another person's: it works only with your card"),
	audit.FaceAlone: i18n.M("rights.face-alone",
		"your face is not like another person's: it works without your card"),
}

// Act says in plain words what was done; a kind that this version does not know stays as it is.
// Figures that stand beside it follow.
func Act(kind audit.Kind, detail map[string]string) i18n.Message {
	act, known := acts[kind]
	if !known {
		act = i18n.Verbatim(string(kind))
	}
	var figures []string
	for _, k := range slices.Sorted(maps.Keys(detail)) {
		if k == "subject" { // a hash of the person's own handle
			continue
		}
		figures = append(figures, k+" "+detail[k])
	}
	if len(figures) == 0 {
		return act
	}
	return i18n.M("rights.act-with-figures", "%v (%s)", act, strings.Join(figures, ", "))
}
