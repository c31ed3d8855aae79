package audit

// Kind is what an entry of the log is about. The words are stored and hashed: never change one,
// never give one a second meaning, never remove one (testdata/kinds.txt). They are defined only
// here; a test in cmd/menshen refuses them as literals elsewhere.
type Kind string

// The door.
const (
	Decision          Kind = "decision"
	DoorOpened        Kind = "door opened" // by an operator, from the console
	Relay             Kind = "relay"
	OutputSwitched    Kind = "output switched" // beside the door, on or off
	OutputByHand      Kind = "output by hand"  // by an operator, from the console
	Misread           Kind = "misread"
	StrangeTries      Kind = "strange tries" // how many refusals of unknown credentials were only counted
	Bell              Kind = "bell"
	BellAnswered      Kind = "bell answered"   // what was said, by whom, after how many rings
	BellUnanswered    Kind = "bell unanswered" // in time, and after how many rings
	Tamper            Kind = "tamper"
	TamperOver        Kind = "tamper over"
	MainsLost         Kind = "mains lost" // the power supply runs from its battery
	MainsBack         Kind = "mains back"
	BatteryLow        Kind = "battery low"
	BatteryGood       Kind = "battery good"
	Alarm             Kind = "alarm"
	Quiet             Kind = "quiet" // an alarm is over
	LockdownSwitchOn  Kind = "lockdown key on"
	LockdownSwitchOff Kind = "lockdown key off"
	Override          Kind = "orders" // lockdown or evacuation begun or ended by an operator
	HoursChanged      Kind = "hours changed"
	HoursInForce      Kind = "hours in force" // taken up from a vault that opened after the start
)

// The unit and its vault.
const (
	UnitStarted      Kind = "unit started"
	UnitStopped      Kind = "unit stopped"
	Fault            Kind = "fault"
	FaultOver        Kind = "fault over"
	TimeFloorSet     Kind = "time floor set"
	TimeConfirmed    Kind = "time confirmed" // a clock that was set far ahead is right
	VaultCreated     Kind = "vault created"
	VaultMigrated    Kind = "vault migrated"
	KeySourceChanged Kind = "key source changed"
	KeysRotated      Kind = "keys rotated"
	EntriesPruned    Kind = "entries pruned"
	RetentionChanged Kind = "retention changed"
	BackupMade       Kind = "backup made"
	BackupRestored   Kind = "backup restored"
	LogExported      Kind = "audit exported"
	NoticeChanged    Kind = "notice changed"
	PaperFiled       Kind = "paper filed"
	PaperRemoved     Kind = "paper removed"
	DossierMade      Kind = "dossier made"
	AimingBegun      Kind = "aiming begun"
	AimingEnded      Kind = "aiming ended"
	CheckBegun       Kind = "self-test begun" // of the door while it runs
	CheckEnded       Kind = "self-test ended"
	InstallBegun     Kind = "reader install begun" // an operator lets a reader take a new key
	InstallEnded     Kind = "reader install ended" // and how
	ReaderMoveBegun  Kind = "reader move begun"    // an operator has a reader, or its line, go elsewhere
	ReaderMoveEnded  Kind = "reader move ended"    // and how
	ReaderFileBegun  Kind = "reader file begun"    // an operator sends a reader its firmware
	ReaderFileEnded  Kind = "reader file ended"    // and how
	UpdateBegun      Kind = "update begun"         // an operator has a system written to the other slot
	UpdateFailed     Kind = "update failed"        // it was not written whole
	UpdateTried      Kind = "update tried"         // an operator restarts the unit to try it
	UpdateKept       Kind = "update kept"
	UpdateTakenBack  Kind = "update taken back" // the system before runs again
	FileCarriedOut   Kind = "file carried out"  // onto a USB stick
	FileBroughtIn    Kind = "file brought in"   // from a USB stick
)

// People, and what was done with what is stored about them.
const (
	PersonAdded       Kind = "person added"
	PersonCorrected   Kind = "person corrected"
	PersonRemoved     Kind = "person removed"
	PeopleListed      Kind = "people listed"
	LookedUp          Kind = "looked up"
	DecisionsLookedUp Kind = "decisions looked up"
	OwnPageShown      Kind = "own page shown"
	OwnPageCopied     Kind = "own page copied"
	CredentialAdded   Kind = "credential added"
	CredentialRevoked Kind = "credential revoked"
	CardRewritten     Kind = "card rewritten" // a person's card was written once more: its keys are new
	CardRetired       Kind = "card retired"   // as from the factory; without a person: it was nobody's
	PassMade          Kind = "pass made"
	PassEnded         Kind = "pass ended"
	PeopleImported    Kind = "people imported" // from a file; what was done with each person follows it
	ImportUndone      Kind = "import undone"
	ListExported      Kind = "list exported" // people, passes or decisions, as a file
)

// The doors of a site.
const (
	SiteFounded       Kind = "site founded"
	SiteJoined        Kind = "site joined"
	DoorAdmitted      Kind = "door admitted"    // to the site
	DoorSentAway      Kind = "door sent away"   // from the site
	PersonTold        Kind = "person told"      // another door told something of a person
	SiteOrderGiven    Kind = "site order given" // a lockdown or evacuation for all doors, here
	SiteOrderTold     Kind = "site order told"  // another door gave it
	SiteOrderEnded    Kind = "site order ended" // here, at another door, or as its time was over
	ManagerKeySet     Kind = "manager key set"  // to which events of the site's doors are sealed
	ManagerKeyRemoved Kind = "manager key removed"
	SiteChainBroken   Kind = "site chain broken" // this door told other things under the same numbers: it was put back
)

// Faces.
const (
	ConsentGiven      Kind = "consent given"
	ConsentWithdrawn  Kind = "consent withdrawn"
	WithdrawalAsked   Kind = "withdrawal asked" // by the owner's card, at the door
	FaceRefused       Kind = "face refused"
	AskedAfterNo      Kind = "asked after a no"
	FaceEnrolled      Kind = "face enrolled"
	FaceErased        Kind = "face erased"
	CardFaceRefused   Kind = "face on a card refused" // its seal did not open
	CardFaceWiped     Kind = "face on a card overwritten"
	OccasionAdded     Kind = "face taken again"     // one more occasion, and by what
	OccasionRefused   Kind = "face not taken again" // at the door, and why
	AgainAgreed       Kind = "agreed to be asked again"
	AgainEnded        Kind = "not to be asked again"
	LearningAgreed    Kind = "agreed to learning"
	LearningEnded     Kind = "learning ended"
	LearntErased      Kind = "learnt occasions erased" // with the end of learning
	FaceNeedsCard     Kind = "face like another's: only with the card"
	FaceAlone         Kind = "face like nobody's: alone"
	FaceTaken         Kind = "face from another door" // which the person named
	FaceNotTaken      Kind = "face from another door not taken"
	FacesUnlocked     Kind = "faces unlocked"
	UnlockRefused     Kind = "faces unlock refused"
	PassphraseSet     Kind = "faces passphrase set"
	PassphraseRemoved Kind = "faces passphrase removed"
)

// Operators.
const (
	OperatorAdded         Kind = "operator added"
	OperatorChanged       Kind = "operator changed"
	OperatorBlocked       Kind = "operator blocked"
	OperatorSecretChanged Kind = "operator secret changed"
	OperatorCardChanged   Kind = "operator card changed"
	CommitmentAccepted    Kind = "commitment accepted"
	LogIn                 Kind = "log-in"
	LogInRefused          Kind = "log-in refused"
	LogInCard             Kind = "log-in card"
	LogInCardRefused      Kind = "log-in card refused"
	LogInWithoutCard      Kind = "log-in without card"
	LogOut                Kind = "log-out"
	RecoveryCodeMade      Kind = "recovery code made"
	Recovery              Kind = "recovery"
	RecoveryRefused       Kind = "recovery refused"
	Recovered             Kind = "recovered"
)
