package desk

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"menshen/board/config"
	"menshen/internal/i18n"
	"menshen/policy"
	"menshen/store"
)

// knownGroups refuses an access group that no rule of the site names, unless the person is in it
// already: it would give them no hours, and nothing would say so. A seat does not know which groups
// the doors name.
func (d *Desk) knownGroups(groups, had []string) error {
	if len(groups) == 0 || d.cfg.Seat() {
		return nil
	}
	h, err := d.hours()
	if err != nil {
		return err
	}
	known := d.cfg.Site.Groups(h.Hours)
	for _, g := range groups {
		if slices.Contains(known, g) || slices.Contains(had, g) {
			continue
		}
		remedy := i18n.M("desk.write-access-rule",
			"this site has none; give it hours first: group-add NAME HOURS")
		if near := config.Nearest(g, known); near != "" {
			remedy = i18n.M("desk.did-you-mean", "did you mean %q?", near)
		} else if len(known) > 0 {
			remedy = i18n.M("desk.write-group", "write one of: %s", strings.Join(known, ", "))
		}
		return i18n.Problem(i18n.E("desk.no-such-group", "no rule of this site names the access group %q", g), remedy)
	}
	return nil
}

// NeverIn says why a person can never come in here, and what to do; empty: they can come in.
func (d *Desk) NeverIn(_ context.Context, s Session, p policy.Person) (string, error) {
	if _, err := d.allow(s, ReadsPeople); err != nil {
		return "", err
	}
	h, err := d.hours()
	if err != nil {
		return "", err
	}
	switch p.NeverIn(h.Access, d.cfg.Site.AESCards, d.calendar(h), d.now()) {
	case policy.ReasonLeaseOver:
		return s.Lang.Say(i18n.M("desk.never-in-lease", "can never come in: the lease has expired")), nil
	case policy.ReasonHours:
		return s.Lang.Say(i18n.M("desk.never-in-hours", "can never come in: no rule of this site gives them hours; "+
			"put them into an access group with 'change': %s", strings.Join(d.cfg.Site.Groups(h.Hours), ", "))), nil
	case policy.ReasonNotAES:
		return s.Lang.Say(i18n.M("desk.never-in-aes", "can never come in: their group needs an AES card, and they "+
			"have cards of other kinds only; replace one, and have the new one written first (--write)")), nil
	}
	return "", nil
}

// shutOut says how many people are in no access group with hours; empty: none.
func (d *Desk) shutOut(people []policy.Person, h store.Hours, lang i18n.Language) string {
	n, now, calendar := 0, d.now(), d.calendar(h)
	for _, p := range people {
		if p.NeverIn(h.Access, nil, calendar, now) == policy.ReasonHours {
			n++
		}
	}
	if n == 0 {
		return ""
	}
	return lang.Say(i18n.M("desk.people-never-in", "%d can never come in: no rule of this site gives them hours; "+
		"'person' shows who they are, 'change' puts them into an access group", n))
}

// Grouped is how many people are in the same access groups.
type Grouped struct {
	Groups []string `json:"groups"`
	People int      `json:"people"`
}

// GroupsOf gives the access groups that people are in, and how many people each combination has; no
// names. A new configuration is compared with it before it is used.
func GroupsOf(people []policy.Person) (all []Grouped) {
	n := map[string]int{}
	for _, p := range people {
		groups := slices.Sorted(slices.Values(p.Groups))
		n[strings.Join(groups, "\x00")]++
	}
	for key, people := range n {
		g := Grouped{People: people}
		if key != "" {
			g.Groups = strings.Split(key, "\x00")
		}
		all = append(all, g)
	}
	slices.SortFunc(all, func(a, b Grouped) int {
		return strings.Compare(strings.Join(a.Groups, ","), strings.Join(b.Groups, ","))
	})
	return all
}

// ShutOut tells who could never come in with a configuration: people by their access groups, as
// [GroupsOf] gives them, and visitors with passes.
func ShutOut(c *config.Config, all []Grouped, t time.Time) (found []string) {
	h, calendar := c.Site.Hours(), c.Site.Calendar()
	rules, known := h.Access, c.Site.Groups(h)
	if c.Passes.Enabled && !policy.MayEver(rules, calendar, []string{policy.VisitorGroup}, t) {
		found = append(found, fmt.Sprintf("no pass could open: give the group %q hours in [[site.access]]",
			policy.VisitorGroup))
	}
	for _, g := range all {
		switch {
		case policy.MayEver(rules, calendar, g.Groups, t):
		case len(g.Groups) == 0:
			found = append(found, fmt.Sprintf("%d people in no group could never come in: "+
				"put them into one with 'change' at the console, "+
				"or give everybody hours with an [[site.access]] that names no group", g.People))
		default:
			meant := ""
			for _, name := range g.Groups {
				if near := config.Nearest(name, known); near != "" && near != name {
					meant = fmt.Sprintf("; did you mean %q?", near)
				}
			}
			found = append(found, fmt.Sprintf("%d people in %s could never come in: "+
				"no [[site.access]] has hours for them%s",
				g.People, strings.Join(g.Groups, ", "), meant))
		}
	}
	return found
}
