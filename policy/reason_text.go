package policy

// words are one meaning in the two languages of the product.
type words struct{ en, zh string }

// in picks a language: "zh" or anything that starts with it is Chinese, all else English.
func (w words) in(lang string) string {
	if len(lang) >= 2 && lang[:2] == "zh" {
		return w.zh
	}
	return w.en
}

// Text is the reason in plain words for the person at the door and at the console, with what to do next.
// lang is "en" or "zh". A value that this version does not know is given back as it stands.
func (r Reason) Text(lang string) string {
	if w, ok := reasonWords[r]; ok {
		return w.in(lang)
	}
	return string(r)
}

// reasonWords speaks to the person at the door. It never says more about them than they can see themselves.
var reasonWords = map[Reason]words{
	ReasonCard:     {"Welcome.", "欢迎。"},
	ReasonPIN:      {"Welcome.", "欢迎。"},
	ReasonPass:     {"Welcome.", "欢迎。"},
	ReasonFace:     {"Welcome.", "欢迎。"},
	ReasonCardFace: {"Welcome.", "欢迎。"},
	ReasonREX:      {"The door is open for leaving.", "门已打开，请出门。"},
	ReasonStaff:    {"The staff opened the door.", "工作人员已开门。"},
	ReasonConsole:  {"An operator opened the door.", "操作员已开门。"},
	ReasonFire:     {"Fire alarm: the door is open. Leave the building.", "火警：门已打开，请离开本楼。"},
	ReasonEvacuate: {"Evacuation: the door is open. Leave the building.", "紧急疏散：门已打开，请离开本楼。"},
	ReasonFree:     {"The door is open to everybody now.", "现为自由通行时段，门已打开。"},
	ReasonRelease:  {"The door is open.", "门已打开。"},

	ReasonLockdown: {"The door is locked down. You can still leave. Ask the staff.", "门已紧急锁闭，仍可从内开门离开。请联系工作人员。"},
	ReasonNoVault:  {"The door cannot tell just now who may come in. You can still leave. Please ask the staff.", "门禁暂时无法核验来人身份，仍可从内开门离开。请联系工作人员。"},
	ReasonMeans:    {"This way of opening is not known. Please tap your card.", "无法识别此开门方式，请刷卡。"},

	ReasonUnknown:       {"Not known at this door. Try again, or ask the staff.", "本门无此登记，请重试或联系工作人员。"},
	ReasonRevoked:       {"This card or code was cancelled. Please ask the staff for another.", "此卡或密码已注销，请向工作人员补办。"},
	ReasonKeypadLockout: {"Too many wrong codes. The keypad rests for a while. Please tap your card, or ask the staff.", "密码错误次数过多，键盘暂停片刻，请刷卡或联系工作人员。"},
	ReasonWrongDoor:     {"This card or pass is for another door.", "此卡或通行证用于其他门。"},
	ReasonNoClock:       {"The door's clock is not set, so passes cannot be checked. Please ask the staff.", "门禁时钟未校准，暂无法核验通行证，请联系工作人员。"},
	ReasonNotYetValid:   {"This card or pass is not valid yet. Please come later, or ask the staff.", "此卡或通行证尚未生效，请稍后再来或联系工作人员。"},
	ReasonUsedUp:        {"This pass has been used up. Please ask your host for another.", "此通行证次数已用完，请向邀请人重新索取。"},
	ReasonNotCounted:    {"This pass cannot be checked just now. Please try again in a moment, or ask the staff.", "通行证暂时无法核验，请稍后重试或联系工作人员。"},
	ReasonExpired:       {"This card or code has run out. Please ask the staff for another.", "此卡或密码已过期，请向工作人员补办。"},

	ReasonFacesOff:     {"Face entry is switched off. Please tap your card.", "人脸开门已停用，请刷卡。"},
	ReasonNotDurable:   {"Face entry is waiting for the log. Please tap your card.", "记录暂不可用，人脸开门暂停，请刷卡。"},
	ReasonFaceLockout:  {"Too many tries. Face entry rests for a while. Please tap your card.", "尝试次数过多，人脸开门暂停片刻，请刷卡。"},
	ReasonNoFace:       {"No face was seen. Look at the camera, or tap your card.", "未看到人脸，请正对摄像头或刷卡。"},
	ReasonQuality:      {"The picture is not clear. Look at the camera again, or tap your card.", "画面不清晰，请再次正对摄像头或刷卡。"},
	ReasonFrames:       {"Please look at the camera a little longer, or tap your card.", "请多看一会儿摄像头，或刷卡。"},
	ReasonNotLive:      {"This does not look like a face in front of the camera. Please tap your card.", "未能确认为真人，请刷卡。"},
	ReasonNoMatch:      {"Face not recognised. Please tap your card.", "未能识别人脸，请刷卡。"},
	ReasonAmbiguous:    {"Not sure who you are. Please tap your card.", "无法确定身份，请刷卡。"},
	ReasonNoConsent:    {"Face entry is not switched on for you. Please tap your card.", "您未开通人脸开门，请刷卡。"},
	ReasonNoGuardian:   {"A parent or guardian has not agreed to face entry. Please tap your card.", "尚无监护人同意人脸开门，请刷卡。"},
	ReasonNoOtherWay:   {"Face entry needs a working card or code as well. Please ask the staff for one.", "人脸开门须另有可用的卡或密码，请向工作人员办理。"},
	ReasonCardRequired: {"Please tap your card, then look at the camera. The card alone works too.", "请先刷卡再看摄像头；只刷卡也可开门。"},

	ReasonBlocked:    {"Entry is blocked. Please ask the staff.", "通行已被暂停，请联系工作人员。"},
	ReasonLeaseAhead: {"Your stay has not begun yet. Please ask the staff.", "您的租期尚未开始，请联系工作人员。"},
	ReasonLeaseOver:  {"Your stay has ended. Please ask the staff.", "您的租期已结束，请联系工作人员。"},
	ReasonHours:      {"Not at this hour. Please come in your hours, or ask the staff.", "现不在您的通行时段，请在规定时段前来或联系工作人员。"},
	ReasonPassback:   {"You came in a short time ago. Please wait a little, or ask the staff.", "您刚刚已进门，请稍候或联系工作人员。"},

	ReasonFaceRequired: {"Please look at the camera as well.", "请再看摄像头。"},
	ReasonPINRequired:  {"Your card alone does not open here just now. Please type your code.", "现仅刷卡不能开门，请输入您的密码。"},

	ReasonInterlock: {"Please wait until the other door is closed.", "请等另一扇门关上。"},
	ReasonSecond:    {"A second person is needed. Please let them tap their card now.", "须两人同行，请另一人现在刷卡。"},

	ReasonRelock:   {"The time to open has passed. The door is locked.", "开门时间已过，门已上锁。"},
	ReasonOpened:   {"The door was opened and locks behind you.", "门已打开，关上后即上锁。"},
	ReasonClosed:   {"The door was closed and is locked.", "门已关上并上锁。"},
	ReasonFireOver: {"The fire alarm is over. The door is locked.", "火警解除，门已上锁。"},
	ReasonAllClear: {"The evacuation is over. The door is locked.", "疏散结束，门已上锁。"},
	ReasonFreeOver: {"The open hours are over. The door is locked.", "自由通行时段结束，门已上锁。"},
	ReasonCheck:    {"The installer is testing the door.", "安装人员正在检测门锁。"},
	ReasonHeld:     {"The door has been open for too long. Please close it.", "门开启时间过长，请关门。"},
	ReasonForced:   {"The door was opened without a release. Please check it.", "门被强行打开，请检查。"},
}
