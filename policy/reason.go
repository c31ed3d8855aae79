package policy

// Reason is why an attempt was granted or denied, or why the relay moved. Its words are in
// reason_text.go. Audit logs hold the values: never change one or give it another meaning.
type Reason string

// Granted: what opened the door.
const (
	ReasonCard     Reason = "card"
	ReasonPIN      Reason = "pin"
	ReasonPass     Reason = "pass"
	ReasonFace     Reason = "face"
	ReasonCardFace Reason = "card+face"
	ReasonREX      Reason = "rex"
	ReasonStaff    Reason = "staff"
	ReasonConsole  Reason = "console"
	ReasonFire     Reason = "fire"
	ReasonEvacuate Reason = "evacuate"
	ReasonFree     Reason = "free passage" // the door stands unlocked by schedule
	ReasonRelease  Reason = "release"      // a release that did not say why
)

// Denied: the state of the door.
const (
	ReasonLockdown Reason = "lockdown"
	ReasonNoVault  Reason = "no vault" // who may come in is not known just now
	ReasonMeans    Reason = "means"    // a means that this version does not know
)

// Denied: the credential.
const (
	ReasonUnknown       Reason = "unknown"
	ReasonRevoked       Reason = "revoked"
	ReasonKeypadLockout Reason = "keypad rest"
	ReasonWrongDoor     Reason = "key elsewhere" // for another door
	ReasonNoClock       Reason = "no clock"      // a pass cannot be dated
	ReasonNotYetValid   Reason = "key ahead"
	ReasonExpired       Reason = "key ended"
	ReasonUsedUp        Reason = "key spent"
	ReasonNotAES        Reason = "not aes"     // a card that can be copied, of a person who needs an AES card
	ReasonNotCounted    Reason = "not counted" // the use of a pass cannot be recorded in time
)

// Denied: the face. The card still opens (R-EQUAL).
const (
	ReasonFacesOff     Reason = "faces off"
	ReasonNotDurable   Reason = "not durable" // the audit log does not answer in time
	ReasonFaceLockout  Reason = "face rest"
	ReasonNoFace       Reason = "no face"
	ReasonQuality      Reason = "quality"
	ReasonFrames       Reason = "frames"
	ReasonNotLive      Reason = "not live"
	ReasonNoMatch      Reason = "no match"
	ReasonAmbiguous    Reason = "ambiguous"
	ReasonNoConsent    Reason = "no consent"
	ReasonNoGuardian   Reason = "no guardian"
	ReasonNoOtherWay   Reason = "no other way"
	ReasonCardRequired Reason = "card too"
)

// Denied: the person.
const (
	ReasonBlocked    Reason = "blocked"
	ReasonLeaseAhead Reason = "lease ahead"
	ReasonLeaseOver  Reason = "lease over"
	ReasonHours      Reason = "hours"
	ReasonPassback   Reason = "passback"
)

// Denied: the second factor.
const (
	ReasonFaceRequired Reason = "face too" // the card's owner shows their face next; never recorded
	ReasonPINRequired  Reason = "pin too"  // the card alone does not open for a person who has a PIN
)

// Denied: the moment.
const (
	ReasonInterlock Reason = "interlock"
	ReasonSecond    Reason = "second person"
	ReasonEmergency Reason = "emergency" // of an output: fire or evacuation, when only the door opens
)

// Why the relay moved, or an alarm was raised, without a decision.
const (
	ReasonRelock   Reason = "relock"    // the release ran out
	ReasonOpened   Reason = "opened"    // the door opened, and this door relocks on that
	ReasonClosed   Reason = "closed"    // the door closed
	ReasonFireOver Reason = "fire over" // the fire line was cleared
	ReasonAllClear Reason = "all clear" // the evacuation is over
	ReasonFreeOver Reason = "free over" // free passage is over
	ReasonCheck    Reason = "check"     // the installer's self-test

	ReasonFireLine    Reason = "fire line"    // the fire input's line is faulty: a fire could not be heard
	ReasonExitLine    Reason = "exit line"    // the exit button's line is faulty: the door opens in turns
	ReasonContactLine Reason = "contact line" // the door contact's line is faulty: its alarm is over

	ReasonHeld   Reason = "held"
	ReasonForced Reason = "forced"
)
