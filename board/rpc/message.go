package rpc

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"

	"menshen/board/desk"
	"menshen/internal/i18n"
)

// message is one line: a request, an answer or a notification.
type message struct {
	Version string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id,omitempty"`
	Method  string          `json:"method,omitempty"`
	Params  json.RawMessage `json:"params,omitempty"`
	Result  json.RawMessage `json:"result,omitempty"`
	Error   *fault          `json:"error,omitempty"`
}

// line is the message as it is sent. Errors: it is too long.
func (m message) line() ([]byte, error) {
	m.Version = "2.0"
	line, err := json.Marshal(m)
	if err == nil && len(line) >= MaxLine {
		err = errTooLarge
	}
	return append(line, '\n'), err
}

// asJSON is a value of this package as JSON, which always is possible.
func asJSON(v any) json.RawMessage {
	body, err := json.Marshal(v)
	if err != nil {
		panic(err) // the values are this package's; a test encodes each
	}
	return body
}

// fault is an error as JSON-RPC has it.
type fault struct {
	Code    int        `json:"code"`
	Message string     `json:"message"` // in the operator's language
	Data    *faultData `json:"data,omitempty"`
}

type faultData struct {
	What   string `json:"what"`             // the id of the message: "desk.not-allowed"
	Remedy string `json:"remedy,omitempty"` // what to do
}

// The codes of errors; those from -32700 to -32600 are of JSON-RPC.
const (
	CodeParse     = -32700 // the line is not JSON
	CodeRequest   = -32600 // it is no request, or too long
	CodeMethod    = -32601 // there is no such method
	CodeParams    = -32602 // the parameters are not the method's
	CodeInternal  = -32603 // the answer cannot be told
	CodeBusy      = -32001 // too many requests at once
	CodeCancelled = -32002 // the peer cancelled it
	CodeNoSession = -32003 // nobody is logged in, or no longer
	CodeRefused   = 1      // the desk refuses, and says why
)

// problem is an error with a code of its own.
type problem struct {
	code int
	error
}

func (p problem) Unwrap() error { return p.error }

var (
	errParse     = problem{CodeParse, i18n.E("rpc.not-json", "this line is no object of JSON")}
	errRequest   = problem{CodeRequest, i18n.E("rpc.no-request", "this is no request of JSON-RPC 2.0")}
	errTooLong   = problem{CodeRequest, i18n.E("rpc.line-too-long", "a line has at most %d bytes", MaxLine)}
	errTooLarge  = problem{CodeInternal, i18n.E("rpc.answer-too-large", "the answer is too large: ask for less")}
	errBusy      = problem{CodeBusy, i18n.E("rpc.busy", "%d requests are being answered: wait for one", AtOnce)}
	errCancelled = problem{CodeCancelled, i18n.E("rpc.cancelled", "cancelled")}
	errNoSession = problem{CodeNoSession, i18n.E("rpc.no-session", "nobody is logged in on this line")}
	errIn        = problem{CodeRequest, i18n.E("rpc.logged-in", "somebody is logged in on this line: log out first")}
)

// badParams says what is wrong with parameters, in English: it is for who writes programs.
func badParams(why string) error { return problem{CodeParams, errors.New(why)} }

// faultOf is an error as the peer is told it.
func (v *visit) faultOf(err error) *fault {
	lang := v.language()
	f := &fault{Code: CodeRefused, Message: lang.Say(i18n.Of(err))}
	var known problem
	var said *i18n.Error
	switch {
	case errors.As(err, &known):
		f.Code = known.code
	case errors.Is(err, desk.ErrEnded):
		f.Code = CodeNoSession
	case errors.Is(err, context.Canceled):
		return v.faultOf(errCancelled)
	}
	if errors.As(err, &said) {
		f.Data = &faultData{What: said.What.ID, Remedy: lang.Say(said.Remedy)}
		var cause *i18n.Error
		if errors.As(said.Cause, &cause) {
			f.Data.What = cause.What.ID
		}
	}
	return f
}

// decode reads parameters into a value. Members that it has not are refused.
func decode(params json.RawMessage, into any) error {
	if len(params) == 0 {
		params = []byte("{}")
	}
	d := json.NewDecoder(bytes.NewReader(params))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return badParams(clean(err))
	}
	return nil
}

// clean is an error of package json without what the peer sent, which may be a secret.
func clean(err error) string {
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrong):
		return "the parameter " + wrong.Field + " is not of its type"
	case bytes.HasPrefix([]byte(err.Error()), []byte("json: unknown field ")):
		return "there is a parameter that this method has not"
	}
	return "the parameters are no object"
}
