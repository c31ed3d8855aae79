package rpc

import (
	"context"
	"encoding/hex"

	"menshen/board/desk"
	"menshen/site/record"
)

// NewCourier gives the server for the process that carries records between the doors of a site. It
// has the methods below and no other; nobody logs in. One server serves all connections.
func NewCourier(c *desk.Courier, o Options) *Server {
	return newServer(&Server{courier: c, methods: courierMethods, pace: pace{each: CourierPace}}, o)
}

// courierMethods are the courier's.
var courierMethods = map[string]handler{
	"site.heads":   before(method(siteHeads)),
	"site.wait":    before(method(siteWait)),
	"site.note":    before(method(siteNote)),
	"site.hear":    before(method(hearNote)),
	"site.records": before(method(siteRecords)),
	"site.apply":   before(method(applySite)),
}

type heads struct {
	Site  string            `json:"site"` // hex
	Door  string            `json:"door"`
	Heads map[string]uint64 `json:"heads"` // by door
}

func siteHeads(_ context.Context, c *call, _ nothing) (heads, error) {
	h, err := c.courier.Heads()
	out := heads{Site: hex.EncodeToString(h.Site[:]), Door: doorHex(h.Here), Heads: map[string]uint64{}}
	for door, seq := range h.Heads {
		out.Heads[doorHex(door)] = seq
	}
	return out, err
}

// told is how many records this door has told.
type told struct {
	Told uint64 `json:"told"`
}

func siteWait(ctx context.Context, c *call, p told) (told, error) {
	n, err := c.courier.Wait(ctx, p.Told)
	return told{n}, err
}

// note is what this door tells that nobody keeps.
type note struct {
	Told uint64 `json:"told"`           // the number of the change that it tells
	Note []byte `json:"note,omitempty"` // base64; none: there is nothing to tell
}

func siteNote(ctx context.Context, c *call, p told) (note, error) {
	raw, change, err := c.courier.Note(ctx, p.Told)
	return note{change, raw}, err
}

type hearParams struct {
	Note []byte `json:"note"`
}

// heard says why a note is not believed; empty: it is.
type heard struct {
	Refused string `json:"refused,omitempty"` // in English, for a log
}

func hearNote(ctx context.Context, c *call, p hearParams) (heard, error) {
	if err := c.courier.HearNote(ctx, p.Note); err != nil {
		return heard{err.Error()}, nil
	}
	return heard{}, nil
}

func doorHex(id desk.DoorID) string { return hex.EncodeToString(id[:]) }

func doorOf(text string) (id desk.DoorID, err error) {
	b, err := hex.DecodeString(text)
	if err != nil || len(b) != len(id) {
		return id, badParams("a door is a handle of 32 hex digits")
	}
	return desk.DoorID(b), nil
}

// pieceOf is a record, or a piece of one.
type pieceOf struct {
	Seq  uint64 `json:"seq,omitempty"`
	Size int    `json:"size"` // of the record
	At   int    `json:"at"`   // where in it the piece begins
	Data []byte `json:"data"` // base64
}

type pieces struct {
	Records []pieceOf `json:"records"`
}

// pieceMost is how many bytes of records one line has.
const pieceMost = 20_000

type recordParams struct {
	Door string `json:"door"`
	From uint64 `json:"from"` // the number of the first
	At   int    `json:"at"`   // of the first one, so many bytes are there already
}

// siteRecords gives whole records, or a piece of one that is too long for a line.
func siteRecords(_ context.Context, c *call, p recordParams) (pieces, error) {
	door, err := doorOf(p.Door)
	if err != nil {
		return pieces{}, err
	}
	all, err := c.courier.Records(door, p.From, pieceMost)
	out := pieces{Records: []pieceOf{}}
	if err != nil || len(all) == 0 {
		return out, err
	}
	if first := all[0]; p.At != 0 || len(first.Raw) > pieceMost {
		if p.At < 0 || p.At > len(first.Raw) {
			return out, badParams("the record is not so long")
		}
		data := first.Raw[p.At:min(p.At+pieceMost, len(first.Raw))]
		return pieces{[]pieceOf{{first.Seq, len(first.Raw), p.At, data}}}, nil
	}
	size := 0
	for _, r := range all {
		if size += len(r.Raw) + 100; size > pieceMost+100 {
			break
		}
		out.Records = append(out.Records, pieceOf{Seq: r.Seq, Size: len(r.Raw), Data: r.Raw})
	}
	return out, nil
}

// applied is what came of records that the courier brought.
type applied struct {
	Applied int       `json:"applied"`
	Known   int       `json:"known"` // before
	Missing []lacking `json:"missing"`
	Refused []refused `json:"refused"`
}

// lacking is some records that must come first.
type lacking struct {
	Door  string `json:"door"`
	First uint64 `json:"first"`
	Last  uint64 `json:"last"`
}

type refused struct {
	Door string `json:"door,omitempty"`
	Seq  uint64 `json:"seq,omitempty"`
	Why  string `json:"why"` // in English, for a log
}

// applySite applies whole records, and the last piece of one that came in pieces.
func applySite(ctx context.Context, c *call, p pieces) (applied, error) {
	c.files.Lock()
	defer c.files.Unlock()
	var whole [][]byte
	for _, x := range p.Records {
		if x.Size > record.Limit {
			return applied{}, badParams("a record is not so long")
		}
		if x.At == 0 {
			c.part = nil
		}
		if x.At != len(c.part) || x.At+len(x.Data) > x.Size {
			return applied{}, badParams("the pieces of a record follow each other, from 0 on")
		}
		if c.part = append(c.part, x.Data...); len(c.part) == x.Size {
			whole, c.part = append(whole, c.part), nil
		}
	}
	out := applied{Missing: []lacking{}, Refused: []refused{}}
	if len(whole) == 0 {
		return out, nil
	}
	got, err := c.courier.Apply(ctx, whole)
	out.Applied, out.Known = got.Records, got.Known
	for _, s := range got.Missing {
		out.Missing = append(out.Missing, lacking{doorHex(s.Door), s.First, s.Last})
	}
	for _, r := range got.Refused {
		whose := doorHex(r.Door)
		if r.Door == (desk.DoorID{}) {
			whose = ""
		}
		out.Refused = append(out.Refused, refused{whose, r.Seq, r.Why.Error()})
	}
	return out, err
}
