package policy

import "menshen/internal/i18n"

// Message gives the reason in plain words for the person at the door and for operators, with what
// to do next. A reason that this version does not know is given back as it stands.
func (r Reason) Message() i18n.Message {
	if m, ok := reasonWords[r]; ok {
		return m
	}
	return i18n.Verbatim(string(r))
}

// reasonWords speaks to the person at the door. It says nothing about them that they do not know.
var reasonWords = map[Reason]i18n.Message{
	ReasonCard:     i18n.M("policy.reason-welcome", "Welcome."),
	ReasonPIN:      i18n.M("policy.reason-welcome", "Welcome."),
	ReasonPass:     i18n.M("policy.reason-welcome", "Welcome."),
	ReasonFace:     i18n.M("policy.reason-welcome", "Welcome."),
	ReasonCardFace: i18n.M("policy.reason-welcome", "Welcome."),
	ReasonREX:      i18n.M("policy.reason-rex", "The door is open for leaving."),
	ReasonStaff:    i18n.M("policy.reason-staff", "The staff opened the door."),
	ReasonConsole:  i18n.M("policy.reason-console", "An operator opened the door."),
	ReasonFire:     i18n.M("policy.reason-fire", "Fire alarm: the door is open. Leave the building."),
	ReasonEvacuate: i18n.M("policy.reason-evacuate", "Evacuation: the door is open. Leave the building."),
	ReasonFree:     i18n.M("policy.reason-free", "The door is open to everybody now."),
	ReasonRelease:  i18n.M("policy.reason-release", "The door is open."),

	ReasonLockdown: i18n.M("policy.reason-lockdown", "The door is locked down. You can still leave. Ask the staff."),
	ReasonNoVault: i18n.M("policy.reason-no-vault",
		"The door cannot tell just now who may come in. You can still leave. Please ask the staff."),
	ReasonMeans: i18n.M("policy.reason-means", "This way of opening is not known. Please tap your card."),

	ReasonUnknown: i18n.M("policy.reason-unknown", "Not known at this door. Try again, or ask the staff."),
	ReasonRevoked: i18n.M("policy.reason-revoked",
		"This card or code has been revoked. Please ask the staff for another."),
	ReasonKeypadLockout: i18n.M("policy.reason-keypad-lockout",
		"Too many wrong codes. The keypad is locked for a while. Please tap your card, or ask the staff."),
	ReasonWrongDoor: i18n.M("policy.reason-wrong-door", "This card or pass is for another door."),
	ReasonNoClock: i18n.M("policy.reason-no-clock",
		"The door's clock is not set, so passes cannot be checked. Please ask the staff."),
	ReasonNotYetValid: i18n.M("policy.reason-not-yet-valid",
		"This card or pass is not valid yet. Please come later, or ask the staff."),
	ReasonNotAES: i18n.M("policy.reason-not-aes",
		"This card can be copied and does not open here any more. Please use your new card, or ask the staff."),
	ReasonUsedUp: i18n.M("policy.reason-used-up",
		"This pass has been used up. Please ask your host for another."),
	ReasonNotCounted: i18n.M("policy.reason-not-counted",
		"This pass cannot be checked just now. Please try again in a moment, or ask the staff."),
	ReasonExpired: i18n.M("policy.reason-expired",
		"This card or code has expired. Please ask the staff for another."),

	ReasonFacesOff:   i18n.M("policy.reason-faces-off", "Face entry is switched off. Please tap your card."),
	ReasonNotDurable: i18n.M("policy.reason-not-durable", "Face entry is waiting for the log. Please tap your card."),
	ReasonFaceLockout: i18n.M("policy.reason-face-lockout",
		"Too many tries. Face entry is locked for a while. Please tap your card."),
	ReasonNoFace: i18n.M("policy.reason-no-face", "No face was seen. Look at the camera, or tap your card."),
	ReasonQuality: i18n.M("policy.reason-quality",
		"The picture is not clear. Look at the camera again, or tap your card."),
	ReasonFrames: i18n.M("policy.reason-frames", "Please look at the camera a little longer, or tap your card."),
	ReasonNotLive: i18n.M("policy.reason-not-live",
		"This does not look like a face in front of the camera. Please tap your card."),
	ReasonNoMatch:   i18n.M("policy.reason-no-match", "Face not recognised. Please tap your card."),
	ReasonAmbiguous: i18n.M("policy.reason-ambiguous", "Not sure who you are. Please tap your card."),
	ReasonNoConsent: i18n.M("policy.reason-no-consent",
		"Face entry is not switched on for you. Please tap your card."),
	ReasonNoGuardian: i18n.M("policy.reason-no-guardian",
		"A parent or guardian has not agreed to face entry. Please tap your card."),
	ReasonNoOtherWay: i18n.M("policy.reason-no-other-way",
		"Face entry needs a working card or code as well. Please ask the staff for one."),
	ReasonCardRequired: i18n.M("policy.reason-card-required",
		"Please tap your card, then look at the camera. The card alone works too."),

	ReasonBlocked:    i18n.M("policy.reason-blocked", "Entry is blocked. Please ask the staff."),
	ReasonLeaseAhead: i18n.M("policy.reason-lease-ahead", "Your stay has not begun yet. Please ask the staff."),
	ReasonLeaseOver:  i18n.M("policy.reason-lease-over", "Your stay has ended. Please ask the staff."),
	ReasonHours: i18n.M("policy.reason-hours",
		"Not at this hour. Please come during your hours, or ask the staff."),
	ReasonPassback: i18n.M("policy.reason-passback",
		"You came in a short time ago. Please wait a little, or ask the staff."),

	ReasonFaceRequired: i18n.M("policy.reason-face-required", "Please look at the camera as well."),
	ReasonPINRequired: i18n.M("policy.reason-pin-required",
		"Your card alone does not open here just now. Please type your code."),

	ReasonInterlock: i18n.M("policy.reason-interlock", "Please wait until the other door is closed."),
	ReasonSecond:    i18n.M("policy.reason-second", "A second person is needed. Please let them tap their card now."),
	ReasonEmergency: i18n.M("policy.reason-emergency",
		"There is an alarm: only the door opens now. Leave the building."),

	ReasonRelock:   i18n.M("policy.reason-relock", "The time to open has passed. The door is locked."),
	ReasonOpened:   i18n.M("policy.reason-opened", "The door was opened and locks behind you."),
	ReasonClosed:   i18n.M("policy.reason-closed", "The door was closed and is locked."),
	ReasonFireOver: i18n.M("policy.reason-fire-over", "The fire alarm is over. The door is locked."),
	ReasonAllClear: i18n.M("policy.reason-all-clear", "The evacuation is over. The door is locked."),
	ReasonFreeOver: i18n.M("policy.reason-free-over", "The open hours are over. The door is locked."),
	ReasonCheck:    i18n.M("policy.reason-check", "The installer is testing the door."),
	ReasonFireLine: i18n.M("policy.reason-fire-line",
		"The fire line is faulty, so the door is open. Please tell the staff."),
	ReasonExitLine: i18n.M("policy.reason-exit-line",
		"The exit button's line is faulty, so the door opens by itself once a minute. Please tell the staff."),
	ReasonContactLine: i18n.M("policy.reason-contact-line",
		"The door contact's line is faulty. Please tell the staff."),
	ReasonHeld:   i18n.M("policy.reason-held", "The door has been open for too long. Please close it."),
	ReasonForced: i18n.M("policy.reason-forced", "The door was opened without a release. Please check it."),
}
