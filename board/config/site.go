package config

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"menshen/policy"
)

// Site says when the door works for whom: hours, holidays, free passage, anti-passback and the
// two-person rule. Without any of them each person may come in at all hours.
type Site struct {
	Zone string `toml:"zone"` // "Asia/Shanghai"; empty: the system's
	// "2026-10-01 holiday", "2026-10-10 wed" (worked as one), "01-01 holiday" (every year)
	Special []policy.Special `toml:"special"`
	// the same person may not come in twice within this time; 0: no such rule
	Passback Duration `toml:"passback"`
	// likewise after coming in at another door of the site that has this rule too, as far as this
	// one has heard of it; 0: no such rule
	PassbackSite Duration `toml:"passback_site"`
	TwoPersons   Duration `toml:"two_persons"` // two different people must ask within this time; 0: no such rule
	// AESCards are access groups whose people come in with an AES card, and not with another
	AESCards []string `toml:"aes_cards"`
	// FaceTrust is how long faces open while no other door of the site answers
	FaceTrust Duration `toml:"face_trust"`
	// ForgetAfter is how long after the end of their lease a person is erased. Their face is
	// erased at the end of the lease.
	ForgetAfter Duration    `toml:"forget_after"`
	Access      []Access    `toml:"access"`
	Free        FreePassage `toml:"free_passage"`
	Keypad      Keypad      `toml:"keypad"`
	Courier     Courier     `toml:"courier"`
}

// Courier says who may carry sealed records between this door and the others of its building: a
// user of this machine, as whom menshen-site runs.
type Courier struct {
	User   string `toml:"user"`   // a name, or a number; empty: nobody
	Socket string `toml:"socket"` // where the door listens for it; empty: CourierSocket
}

// CourierSocket is where the door listens for its courier, in a folder that menshen-site makes.
const CourierSocket = "/run/menshen-site/unit"

// CourierSocket gives the path of the courier's socket; empty: there is no courier.
func (c *Config) CourierSocket() string {
	if c.Site.Courier.User == "" || c.LeftOut(PartCourier) != nil {
		return ""
	}
	return cmp.Or(c.Site.Courier.Socket, CourierSocket)
}

// Access says when the people of a group may come in, or switch an output. If there is one for the
// door, a person in no group that has one may not come in.
type Access struct {
	Group  string          `toml:"group"` // empty: everybody
	Hours  policy.Schedule `toml:"hours"`
	Output string          `toml:"output"` // the name of an [[output]] that they may switch then; empty: the door
}

// FreePassage says when the door is unlocked by schedule. Without hours it never is.
type FreePassage struct {
	Hours       policy.Schedule `toml:"hours"`
	FirstPerson bool            `toml:"first_person"` // only after a person came in during these hours
	Groups      []string        `toml:"groups"`       // people of which groups count as that person; none: any
}

// Keypad says how many wrong PINs are free, how long a lockout lasts, and how many raise an
// alarm, as policy.TryLimits does.
type Keypad struct {
	Free    int      `toml:"free"`
	Pause   Duration `toml:"pause"`
	Longest Duration `toml:"longest"`
	Forget  Duration `toml:"forget"`
	Alarm   int      `toml:"alarm"`
}

// keypad is the default.
func keypad(l policy.TryLimits) Keypad {
	return Keypad{l.Free, Duration(l.Pause), Duration(l.Longest), Duration(l.Forget), l.Alarm}
}

// Limits gives the keypad's limits as policy takes them.
func (k Keypad) Limits() policy.TryLimits {
	return policy.TryLimits{Free: k.Free, Pause: k.Pause.D(), Longest: k.Longest.D(), Forget: k.Forget.D(),
		Alarm: k.Alarm}
}

// Location gives the site's zone, in which every time is shown and typed. The zone was
// checked when the file was read.
func (s Site) Location() *time.Location {
	if s.Zone != "" {
		if z, err := time.LoadLocation(s.Zone); err == nil {
			return z
		}
	}
	return time.Local
}

// Calendar gives the site's zone and special days.
func (s Site) Calendar() policy.Calendar {
	return policy.Calendar{Zone: s.Location(), Special: s.Special}
}

// Hours gives the hours of each group and the special days as policy takes them. They hold until an
// operator changes them at the console.
func (s Site) Hours() policy.Hours {
	h := policy.Hours{Special: s.Special}
	for _, a := range s.Access {
		part := h.In(a.Output)
		part.Access = append(part.Access, policy.Access{Group: a.Group, Hours: a.Hours})
		h = h.WithIn(a.Output, part)
	}
	return h
}

// Groups gives the groups that these hours or the free passage name, each once.
func (s Site) Groups(h policy.Hours) []string {
	names := slices.Concat(h.Groups(), s.Free.Groups)
	for output := range h.Outputs {
		names = append(names, h.In(output).Groups()...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (s *Site) check(m *misfits) {
	if _, err := time.LoadLocation(s.Zone); err != nil {
		m.add("site.zone", fmt.Errorf("[site] zone %q is not known: write a place such as zone "+
			"= \"Asia/Shanghai\"", s.Zone))
	}
	for i, a := range s.Access {
		if len(a.Hours) == 0 {
			m.add(fmt.Sprintf("site.access.%d", i), fmt.Errorf("[[site.access]] number %d has no hours: write some, "+
				"such as hours = [\"mon-fri 07:00-23:00\"]", i+1))
		}
	}
	if f := s.Free; len(f.Hours) == 0 && (f.FirstPerson || len(f.Groups) > 0) {
		m.add("site.free_passage", fmt.Errorf("[site.free_passage] has no hours: write some, "+
			"such as hours = [\"mon-fri 09:00-17:00\"]"))
	}
	for _, g := range s.AESCards {
		if g != policy.Everybody && !policy.GroupNamed(g) {
			m.add("site.aes_cards", fmt.Errorf("[site] aes_cards: %q is no access group: write such as "+
				"aes_cards = [\"staff\"]", g))
		}
	}
	if s.Courier.User == "" && s.Courier.Socket != "" {
		m.add("site.courier.socket", fmt.Errorf("[site.courier] names no user: write user = \"menshen-site\""))
	}
	if d := s.TwoPersons.D(); d > 5*time.Minute {
		m.add("site.two_persons", fmt.Errorf("[site] two_persons %v is out of range: write at most 5m", d))
	}
	if d := s.Passback.D(); d > 24*time.Hour {
		m.add("site.passback", fmt.Errorf("[site] passback %v is out of range: write at most 24h", d))
	}
	if d := s.PassbackSite.D(); d < 0 || d > time.Hour || d > s.Passback.D() {
		m.add("site.passback_site", fmt.Errorf("[site] passback_site %v is out of range: write at most 1h, and no "+
			"more than passback", d))
	}
	if d := s.FaceTrust.D(); d < 3*24*time.Hour || d > 90*24*time.Hour {
		m.add("site.face_trust", fmt.Errorf("[site] face_trust %v is out of range: write 72h to 2160h", d))
	}
	k := s.Keypad
	if k.Free < 1 || k.Free > 100 || k.Pause <= 0 || k.Longest < k.Pause || k.Longest.D() > 24*time.Hour {
		m.add("site.keypad", fmt.Errorf("[site.keypad] is out of range: free 1 to 100, pause above 0s, "+
			"longest from pause to 24h"))
		return
	}
	if most := k.Limits().Guesses(0); k.Alarm < 0 || k.Alarm > most {
		m.add("site.keypad", fmt.Errorf("[site.keypad] alarm = %d is out of range: no more than %d wrong codes can "+
			"be typed; write 0 for no alarm", k.Alarm, most))
	}
	if k.Limits().Digits(1) > policy.MaxDigits {
		m.add("site.keypad", fmt.Errorf("[site.keypad] lets so many codes be tried that no PIN is long enough: "+
			"write a smaller free, or longer pauses"))
	}
}
