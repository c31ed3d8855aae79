package pcsc

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Errors of pcscd, with what to do.
var (
	ErrRefused = errors.New("pcscd hangs up on the unit: polkit does not allow it, since a rule is missing " +
		"(the package menshen brings it)")
	ErrVersion = errors.New("pcscd speaks another version of its protocol than Debian 12 and 13")
	ErrAnswer  = errors.New("pcscd's answer is malformed")
	ErrBusy    = errors.New("another program holds the reader: end it")
	ErrMissing = errors.New("pcscd knows no such reader: plug it in, or correct its name")
	ErrSeveral = errors.New("several readers have this in their names: write more of one")
)

// patience is how long pcscd may take for what needs no card.
const patience = 5 * time.Second

// The messages, as pcsc-lite's winscard_msg.h and eventhandler.h have them, in the machine's byte
// order. A request is a header and a message; the answer is the same message, filled in.
type (
	header  struct{ Size, Command uint32 }
	version struct {
		Major, Minor int32
		Result       result
	}
	establish struct {
		Scope, Context uint32
		Result         result
	}
	connect struct {
		Context                          uint32
		Reader                           [128]byte
		Share, Protocols, Card, Protocol uint32 // the last is the one that was agreed
		Result                           result
	}
	disconnect struct {
		Card, Disposition uint32
		Result            result
	}
	transmit struct {
		Card            uint32
		Command, Answer framing
		Result          result
	}
	// framing is of the command, whose bytes follow, or of the answer: Length is first how many
	// bytes that may have, then how many follow. Size is that of pcscd's own such structure.
	framing struct{ Protocol, Size, Length uint32 }
	slot    struct {
		Name          [128]byte
		Events, State uint32 // how often a card came or went; bits
		Sharing       int32
		ATR           [33]byte
		_             [3]byte
		Length        uint32 // of the ATR
		Protocol      uint32
	}
)

const (
	cmdEstablish  = 0x01
	cmdConnect    = 0x04
	cmdDisconnect = 0x06
	cmdTransmit   = 0x09
	cmdVersion    = 0x11
	cmdReaders    = 0x12

	scopeSystem = 2
	exclusive   = 1 // no other program speaks with a card meanwhile
	protocolT1  = 2 // what contactless cards are spoken to in
	leaveCard   = 0
	pciSize     = 16

	present = 0x04 // in State: a card is there

	major         = 4
	oldest        = 4 // minor version: of Debian 12
	newest        = 5 // of Debian 13; another pcscd takes it, or names its own
	slots         = 16
	longestAnswer = 1024
)

// result is what pcscd says of a request; zero: done.
type result uint32

const (
	tooSmall       result = 0x80100008
	unknownReader  result = 0x80100009
	shared         result = 0x8010000b
	noCard         result = 0x8010000c
	otherProtocol  result = 0x8010000f
	commError      result = 0x80100013
	notTransacted  result = 0x80100016
	unavailable    result = 0x80100017
	commLost       result = 0x8010002f
	unsupported    result = 0x80100065
	unresponsive   result = 0x80100066
	unpowered      result = 0x80100067
	wasReset       result = 0x80100068
	removed        result = 0x80100069
	notAllowed     result = 0x8010006a
	serviceStopped result = 0x8010001e
)

func (r result) Error() string { return fmt.Sprintf("pcscd says %08x", uint32(r)) }

// Is tells what the caller can do about it.
func (r result) Is(target error) bool {
	switch target {
	case ErrMissing:
		return r == unknownReader || r == unavailable
	case ErrBusy:
		return r == shared
	case ErrRefused:
		return r == notAllowed
	case errLost:
		return slices.Contains([]result{noCard, commError, notTransacted, commLost, unresponsive, unpowered, wasReset,
			removed}, r)
	}
	return false
}

// errLost says that the card was taken away, or held badly.
var errLost = errors.New("the card was lost")

// client is a session with pcscd. It is for one goroutine. After an error of the socket it is of no
// more use; after a [result] it is.
type client struct {
	socket  Socket
	context uint32
}

// dial begins a session.
func dial(source Source) (*client, error) {
	socket, err := source()
	if err != nil {
		return nil, err
	}
	c := &client{socket: socket}
	if err := errors.Join(c.until(time.Now().Add(patience)), c.begin()); err != nil {
		return nil, errors.Join(err, socket.Close())
	}
	return c, nil
}

// begin agrees on a version and asks for a context. A pcscd that refuses this user hangs up on the
// first word.
func (c *client) begin() error {
	v := version{Major: major, Minor: newest}
	err := call(c, cmdVersion, &v)
	if errors.Is(err, io.EOF) || errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET) {
		return ErrRefused
	}
	if v.Result == serviceStopped && v.Major == major && v.Minor >= oldest && v.Minor < newest {
		v.Result = 0
		err = call(c, cmdVersion, &v)
	}
	if err != nil {
		return err
	}
	if v.Result != 0 {
		return fmt.Errorf("%w: %d.%d", ErrVersion, v.Major, v.Minor)
	}
	e := establish{Scope: scopeSystem}
	if err := call(c, cmdEstablish, &e); err != nil {
		return err
	}
	c.context = e.Context
	return said(e.Result)
}

func (c *client) close() error { return c.socket.Close() }

// until says how long pcscd may take for what is asked next.
func (c *client) until(deadline time.Time) error { return gone(c.socket.SetDeadline(deadline)) }

// readers gives what pcscd knows of each of its readers.
func (c *client) readers() (all []slot, err error) {
	if err := errors.Join(c.until(time.Now().Add(patience)), c.send(cmdReaders, nil)); err != nil {
		return nil, err
	}
	var raw [slots]slot
	if err := c.receive(&raw); err != nil {
		return nil, err
	}
	for _, s := range raw {
		if s.name() != "" {
			all = append(all, s)
		}
	}
	return all, nil
}

func (s *slot) name() string {
	name, _, _ := strings.Cut(string(s.Name[:]), "\x00")
	return name
}

// atr is the card's answer to reset, which the reader makes up for a contactless one.
func (s *slot) atr() []byte { return s.ATR[:min(int(s.Length), len(s.ATR))] }

// find gives the one reader that has part in its name, in whichever case. An empty one: the only
// reader.
func (c *client) find(part string) (slot, error) {
	all, err := c.readers()
	if err != nil {
		return slot{}, err
	}
	fits := slices.DeleteFunc(slices.Clone(all), func(s slot) bool {
		return !strings.Contains(strings.ToLower(s.name()), strings.ToLower(part))
	})
	switch len(fits) {
	case 0:
		return slot{}, fmt.Errorf("%w; it knows %q", ErrMissing, names(all))
	case 1:
		return fits[0], nil
	}
	return slot{}, fmt.Errorf("%w: %q", ErrSeveral, names(fits))
}

func names(all []slot) (out []string) {
	for _, s := range all {
		out = append(out, s.name())
	}
	return out
}

// Look says why a reader with part in its name cannot be used now: what pcscd says, [ErrMissing] or
// [ErrSeveral] with the readers that it knows, or nil.
func Look(source Source, part string) error {
	c, err := dial(source)
	if err != nil {
		return err
	}
	defer c.close()
	_, err = c.find(part)
	return err
}

// call sends a message, with what follows it, and takes the answer.
func call[M any](c *client, command uint32, m *M, rest ...byte) error {
	if err := c.send(command, m, rest...); err != nil {
		return err
	}
	return c.receive(m)
}

func (c *client) send(command uint32, m any, rest ...byte) error {
	size := 0
	if m != nil {
		size = binary.Size(m)
	}
	out, err := binary.Append(nil, binary.NativeEndian, header{uint32(size), command})
	if err == nil && m != nil {
		out, err = binary.Append(out, binary.NativeEndian, m)
	}
	if err == nil {
		_, err = c.socket.Write(append(out, rest...))
	}
	return gone(err)
}

func (c *client) receive(m any) error {
	return gone(binary.Read(c.socket, binary.NativeEndian, m))
}

// gone says what became of pcscd.
func gone(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Errorf("pcscd does not answer in time: %w", err)
	}
	return fmt.Errorf("pcscd is gone: %w", err)
}

// said is the error of a result; nil when it is done.
func said(r result) error {
	if r == 0 {
		return nil
	}
	for _, known := range []error{ErrMissing, ErrBusy, ErrRefused} {
		if r.Is(known) {
			return fmt.Errorf("%w (%w)", known, r)
		}
	}
	return r
}
