package policy

// RuleID names a rule of the law. Code, tests, the dossier and the console carry it. Records hold
// the values: never change one.
type RuleID string

// The rules. Their texts, sources and demands are in law_people.go, law_data.go and law_site.go.
const (
	RuleAlt      RuleID = "R-ALT"
	RuleEqual    RuleID = "R-EQUAL"
	RuleNotice   RuleID = "R-NOTICE"
	RuleConsent  RuleID = "R-CONSENT"
	RuleMinor    RuleID = "R-MINOR"
	RuleRefuse   RuleID = "R-REFUSE"
	RuleWithdraw RuleID = "R-WITHDRAW"
	RuleRights   RuleID = "R-RIGHTS"

	RuleErase    RuleID = "R-ERASE"
	RuleStranger RuleID = "R-STRANGER"
	RulePurpose  RuleID = "R-PURPOSE"
	RuleLocal    RuleID = "R-LOCAL"
	RuleEncrypt  RuleID = "R-ENCRYPT"
	RuleAudit    RuleID = "R-AUDIT"
	RuleRetain   RuleID = "R-RETAIN"

	RuleOperator  RuleID = "R-OPERATOR"
	RulePIA       RuleID = "R-PIA"
	RuleIncident  RuleID = "R-INCIDENT"
	RuleFiling    RuleID = "R-FILING"
	RuleNoPrivate RuleID = "R-NOPRIVATE"
	RuleSafe      RuleID = "R-SAFE"
)
