package policy

import "menshen/internal/i18n"

// Message is the reason in plain words for the person at the door and at the console, with what to do next.
// A value that this version does not know is given back as it stands.
func (r Reason) Message() i18n.Message {
	if m, ok := reasonWords[r]; ok {
		return m
	}
	return i18n.Verbatim(string(r))
}

// reasonWords speaks to the person at the door. It never says more about them than they can see themselves.
var reasonWords = map[Reason]i18n.Message{
	ReasonCard:     i18n.M("policy.welcome", "Welcome."),
	ReasonPIN:      i18n.M("policy.welcome", "Welcome."),
	ReasonPass:     i18n.M("policy.welcome", "Welcome."),
	ReasonFace:     i18n.M("policy.welcome", "Welcome."),
	ReasonCardFace: i18n.M("policy.welcome", "Welcome."),
	ReasonREX:      i18n.M("policy.door-open-leaving", "The door is open for leaving."),
	ReasonStaff:    i18n.M("policy.staff-opened-door", "The staff opened the door."),
	ReasonConsole:  i18n.M("policy.operator-opened-door", "An operator opened the door."),
	ReasonFire:     i18n.M("policy.fire-alarm-door-open", "Fire alarm: the door is open. Leave the building."),
	ReasonEvacuate: i18n.M("policy.evacuation-door-open-leave", "Evacuation: the door is open. Leave the building."),
	ReasonFree:     i18n.M("policy.door-open-everybody-now", "The door is open to everybody now."),
	ReasonRelease:  i18n.M("policy.door-open", "The door is open."),

	ReasonLockdown: i18n.M("policy.door-locked-down-you", "The door is locked down. You can still leave. Ask the staff."),
	ReasonNoVault:  i18n.M("policy.door-cannot-tell-just", "The door cannot tell just now who may come in. You can still leave. Please ask the staff."),
	ReasonMeans:    i18n.M("policy.way-opening-not-known", "This way of opening is not known. Please tap your card."),

	ReasonUnknown:       i18n.M("policy.not-known-door-try", "Not known at this door. Try again, or ask the staff."),
	ReasonRevoked:       i18n.M("policy.card-or-code-was", "This card or code was cancelled. Please ask the staff for another."),
	ReasonKeypadLockout: i18n.M("policy.too-many-wrong-codes", "Too many wrong codes. The keypad is locked for a while. Please tap your card, or ask the staff."),
	ReasonWrongDoor:     i18n.M("policy.card-or-pass-another", "This card or pass is for another door."),
	ReasonNoClock:       i18n.M("policy.doors-clock-not-set", "The door's clock is not set, so passes cannot be checked. Please ask the staff."),
	ReasonNotYetValid:   i18n.M("policy.card-or-pass-not", "This card or pass is not valid yet. Please come later, or ask the staff."),
	ReasonUsedUp:        i18n.M("policy.pass-has-been-used", "This pass has been used up. Please ask your host for another."),
	ReasonNotCounted:    i18n.M("policy.pass-cannot-checked-just", "This pass cannot be checked just now. Please try again in a moment, or ask the staff."),
	ReasonExpired:       i18n.M("policy.card-or-code-has", "This card or code has run out. Please ask the staff for another."),

	ReasonFacesOff:     i18n.M("policy.face-entry-switched-off", "Face entry is switched off. Please tap your card."),
	ReasonNotDurable:   i18n.M("policy.face-entry-waiting-log", "Face entry is waiting for the log. Please tap your card."),
	ReasonFaceLockout:  i18n.M("policy.too-many-tries-face", "Too many tries. Face entry is locked for a while. Please tap your card."),
	ReasonNoFace:       i18n.M("policy.no-face-was-seen", "No face was seen. Look at the camera, or tap your card."),
	ReasonQuality:      i18n.M("policy.picture-not-clear-look", "The picture is not clear. Look at the camera again, or tap your card."),
	ReasonFrames:       i18n.M("policy.please-look-camera-little", "Please look at the camera a little longer, or tap your card."),
	ReasonNotLive:      i18n.M("policy.does-not-look-like", "This does not look like a face in front of the camera. Please tap your card."),
	ReasonNoMatch:      i18n.M("policy.face-not-recognised-please", "Face not recognised. Please tap your card."),
	ReasonAmbiguous:    i18n.M("policy.not-sure-who-you", "Not sure who you are. Please tap your card."),
	ReasonNoConsent:    i18n.M("policy.face-entry-not-switched-on", "Face entry is not switched on for you. Please tap your card."),
	ReasonNoGuardian:   i18n.M("policy.parent-or-guardian-has", "A parent or guardian has not agreed to face entry. Please tap your card."),
	ReasonNoOtherWay:   i18n.M("policy.face-entry-needs-working", "Face entry needs a working card or code as well. Please ask the staff for one."),
	ReasonCardRequired: i18n.M("policy.please-tap-your-card", "Please tap your card, then look at the camera. The card alone works too."),

	ReasonBlocked:    i18n.M("policy.entry-blocked-please-ask", "Entry is blocked. Please ask the staff."),
	ReasonLeaseAhead: i18n.M("policy.your-stay-has-not", "Your stay has not begun yet. Please ask the staff."),
	ReasonLeaseOver:  i18n.M("policy.your-stay-has-ended", "Your stay has ended. Please ask the staff."),
	ReasonHours:      i18n.M("policy.not-hour-please-come", "Not at this hour. Please come in your hours, or ask the staff."),
	ReasonPassback:   i18n.M("policy.you-came-short-time", "You came in a short time ago. Please wait a little, or ask the staff."),

	ReasonFaceRequired: i18n.M("policy.please-look-camera-as", "Please look at the camera as well."),
	ReasonPINRequired:  i18n.M("policy.your-card-alone-does", "Your card alone does not open here just now. Please type your code."),

	ReasonInterlock: i18n.M("policy.please-wait-until-other", "Please wait until the other door is closed."),
	ReasonSecond:    i18n.M("policy.second-person-needed-please", "A second person is needed. Please let them tap their card now."),

	ReasonRelock:   i18n.M("policy.time-open-has-passed", "The time to open has passed. The door is locked."),
	ReasonOpened:   i18n.M("policy.door-was-opened-locks", "The door was opened and locks behind you."),
	ReasonClosed:   i18n.M("policy.door-was-closed-locked", "The door was closed and is locked."),
	ReasonFireOver: i18n.M("policy.fire-alarm-over-door", "The fire alarm is over. The door is locked."),
	ReasonAllClear: i18n.M("policy.evacuation-over-door-locked", "The evacuation is over. The door is locked."),
	ReasonFreeOver: i18n.M("policy.open-hours-over-door", "The open hours are over. The door is locked."),
	ReasonCheck:    i18n.M("policy.installer-testing-door", "The installer is testing the door."),
	ReasonFireLine: i18n.M("policy.reason-fire-line", "The fire line is faulty, so the door is open. Please tell the staff."),
	ReasonExitLine: i18n.M("policy.reason-exit-line",
		"The exit button's line is faulty, so the door opens by itself once a minute. Please tell the staff."),
	ReasonContactLine: i18n.M("policy.reason-contact-line", "The door contact's line is faulty. Please tell the staff."),
	ReasonHeld:        i18n.M("policy.door-has-been-open", "The door has been open for too long. Please close it."),
	ReasonForced:      i18n.M("policy.door-was-opened-without", "The door was opened without a release. Please check it."),
}
