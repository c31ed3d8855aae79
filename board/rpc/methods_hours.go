package rpc

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"menshen/board/desk"
	"menshen/internal/i18n"
	"menshen/policy"
)

// hoursMethods keep who may come in when: the hours of access groups, and special days. Days are
// "sun", "mon" … "sat", "holiday"; a group is its name, "*" for everybody. Its hours at an output
// beside the door are those of "garage: NAME".
var hoursMethods = map[string]handler{
	"hours.get":     method(getHours),
	"hours.group":   method(hoursOfGroup),
	"hours.days":    method(specialDays),
	"hours.preview": method(previewHours),
	"hours.change":  method(changeHours),
	"hours.file":    method(useFileHours),
	"hours.log":     method(hoursLog),
}

// hoursState is what is in force.
type hoursState struct {
	Version     string  `json:"version"` // a change is of this one
	Now         string  `json:"now"`
	Groups      []group `json:"groups"`
	Days        int     `json:"days"`              // special ones
	Changed     string  `json:"changed,omitempty"` // absent: never, the configuration's hold
	By          string  `json:"by,omitempty"`
	FileDiffers bool    `json:"fileDiffers,omitempty"` // the configuration has other hours, which are not used
	FileIgnored bool    `json:"fileIgnored,omitempty"` // and they were edited after the last change

	Outputs []string `json:"outputs,omitempty"` // beside the door; one without hours is for nobody
}

type group struct {
	Group  string `json:"group"`
	People int    `json:"people"`
	Rules  int    `json:"rules"` // 0: it has no hours of its own
}

func (c *call) hoursState(h desk.HoursState) hoursState {
	out := hoursState{Version: versionOf(h.Hours), Now: c.time(h.Now), Groups: []group{}, Days: len(h.Special),
		Changed: c.time(h.Changed), By: h.By, FileIgnored: h.FileIgnored,
		FileDiffers: len(h.File.Changes(h.Hours, c.o.Location)) > 0, Outputs: h.Outputs}
	if n := len(h.Of("")); n > 0 {
		out.Groups = append(out.Groups, group{Group: policy.Everybody, Rules: n})
	}
	names := h.Groups()
	for g := range h.People {
		names = append(names, g)
	}
	slices.Sort(names)
	for _, g := range slices.Compact(names) {
		out.Groups = append(out.Groups, group{g, h.People[g], len(h.Of(g))})
	}
	for _, output := range h.Outputs {
		at := h.In(output)
		if n := len(at.Of("")); n > 0 {
			out.Groups = append(out.Groups, group{groupAt(output, policy.Everybody), 0, n})
		}
		for _, g := range at.Groups() {
			out.Groups = append(out.Groups, group{groupAt(output, g), h.People[g], len(at.Of(g))})
		}
	}
	return out
}

// groupAt is what a group is called with its hours at an output.
func groupAt(output, group string) string {
	return policy.HoursChange{Of: group, Output: output}.Where()
}

// versionOf tells hours apart.
func versionOf(h policy.Hours) string {
	sum := sha256.Sum256(asJSON(h))
	return hex.EncodeToString(sum[:8])
}

func getHours(ctx context.Context, c *call, _ nothing) (hoursState, error) {
	h, err := c.desk.Hours(ctx, c.who)
	if err != nil {
		return hoursState{}, err
	}
	return c.hoursState(h), nil
}

type groupParams struct {
	Group string `json:"group"`
}

// groupHours are the rules of a group, and the next seven days as they come of them.
type groupHours struct {
	Group  string      `json:"group"`
	People int         `json:"people"`
	Rules  []groupRule `json:"rules"`
	Week   []dayHours  `json:"week"`
}

type groupRule struct {
	Spans []span `json:"spans"`
	Until string `json:"until,omitempty"` // the last day; absent: it has no end
	Over  bool   `json:"over,omitempty"`
}

// span is a time of day on some kinds of day. One that ends at or before its beginning runs past
// midnight.
type span struct {
	Days []string `json:"days"`
	From string   `json:"from"` // "07:00"
	To   string   `json:"to"`   // at most "24:00"
}

type dayHours struct {
	Date string     `json:"date"`
	As   string     `json:"as"`   // the kind of day that it counts as
	Open [][]string `json:"open"` // from and to
}

func hoursOfGroup(ctx context.Context, c *call, p groupParams) (groupHours, error) {
	h, err := c.desk.Hours(ctx, c.who)
	if err != nil {
		return groupHours{}, err
	}
	at := policy.HoursChangeAt(p.Group, "", "")
	h.Hours = h.In(at.Output)
	out := groupHours{Group: p.Group, People: h.People[at.Of], Rules: []groupRule{}}
	for _, r := range h.Of(ruleGroup(at.Of)) {
		out.Rules = append(out.Rules, groupRule{spansOf(r.Hours), r.LastDay(c.o.Location), !r.Counts(h.Now)})
	}
	today := h.Now.In(c.o.Location)
	for i := range 7 {
		d := time.Date(today.Year(), today.Month(), today.Day()+i, 12, 0, 0, 0, c.o.Location)
		out.Week = append(out.Week, dayHours{d.Format(time.DateOnly), h.Calendar.Kind(d).String(),
			openOf(minutes(h, at, d))})
	}
	return out, nil
}

// minutes are those of a day in which a group has hours. An output without any is for nobody.
func minutes(h desk.HoursState, of policy.HoursChange, day time.Time) (open [24 * 60]bool) {
	if of.Output != "" && len(h.Access) == 0 {
		return open
	}
	return h.Minutes(h.Calendar, []string{of.Of}, day)
}

// ruleGroup is a group as rules name it.
func ruleGroup(name string) string {
	if name == policy.Everybody {
		return ""
	}
	return name
}

func spansOf(s policy.Schedule) []span {
	out := []span{}
	for _, p := range s {
		one := span{From: clockTime(p.From), To: clockTime(p.To)}
		for _, d := range p.Days {
			one.Days = append(one.Days, d.String())
		}
		out = append(out, one)
	}
	return out
}

func clockTime(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }

// openOf gives the minutes of a day as times.
func openOf(open [24 * 60]bool) [][]string {
	out := [][]string{}
	for from := 0; from < len(open); from++ {
		if !open[from] {
			continue
		}
		to := from
		for to < len(open) && open[to] {
			to++
		}
		out = append(out, []string{clockTime(from), clockTime(to)})
		from = to
	}
	return out
}

type special struct {
	Date string `json:"date"` // 2026-10-01, or 10-01 for every year
	As   string `json:"as"`
}

type specialPart struct {
	Days []special `json:"days"`
	All  int       `json:"all"`
}

// specialDays gives the dates that count as another kind of day, in their order.
func specialDays(ctx context.Context, c *call, p portion) (specialPart, error) {
	if err := p.check(); err != nil {
		return specialPart{}, err
	}
	h, err := c.desk.Hours(ctx, c.who)
	if err != nil {
		return specialPart{}, err
	}
	all := slices.SortedStableFunc(slices.Values(h.Special), func(a, b policy.Special) int {
		return strings.Compare(a.Date(), b.Date())
	})
	tell := func(d policy.Special) special { return special{d.Date(), d.As.String()} }
	return specialPart{some(all, p.From, p.Count, tell), len(all)}, nil
}

// edit puts other hours in the place of those of a group, or makes a date another kind of day.
type edit struct {
	Of  string `json:"of"`  // a group, or a date: "2026-10-01", "10-01"
	Now string `json:"now"` // "mon-fri 07:00-23:00, sat 09:00-12:00; …", or "holiday"; empty: none any more
}

type editParams struct {
	Version string `json:"version"` // of hours.get
	Edits   []edit `json:"edits"`
	File    bool   `json:"file"` // of a preview: the configuration's hours, in the place of edits
}

type hoursChange struct {
	Of  string `json:"of"`
	Was string `json:"was"` // empty: there were none
	Now string `json:"now"`
}

func changeOf(x policy.HoursChange) hoursChange { return hoursChange{x.Where(), x.Was, x.Now} }

// effect is what a change does.
type effect struct {
	Changes  []hoursChange `json:"changes"`
	Touched  int           `json:"touched"`  // people in the groups that change
	Out      []someone     `json:"out"`      // who could never come in then; the first of them
	OutAll   int           `json:"outAll"`   // of those
	In       int           `json:"in"`       // people who can never come in now, and will
	NoPasses bool          `json:"noPasses"` // no visitor's pass opens then
	AllHours bool          `json:"allHours"` // no hours are left: all people may come in at all hours
	First    bool          `json:"first"`    // the configuration's hours are used now, and not from then on

	Outputs []outputEffect `json:"outputs,omitempty"` // of outputs of which the hours change
}

// outputEffect is what it does to the rights at an output.
type outputEffect struct {
	Output string    `json:"output"`
	Out    []someone `json:"out"`    // who could never switch it then; the first of them
	OutAll int       `json:"outAll"` // of those
	In     int       `json:"in"`
}

func outputEffectOf(o desk.OutputEffect) outputEffect {
	return outputEffect{o.Output, some(o.Out, 0, 100, someoneOf), len(o.Out), o.In}
}

// previewHours tells what a change would do. Whom it names is recorded as looked up.
func previewHours(ctx context.Context, c *call, p editParams) (effect, error) {
	was, now, err := c.edited(ctx, p)
	if err != nil {
		return effect{}, err
	}
	e, err := c.desk.PreviewHours(ctx, c.who, was.Hours, now)
	if err != nil {
		return effect{}, err
	}
	return effect{some(e.Changes, 0, len(e.Changes), changeOf), e.Touched, some(e.Out, 0, 100, someoneOf),
		len(e.Out), e.In, e.NoPasses, e.AllHours, was.Changed.IsZero(),
		some(e.Outputs, 0, len(e.Outputs), outputEffectOf)}, nil
}

// changeHours puts a change in force at once, all of it or nothing.
func changeHours(ctx context.Context, c *call, p editParams) (hoursState, error) {
	if p.File {
		return hoursState{}, badParams("hours.file puts the configuration's hours in force")
	}
	was, now, err := c.edited(ctx, p)
	if err == nil {
		err = c.desk.ChangeHours(ctx, c.who, was.Hours, now)
	}
	if err != nil {
		return hoursState{}, err
	}
	return getHours(ctx, c, nothing{})
}

// edited gives the hours in force, and what they are after the edits.
func (c *call) edited(ctx context.Context, p editParams) (was desk.HoursState, now policy.Hours, err error) {
	if err = c.mustKeepPeople(); err != nil {
		return was, now, err
	}
	if was, err = c.desk.Hours(ctx, c.who); err != nil {
		return was, now, err
	}
	if p.Version != versionOf(was.Hours) {
		return was, now, desk.ErrHoursMeanwhile
	}
	if p.File {
		return was, was.File, nil
	}
	now = was.Hours
	for _, e := range p.Edits {
		if now, err = c.edit(now, e); err != nil {
			return was, now, err
		}
	}
	return was, now, nil
}

var errNotHours = i18n.Problem(i18n.E("rpc.not-hours", "these are no hours"),
	i18n.M("rpc.write-hours", "write days and times such as mon-fri 07:00-23:00, sat 09:00-12:00"))

func (c *call) edit(h policy.Hours, e edit) (policy.Hours, error) {
	var day policy.Special
	if day.UnmarshalText([]byte(e.Of+" holiday")) != nil {
		rules, err := policy.ParseRules(e.Now, c.o.Location)
		if err != nil {
			return h, errNotHours
		}
		at := policy.HoursChangeAt(e.Of, "", "")
		return h.WithIn(at.Output, h.In(at.Output).With(ruleGroup(at.Of), rules...)), nil
	}
	if e.Now == "" {
		without, _ := h.WithoutDay(day)
		return without, nil
	}
	if err := day.UnmarshalText([]byte(e.Of + " " + e.Now)); err != nil {
		return h, badParams("a special day counts as holiday, or as mon … sun")
	}
	return h.WithDay(day), nil
}

type useParams struct {
	Use bool `json:"use"` // the configuration's hours hold again; else it is noted that they are not to be used
}

func useFileHours(ctx context.Context, c *call, p useParams) (hoursState, error) {
	if err := c.desk.UseFileHours(ctx, c.who, p.Use); err != nil {
		return hoursState{}, err
	}
	return getHours(ctx, c, nothing{})
}

// hoursEntry is one difference that an act made. Entries of one act have the same number.
type hoursEntry struct {
	Number uint64 `json:"number"`
	At     string `json:"at"`
	By     string `json:"by"`
	hoursChange
}

type hoursLogPart struct {
	Entries []hoursEntry `json:"entries"`
	All     int          `json:"all"`
}

// hoursLog gives the changes, the newest first.
func hoursLog(ctx context.Context, c *call, p portion) (hoursLogPart, error) {
	if err := p.check(); err != nil {
		return hoursLogPart{}, err
	}
	all, err := c.desk.HoursLog(ctx, c.who)
	if err != nil {
		return hoursLogPart{}, err
	}
	tell := func(e desk.HoursEntry) hoursEntry {
		return hoursEntry{e.Seq, c.time(e.At), e.By, changeOf(e.HoursChange)}
	}
	return hoursLogPart{some(all, p.From, p.Count, tell), len(all)}, nil
}
