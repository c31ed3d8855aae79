package policy

import "time"

// Decision is the answer to an [Attempt], with its reason and trace.
type Decision struct {
	At           time.Time // the time the decision used (after the floor)
	Door         string
	Means        Means
	Person       PersonID // zero when no person was recognised
	CredentialID string
	Grant        bool
	Reason       Reason
	Release      time.Duration  // how long to unlock; zero when denied
	Trace        []Check        // each check that was made, in order
	Duress       bool           // a duress PIN was typed: call for help, and show nothing of it at the door
	Outputs      []OutputAnswer // of each output beside the door; none where nobody was recognised by right
	Facts        []byte         // what it was made of, for its record (package store/facts); Decide leaves it empty
	Visit        *Visit         // of a grant: how the visit went that it ends, for its record; Decide leaves it nil
}

// Visit is how a visit went until it was decided that the door opens.
type Visit struct {
	Waited  time.Duration // since its first sign
	Retried bool          // a try was refused before
}

// Check is one question of a decision, and its answer.
type Check struct {
	Rule   string // "card known", "lease", "R-ALT", …
	Pass   bool
	Detail string // figures and dates; never names or numbers of cards
}
