package sim

import (
	"strings"

	"menshen/internal/i18n"
)

// Message says what happens.
func (k Kind) Message() i18n.Message {
	if m, ok := kindWords[k]; ok {
		return m
	}
	return i18n.Verbatim(string(k))
}

// kindWords are what happens, in the words of [Kind]; of faults without the mark before it.
var kindWords = map[Kind]i18n.Message{
	SiteLocksDown: i18n.M("sim.site-locks-down", "staff lock all doors of the site down, and end it"),
	SitePass:      i18n.M("sim.site-pass", "gives a visitor a pass for all doors of the site"),
	MovesIn:       i18n.M("sim.moves-in", "moves in"),
	ComesHome:     i18n.M("sim.comes-home", "comes home"),
	GoesOut:       i18n.M("sim.goes-out", "goes out"),
	GetsFace:      i18n.M("sim.gets-face", "asks for face entry"),
	Refuses:       i18n.M("sim.refuses", "refuses face entry"),
	GivesFaceUp:   i18n.M("sim.gives-face-up", "withdraws their face at the door"),
	StaffEnds:     i18n.M("sim.staff-ends", "has their face withdrawn by staff"),
	LosesCard:     i18n.M("sim.loses-card", "loses their card; staff revoke it"),
	ThiefTries:    i18n.M("sim.thief-tries", "is impersonated with the card that they lost"),
	PhotoShown:    i18n.M("sim.photo-shown", "is impersonated with a photo"),
	AsksRemoval:   i18n.M("sim.asks-removal", "asks to be erased"),
	Invites:       i18n.M("sim.invites", "invites a visitor, who comes with a pass"),
	CourierComes:  i18n.M("sim.courier-comes", "gets a parcel: a courier comes with a pass"),
	CourierWaits:  i18n.M("sim.courier-waits", "gets a parcel: staff let the courier in"),
	Tailgates:     i18n.M("sim.tailgates", "comes home, and another person follows"),
	HoldsDoor:     i18n.M("sim.holds-door", "comes home and props the door open"),
	StrangerCard:  i18n.M("sim.stranger-card", "a stranger tries a card"),
	Stranger:      i18n.M("sim.stranger", "a stranger looks into the camera"),
	Guesses:       i18n.M("sim.guesses", "a thief guesses PINs"),
	BreaksIn:      i18n.M("sim.breaks-in", "the door is forced"),
	FireDrill:     i18n.M("sim.fire-drill", "fire alarm"),
	Locksdown:     i18n.M("sim.locks-down", "staff lock the door down, and end it"),
	ChangesHours:  i18n.M("sim.changes-hours", "the manager changes the hours of a group"),
	Rings:         i18n.M("sim.rings", "somebody rings the bell"),
	Evacuates:     i18n.M("sim.evacuates", "staff evacuate the house, and end it"),
	OnTheDot:      i18n.M("sim.on-the-dot", "comes at the minute in which hours change"),
	ClockTurns:    i18n.M("sim.clock-turns", "comes in the hour in which summer time begins or ends"),
	Blocked:       i18n.M("sim.blocked", "is blocked by staff"),
	Unblocked:     i18n.M("sim.unblocked", "is no longer blocked"),
	LeaseChanges:  i18n.M("sim.lease-changes", "gets another end of the lease"),
	BacksUp:       i18n.M("sim.backs-up", "staff make a backup"),
	Updates:       i18n.M("sim.updates", "staff install an update"),
	Assesses:      i18n.M("sim.assesses", "the manager files a new impact assessment"),

	PowerCut:       i18n.M("sim.power-cut", "the power is cut while something is written"),
	PowerOff:       i18n.M("sim.power-off", "the power is off for a while"),
	ClockLost:      i18n.M("sim.clock-lost", "the power is off, and the machine's clock begins in the past"),
	BrownOut:       i18n.M("sim.brown-out", "the power flickers"),
	DiskFull:       i18n.M("sim.disk-full", "the disk is full"),
	DiskSlow:       i18n.M("sim.disk-slow", "the disk is slow"),
	ClockAhead:     i18n.M("sim.clock-ahead", "the machine's clock jumps ahead"),
	ClockFarAhead:  i18n.M("sim.clock-far-ahead", "the machine's clock jumps a month ahead"),
	ClockBehind:    i18n.M("sim.clock-behind", "the machine's clock jumps back"),
	ClockUnkept:    i18n.M("sim.clock-unkept", "nothing keeps the machine's clock right"),
	HeadDamaged:    i18n.M("sim.head-damaged", "the disk damages one of the vault's heads"),
	PageDamaged:    i18n.M("sim.page-damaged", "the disk damages a page of the vault"),
	Restored:       i18n.M("sim.restored", "staff restore the last backup"),
	CameraFrozen:   i18n.M("sim.camera-frozen", "the camera gives no pictures"),
	EyeCrashes:     i18n.M("sim.eye-crashes", "the eye crashes"),
	EyeLies:        i18n.M("sim.eye-lies", "the eye sends nonsense"),
	ReaderLost:     i18n.M("sim.reader-lost", "the reader is unplugged"),
	ReaderNoise:    i18n.M("sim.reader-noise", "noise on the reader's lines"),
	ContactChatter: i18n.M("sim.contact-chatter", "the door contact chatters"),
}

// invariantWords are the invariants, in the words of their names. All are on the page.
var invariantWords = map[string]i18n.Message{
	relayHasCause: i18n.M("sim.relay-has-cause",
		"the relay is on only for a recorded grant, the exit button, fire or an operator"),
	relocks:    i18n.M("sim.relocks", "the door relocks"),
	exitOpens:  i18n.M("sim.exit-opens", "exit and fire open within 200 ms"),
	grantOpens: i18n.M("sim.grant-opens", "a grant opens"),
	garageHasCause: i18n.M("sim.garage-has-cause",
		"the garage opens only for who has the right to it, and never in an alarm"),
	garageOpens: i18n.M("sim.garage-opens",
		"the garage opens for who has the right to it, also where the door does not"),
	decided:        i18n.M("sim.decided", "each attempt is decided as the world knows it must be"),
	faceLawful:     i18n.M("sim.face-lawful", "no face opens without consent, another way in and liveness"),
	validGranted:   i18n.M("sim.valid-granted", "a valid credential is granted, whatever happens to faces"),
	endedDenied:    i18n.M("sim.ended-denied", "who left, or whose credential ended, is not let in by it"),
	nothingLost:    i18n.M("sim.nothing-lost", "nothing that was acknowledged is lost"),
	chainHolds:     i18n.M("sim.chain-holds", "the audit log verifies"),
	storyHolds:     i18n.M("sim.story-holds", "the audit log tells the world's own story"),
	erasedGone:     i18n.M("sim.erased-gone", "of what was erased no bytes remain"),
	strangersGone:  i18n.M("sim.strangers-gone", "nothing of a stranger is kept"),
	namesSealed:    i18n.M("sim.names-sealed", "no name lies on the disk in clear"),
	alarmsHold:     i18n.M("sim.alarms-hold", "every alarm that was earned is raised, and no other"),
	retentionHolds: i18n.M("sim.retention-holds", "nothing is kept longer than its retention"),
	lawHolds:       i18n.M("sim.law-holds", "each rule of the law is kept"),
	relayRecorded:  i18n.M("sim.relay-recorded", "every move of the relay and of the garage is in the log"),
	guessesSlow:    i18n.M("sim.guesses-slow", "guesses are slowed down"),
	staffServed:    i18n.M("sim.staff-served", "what staff do is done"),
	comesBack: i18n.M("sim.comes-back",
		"after the last fault the door is normal again within a quarter of an hour"),
	noncesOnce:  i18n.M("sim.nonces-once", "no nonce is used twice"),
	scenesRight: i18n.M("sim.scenes-right", "the door tells each answer as it is given"),
	callsEnd: i18n.M("sim.calls-end",
		"a call at the bell ends, and ringing makes two entries a minute at most"),
	scenesEnd: i18n.M("sim.scenes-end", "nothing of a person is told once they may have left"),
	clockHolds: i18n.M("sim.clock-holds",
		"the unit's time is the true one, but for what it cannot know"),
	loggedOut: i18n.M("sim.logged-out",
		"who leaves the console open is logged out after five minutes"),
	decidedAgain: i18n.M("sim.decided-again", "each recorded decision is made again from its record"),
	damageTold: i18n.M("sim.damage-told",
		"a vault that is damaged is told of, lets nobody else in, and keeps nobody inside"),
	noPanic: i18n.M("sim.no-panic", "the program does not panic"),
}

// invariantMessage says an invariant.
func invariantMessage(name string) i18n.Message {
	if m, ok := invariantWords[name]; ok {
		return m
	}
	return i18n.Verbatim(name)
}

// toldWords are the lines of a history, which is written in English: it is the same in every
// language. "%" stands for any words.
var toldWords = []i18n.Message{
	i18n.M("sim.told-left-open", "%s, at the console, which is left open", "%"),
	i18n.M("sim.told-console", "%s, at the console", "%"),
	i18n.M("sim.told-granted", "door: granted by %s, %s", "%", "%"),
	i18n.M("sim.told-denied", "door: denied by %s, %s", "%", "%"),
	i18n.M("sim.told-alarm-over", "door: alarm over, %s", "%"),
	i18n.M("sim.told-alarm", "door: alarm, %s", "%"),
	i18n.M("sim.told-unlock", "door: relay unlock, %s", "%"),
	i18n.M("sim.told-lock", "door: relay lock, %s", "%"),
	i18n.M("sim.told-opened", "the door is opened"),
	i18n.M("sim.told-closed", "the door is closed"),
	i18n.M("sim.told-exit", "the exit button is pressed"),
	i18n.M("sim.told-rung", "the bell is rung"),
	i18n.M("sim.told-fire", "the fire line is raised"),
	i18n.M("sim.told-fire-over", "the fire line is cleared"),
	i18n.M("sim.told-misread", "the reader misreads: %s", "%"),
	i18n.M("sim.told-clock-right", "the clock is right again"),
	i18n.M("sim.told-clock-kept", "the clock is kept right again"),
	i18n.M("sim.told-disk-well", "the disk is well again"),
	i18n.M("sim.told-head-damaged", "one of the vault's heads is damaged"),
	i18n.M("sim.told-power-gone", "the power is gone"),
	i18n.M("sim.told-started", "the unit is started"),
	i18n.M("sim.told-violation", "VIOLATION: %s: %s", "%", "%"),

	i18n.M("sim.told-commitment", "desk: the manager accepts the commitment"),
	i18n.M("sim.told-added", "desk: a person is added"),
	i18n.M("sim.told-replaced", "desk: a lost card is revoked and replaced"),
	i18n.M("sim.told-enrolled", "desk: consent and enrolment"),
	i18n.M("sim.told-no", "desk: a no is recorded"),
	i18n.M("sim.told-withdrawn", "desk: a face is withdrawn"),
	i18n.M("sim.told-erased", "desk: a person is erased"),
	i18n.M("sim.told-pass", "desk: a pass is made"),
	i18n.M("sim.told-courier", "desk: the door is opened for a courier"),
	i18n.M("sim.told-bell-answered", "desk: the bell is answered"),
	i18n.M("sim.told-lockdown", "desk: lockdown"),
	i18n.M("sim.told-lockdown-over", "desk: lockdown is over"),
	i18n.M("sim.told-evacuation", "desk: evacuation"),
	i18n.M("sim.told-evacuation-over", "desk: evacuation is over"),
	i18n.M("sim.told-taken-back", "desk: orders are taken back"),
	i18n.M("sim.told-assessment", "desk: an impact assessment is filed"),
	i18n.M("sim.told-backup", "desk: a backup is made"),
	i18n.M("sim.told-checked", "desk: the vault is checked"),
	i18n.M("sim.told-desk-failed", "desk: %s: %s", "%", "%"),
}

// lineMessage says a line of a history, without its time.
func lineMessage(line string) i18n.Message {
	for _, form := range toldWords {
		if m, ok := form.Match(line); ok {
			for i, a := range m.Args { // an invariant, a line, or a word
				figure := a.(i18n.Message)
				if named, ok := invariantWords[figure.String()]; ok {
					m.Args[i] = named
				} else if within := lineMessage(figure.String()); within.ID != "" {
					m.Args[i] = within
				}
			}
			return m
		}
	}
	name, does, _ := strings.Cut(line, " ")
	if m, ok := kindWords[Kind(does)]; ok {
		return i18n.Join(i18n.Verbatim(name+" "), m)
	}
	if m, ok := kindWords[Kind(line)]; ok {
		return either(strings.HasPrefix(line, "FAULT: "), i18n.M("sim.told-fault", "FAULT: %v", m), m)
	}
	return i18n.Verbatim(line)
}
