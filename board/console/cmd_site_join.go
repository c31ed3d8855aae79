package console

import (
	"context"

	"menshen/board/desk"
	"menshen/internal/i18n"
)

func (c *console) foundSite(ctx context.Context, d Sites, name string) error {
	c.say(i18n.M("console.site-found-tells",
		"Doors that join this one will know its people, and let them in with card "+
			"or code as this one does. A face goes to another door only where its owner names that door."))
	if err := c.confirmOrStop(i18n.M("console.site-found-sure", "Found a site with this door?")); err != nil {
		return err
	}
	if err := d.FoundSite(ctx, c.who, name); err != nil {
		return err
	}
	c.say(i18n.M("console.site-founded", "Founded. Next, at each further door, while it has no people yet: site join"))
	return nil
}

func (c *console) askToJoin(ctx context.Context, d Sites, name string, via desk.Via) error {
	l, err := d.AskToJoin(ctx, c.who, name, via, c.step)
	if err != nil {
		return err
	}
	c.letter(l)
	c.say(i18n.M("console.site-then-admit", "At a door of the site: site admit %s", l.File))
	return nil
}

// letter shows where a file for another door is, and its code.
func (c *console) letter(l desk.SiteLetter) {
	if l.Path == "" {
		c.say(i18n.M("console.site-on-stick", "On the stick: %s. It can be pulled out.", l.File))
	} else {
		c.say(i18n.M("console.site-in-folder", "Written: %s", l.Path))
	}
	c.say(i18n.M("console.site-code", "Its code, to be typed at the other door: %s", l.Code))
}

func (c *console) admitDoor(ctx context.Context, d Sites, file string, via desk.Via) error {
	c.say(i18n.M("console.site-admit-means",
		"The new door will know all people of this site, and may change them as this one may."))
	code, err := c.ask(i18n.M("console.site-ask-code", "The code that the other door shows: "))
	if err != nil {
		return err
	}
	l, err := d.AdmitDoor(ctx, c.who, file, code, via, c.step)
	if l.Code != "" { // it is admitted, also if the stick was not
		c.say(i18n.M("console.site-admitted", "Admitted."))
	}
	if err != nil {
		return err
	}
	c.letter(l)
	c.say(i18n.M("console.site-then-join", "At the new door: site join %s", l.File))
	return nil
}

func (c *console) joinSite(ctx context.Context, d Sites, file string, via desk.Via) error {
	code, err := c.ask(i18n.M("console.site-ask-code", "The code that the other door shows: "))
	if err != nil {
		return err
	}
	found, err := d.JoinSite(ctx, c.who, file, code, via)
	if err != nil {
		return err
	}
	n := len(found.Doors)
	c.say(i18n.N(n, "console.site-joined", "Joined a site of %d door. Its people can come in here now.",
		"Joined a site of %d doors. Its people can come in here now.", n))
	c.say(i18n.M("console.site-then-carry",
		"Now carry the stick once to all doors, so that each can tell this one what "+
			"changes: site carry"))
	return nil
}

func (c *console) sendDoorAway(ctx context.Context, d Sites, door string) error {
	c.say(i18n.M("console.site-leave-means", "A door that is sent away hears nothing more from this site and is "+
		"believed no more, for ever. It keeps the people that it knows until its vault is erased ('menshen retire' "+
		"there)."))
	if err := c.confirmOrStop(i18n.M("console.site-leave-sure", "Send %s away?", door)); err != nil {
		return err
	}
	x, err := d.SendDoorAway(ctx, c.who, door)
	if err != nil {
		return err
	}
	c.say(i18n.M("console.site-sent", "%s was sent away. The others hear of it by the next: site carry", x.Name))
	return nil
}
