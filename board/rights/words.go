package rights

import (
	"maps"
	"slices"
	"strings"

	"menshen/policy"
	"menshen/store/audit"
)

// words are one meaning in both languages.
type words struct{ en, zh string }

func (w words) in(lang string) string {
	if lang == "zh" {
		return w.zh
	}
	return w.en
}

var faceWords = map[policy.FaceState]words{
	policy.FaceNever:     {"not used; never asked for", "未使用，未曾申请"},
	policy.FaceRefused:   {"not used: you said no", "未使用：您已拒绝"},
	policy.FaceConsented: {"agreed to, not taken yet", "已同意，尚未录入"},
	policy.FaceEnrolled:  {"in use", "使用中"},
	policy.FaceWithdrawn: {"withdrawn and destroyed", "已撤回并销毁"},
}

var kindWords = map[policy.CredentialKind]words{
	policy.CardKind: {"card", "卡"}, policy.PINKind: {"code", "密码"}, policy.PassKind: {"visitor's pass", "访客通行码"},
}

var wayWords = map[policy.Means]words{
	policy.ByCard: {"card", "卡"}, policy.ByPIN: {"code", "密码"}, policy.ByPass: {"pass", "通行码"},
	policy.ByFace: {"face", "人脸"}, policy.ByCardFace: {"card and face", "卡和人脸"},
}

// acts are the kinds of entry about a person, other than decisions, in plain words.
var acts = map[audit.Kind]words{
	audit.PersonAdded:       {"you were added", "登记您的信息"},
	audit.PersonCorrected:   {"your details were changed", "更改您的信息"},
	audit.LookedUp:          {"somebody looked at your details", "查看您的信息"},
	audit.DecisionsLookedUp: {"somebody looked at decisions about you", "查看与您有关的判定"},
	audit.OwnPageShown:      {"this page was shown", "显示本页"},
	audit.OwnPageCopied:     {"this page was copied for you", "为您制作本页副本"},
	audit.CredentialAdded:   {"a card, code or pass was given to you", "为您办理卡、密码或通行码"},
	audit.CredentialRevoked: {"a card, code or pass was cancelled", "注销卡、密码或通行码"},
	audit.ConsentGiven:      {"you agreed to face entry", "您同意使用人脸"},
	audit.ConsentWithdrawn:  {"you took your consent back", "您撤回同意"},
	audit.WithdrawalAsked:   {"you took your consent back at the door, with your own card", "您在门口刷卡撤回同意"},
	audit.PassMade:          {"you gave a visitor a pass", "您为访客办理通行码"},
	audit.AskedAfterNo:      {"you were asked about face entry after a no", "您拒绝后又被询问是否使用人脸"},
	audit.Alarm:             {"help was called", "发出求助"},
	audit.FaceRefused:       {"you said no to face entry", "您拒绝使用人脸"},
	audit.FaceEnrolled:      {"your face was taken", "录入您的人脸"},
	audit.FaceErased:        {"your face was destroyed", "销毁您的人脸数据"},
	audit.FaceNeedsCard:     {"your face is like another person's: it works only with your card", "与他人相似：须同时刷卡"},
	audit.FaceAlone:         {"your face is like nobody's: it works alone", "无相似者：可单独使用"},
}

// Act says in plain words what was done; a kind that this version does not know stays as it is. Figures that stand beside it follow.
func Act(kind audit.Kind, lang string, detail map[string]string) string {
	s := string(kind)
	if w, ok := acts[kind]; ok {
		s = w.in(lang)
	}
	var figures []string
	for _, k := range slices.Sorted(maps.Keys(detail)) {
		if k == "subject" { // a hash of the person's own handle
			continue
		}
		figures = append(figures, k+" "+detail[k])
	}
	if len(figures) == 0 {
		return s
	}
	return s + " (" + strings.Join(figures, ", ") + ")"
}
