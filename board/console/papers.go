package console

import (
	"context"

	"menshen/board/desk"
	"menshen/board/papers"
	"menshen/policy"
)

// Papers keeps what the law wants in writing: impact assessment, sign, incidents, filing, people's
// requests. Managers write, auditors read, every role may see how the rules stand.
type Papers interface {
	// Law checks the unit as it is now against every rule.
	Law(ctx context.Context, s desk.Session) ([]policy.Finding, error)
	// Waits gives how long people waited at the door, week by week (R-EQUAL).
	Waits(ctx context.Context, s desk.Session) (policy.WaitLog, error)
	// Assessment gives the impact assessment in force, zero when there is none, and which
	// settings are not what it assessed.
	Assessment(ctx context.Context, s desk.Session) (a papers.Assessment, changed []string, err error)
	// PutAssessment puts a new one on file. All four parts, an author and a
	// date in the future are needed.
	PutAssessment(ctx context.Context, s desk.Session, a papers.Assessment) error
	// AssessmentForm reads a form ([papers.Form]) that was filled in and put into the
	// unit's out folder or onto the stick, by its name.
	AssessmentForm(ctx context.Context, s desk.Session, name string, stick bool) (papers.Assessment, error)
	// Draft gives what the operator wrote of a paper and did not file, nil for nothing; KeepDraft
	// keeps it until it is filed (nil) or the unit restarts.
	Draft(ctx context.Context, s desk.Session, of string) ([]byte, error)
	KeepDraft(ctx context.Context, s desk.Session, of string, body []byte) error
	// WritePage writes a page to be printed into the out folder, in a language where it is not in
	// both, and gives its path.
	WritePage(ctx context.Context, s desk.Session, page desk.Page, lang string) (path string, err error)
	// SeeSign records that the operator saw the sign at the camera, in place and readable.
	SeeSign(ctx context.Context, s desk.Session) error
	// Incidents gives all, the newest last.
	Incidents(ctx context.Context, s desk.Session) ([]papers.Incident, error)
	// OpenIncident opens one, with its clocks running from now and its figures from the vault.
	OpenIncident(ctx context.Context, s desk.Session, what string) (papers.Incident, error)
	// ChangeIncident lets f change an incident, and files it again. It is closed only after
	// people and authority were told.
	ChangeIncident(ctx context.Context, s desk.Session, id string, f func(*papers.Incident)) (papers.Incident, error)
	// Letters writes an incident's letters, to those affected and to the authority, in both
	// languages, and gives their paths.
	Letters(ctx context.Context, s desk.Session, id string) (paths []string, err error)
	// Requests gives those of people about their data, with the day by which each must be answered.
	Requests(ctx context.Context, s desk.Session) ([]desk.Request, error)
	AddRequest(ctx context.Context, s desk.Session, what, who string) (desk.Request, error)
	AnswerRequest(ctx context.Context, s desk.Session, id, answer string) error
	// Filing gives how many people have a face, here and over the whole site, and what was filed.
	Filing(ctx context.Context, s desk.Session) (n papers.Faces, f papers.Filing, err error)
	// PutElsewhere records how many people have a face only at doors that tell this one nothing;
	// PutFiled, that it was filed.
	PutElsewhere(ctx context.Context, s desk.Session, n int) error
	PutFiled(ctx context.Context, s desk.Session, authority, number string) error
	// Inquire records what a manager found out and did when a person was asked
	// again after a refusal (R-REFUSE).
	Inquire(ctx context.Context, s desk.Session, what string) error
	// OldNotice gives the people who agreed to a notice that has been changed since (R-NOTICE).
	OldNotice(ctx context.Context, s desk.Session) ([]policy.Person, error)
}
