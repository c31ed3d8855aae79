package check

import (
	"context"
	"menshen/internal/i18n"
	"time"
)

// Step is one thing to try at a door.
type Step struct {
	ID     string // "relay", "reader outside": kept in reports
	Title  i18n.Message
	Do     i18n.Message // what will be done, and by whom
	Expect i18n.Message // what a good door does
	Safety bool         // people's safety stands on it (R-SAFE): a check without it does not count
	Hands  bool         // it needs the installer at the door
	absent i18n.Message // why this door has no such step; zero: it has

	run func(context.Context, *run) error // nil, *Problem, or why the session ends
}

// Question is something that only eyes and ears can tell, answered with yes or no. Its ID is for
// installers that are programs.
type Question struct {
	ID   string
	Text i18n.Message
}

// Task is something to do at the door while the program watches.
type Task struct {
	ID     string
	Text   i18n.Message
	Within time.Duration
}

// Choice is what the installer wants next.
type Choice string

// The choices.
const (
	Go    Choice = "go"
	Again Choice = "again" // before a step: the one before; after one: this one
	Skip  Choice = "skip"
	Stop  Choice = "stop" // for now; the session can be resumed
)

// Installer is who stands at the door: a person at a terminal, or a test. Each method returns when
// ctx ends.
type Installer interface {
	// Begin shows a step, the n-th of so many, before it is tried. Steps without Hands begin
	// without a question.
	Begin(ctx context.Context, n, of int, s Step) (Choice, error)
	Ask(ctx context.Context, q Question) (yes bool, err error)
	// Do shows a task; the program waits for its effect meanwhile. Waiting shows how much time is
	// left of it, now and then.
	Do(t Task)
	Waiting(left time.Duration)
	Tell(m i18n.Message)
	// Done shows a result; after one that failed it asks whether to try again (Again), go on (Go),
	// or stop.
	Done(ctx context.Context, r Result) (Choice, error)
}
