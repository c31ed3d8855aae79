package sim

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// Kind is what happens, in plain words.
type Kind string

// What happens at a door.
const (
	MovesIn      Kind = "moves in"
	ComesHome    Kind = "comes home"
	GoesOut      Kind = "goes out"
	GetsFace     Kind = "asks for face entry"
	Refuses      Kind = "refuses face entry"
	GivesFaceUp  Kind = "withdraws their face at the door"
	StaffEnds    Kind = "has their face withdrawn by staff"
	LosesCard    Kind = "loses their card; staff revoke it"
	ThiefTries   Kind = "is impersonated with the card that they lost"
	PhotoShown   Kind = "is impersonated with a photo"
	AsksRemoval  Kind = "asks to be erased"
	Invites      Kind = "invites a visitor, who comes with a pass"
	CourierComes Kind = "gets a parcel: a courier comes with a pass"
	CourierWaits Kind = "gets a parcel: staff let the courier in"
	Tailgates    Kind = "comes home, and another person follows"
	HoldsDoor    Kind = "comes home and props the door open"
	StrangerCard Kind = "a stranger tries a card"
	Stranger     Kind = "a stranger looks into the camera"
	Guesses      Kind = "a thief guesses PINs"
	BreaksIn     Kind = "the door is forced"
	FireDrill    Kind = "fire alarm"
	Locksdown    Kind = "staff lock the door down, and end it"
	Evacuates    Kind = "staff evacuate the house, and end it"
	OnTheDot     Kind = "comes at the minute in which hours change"
	ClockTurns   Kind = "comes in the hour in which summer time begins or ends"
	Blocked      Kind = "is blocked by staff"
	Unblocked    Kind = "is no longer blocked"
	LeaseChanges Kind = "gets another end of the lease"
	BacksUp      Kind = "staff make a backup"
	Updates      Kind = "staff install an update"
	Assesses     Kind = "the manager files a new impact assessment"
	ChangesHours Kind = "the manager changes the hours of a group"
	Rings        Kind = "somebody rings the bell"

	SiteLocksDown Kind = "staff lock all doors of the site down, and end it"
	SitePass      Kind = "gives a visitor a pass for all doors of the site"
)

// life is what is planned for one person.
type life struct {
	from, until time.Time // the lease
	begins      time.Time // when they were entered before the lease begins; zero: at once
	group       string
	minor       bool
	pin         bool
	face        bool // they want it, and use it
	longOpen    bool
	lang        string
}

// Happening is one thing that happens.
type Happening struct {
	N    int // its number in the plan, from which it draws
	At   time.Time
	Kind Kind
	Who  int // of the plan's lives; -1: none of them
}

// Plan is a history before it happens.
type Plan struct {
	Seed  uint64
	Days  int
	Begin time.Time
	Zone  *time.Location
	asks  asks // what the door asks for
	lives []life
	All   []Happening // by time
	drawn int         // how many happenings were drawn
	kept  bool        // not all that was drawn

	faults bool
	doors  int // of the site; 0 or 1: a door alone
}

// zones have summer time, none, and it the other way round the year. A history begins in the days
// before something that happens once a year: that it begins or ends, holidays, the new year.
var zones = []struct{ name, starts string }{
	{"Europe/Berlin", "2026-03-27 2026-10-23 2026-12-23"},
	{"Asia/Shanghai", "2026-04-03 2026-12-23 2026-01-05"},
	{"America/New_York", "2026-03-06 2026-10-30 2026-12-23"},
	{"Australia/Sydney", "2026-04-03 2026-10-02 2026-12-23"},
}

// horizon is the length, in days, of a history that is always drawn, so that a shorter one is its
// beginning, number by number.
const horizon = 400

// NewPlan draws a history of so many days from a seed, with faults or without.
func NewPlan(seed uint64, days int, faults bool) (*Plan, error) {
	return newPlan(seed, days, 1, faults)
}

// NewSitePlan is the same for some doors of one site.
func NewSitePlan(seed uint64, days, doors int, faults bool) (*Plan, error) {
	return newPlan(seed, days, doors, faults)
}

func newPlan(seed uint64, days, doors int, faults bool) (*Plan, error) {
	r := rand.New(rand.NewPCG(seed, 0))
	where := zones[r.IntN(len(zones))]
	zone, err := time.LoadLocation(where.name)
	if err != nil {
		return nil, err
	}
	starts := strings.Fields(where.starts)
	begin, err := time.ParseInLocation("2006-01-02 15", starts[r.IntN(len(starts))]+" 06", zone)
	if err != nil {
		return nil, err
	}
	p := &Plan{Seed: seed, Days: days, Zone: zone, Begin: begin.UTC(), faults: faults, doors: doors}
	p.asks = []asks{forOne, forOne, forOne, forFace, forTwo}[rand.New(rand.NewPCG(seed, 3e9)).IntN(5)]
	p.settle(r)
	for day := range days {
		p.live(rand.New(rand.NewPCG(seed, uint64(1e9+day))), day)
		p.breakThings(rand.New(rand.NewPCG(seed, uint64(2e9+day))), day)
		p.bell(rand.New(rand.NewPCG(seed, uint64(5e9+day))), day)
	}
	for day := range days {
		if p.doors > 1 {
			p.forAllDoors(rand.New(rand.NewPCG(seed, uint64(8e9+day))), day)
		}
	}
	slices.SortStableFunc(p.All, func(a, b Happening) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.N, b.N))
	})
	return p, nil
}

func (p *Plan) end() time.Time { return p.Begin.AddDate(0, 0, p.Days) }

// add plans something, where it is within the history.
func (p *Plan) add(at time.Time, k Kind, who int) {
	if !at.Before(p.Begin) && at.Before(p.end()) {
		p.All = append(p.All, Happening{N: p.drawn, At: at, Kind: k, Who: who})
	}
	p.drawn++
}

// midnight begins a day of the history.
func (p *Plan) midnight(day int) time.Time {
	local := p.Begin.In(p.Zone)
	return time.Date(local.Year(), local.Month(), local.Day()+day, 0, 0, 0, 0, p.Zone).UTC()
}

// during draws a time of a day, between two hours after midnight.
func during(r *rand.Rand, midnight time.Time, from, to int) time.Time {
	return midnight.Add(time.Duration(from)*time.Hour + time.Duration(r.Int64N(int64(to-from)*int64(time.Hour))))
}

const homes = 16

// settle plans who lives in the house, and when.
func (p *Plan) settle(r *rand.Rand) {
	movesIn := func(at time.Time, l life) {
		p.lives = append(p.lives, l)
		p.add(at, MovesIn, len(p.lives)-1)
	}
	for i := range homes {
		at := p.Begin.Add(time.Duration(10+7*i) * time.Minute)
		for at.Before(p.Begin.AddDate(0, 0, max(horizon, p.Days))) {
			l := life{from: at, group: "residents", minor: r.IntN(5) == 0, pin: r.IntN(3) == 0, face: r.IntN(4) > 0,
				longOpen: r.IntN(12) == 0, lang: []string{"en", "zh"}[r.IntN(2)]}
			if r.IntN(4) == 0 {
				l.begins = at.Add(time.Duration(1+r.IntN(20)) * time.Hour)
			}
			if r.IntN(3) > 0 { // leases end at midnight or at noon
				days := 2 + r.IntN(12)
				if r.IntN(2) == 0 {
					days = 20 + r.IntN(200)
				}
				local := at.In(p.Zone)
				l.until = time.Date(local.Year(), local.Month(), local.Day()+days, 12*r.IntN(2), 0, 0, 0, p.Zone).UTC()
			}
			movesIn(at, l)
			if l.until.IsZero() {
				break
			}
			at = l.until.Add(time.Duration(1+r.IntN(72)) * time.Hour)
		}
	}
	for i, group := range []string{"cleaners", "night", "staff", "night"} {
		movesIn(p.Begin.Add(time.Duration(150+7*i)*time.Minute),
			life{from: p.Begin, group: group, pin: i%2 == 0, lang: "en"})
	}
}

// live plans what people and strangers do on a day.
func (p *Plan) live(r *rand.Rand, day int) {
	midnight := p.midnight(day)
	at := func(from, to int) time.Time { return during(r, midnight, from, to) }
	for who, l := range p.lives {
		gone := !l.until.IsZero() && midnight.Sub(l.until) > 3*24*time.Hour
		if gone || l.from.Sub(midnight) > 24*time.Hour {
			continue
		}
		if l.group == "residents" {
			p.residentDay(r, who, midnight, at)
			continue
		}
		p.add(at(5, 10), ComesHome, who)
		p.add(at(0, 24), ComesHome, who)
		half := []int{4, 5, 10, 12, 14, 16, 18, 38, 44}[r.IntN(9)]
		p.add(midnight.Add(time.Duration(half)*30*time.Minute-time.Second*time.Duration(r.IntN(3))), OnTheDot, who)
		if turn := p.turn(midnight); !turn.IsZero() {
			for range 4 {
				p.add(turn.Add(time.Duration(r.Int64N(int64(2*time.Hour)))-time.Hour), ClockTurns, who)
			}
		}
	}
	p.some(r, at, -1, []chance{{2, StrangerCard}, {1, Stranger}, {3, Guesses}, {6, BreaksIn}, {8, FireDrill},
		{4, Locksdown}, {10, Evacuates}, {3, BacksUp}, {4, Assesses}, {3, Updates},
		{3, ChangesHours}}, 0, 24)
}

// bellOf begins the numbers of the rings, one a day, which shift no other happening's.
const bellOf = 1e6

// bell plans who rings on a day.
func (p *Plan) bell(r *rand.Rand, day int) {
	if at := during(r, p.midnight(day), 0, 24); !at.Before(p.Begin) && at.Before(p.end()) {
		p.All = append(p.All, Happening{N: bellOf + day, At: at, Kind: Rings, Who: -1})
	}
}

// turn is when summer time begins or ends on a day; zero: it does not.
func (p *Plan) turn(midnight time.Time) time.Time {
	_, off := midnight.In(p.Zone).Zone()
	for t := midnight; t.Sub(midnight) < 24*time.Hour; t = t.Add(15 * time.Minute) {
		if _, now := t.In(p.Zone).Zone(); now != off {
			return t
		}
	}
	return time.Time{}
}

// chance is one in so many days.
type chance struct {
	oneIn int
	kind  Kind
}

func (p *Plan) some(r *rand.Rand, at func(int, int) time.Time, who int, all []chance, from, to int) {
	for _, x := range all {
		if r.IntN(x.oneIn) == 0 {
			p.add(at(from, to), x.kind, who)
		}
	}
}

// residentDay plans a day of one who lives here.
func (p *Plan) residentDay(r *rand.Rand, who int, midnight time.Time, at func(int, int) time.Time) {
	p.add(at(6, 12), GoesOut, who)
	p.add(at(12, 24), ComesHome, who)
	p.some(r, at, who, []chance{{3, ComesHome}}, 0, 24)
	p.some(r, at, who, []chance{{3, GetsFace}, {60, Refuses}, {12, GivesFaceUp}, {60, StaffEnds},
		{50, ThiefTries}, {6, PhotoShown}, {60, AsksRemoval}, {10, Invites}, {10, CourierComes}, {40, CourierWaits},
		{20, Tailgates}, {40, HoldsDoor}, {40, LeaseChanges}}, 8, 22)
	if r.IntN(40) == 0 {
		since := at(8, 22)
		p.add(since, Blocked, who)
		p.add(since.Add(time.Duration(r.Int64N(int64(30*time.Hour)))), Unblocked, who)
	}
	if r.IntN(15) == 0 { // and whoever found it comes
		lost := at(8, 22)
		p.add(lost, LosesCard, who)
		p.add(lost.Add(time.Duration(r.Int64N(int64(36*time.Hour)))), ThiefTries, who)
	}
	if l := p.lives[who]; l.until.After(midnight) && l.until.Sub(midnight) < 24*time.Hour {
		p.add(l.until.Add(-time.Second*time.Duration(1+r.IntN(3))), ComesHome, who)
		p.add(l.until.Add(time.Second*time.Duration(5+r.IntN(20))), ComesHome, who)
	}
}
