package store

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"time"

	"filippo.io/age"

	"menshen/site/events"
	"menshen/site/fact"
	"menshen/site/record"
	"menshen/store/audit"
)

// Each door tells the managers of the site what happened at it, sealed to their keys
// (docs/decisions/0076). Every door keeps the batches of all doors for a while, so that a manager
// can fetch them at any one.

// EventsEvery is the least time between two batches of a door: one whose input rattles must not
// fill its chain. What is urgent is told at once if nothing urgent was told for so long, and so is
// duress, whatever else was.
const EventsEvery = 15 * time.Minute

// Limits of the batches of one door that are kept.
const (
	eventsKept = 30 * 24 * time.Hour
	eventsMost = 256 << 10 // bytes
	batchMost  = 16 << 10  // bytes of one
)

// telltale is what managers are told of a kind of entry.
type telltale struct {
	of     string // the detail that says of what
	urgent bool
}

// telltales are the kinds of entries that managers are told: what is to be looked after, and
// what was done with the door and its vault. None of what says who came or went, or who works here.
var telltales = map[audit.Kind]telltale{
	audit.Alarm: {"of", true}, audit.Quiet: {"of", false}, audit.Tamper: {"", true}, audit.TamperOver: {},
	audit.LockdownSwitchOn: {"", true}, audit.LockdownSwitchOff: {}, audit.Override: {"", true},
	audit.MainsLost: {}, audit.MainsBack: {}, audit.BatteryLow: {}, audit.BatteryGood: {},
	audit.Fault: {"device", false}, audit.FaultOver: {"device", false},
	audit.UnitStarted: {}, audit.UnitStopped: {}, audit.TimeFloorSet: {},

	audit.DoorOpened: {}, audit.OutputByHand: {"output", false}, audit.HoursChanged: {},
	audit.UpdateBegun: {"version", false}, audit.UpdateFailed: {"version", false},
	audit.UpdateTried: {"version", false}, audit.UpdateKept: {"version", false},
	audit.UpdateTakenBack: {"version", false}, audit.ReaderFileEnded: {"reader", false},

	audit.FaceErased: {}, audit.PersonRemoved: {}, audit.PeopleImported: {}, audit.ImportUndone: {},
	audit.ListExported: {}, audit.LogExported: {}, audit.BackupMade: {}, audit.BackupRestored: {},
	audit.KeysRotated: {}, audit.KeySourceChanged: {}, audit.VaultMigrated: {}, audit.RetentionChanged: {},
	audit.PaperFiled: {"paper", false}, audit.PaperRemoved: {"paper", false}, audit.NoticeChanged: {},

	audit.OperatorAdded: {}, audit.OperatorChanged: {}, audit.OperatorBlocked: {}, audit.LogInRefused: {},
	audit.LogInCardRefused: {}, audit.RecoveryCodeMade: {}, audit.RecoveryRefused: {}, audit.Recovered: {},

	audit.SiteOrderGiven: {"order", true}, audit.SiteOrderEnded: {"order", false},
	audit.SiteFounded: {}, audit.SiteJoined: {}, audit.DoorAdmitted: {"door", false},
	audit.DoorSentAway: {"door", false}, audit.SiteChainBroken: {},
	audit.ManagerKeySet: {}, audit.ManagerKeyRemoved: {},
}

// Tells reports whether managers are told of a kind of entry.
func Tells(kind audit.Kind) bool { _, is := telltales[kind]; return is }

// duress is of an alarm that shows nowhere else.
const duress = "duress"

// told lies in the seat: up to where the managers were told.
type told struct {
	Number uint64    `cbor:"number"` // of the last batch
	Seq    uint64    `cbor:"seq"`    // of the last entry of the log that is told, or was not to be
	At     time.Time `cbor:"at,omitzero"`
	Urgent time.Time `cbor:"urgent,omitzero"` // when something urgent was told last
	Duress time.Time `cbor:"duress,omitzero"`
}

// beginEvents tells what happens after an entry of the log, where there is a manager to be told.
func (s *telling) beginEvents(after uint64) {
	switch named := len(present(s.keys)) > 0; {
	case !named && s.Told != nil:
		s.Told.Seq, s.touched = 0, true // the numbers go on
	case named && s.Told == nil:
		s.Told, s.touched = &told{Seq: after}, true
	case named && s.Told.Seq == 0:
		s.Told.Seq, s.touched = after, true
	}
}

// Teller tells the managers what happens at this door. It is used by one goroutine.
type Teller struct {
	v      *Vault
	read   uint64 // up to this entry of the log
	wait   events.Batch
	urgent bool // something that waits is
	duress bool
}

// Teller gives one.
func (v *Vault) Teller() *Teller { return &Teller{v: v} }

// Tell tells what has happened, if there is something to tell and that is due: see [EventsEvery].
// It may be called often: with nothing new it reads a little. A door without a site or a site
// without a manager tells nothing.
func (e *Teller) Tell() (done bool, err error) {
	due := false
	var from told
	err = e.v.view(func(t *tx) error {
		s, err := t.teller()
		if s != nil && s.Told != nil && s.Told.Seq > 0 {
			due, from = true, *s.Told
		}
		return err
	})
	if err != nil || !due {
		e.reset(0)
		return false, err
	}
	if e.read < from.Seq {
		e.reset(from.Seq)
	}
	if e.read, err = e.v.Acts(e.read, e.add); err != nil {
		return false, fmt.Errorf("tell the managers what happened: %w", err)
	}
	if len(e.wait.Events) == 0 || !from.due(e.v.Clock().Now, e.urgent, e.duress) {
		return false, nil
	}
	err = e.v.act(func(t *tx) error {
		done, err = e.tell(t)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("tell the managers what happened: %w", err)
	}
	e.reset(e.read)
	return done, nil
}

func (e *Teller) reset(read uint64) { *e = Teller{v: e.v, read: read} }

// due reports whether a batch may be told at a time. A clock that was set back silences no door.
func (s *told) due(now time.Time, urgent, alarm bool) bool {
	quiet := func(since time.Time) bool { ago := now.Sub(since); return ago < 0 || ago >= EventsEvery }
	return quiet(s.At) || urgent && quiet(s.Urgent) || alarm && quiet(s.Duress)
}

// add takes an entry of the log.
func (e *Teller) add(x Entry) {
	tells, is := telltales[x.Kind]
	if !is {
		return
	}
	of := x.Detail[tells.of]
	if x.Kind == audit.Override {
		for _, order := range []string{"lockdown", "evacuation"} {
			if x.Detail[order] == "on" {
				of = order
			}
		}
	}
	e.wait.Add(events.Event{Seq: x.Seq, At: x.At, Last: x.At, Kind: string(x.Kind), Of: of, Times: 1})
	e.urgent = e.urgent || tells.urgent
	e.duress = e.duress || x.Kind == audit.Alarm && of == duress
}

// tell tells what waits.
func (e *Teller) tell(t *tx) (bool, error) {
	s, err := t.teller()
	if s == nil || s.Told == nil || s.Told.Seq == 0 || err != nil {
		return false, err
	}
	var to []age.Recipient
	for _, m := range present(s.keys) {
		r, err := age.ParseX25519Recipient(m.Key)
		if err != nil {
			return false, err
		}
		to = append(to, r)
	}
	b := e.wait
	b.Door, b.Number = t.r.Unit, s.Told.Number+1
	sealed, err := b.Seal(to)
	if err != nil {
		return false, err
	}
	now := e.v.now(t)
	s.Told.Number, s.Told.Seq, s.Told.At, s.touched = b.Number, e.read, now, true
	if e.urgent {
		s.Told.Urgent = now
	}
	if e.duress {
		s.Told.Duress = now
	}
	s.batches = append(s.batches, sealed)
	return true, t.keepBatch(t.r.Unit, sealed, now)
}

// batch lies in the site bucket.
type batch struct {
	Got  time.Time `cbor:"got"` // when this door had it, by its own clock
	Data []byte    `cbor:"data"`
}

const batchWord = "events"

// batchKey is where a batch lies. A door whose vault was put back may give a number twice: both are
// kept.
func batchKey(door fact.DoorID, b record.Batch) []byte {
	sum := sha256.Sum256(b.Data)
	return bytes.Join([][]byte{[]byte(batchWord), door[:], key64(b.Number), sum[:4]}, nil)
}

// numberOf is the number of the batch with a key.
func numberOf(key []byte) uint64 { return be(key[len(batchWord)+len(fact.DoorID{}):]) }

// keepBatch keeps a batch of a door, and drops the oldest of that door where they are too many.
func (t *tx) keepBatch(door fact.DoorID, b record.Batch, now time.Time) error {
	var was batch
	if err := t.get(siteBucket, batchKey(door, b), &t.r.seal, &was); !errors.Is(err, ErrUnknown) {
		return err
	}
	if err := t.put(siteBucket, batchKey(door, b), &t.r.seal, &batch{now, b.Data}); err != nil {
		return err
	}
	size := 0
	var keys [][]byte
	var sizes []int
	err := t.eachOf(batchWord+string(door[:]), func(key, value []byte) error {
		size, keys, sizes = size+len(value), append(keys, bytes.Clone(key)), append(sizes, len(value))
		return nil
	})
	for i := 0; err == nil && size > eventsMost; i++ {
		size -= sizes[i]
		err = t.del(siteBucket, keys[i])
	}
	return err
}

// batchesTold keeps what a door tells its managers. Of what this door told itself, and no longer
// knows, the numbers are not given again.
func (a *applier) batchesTold(s *telling, door fact.DoorID, all []record.Batch) error {
	for _, b := range all {
		if len(b.Data) > batchMost {
			continue
		}
		if err := a.t.keepBatch(door, b, a.v.now(a.t)); err != nil {
			return err
		}
		if door == a.t.r.Unit && s.Told != nil && s.Told.Number < b.Number {
			s.Told.Number, s.touched = b.Number, true
		}
	}
	return nil
}

// tellEventsAgain tells batches of ours again that a door could not open.
func (t *tx) tellEventsAgain(numbers []uint64) error {
	s, wanted := t.telling, map[uint64]bool{}
	for _, n := range numbers {
		wanted[n] = true
	}
	return t.eachOf(batchWord+string(t.r.Unit[:]), func(key, value []byte) error {
		if !wanted[numberOf(key)] {
			return nil
		}
		var b batch
		err := t.open(siteBucket, key, value, &t.r.seal, &b)
		told := func(x record.Batch) bool { return bytes.Equal(x.Data, b.Data) }
		if !slices.ContainsFunc(s.batches, told) {
			s.batches = append(s.batches, record.Batch{Number: numberOf(key), Data: b.Data})
		}
		return err
	})
}

// dropOldEvents drops batches that this door has for longer than they are kept.
func (t *tx) dropOldEvents(now time.Time, keep time.Duration) error {
	var old [][]byte
	err := t.eachOf(batchWord, func(key, value []byte) error {
		var b batch
		err := t.open(siteBucket, key, value, &t.r.seal, &b)
		if now.Sub(b.Got) > min(early(keep), eventsKept) {
			old = append(old, bytes.Clone(key))
		}
		return err
	})
	for _, key := range old {
		err = cmp.Or(err, t.del(siteBucket, key))
	}
	return err
}

// SiteBatch is a batch of events of a door, as it is kept here.
type SiteBatch struct {
	record.Batch
	Got time.Time // when this door had it
}

// SiteEvents gives the batches of one door that are kept here, in the order of their numbers. A
// vault that belongs to no site has none.
func (v *Vault) SiteEvents(door fact.DoorID) (all []SiteBatch, err error) {
	err = v.view(func(t *tx) error {
		return t.eachOf(batchWord+string(door[:]), func(key, value []byte) error {
			var b batch
			err := t.open(siteBucket, key, value, &t.r.seal, &b)
			all = append(all, SiteBatch{record.Batch{Number: numberOf(key), Data: b.Data}, b.Got})
			return err
		})
	})
	return all, err
}
