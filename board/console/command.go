package console

import (
	"context"
	"slices"
	"strings"

	"menshen/board/desk"
	"menshen/internal/i18n"
	"menshen/internal/i18n/catalogue"
	"menshen/internal/screen"
)

// command is one thing that can be typed.
type command struct {
	name    string
	chapter i18n.Message // of help
	usage   string       // words after the name
	about   i18n.Message
	example string
	right   desk.Right      // the zero value: every role's
	person  bool            // the first words name a person, for completion
	needs   func(Desk) bool // nil: every Desk has it
	run     func(ctx context.Context, c *console, words []string) error
}

// allows reports whether the command is the operator's, and of use where they sit.
func (cmd command) allows(s desk.Session) bool { return s.May(cmd.right) }

// vocabulary is all commands that a desk has, in the order of help.
func vocabulary(d Desk) (all []command) {
	for _, chapter := range []struct {
		head     i18n.Message
		commands []command
	}{
		{i18n.M("console.chapter-door", "The door"),
			slices.Concat(doorCommands(), bellCommands(), overrideCommands(), viewCommands(), readerCommands(),
				clockCommands())},
		{i18n.M("console.chapter-people", "People and their credentials"),
			slices.Concat(peopleCommands(), listCommands(), leaseCommands(), mayCommands(), credentialCommands(),
				cardCommands(), passCommands())},
		{i18n.M("console.chapter-hours", "Hours and access groups"), hoursCommands()},
		{i18n.M("console.chapter-faces", "Face entry"), faceCommands()},
		{i18n.M("console.chapter-law", "The law"),
			slices.Concat(lawCommands(), paperCommands(), incidentCommands(), dossierCommands())},
		{i18n.M("console.chapter-records", "Records and the vault"),
			slices.Concat(recordCommands(), keeperCommands(), stickCommands(), siteCommands(), managersCommands(),
				updateCommands())},
		{i18n.M("console.chapter-staff", "Staff"), staffCommands()},
		{i18n.M("console.chapter-console", "This console"), sessionCommands()},
	} {
		for _, cmd := range chapter.commands {
			if cmd.needs == nil || cmd.needs(d) {
				cmd.chapter = chapter.head
				all = append(all, cmd)
			}
		}
	}
	return all
}

// has reports whether the desk is a D too.
func has[D any](d Desk) bool { _, ok := d.(D); return ok }

// lookup finds a command that the operator's role has. A name must be whole: noise on the
// line must not make a command.
func (c *console) lookup(word string) (command, error) {
	var near []string
	for _, cmd := range c.commands {
		switch {
		case cmd.name == word && !cmd.right.Of(c.who.Role):
			return command{}, desk.ErrNotAllowed
		case cmd.name == word:
			return cmd, nil
		case cmd.allows(c.who) && strings.HasPrefix(cmd.name, word):
			near = append(near, cmd.name)
		}
	}
	if len(near) > 0 {
		return command{}, c.fail(i18n.M("console.no-such-command-perhaps", "there is no command %q; perhaps %s",
			screen.Clean(word), strings.Join(near, ", ")))
	}
	return command{}, c.fail(i18n.M("console.no-such-command", "there is no command %q; type help for all",
		screen.Clean(word)))
}

// fail is an error that says a message.
func (c *console) fail(m i18n.Message) error { return &i18n.Error{What: m} }

// misuse is the error of a command with the wrong words.
func (c *console) misuse(name string) error {
	cmd, err := c.lookup(name)
	if err != nil {
		return err
	}
	return c.fail(i18n.M("console.usage", "usage: %s %s, for example: %s", cmd.name, cmd.usage, cmd.example))
}

func sessionCommands() []command {
	return []command{
		{name: "help", usage: "[COMMAND]", run: help,
			about:   i18n.M("console.help-help", "show what you can do, or how"),
			example: "help open"},
		{name: "lang", usage: strings.Join(catalogue.Codes(), "|"), run: lang,
			about:   i18n.M("console.help-lang", "change the language"),
			example: "lang zh"},
		{name: "plain", usage: "on|off", run: plain,
			about:   i18n.M("console.help-plain", "show one fact a line, without cursor movement"),
			example: "plain on"},
		{name: "page", usage: "on|off", run: page,
			about:   i18n.M("console.help-page", "stop after each screenful of a long list"),
			example: "page off"},
		{name: "whoami", run: whoami,
			about:   i18n.M("console.help-whoami", "show who is logged in"),
			example: "whoami"},
		{name: "logout", run: logout,
			about:   i18n.M("console.help-logout", "log out"),
			example: "logout"},
	}
}

func logout(context.Context, *console, []string) error { return errAsked }

func help(_ context.Context, c *console, words []string) error {
	if len(words) > 0 {
		cmd, err := c.lookup(words[0])
		if err != nil {
			return err
		}
		c.paragraphs(strings.TrimSpace(cmd.name+" "+cmd.usage) + " - " + c.lang.Say(cmd.about))
		c.say(i18n.M("console.example", "Example: %s", cmd.example))
		return nil
	}
	var lines []string
	var chapter i18n.Message
	for _, cmd := range c.commands {
		if !cmd.allows(c.who) {
			continue
		}
		if cmd.chapter.ID != chapter.ID {
			chapter = cmd.chapter
			lines = append(lines, c.lang.Say(i18n.M("console.chapter", "%v:", chapter)))
		}
		lines = append(lines, c.wrapped("  "+screen.Pad(cmd.name, 11)+"  "+c.lang.Say(cmd.about))...)
	}
	lines = append(lines, c.wrapped(c.lang.Say(i18n.M("console.help-of-a-command",
		"help COMMAND shows its words and an example. Tab completes. Ctrl-C stops what runs.")))...)
	return c.screen(lines)
}

func lang(_ context.Context, c *console, words []string) error {
	if len(words) != 1 || !c.speak(words[0]) {
		return c.misuse("lang")
	}
	return nil
}

// speak changes the language of the console, and says so in it. It reports
// whether there is such a language.
func (c *console) speak(code string) bool {
	i := slices.IndexFunc(c.o.Languages, func(l i18n.Language) bool { return l.Code() == code })
	if i < 0 {
		return false
	}
	c.lang = c.o.Languages[i]
	c.who.Lang = c.lang
	c.say(i18n.M("console.language-is", "%v.", ownName))
	return true
}

// ownName is what a language calls itself.
var ownName = i18n.M("console.own-name", "English")

func plain(_ context.Context, c *console, words []string) error {
	return c.setOnOff("plain", &c.plain, words)
}

func page(_ context.Context, c *console, words []string) error {
	return c.setOnOff("page", &c.paged, words)
}

func (c *console) setOnOff(name string, b *bool, words []string) error {
	if len(words) != 1 || words[0] != "on" && words[0] != "off" {
		return c.misuse(name)
	}
	*b = words[0] == "on"
	c.say(i18n.M("console.setting-is", "%s is %s.", name, words[0]))
	return nil
}

func whoami(_ context.Context, c *console, _ []string) error {
	c.say(i18n.M("console.logged-in-as", "%s, %v, since %s", c.login, i18n.Word(string(c.who.Role)),
		c.time(c.who.Since)))
	return nil
}
