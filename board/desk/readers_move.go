package desk

import (
	"cmp"
	"context"
	"errors"
	"strconv"

	"menshen/hal"
	"menshen/hal/osdp"
	"menshen/internal/i18n"
	"menshen/store"
	"menshen/store/audit"
)

// moveDone is the end of a move that came to be as asked; others have the reader's words.
const moveDone = "done"

// SetReaderAddress gives a reader another address on its line, 0 to 126. It comes back when the
// reader answers there. The unit keeps that in mind, also after a restart, until the configuration
// says so: Link.Write. Begin and end are in the audit log. Errors say where the reader is then.
func (d *Desk) SetReaderAddress(ctx context.Context, s Session, name string, address int, step Progress) error {
	return d.moveReader(ctx, s, name, map[string]string{"address": strconv.Itoa(address)},
		func(ctx context.Context, r hal.Mover) error {
			if address < 0 || address >= osdp.Broadcast {
				return osdp.ErrAddress
			}
			step(Step{Text: s.Lang.Say(i18n.M("desk.reader-moves", "reader %s goes to address %d", name, address))})
			return r.SetAddress(context.WithoutCancel(ctx), byte(address)) // the command is out
		})
}

// SetReaderSpeed gives all readers of a reader's line another speed, one after the other, and the
// line too; or, where one of them does not follow or ctx ends, none. As SetReaderAddress else.
func (d *Desk) SetReaderSpeed(ctx context.Context, s Session, name string, baud int, step Progress) error {
	return d.moveReader(ctx, s, name, map[string]string{"speed": strconv.Itoa(baud)},
		func(ctx context.Context, r hal.Mover) error {
			return r.SetSpeed(ctx, baud, func(reader string, baud int) {
				step(Step{Text: s.Lang.Say(i18n.M("desk.reader-goes", "reader %s goes to %d baud", reader, baud))})
			})
		})
}

func (d *Desk) moveReader(ctx context.Context, s Session, name string, to map[string]string,
	move func(context.Context, hal.Mover) error) error {
	by, err := d.allow(s, OpensDoor)
	if err != nil {
		return err
	}
	r, err := readerThat[hal.Mover](d, name, onlyOSDP())
	if err != nil {
		return err
	}
	ctx, done := d.withSession(ctx, s)
	defer done()
	to["reader"] = name
	if err := d.recordAct(ctx, audit.ReaderMoveBegun, by, to); err != nil {
		return explain(err)
	}
	err = move(ctx, r)
	ended := map[string]string{"reader": name, "end": moveDone}
	if err != nil {
		ended["end"] = err.Error()
	}
	d.unit.Record(store.Entry{Kind: audit.ReaderMoveEnded, Actor: by, Detail: ended})
	if err != nil && ctx.Err() != nil {
		return cmp.Or(sessionEnd(ctx), ctx.Err())
	}
	return moveProblem(err, name)
}

func onlyOSDP() error {
	return i18n.Problem(i18n.E("desk.reader-no-osdp", "this reader cannot do that"),
		i18n.M("desk.only-osdp", "only OSDP readers can"))
}

// moveProblem says why a reader or a line was not moved, and where it is.
func moveProblem(err error, name string) error {
	var one osdp.LineError
	var refused osdp.Refused
	var other osdp.Elsewhere
	if errors.As(err, &one) {
		name = one.Reader
	}
	see := i18n.M("desk.move-see", "'reader' shows where each is now")
	switch {
	case errors.Is(err, osdp.ErrAddress):
		return i18n.Problem(i18n.E("desk.move-address", "this address is another reader's, or nobody's"),
			i18n.M("desk.move-address-how", "choose one from 0 to 126 that no reader of the line has"))
	case errors.Is(err, osdp.ErrSpeed):
		return i18n.Problem(i18n.E("desk.move-speed", "readers do not have this speed"),
			i18n.M("desk.move-speed-how", "choose one of %v", osdp.Speeds))
	case errors.Is(err, osdp.ErrActing):
		return i18n.Problem(i18n.E("desk.move-busy", "the line is at a move, an install or a file already"),
			i18n.M("desk.move-later", "wait until that has ended"))
	case errors.Is(err, osdp.ErrAway):
		return i18n.Problem(i18n.E("desk.move-away", "reader %s has no secure channel, so nothing was changed", name),
			i18n.M("desk.move-bring-back", "bring it back, or take it out of door.toml"))
	case errors.As(err, &refused):
		return i18n.Problem(i18n.E("desk.move-refused", "reader %s refuses (%v); nothing was changed", name,
			refused.Reason), i18n.M("desk.move-by-hand", "set it by hand, as its maker says"))
	case errors.As(err, &other):
		return i18n.Problem(i18n.E("desk.move-elsewhere", "reader %s goes to address %d and %d baud instead", name,
			other.At.Address, other.At.Baud), see)
	case errors.Is(err, osdp.ErrStayed):
		return i18n.Problem(i18n.E("desk.move-stayed", "the reader was told, and is where it was"),
			i18n.M("desk.move-again", "try again; look at its line if it happens again"))
	case errors.Is(err, osdp.ErrLost):
		return i18n.Problem(i18n.E("desk.move-lost",
			"reader %s answers neither where it was nor where it was told to go", name),
			i18n.M("desk.move-find", "it is looked for at both; if it stays away, 'menshen check' finds it"))
	}
	return err
}
