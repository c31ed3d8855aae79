package check

import (
	"context"
	"menshen/internal/i18n"
	"time"
)

// Step is one thing to try at a door.
type Step struct {
	ID     string // such as "relay" or "reader outside"; kept in reports
	Title  i18n.Message
	Do     i18n.Message // what will be done, and by whom
	Expect i18n.Message // what a good door does
	Safety bool         // people's safety depends on it: without it the door does not count as tested (R-SAFE)
	Hands  bool         // it needs the installer at the door
	absent i18n.Message // why this door has no such step; the zero value: it has

	run func(context.Context, *run) error // errors: a *Problem when the step failed; others end the session

	// look shows on the screen what comes, and keeps nothing; nil: this step has no such view.
	look func(context.Context, *run) error
}

// Looks reports whether the installer may choose [Look].
func (s Step) Looks() bool { return s.look != nil }

// Question is answered with yes or no. Its ID is for an installer that is a program.
type Question struct {
	ID   string
	Text i18n.Message
}

// Task is something to do at the door while the program watches, within a time.
type Task struct {
	ID     string
	Text   i18n.Message
	Within time.Duration
}

// Choice is what the installer chooses to do next.
type Choice string

// The choices.
const (
	Go    Choice = "go"
	Again Choice = "again" // before a step: go back to the one before; after a step: repeat it
	Skip  Choice = "skip"
	Look  Choice = "look" // at the pulses as they come, in a step that Looks; then the question comes again
	Stop  Choice = "stop" // the session can be resumed later
)

// Installer is the person at the door, by a terminal, or a test. Each method with a
// context returns when that ends.
type Installer interface {
	// Begin shows the n-th step before it is tried, and asks for a choice if the step needs Hands.
	Begin(ctx context.Context, n, of int, s Step) (Choice, error)
	Ask(ctx context.Context, q Question) (yes bool, err error)
	// Do shows a task and returns at once. Waiting, called once a second, shows
	// how much of its time is left.
	Do(t Task)
	Waiting(left time.Duration)
	Tell(m i18n.Message)
	// Done shows a result. After a step that failed it asks whether to repeat it
	// (Again), go on (Go) or Stop.
	Done(ctx context.Context, r Result) (Choice, error)
}
