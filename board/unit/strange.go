package unit

import (
	"strconv"
	"time"

	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
)

// strange are this minute's refusals of unknown cards and codes, and of codes typed while the
// keypad is locked out. The first few of a minute have an entry each; the others are counted, and
// their number has one: otherwise a reader held busy would fill the disk.
type strange struct {
	began time.Duration // of the minute, by Unit.steady
	shown int
	more  int
}

// strangeShown is how many of a minute are recorded each by itself.
const strangeShown = 5

// counted reports whether a refusal is only counted. A code that counts as wrong never is: it is
// recorded, and few are possible.
func (s *strange) counted(d policy.Decision, a policy.Attempt) bool {
	wrongCode := a.Means == policy.ByPIN && d.Reason == policy.ReasonUnknown
	if d.Grant || a.Person != nil || a.Face != nil || wrongCode {
		return false
	}
	if s.shown < strangeShown {
		s.shown++
		return false
	}
	s.more++
	return true
}

// tellStrange records how many were only counted, once their minute is over, or
// at once when the unit stops.
func (u *Unit) tellStrange(stopping bool) {
	s, now := &u.strange, u.steady()
	if now-s.began < time.Minute && !stopping {
		return
	}
	if s.more > 0 {
		u.Record(store.Entry{Kind: audit.StrangeTries, Detail: map[string]string{"times": strconv.Itoa(s.more)}})
	}
	*s = strange{began: now}
}
