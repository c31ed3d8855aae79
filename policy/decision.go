package policy

import "time"

// Decision is the answer to an Attempt, with why.
type Decision struct {
	At           time.Time // the time the decision used (after the floor)
	Door         string
	Means        Means
	Person       PersonID // zero when nobody was recognised
	CredentialID string
	Grant        bool
	Reason       Reason
	Release      time.Duration // how long to unlock; zero when refused
	Trace        []Check       // each rule that was looked at, in order
	Duress       bool          // a duress PIN was typed: call for help, and show nothing of it at the door
}

// Check is one rule's part in a decision.
type Check struct {
	Rule   string // "card known", "lease", "R-ALT", …
	Pass   bool
	Detail string // figures and dates; never names or numbers of cards
}
