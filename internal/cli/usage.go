package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// usageError is a command line that cannot be understood; the program then ends with exit code 2.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// Usage makes an error one of the command line.
func Usage(err error) error { return usageError{err} }

// strict makes every mistake in a command line a usageError: a wrong verb, which gives a suggestion
// instead of the help; a flag that is wrong or missing; a wrong number of arguments.
func strict(c *cobra.Command) {
	c.SetFlagErrorFunc(func(c *cobra.Command, err error) error { return wrongFlag(c, err) })
	if c.HasSubCommands() && !c.Runnable() {
		c.Args = cobra.NoArgs
		c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
	}
	count := c.Args
	c.Args = func(c *cobra.Command, args []string) error {
		if count != nil && count(c, args) != nil {
			if c.HasSubCommands() {
				return wrongVerb(c, args[0])
			}
			return usageError{fmt.Errorf("the arguments do not fit: write '%s'", c.UseLine())}
		}
		if err := c.ValidateRequiredFlags(); err != nil {
			return wrongFlag(c, err)
		}
		return nil
	}
	for _, sub := range c.Commands() {
		strict(sub)
	}
}

// strictHelp makes 'help' of a wrong verb the same error as the verb itself.
func strictHelp(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	for _, sub := range root.Commands() {
		if sub.Name() == "help" {
			sub.Args = func(_ *cobra.Command, args []string) error {
				if found, rest, _ := root.Find(args); len(rest) > 0 {
					return wrongVerb(found, rest[0])
				}
				return nil
			}
		}
	}
}

func wrongFlag(c *cobra.Command, err error) error {
	return usageError{fmt.Errorf("%w: '%s --help' lists the flags", err, c.CommandPath())}
}

// wrongVerb says that a command has no such verb, and which it may have been.
func wrongVerb(c *cobra.Command, got string) error {
	path, meant := c.CommandPath(), ""
	c.SuggestionsMinimumDistance = 2
	if near := c.SuggestionsFor(got); len(near) > 0 {
		meant = fmt.Sprintf("did you mean '%s %s'? ", path, strings.Join(near, "' or '"+path+" "))
	}
	return usageError{fmt.Errorf("%q is not a verb of %s: %s'%s --help' lists them", got, path, meant, path)}
}
