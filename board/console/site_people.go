package console

import (
	"context"
	"fmt"

	"menshen/internal/i18n"
	"menshen/policy"
)

// tellSite says what the other doors of the site are yet to hear after an erasure here.
func (c *console) tellSite(ctx context.Context) {
	d, ok := c.desk.(Sites)
	if !ok {
		return
	}
	if found, err := d.Site(ctx, c.who); err == nil && !found.Left && len(found.Doors) > 1 {
		c.say(i18n.M("console.site-others-hear",
			"The other doors of the site do the same when they hear of it: site carry"))
	}
}

// tellFaces says at which doors of the site a person's face is.
func (c *console) tellFaces(ctx context.Context, p policy.Person) error {
	d, ok := c.desk.(Sites)
	if !ok {
		return nil
	}
	at, err := d.FacesOf(ctx, c.who, p.ID)
	if err != nil {
		return err
	}
	for _, x := range p.Face.Doors {
		c.say(i18n.M("console.site-face-named", "It may go to %s: agreed %s, notice %s.", x.Name, c.time(x.At),
			fmt.Sprintf("%x", x.Notice[:4])))
	}
	if len(at) == 0 {
		return nil
	}
	var names []i18n.Message
	for _, x := range at {
		name := i18n.Verbatim(x.Name)
		if x.Left {
			name = i18n.M("console.site-face-left", "%s (sent away)", x.Name)
		}
		names = append(names, name)
	}
	c.say(i18n.M("console.site-face-at", "The face is stored at: %v.", i18n.List(i18n.Comma, names...)))
	return nil
}

// tellAnswers says which doors of the site have erased the face of a person, and which not yet.
func (c *console) tellAnswers(ctx context.Context, p policy.Person) error {
	d, ok := c.desk.(Sites)
	if !ok || p.Face.State != policy.FaceWithdrawn && p.Face.State != policy.FaceRefused {
		return nil
	}
	if found, err := d.Site(ctx, c.who); err != nil || len(found.Doors) == 0 {
		return nil // it belongs to no site
	}
	e, err := d.AnswersOf(ctx, c.who, p.ID)
	if err != nil {
		return err
	}
	for _, x := range e.Answers {
		switch {
		case x.At.IsZero():
			c.say(i18n.M("console.site-face-waits", "! The face: %s has not answered yet.", x.Door))
		case x.Nothing:
			c.say(i18n.M("console.site-face-nothing", "The face: nothing of it was at %s, %s.", x.Door, c.time(x.At)))
		default:
			c.say(i18n.M("console.site-face-erased", "The face was erased at %s, %s; blocks found afterwards: %d.",
				x.Door, c.time(x.At), x.Found))
		}
	}
	if e.Before {
		c.say(i18n.M("console.site-face-before", "It was taken back before this door joined its site: the other "+
			"doors know who answered."))
	}
	return nil
}
