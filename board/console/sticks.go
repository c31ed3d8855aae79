package console

import (
	"context"
	"fmt"
	"path/filepath"

	"menshen/board/desk"
	"menshen/internal/i18n"
)

// Sticks carries files between the unit's out folder and a USB stick.
type Sticks interface {
	// CopyToStick copies files of the out folder, those with these names or with none all. It tells
	// how many of them are on the stick then, and which were copied now, also beside an error.
	CopyToStick(ctx context.Context, s desk.Session, names []string, step desk.Progress) (files int,
		went []desk.StickFile, err error)
	// ListStick tells what is on it, the newest first, and how many more there are.
	ListStick(ctx context.Context, s desk.Session) (found []desk.StickFile, more int, err error)
}

func stickCommands() []command {
	return []command{
		{name: "stick", usage: "[FILE…] | list", right: desk.ReadsPeople, needs: has[Sticks], run: stick,
			about: i18n.M("console.help-stick",
				"copy what waits in the out folder, or some files of it, onto a USB stick; list shows what is on it"),
			example: "stick list"},
	}
}

// stick copies files out, or lists what is on the stick. A file whose name is list is ./list, as it
// is for other words too.
func stick(ctx context.Context, c *console, words []string) error {
	if len(words) == 1 && words[0] == "list" {
		return c.listStick(ctx)
	}
	var names []string
	for _, w := range words { // a path that was shown is good as well
		names = append(names, filepath.Base(w))
	}
	n, went, err := c.desk.(Sticks).CopyToStick(ctx, c.who, names, c.step)
	for _, f := range went {
		if f.As != "" {
			c.say(i18n.M("console.stick-went-as", "Copied: %s, as %s: the stick has another file of that name.",
				f.Name, f.As))
		} else {
			c.say(i18n.M("console.stick-went", "Copied: %s, %s", f.Name, size(f.Size)))
		}
	}
	if err != nil {
		return err
	}
	c.say(i18n.N(n, "console.on-the-stick", "On the stick now, read back and compared: %d file. It can be pulled out.",
		"On the stick now, read back and compared: %d files. It can be pulled out.", n))
	return nil
}

func (c *console) listStick(ctx context.Context) error {
	found, more, err := c.desk.(Sticks).ListStick(ctx, c.who)
	if err != nil {
		return err
	}
	t := table{cols: []column{
		{"file", i18n.M("console.stick-file", "file")},
		{"size", i18n.M("console.stick-size", "size")},
		{"at", i18n.M("console.stick-at", "written")},
	}}
	for _, f := range found {
		t.add(f.Name, size(f.Size), moment(f.At))
	}
	if err := c.show(t, false); err != nil {
		return err
	}
	if more > 0 {
		c.say(i18n.M("console.stick-more", "Not shown, since there are many or their names cannot be shown safely: %d",
			more))
	}
	c.say(i18n.M("console.stick-pull", "It can be pulled out."))
	return nil
}

// sayCarry says how a file of the out folder gets onto a stick; an empty path stands for several.
func (c *console) sayCarry(path string) {
	if !has[Sticks](c.desk) || !desk.ReadsPeople.Of(c.who.Role) {
		return
	}
	if path == "" {
		c.say(i18n.M("console.carry-all", "To take them along on a USB stick: stick"))
		return
	}
	c.say(i18n.M("console.carry", "To take it along on a USB stick: stick %s", filepath.Base(path)))
}

// size is a file's, rounded up.
func size(bytes int64) string {
	for _, unit := range []string{"B", "kB", "MB"} {
		if bytes < 10_000 {
			return fmt.Sprintf("%d %s", bytes, unit)
		}
		bytes = (bytes + 999) / 1000
	}
	return fmt.Sprintf("%d GB", bytes)
}
