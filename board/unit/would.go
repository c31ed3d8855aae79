package unit

import (
	"context"
	"time"

	"menshen/policy"
)

// Question is an attempt that is only asked about ([policy.May]).
type Question struct {
	attempt policy.Attempt
	entered map[policy.PersonID]time.Time
}

// Of puts the question about a person.
func (q Question) Of(p policy.Person) policy.Attempt {
	a := q.attempt
	a.Person, a.LastEntry = &p, q.entered[p.ID]
	return a
}

// Would gives the question who could come in. For the zero time it is about this moment, with the
// door as it is: lockdown, lockouts, faults. For another time it is about hours, leases and
// credentials alone, as they are now. Nothing is recorded.
func (u *Unit) Would(ctx context.Context, at time.Time) (q Question, err error) {
	err = u.do(ctx, func() {
		if at.IsZero() {
			q.attempt = u.attempt(policy.ByCard, u.now())
			u.fill(&q.attempt)
			q.entered = u.entered(q.attempt.At)
			return
		}
		site := u.rules.site
		site.FacesOff, site.Durable = u.facesOff().String(), true
		q.attempt = policy.Attempt{At: at.In(site.Calendar.Zone), Clock: policy.Clock{Trusted: true},
			Door: u.cfg.Unit.Name, Site: site}
	})
	return q, err
}
