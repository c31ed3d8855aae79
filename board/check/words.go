package check

import (
	"fmt"

	"menshen/internal/i18n"
)

// Problem says why a step failed, and what to do about it.
type Problem struct{ What, Remedy i18n.Message }

func (p *Problem) Error() string { return fmt.Sprintf("%v: %v", p.What, p.Remedy) }

func problem(what, remedy i18n.Message) *Problem { return &Problem{what, remedy} }

// named gives a figure or a fact with its name.
func named(name, text i18n.Message) i18n.Message { return i18n.M("check.named", "%v: %v", name, text) }
