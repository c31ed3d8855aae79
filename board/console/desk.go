package console

import (
	"context"

	"menshen/board/desk"
	"menshen/internal/i18n"
	"menshen/policy"
)

// Desk is the unit as the console sees it. Each call is made for one operator's session, checks
// that session's role itself (that the console hides commands from a role is no defence), and is
// recorded under the operator's name before it takes effect.
//
// Calls are safe for several sessions at once, and return soon after ctx ends. Errors are one line
// for a person; one that a person can mend has its remedy ([i18n.Error]). No error holds a secret,
// a card number or a name. Texts in answers (remedies, advice) are in the session's language.
type Desk interface {
	Sessions
	People
	Faces
	Door
	Records
}

// Sessions lets operators in and out.
type Sessions interface {
	// LogIn, at a line, checks name and secret, and a second factor where the operator has one:
	// step then says what to do ("tap your own card at the reader") and LogIn waits for it until
	// ctx ends. The caller wipes the secret. Errors: [desk.ErrRefused], the same for an unknown
	// name as for a wrong secret; [desk.ErrLockedOut].
	LogIn(ctx context.Context, line desk.LineName, name string, secret desk.Secret, lang i18n.Language,
		step desk.Progress) (desk.Session, error)
	// LogOut ends the session; it never fails. why is "asked", "idle" or "line lost".
	LogOut(s desk.Session, why string)
	// Acknowledge records that the operator accepts Session.Commitment, and gives the
	// session without it. Until then every other call but LogOut gives
	// [desk.ErrNotAcknowledged] (R-OPERATOR).
	Acknowledge(ctx context.Context, s desk.Session) (desk.Session, error)
}

// People keeps the people and their credentials other than faces.
type People interface {
	// Find gives the people whose name or apartment contains words, or whose handle begins with it;
	// all for "". Sorted by apartment, then name. A look-up is itself recorded.
	Find(ctx context.Context, s desk.Session, words string) ([]policy.Person, error)
	AddPerson(ctx context.Context, s desk.Session, d desk.Details) (policy.Person, error)
	// ChangePerson replaces a person's details (the right to correction, R-RIGHTS).
	ChangePerson(ctx context.Context, s desk.Session, id policy.PersonID, d desk.Details) (policy.Person, error)
	// RemovePerson erases a person with everything that is stored about them (R-ERASE).
	RemovePerson(ctx context.Context, s desk.Session, id policy.PersonID, reason string) (desk.Receipt, error)
	// AssignCard makes the next card at the door the person's. It opens nothing. A card that
	// another person has is refused.
	AssignCard(ctx context.Context, s desk.Session, id policy.PersonID, label string,
		step desk.Progress) (policy.Credential, error)
	// IssueCard writes a number of the site's own to the next blank card, at a reader that
	// can, and makes it the person's.
	IssueCard(ctx context.Context, s desk.Session, id policy.PersonID, label string,
		step desk.Progress) (policy.Credential, error)
	// PINLength is how many digits a new PIN must have at least; policy.MaxDigits are the most. The
	// more people have one, the longer.
	PINLength(ctx context.Context, s desk.Session) (int, error)
	// AssignPIN gives the person a PIN of as many digits. A duress PIN opens like any other and
	// calls for help in silence. The caller wipes the PIN.
	AssignPIN(ctx context.Context, s desk.Session, id policy.PersonID, pin desk.Secret,
		duress bool) (policy.Credential, error)
	// RevokeCredential revokes one credential at once. With the last one face entry ends too
	// (R-ALT); the receipt then says so.
	RevokeCredential(ctx context.Context, s desk.Session, id policy.PersonID, credentialID string) (desk.Receipt, error)
}

// Faces is face entry: notice, choice, enrolment, withdrawal.
type Faces interface {
	// Notice gives the words in force in a language, "en" or "zh" (R-NOTICE).
	Notice(ctx context.Context, s desk.Session, lang string) (desk.Notice, error)
	// Consent records a person's consent to the exact notice shown. It is the person's
	// own act: step asks for it ("now tap your own card at the door") and Consent
	// waits until ctx ends (R-CONSENT).
	Consent(ctx context.Context, s desk.Session, c desk.ConsentGiven, step desk.Progress) error
	// Refuse records a refusal. The person is not asked again (R-REFUSE).
	Refuse(ctx context.Context, s desk.Session, id policy.PersonID) error
	// Withdraw stops the face at once and destroys its data (R-WITHDRAW).
	Withdraw(ctx context.Context, s desk.Session, id policy.PersonID) (desk.Receipt, error)
	// Enrol takes the person's face at the door's camera; step guides them
	// ("come closer", 2 of 5 pictures).
	// For a person who is enrolled it adds an occasion; the face must then be like the stored one.
	Enrol(ctx context.Context, s desk.Session, id policy.PersonID, step desk.Progress) (desk.Enrolment, error)
	EnrolOnCard(ctx context.Context, s desk.Session, id policy.PersonID, step desk.Progress) (desk.Enrolment, error)
	// Again records that an enrolled person may be asked to look once more at the door, after their
	// card; Learn, that the door may learn from their visits. Each is an act of the person's own,
	// as Consent is, to the notice that they agreed to before.
	Again(ctx context.Context, s desk.Session, c desk.ConsentGiven, step desk.Progress) error
	Learn(ctx context.Context, s desk.Session, c desk.ConsentGiven, step desk.Progress) error
	// NotAgain ends what Again began.
	NotAgain(ctx context.Context, s desk.Session, id policy.PersonID) error
	// Drifted reports whether a person's face is known worse than when it was taken last.
	Drifted(ctx context.Context, s desk.Session, id policy.PersonID) (bool, error)
	// StopLearning ends learning, and destroys what was learnt (R-WITHDRAW). The receipt has no
	// number where nothing had been learnt.
	StopLearning(ctx context.Context, s desk.Session, id policy.PersonID) (desk.Receipt, error)
}

// Door opens the door and tells how it is.
type Door interface {
	// OpenDoor releases the door once. The reason goes into the record.
	OpenDoor(ctx context.Context, s desk.Session, reason string) (policy.Decision, error)
	Status(ctx context.Context, s desk.Session) (desk.Status, error)
}

// Records answers from the audit log.
type Records interface {
	// Decisions gives the last n decisions, newest first.
	Decisions(ctx context.Context, s desk.Session, n int) ([]desk.Record, error)
	// Why gives one decision with its trace. Errors: [desk.ErrNoRecord],
	// no decision has that number.
	Why(ctx context.Context, s desk.Session, seq uint64) (desk.Record, error)
	// VerifyAudit checks the whole log on the unit.
	VerifyAudit(ctx context.Context, s desk.Session) (desk.AuditState, error)
}
