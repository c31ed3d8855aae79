package rpc

import (
	"context"

	"menshen/board/desk"
	"menshen/internal/i18n"
)

// installMethods are for who wires the door and checks it.
var installMethods = map[string]handler{
	"install.wiring":  method(wiring),
	"install.readers": method(readers),
	"install.reader":  method(installReader),

	"install.address":  method(readerAddress),
	"install.speed":    method(readerSpeed),
	"install.firmware": method(readerFirmware),
}

// header is a board's with its wires.
type header struct {
	Board     string       `json:"board,omitempty"` // its name in a configuration; absent: it is not known
	Title     string       `json:"title,omitempty"`
	Pin1      string       `json:"pin1,omitempty"` // where pin 1 is
	Pins      []pin        `json:"pins"`
	Rest      string       `json:"rest"`      // what the lock does until the program runs
	Elsewhere []string     `json:"elsewhere"` // wires that are not on the header
	Power     []string     `json:"power"`     // where each part has its supply and its ground
	Found     []wiringNote `json:"found"`     // what does not fit
}

type pin struct {
	At      int    `json:"at"` // from 1
	Name    string `json:"name"`
	Also    string `json:"also,omitempty"`
	PowerUp string `json:"powerUp,omitempty"` // "up", "down": its pull until the program runs
	Kind    string `json:"kind"`              // "relay", "input", "signal", "data", "line", "supply", "ground", …
	Wire    string `json:"wire,omitempty"`
	Refused bool   `json:"refused,omitempty"`
}

type wiringNote struct {
	Refused bool   `json:"refused,omitempty"` // else it is a warning
	Text    string `json:"text"`
}

func wiring(ctx context.Context, c *call, _ nothing) (header, error) {
	w, err := c.desk.Wiring(ctx, c.who)
	h := header{Board: w.Board, Title: w.Title, Pin1: w.Pin1, Rest: w.Rest, Pins: []pin{}, Elsewhere: []string{},
		Power: []string{}, Found: []wiringNote{}}
	for _, p := range w.Pins {
		h.Pins = append(h.Pins, pin(p))
	}
	h.Elsewhere = append(h.Elsewhere, w.Elsewhere...)
	h.Power = append(h.Power, w.Power...)
	for _, f := range w.Found {
		h.Found = append(h.Found, wiringNote(f))
	}
	return h, err
}

// reader is what has come from a reader since the start.
type reader struct {
	Name   string  `json:"name"`
	Kind   string  `json:"kind"`
	Fault  string  `json:"fault,omitempty"`
	Counts []count `json:"counts"`
	Frames []frame `json:"frames"`         // the last ones of a Wiegand reader, the newest first
	Link   *link   `json:"link,omitempty"` // of an OSDP reader
}

type count struct {
	Of coded  `json:"of"`
	N  uint64 `json:"n"`
}

// frame is how a frame came over the wire; it tells no bit of it.
type frame struct {
	At     string  `json:"at"`
	Read   bool    `json:"read"`
	Text   string  `json:"text"`           // what the reader made of it
	Gaps   []int64 `json:"gaps"`           // µs between its pulses, in whole halves of the middle one
	Middle int64   `json:"middle"`         // gap, µs
	Lost   int     `json:"lost,omitempty"` // pulses
}

func readers(ctx context.Context, c *call, _ nothing) ([]reader, error) {
	all, err := c.desk.Readers(ctx, c.who)
	out := []reader{}
	for _, r := range all {
		one := reader{Name: r.Name, Kind: r.Kind, Fault: r.Fault, Counts: []count{}, Frames: []frame{}}
		for _, n := range r.Counts {
			one.Counts = append(one.Counts, count{coded{n.Of, c.say(i18n.Word(n.Of))}, n.N})
		}
		for _, f := range r.Frames {
			shown := frame{At: c.time(f.At), Read: f.Read, Text: f.Text, Gaps: []int64{},
				Middle: f.Middle.Microseconds(), Lost: f.Lost}
			for _, gap := range f.Gaps {
				shown.Gaps = append(shown.Gaps, gap.Microseconds())
			}
			one.Frames = append(one.Frames, shown)
		}
		one.Link = c.link(r.Link)
		out = append(out, one)
	}
	return out, err
}

// link is how a reader is connected that the unit talks with.
type link struct {
	Address   int      `json:"address"`
	Speed     int      `json:"speed"`              // baud
	Secure    bool     `json:"secure"`             // under a key of its own
	Why       string   `json:"why,omitempty"`      // why not
	Next      string   `json:"next,omitempty"`     // then: of the next try
	Installs  string   `json:"installs,omitempty"` // it may take a new key until then
	Device    string   `json:"device,omitempty"`   // what it says it is
	Proven    bool     `json:"proven,omitempty"`   // it said so under its key
	Abilities []string `json:"abilities"`
	Supply    bool     `json:"supplyFails,omitempty"`
	Tamper    bool     `json:"opened,omitempty"`  // it or a head of it
	Inputs    []string `json:"inputs,omitempty"`  // of each of its own, whether it is on
	Outputs   []string `json:"outputs,omitempty"` // likewise
	Write     string   `json:"write,omitempty"`   // what door.toml has to say after a move
}

func (c *call) link(l *desk.Link) *link {
	if l == nil {
		return nil
	}
	out := &link{Address: l.Address, Speed: l.Speed, Secure: l.Secure, Why: l.Why, Device: l.Device, Proven: l.Proven,
		Abilities: append([]string{}, l.Abilities...), Supply: l.Supply, Tamper: l.Tamper,
		Inputs: l.Inputs, Outputs: l.Outputs, Write: l.Write}
	if !l.Secure && !l.Next.IsZero() {
		out.Next = c.time(l.Next)
	}
	if !l.Installs.IsZero() {
		out.Installs = c.time(l.Installs)
	}
	return out
}

type installParams struct {
	Reader string `json:"reader"`
}

// installReader lets a reader take a new key; progress says what it waits for.
func installReader(ctx context.Context, c *call, p installParams) (nothing, error) {
	err := c.desk.InstallReader(ctx, c.who, p.Reader, c.step)
	if err == nil {
		err = ctx.Err()
	}
	return nothing{}, err
}

type addressParams struct {
	Reader  string `json:"reader"`
	Address int    `json:"address"`
}

func readerAddress(ctx context.Context, c *call, p addressParams) (nothing, error) {
	return nothing{}, c.desk.SetReaderAddress(ctx, c.who, p.Reader, p.Address, c.step)
}

type speedParams struct {
	Reader string `json:"reader"` // any of the line
	Speed  int    `json:"speed"`  // baud
}

func readerSpeed(ctx context.Context, c *call, p speedParams) (nothing, error) {
	return nothing{}, c.desk.SetReaderSpeed(ctx, c.who, p.Reader, p.Speed, c.step)
}

type firmwareParams struct {
	Reader string `json:"reader"`
	File   string `json:"file"`
	Stick  bool   `json:"stick"` // it is on the stick, else in the folder
	Type   int    `json:"type"`  // as the reader's maker says; absent: the usual one
}

// readerFirmware sends a reader a file; progress says how far it is.
func readerFirmware(ctx context.Context, c *call, p firmwareParams) (nothing, error) {
	file := desk.ReaderFile{Name: p.File, Stick: p.Stick, Type: p.Type}
	err := c.desk.SendReaderFile(ctx, c.who, p.Reader, file, c.step)
	if err == nil {
		err = ctx.Err()
	}
	return nothing{}, err
}
