package i18n

import (
	"errors"
	"strings"
)

// Error is an error that people read: what is wrong, and the remedy where there is one. As a
// variable of a package it is compared with errors.Is, like any other error.
type Error struct {
	What   Message
	Remedy Message // one sentence that begins lower case: "tap another card"
	Cause  error   // for errors.Is; may be nil
}

// E makes an error from a message, as [M] does.
func E(id, text string, args ...any) *Error { return &Error{What: M(id, text, args...)} }

// Problem adds a remedy to an error.
func Problem(err error, remedy Message) error {
	return &Error{What: Of(err), Remedy: remedy, Cause: err}
}

// Error is the error in English, then the remedy.
func (e *Error) Error() string { return e.message().String() }

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

func (e *Error) message() Message {
	if e.Remedy.IsZero() {
		return e.What
	}
	return M("error.remedy", "%v; %v", e.What, e.Remedy)
}

// Of is what an error says. Words that other packages wrapped around an [Error], and errors that
// carry no message, are told in English.
func Of(err error) Message {
	if err == nil {
		return Message{}
	}
	var e *Error
	if !errors.As(err, &e) {
		return Verbatim(err.Error())
	}
	before, after, _ := strings.Cut(err.Error(), e.Error())
	return Join(Verbatim(before), e.message(), Verbatim(after))
}
