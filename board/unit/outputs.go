package unit

import (
	"time"

	"menshen/hal"
	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
)

// outputs are contacts for other equipment: an alarm panel, the other door of a lock, the camera's
// lamp. They follow the door and decide nothing.
type outputs struct {
	alarms, help, interlock, camera hal.Output // nil where the unit has none
	raised                          map[string]bool
	helpUntil                       time.Time
	on                              map[hal.Output]bool
}

// helpFor is how long the duress contact closes; an alarm panel latches it.
const helpFor = 10 * time.Second

func newOutputs(out map[string]hal.Output) outputs {
	return outputs{alarms: out["alarm"], help: out["duress"], interlock: out["interlock"], camera: out["camera"],
		raised: map[string]bool{}, on: map[hal.Output]bool{}}
}

// alarm raises or ends one alarm; the contact is on while there is any.
func (o *outputs) alarm(name string, on bool) {
	if on {
		o.raised[name] = true
	} else {
		delete(o.raised, name)
	}
}

// duress calls for help, and shows nothing of it at the door.
func (u *Unit) duress(d policy.Decision) {
	u.Record(store.Entry{At: d.At, Kind: audit.Alarm, Person: d.Person, Detail: map[string]string{"of": "duress"}})
	u.outputs.helpUntil = u.now().Add(helpFor)
}

// setOutputs brings the outputs to what the door is now. A relay that fails is a fault
// of its own and stops nothing.
func (u *Unit) setOutputs(now time.Time) {
	o := &u.outputs
	for _, x := range []struct {
		out hal.Output
		on  bool
	}{
		{o.alarms, len(o.raised) > 0},
		{o.help, now.Before(o.helpUntil)},
		{o.interlock, u.door.Unlocked || !u.door.OpenedAt.IsZero() || u.door.Blind},
		{o.camera, u.faces.aiming || u.faces.taking != nil}, // staff see the picture, or a face is being taken
	} {
		if x.out == nil || o.on[x.out] == x.on {
			continue
		}
		if err := x.out.Set(x.on); err != nil {
			u.fault("output "+x.out.String(), err)
			continue
		}
		u.recovered("output " + x.out.String())
		o.on[x.out] = x.on
	}
}

// holdEvery is how often outputs are held: on an expander each costs a transfer over its bus.
const holdEvery = time.Second

// holdOutputs gives outputs whose chip was unplugged and is back the state they should have:
// otherwise they stay as they are until the next change.
func (u *Unit) holdOutputs() {
	if time.Since(u.heldAt) < holdEvery {
		return
	}
	u.heldAt = time.Now()
	for _, out := range u.hw.Held {
		if err := out.Hold(); err != nil {
			u.fault(out.String(), err)
		} else {
			u.recovered(out.String())
		}
	}
}
