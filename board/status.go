package board

import (
	"context"
	"fmt"
	"sort"
	"time"

	"menshen/board/console"
	"menshen/policy"
	"menshen/recognizer/eye"
)

// Status is the unit at one moment.
func (d *Desk) Status(ctx context.Context, s console.Session) (console.Status, error) {
	if _, err := d.allow(s, anybody); err != nil {
		return console.Status{}, err
	}
	people, err := d.u.vault.People()
	if err = d.u.damaged(err); err != nil {
		return console.Status{}, fmt.Errorf("reading the people: %w", err)
	}
	var st console.Status
	err = d.u.do(ctx, func() { st = d.u.status() })
	st.People = len(people)
	return st, err
}

func (u *Unit) status() console.Status {
	off := u.facesOff()
	now := u.now()
	st := console.Status{
		At: now, Unit: u.cfg.Unit.Name,
		Door: u.door.State, Unlocked: u.door.Unlocked,
		FacesOff: off, FacesFix: remedies[off],
		WithFace:  u.faces.index.Len(),
		Camera:    u.cameraFact(),
		Store:     console.Fact{Name: "store", State: "in order", Fault: u.faults["vault"]},
		Clock:     u.clock(),
		ClockFrom: u.clockFrom(),
		Uptime:    now.Sub(u.began).Round(time.Second),
	}
	if st.Door == "" {
		st.Door = policy.Locked
	}
	for _, r := range u.hw.Readers {
		st.Readers = append(st.Readers, console.Fact{
			Name: "reader " + r.String(), State: fmt.Sprintf("%d cards", u.counts[r.String()]), Fault: u.faults["reader "+r.String()],
		})
	}
	for role, in := range u.hw.Inputs {
		active, err := in.Active()
		f := console.Fact{Name: "input " + role, State: either(active, "active", "at rest"), Fault: u.faults["input "+role]}
		if err != nil {
			f.Fault = err.Error()
		}
		st.Others = append(st.Others, f)
	}
	sort.Slice(st.Others, func(i, j int) bool { return st.Others[i].Name < st.Others[j].Name })
	if f := u.faults["retention"]; f != "" {
		st.Others = append(st.Others, console.Fact{Name: "retention", Fault: f})
	}
	if n := u.vault.Backlog(); n > 0 {
		st.Others = append(st.Others, console.Fact{Name: "records", State: fmt.Sprintf("%d wait for the disk", n)})
	}
	if f := u.faults["relay"]; f != "" {
		st.Others = append(st.Others, console.Fact{Name: "relay", Fault: f})
	}
	if off == "" {
		st.Others = append(st.Others, console.Fact{Name: "threshold", State: u.faces.at.String()})
	}
	return st
}

// remedies says what to do about each cause of faces being off.
var remedies = map[string]string{
	offByConfig: "set [faces] enabled = true in the configuration, and name a camera",
	offCamera:   "see the camera's line: cap, cable, light",
	offLocked:   "type 'unlock' and the passphrase of the faces",
	offReaders:  "no reader or staffed release works: repair one; a face is never the only way in",
}

func (u *Unit) cameraFact() console.Fact {
	if u.eye == nil {
		return console.Fact{Name: "camera", State: "none"}
	}
	s := u.eye.Status()
	f := console.Fact{Name: "camera", State: fmt.Sprintf("%s, %s, %.0f frames/s, process %d with %d MiB", s.Camera, s.Mode, s.FPS, s.PID, s.RSS>>20)}
	switch {
	case s.State == eye.Waiting && s.LastError != nil:
		f.Fault = s.LastError.Error()
	case s.Camera != eye.CameraOK && s.Camera != eye.CameraOff:
		f.Fault = s.Detail
	}
	return f
}
