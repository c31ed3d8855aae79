package console

import (
	"context"

	"menshen/board/desk"
	"menshen/internal/i18n"
)

func (c *console) carrySite(ctx context.Context, d Sites, via desk.Via) error {
	got, err := d.CarrySite(ctx, c.who, via, c.step)
	for _, f := range got.Files {
		switch {
		case f.Err != nil:
			c.say(i18n.M("console.site-file-bad", "! %s: not taken, since %v", f.Name, i18n.Of(f.Err)))
		case f.New > 0:
			c.say(i18n.N(f.New, "console.site-file-new", "%s: %d new record", "%s: %d new records", doorOr(f), f.New))
		}
	}
	if err == nil || got.Records > 0 {
		c.taken(got)
	}
	if err != nil {
		return err
	}
	for _, name := range got.Waiting {
		c.say(i18n.M("console.site-waiting",
			"! Earlier records of %s are missing: carry from a door that has them.", name))
	}
	if got.Written == 0 {
		c.say(i18n.M("console.site-nothing-written", "The other doors' files say all that this door knows."))
		return nil
	}
	c.say(i18n.N(got.Written, "console.site-written", "Written: %d file. Next, at another door: site carry",
		"Written: %d files. Next, at another door: site carry", got.Written))
	return nil
}

// doorOr names the door of a file.
func doorOr(f desk.SiteFile) string {
	if f.Door == "" {
		return f.Name
	}
	return f.Door
}

// taken says what came of the records.
func (c *console) taken(got desk.SiteCarried) {
	if got.Records == 0 {
		c.say(i18n.M("console.site-nothing-new", "Nothing new for this door."))
		return
	}
	c.say(i18n.N(got.People, "console.site-taken", "Taken in: news of %d person.", "Taken in: news of %d people.",
		got.People))
	if got.Closed > 0 {
		c.say(i18n.N(got.Closed, "console.site-closed",
			"%d record is sealed for a key that this door has destroyed: it asks for it again. "+
				"Carry once more, to the door that wrote it and back.",
			"%d records are sealed for a key that this door has destroyed: it asks for them again. "+
				"Carry once more, to the doors that wrote them and back.",
			got.Closed))
	}
	if got.Erased > 0 {
		c.say(i18n.N(got.Erased, "console.site-erased", "Erased here, as at another door: %d person.",
			"Erased here, as at another door: %d people.", got.Erased))
	}
	if got.Faces > 0 {
		c.say(i18n.N(got.Faces, "console.site-faces",
			"Taken back by its owner at another door, and erased here: %d face.",
			"Taken back by their owners at another door, and erased here: %d faces.", got.Faces))
	}
}
