package policy

// Reason is why an attempt was granted or refused, or why the relay moved. Its words are in reason_text.go.
// The values are kept in audit logs: never change one, never give one a second meaning.
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

// Refused: the state of the door.
const (
	ReasonLockdown Reason = "lockdown"
	ReasonNoVault  Reason = "no vault" // just now the unit cannot tell who may come in
	ReasonMeans    Reason = "means"    // a way of asking that this program does not know
)

// Refused: the credential.
const (
	ReasonUnknown       Reason = "unknown"
	ReasonRevoked       Reason = "revoked"
	ReasonKeypadLockout Reason = "keypad rest"
	ReasonWrongDoor     Reason = "key elsewhere" // for another door
	ReasonNoClock       Reason = "no clock"      // a pass cannot be dated
	ReasonNotYetValid   Reason = "key ahead"
	ReasonExpired       Reason = "key ended"
	ReasonUsedUp        Reason = "key spent"
	ReasonNotCounted    Reason = "not counted" // the use of a pass cannot be written down in time
)

// Refused: the face. Each of these leaves the card as it was (R-EQUAL).
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

// Refused: the person.
const (
	ReasonBlocked    Reason = "blocked"
	ReasonLeaseAhead Reason = "lease ahead"
	ReasonLeaseOver  Reason = "lease over"
	ReasonHours      Reason = "hours"
	ReasonPassback   Reason = "passback"
)

// Refused: the second factor.
const (
	ReasonFaceRequired Reason = "face too" // the card's owner shows their face next; never recorded
	ReasonPINRequired  Reason = "pin too"  // the card alone does not open for whoever has a PIN
)

// Refused: the moment.
const (
	ReasonInterlock Reason = "interlock"
	ReasonSecond    Reason = "second person"
)

// Why the relay moved, or an alarm was raised, without a decision.
const (
	ReasonRelock   Reason = "relock"    // the release ran out
	ReasonOpened   Reason = "opened"    // the door opened, and this door relocks on that
	ReasonClosed   Reason = "closed"    // the door closed behind somebody
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
