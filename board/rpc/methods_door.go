package rpc

import (
	"context"
	"encoding/json"
	"strings"

	"menshen/board/desk"
	"menshen/internal/i18n"
)

// doorMethods open the door and tell how it is.
var doorMethods = map[string]handler{
	"door.status": quiet(method(doorStatus)),
	"door.open":   method(openDoor),
	"door.bell":   method(answerBell),
	"door.output": method(switchOutput),
	"door.lockdown": method(func(ctx context.Context, c *call, p onParams) (nothing, error) {
		return nothing{}, c.desk.Lockdown(ctx, c.who, p.On)
	}),
	"door.evacuate": method(func(ctx context.Context, c *call, p onParams) (nothing, error) {
		return nothing{}, c.desk.Evacuate(ctx, c.who, p.On)
	}),
	"door.watch": method(watch),
}

// fact is a part of the unit.
type fact struct {
	Name  coded  `json:"name"`
	State string `json:"state"`
	Fault string `json:"fault,omitempty"` // what is wrong, with the remedy
}

type status struct {
	At         string  `json:"at"`
	Unit       string  `json:"unit"`
	Door       coded   `json:"door"`
	Unlocked   bool    `json:"unlocked"`
	LockedDown bool    `json:"lockedDown"`
	Evacuated  bool    `json:"evacuated"` // by an operator, not by fire
	Own        own     `json:"own"`
	FacesOff   string  `json:"facesOff,omitempty"` // why; absent: faces work
	FacesFix   string  `json:"facesFix,omitempty"`
	People     int     `json:"people"`
	WithFace   int     `json:"withFace"`
	ClockFrom  string  `json:"clockFrom"`
	ClockDoubt string  `json:"clockDoubt,omitempty"`
	Camera     fact    `json:"camera"`
	Store      fact    `json:"store"`
	Readers    []fact  `json:"readers"`
	Others     []fact  `json:"others"`
	Uptime     float64 `json:"uptime"` // seconds

	FacesLocked bool `json:"facesLocked,omitempty"` // behind their passphrase: faces.unlock

	Orders []siteOrder `json:"orders,omitempty"` // of the whole site that stand here: site.orders

	Bell *bell `json:"bell,omitempty"` // somebody rang and waits: door.bell
}

// own is what door.lockdown and door.evacuate end: not what a key switch or an order of the site
// does.
type own struct {
	LockedDown bool `json:"lockedDown"`
	Evacuated  bool `json:"evacuated"`
}

type bell struct {
	At     string `json:"at"`
	Rings  int    `json:"rings"`
	Coming bool   `json:"coming"` // they were told that somebody comes
}

func (c *call) fact(f desk.Fact) fact { return fact{word(c, f.Name), f.State, f.Fault} }

func (c *call) facts(all []desk.Fact) []fact {
	out := []fact{}
	for _, f := range all {
		out = append(out, c.fact(f))
	}
	return out
}

func doorStatus(ctx context.Context, c *call, _ nothing) (status, error) {
	s, err := c.desk.Status(ctx, c.who)
	if err != nil {
		return status{}, err
	}
	var b *bell
	if s.Bell != nil {
		b = &bell{c.time(s.Bell.At), s.Bell.Rings, s.Bell.Coming}
	}
	var orders []siteOrder
	for _, o := range s.Orders {
		orders = append(orders, c.siteOrder(o))
	}
	return status{At: c.time(s.At), Unit: s.Unit, Door: word(c, s.Door), Unlocked: s.Unlocked,
		LockedDown: s.LockedDown, Evacuated: s.Evacuated, Own: own{s.Own.Lockdown, s.Own.Evacuation},
		FacesOff: s.FacesOff, FacesFix: s.FacesFix, People: s.People, WithFace: s.WithFace,
		ClockFrom: s.ClockFrom, ClockDoubt: s.ClockDoubt, Camera: c.fact(s.Camera), Store: c.fact(s.Store),
		Readers: c.facts(s.Readers), Others: c.facts(s.Others), Uptime: s.Uptime.Seconds(),
		FacesLocked: s.FacesLocked, Orders: orders, Bell: b}, nil
}

type openParams struct {
	Reason string `json:"reason"` // for the record
}

type opened struct {
	Granted bool    `json:"granted"`
	Reason  coded   `json:"reason"`
	For     float64 `json:"for"` // seconds
}

var errNoReason = i18n.Problem(i18n.E("rpc.no-reason", "there is no reason"),
	i18n.M("rpc.write-reason", "write why the door is opened: it goes into the record"))

func openDoor(ctx context.Context, c *call, p openParams) (opened, error) {
	if strings.TrimSpace(p.Reason) == "" {
		return opened{}, errNoReason
	}
	d, err := c.desk.OpenDoor(ctx, c.who, p.Reason)
	return opened{d.Grant, word(c, d.Reason), d.Release.Seconds()}, err
}

type bellParams struct {
	Answer string `json:"answer"` // "coming", "open" or "nobody"
}

type rung struct {
	Opened bool    `json:"opened"`
	Reason coded   `json:"reason,omitzero"` // why, or why not, where it was to open
	For    float64 `json:"for,omitempty"`   // seconds
}

// answerBell answers whoever rang.
func answerBell(ctx context.Context, c *call, p bellParams) (rung, error) {
	a := desk.BellAnswer(p.Answer)
	if a != desk.BellComing && a != desk.BellOpen && a != desk.BellNobody {
		return rung{}, badParams(`answer is "coming", "open" or "nobody"`)
	}
	d, err := c.desk.AnswerBell(ctx, c.who, a)
	if err != nil || a != desk.BellOpen {
		return rung{}, err
	}
	return rung{d.Grant, word(c, d.Reason), d.Release.Seconds()}, nil
}

type outputParams struct {
	Output string `json:"output"`
	Reason string `json:"reason"` // for the record
}

type switchedFor struct {
	For float64 `json:"for"` // seconds
}

// switchOutput switches an output beside the door once.
func switchOutput(ctx context.Context, c *call, p outputParams) (switchedFor, error) {
	if strings.TrimSpace(p.Reason) == "" {
		return switchedFor{}, errNoReason
	}
	d, err := c.desk.SwitchOutput(ctx, c.who, p.Output, p.Reason)
	return switchedFor{d.Seconds()}, err
}

type onParams struct {
	On bool `json:"on"`
}

type event struct {
	ID       json.RawMessage `json:"id"` // of the request
	At       string          `json:"at"`
	Source   coded           `json:"source"` // "reader outside"
	Text     string          `json:"text"`
	Fault    bool            `json:"fault,omitempty"`    // it needs attention
	Lost     int             `json:"lost,omitempty"`     // events left out before it
	Decision *decided        `json:"decision,omitempty"` // it is one
	Record   *coded          `json:"record,omitempty"`   // it is an entry of the audit log, of this kind
	Reason   *coded          `json:"reason,omitempty"`   // of the entry
	Part     bool            `json:"part,omitempty"`     // the state of a part has changed
}

type decided struct {
	Number  uint64 `json:"number,omitempty"` // for records.why; absent: it is not on disk yet
	Means   coded  `json:"means"`
	Granted bool   `json:"granted"`
	Reason  coded  `json:"reason"`
}

func (c *call) event(e desk.Event) event {
	out := event{ID: c.id, At: c.time(e.At), Source: word(c, e.Source), Text: e.Text, Fault: e.Fault, Lost: e.Lost,
		Part: e.Part}
	if d := e.Decision; d != nil {
		out.Source = word(c, "decision")
		out.Decision = &decided{d.Number, word(c, d.Means), d.Grant, word(c, d.Reason)}
	}
	if e.Record != "" {
		kind := word(c, e.Record)
		out.Record = &kind
	}
	if e.Reason != "" {
		why := word(c, e.Reason)
		out.Reason = &why
	}
	return out
}

// watch sends an event for each thing that happens, until it is cancelled. A peer that is slow
// misses some, and is told how many.
func watch(ctx context.Context, c *call, _ nothing) (nothing, error) {
	err := c.desk.Watch(ctx, c.who, func(e desk.Event) {
		c.notify(ctx, "event", c.event(e))
	})
	if err == nil {
		err = context.Cause(ctx)
	}
	return nothing{}, err
}
