package sim

import (
	"slices"
	"time"

	"menshen/board/config"
	"menshen/policy"
)

// The garage beside the door is an output with rights of its own. Cleaners may use it at all hours,
// also when the door is closed to them; residents by day; nobody else.

const garage = "garage"

// garageHours are its hours, as hours are the door's. door.go writes the same for the unit.
var garageHours = map[string][]span{
	"residents": {{"mo tu we th fr sa su ho", 6 * 60, 22 * 60}},
	"cleaners":  {{"mo tu we th fr sa su ho", 0, 1440}},
}

// garageRelease is how long a grant opens it.
const garageRelease = 2 * time.Second

// wireGarage puts it into the configuration.
func wireGarage(c *config.Config) error {
	c.Outputs = []config.Output{{Name: garage, Pin: "GPIO5", Release: config.Duration(garageRelease)}}
	for _, rule := range []struct{ group, hours string }{
		{"residents", "mon-sun,holiday 06:00-22:00"}, {"cleaners", "mon-sun,holiday 00:00-24:00"},
	} {
		var s policy.Span
		if err := s.UnmarshalText([]byte(rule.hours)); err != nil {
			return err
		}
		c.Site.Access = append(c.Site.Access, config.Access{Group: rule.group, Hours: policy.Schedule{s},
			Output: garage})
	}
	return nil
}

// mayUseGarage reports whether a person has the right to the garage, by the world's own truth.
func (w *world) mayUseGarage(p *person, at time.Time) bool {
	return p != nil && !p.blocked && p.begun(at) && !p.over(at) && !w.model.emergency() && !w.lockedDown() &&
		w.inSpans(garageHours[p.group], at)
}

// noteGarage holds what a decision says of the garage against the world. It must open where the
// person was let in at the door with more than a face, or refused there for the hour alone.
func (w *world) noteGarage(d policy.Decision) {
	p := w.byID(d.Person)
	i := slices.IndexFunc(d.Outputs, func(o policy.OutputAnswer) bool { return o.Output == garage })
	granted, may := i >= 0 && d.Outputs[i].Grant, w.mayUseGarage(p, d.At) && d.Means != policy.ByFace
	alone := w.plan.asks != forTwo && w.plan.asks != forFace
	switch due := d.Grant || d.Reason == policy.ReasonHours && alone; {
	case granted && !may:
		w.fail(garageHasCause, "it is granted by %s to %v", d.Means, p)
	case !granted && may && due:
		w.fail(garageOpens, "it is denied by %s; the door: %v, %s", d.Means, d.Grant, d.Reason)
	}
	if !granted {
		return
	}
	w.Garage++
	w.GarageOnly += either(d.Grant, 0, 1)
	length := garageRelease
	if p.longOpen {
		length = longer
	}
	if until := w.clock.now.Add(length); until.After(w.garageUntil) {
		w.garageUntil = until
	}
}

// checkGarage holds the garage's relay against the world, after every event.
func (w *world) checkGarage(now time.Time) {
	if w.model.emergency() || w.lockedDown() {
		w.garageUntil = time.Time{}
	}
	switch must := now.Before(w.garageUntil); {
	case must && !w.door.garage.on:
		w.fail(garageOpens, "its relay is off after a grant")
	case !must && w.door.garage.on:
		w.fail(garageHasCause, "its relay is on")
	}
}
