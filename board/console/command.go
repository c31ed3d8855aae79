package console

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"menshen/board/desk"
	"menshen/internal/screen"
)

// command is one thing that can be typed.
type command struct {
	name    string
	chapter text   // of help
	usage   string // words after the name
	about   text
	example string
	right   desk.Right      // the zero value: everyone's
	person  bool            // the first words name a person, for completion
	needs   func(Desk) bool // nil: every Desk has it
	run     func(ctx context.Context, c *console, words []string) error
}

func (cmd command) allows(r desk.Role) bool { return cmd.right.Of(r) }

// vocabulary is all that a desk can do, in the order of help.
func vocabulary(d Desk) (all []command) {
	for _, chapter := range []struct {
		head     text
		commands []command
	}{
		{text{"The door", "门"}, slices.Concat(doorCommands(), overrideCommands(), viewCommands(), clockCommands())},
		{text{"People and their keys", "人员与凭证"}, slices.Concat(peopleCommands(), credentialCommands(), passCommands())},
		{text{"Face entry", "人脸通行"}, faceCommands()},
		{text{"The law", "法律要求"}, slices.Concat(lawCommands(), paperCommands(), incidentCommands(), dossierCommands())},
		{text{"Records and the vault", "记录与数据"}, slices.Concat(recordCommands(), keeperCommands())},
		{text{"Staff", "工作人员"}, staffCommands()},
		{text{"This console", "控制台"}, sessionCommands()},
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

// has is a need: the desk is a D too.
func has[D any](d Desk) bool { _, ok := d.(D); return ok }

// lookup finds a command that the operator's role has. Names are not shortened: noise on the line must not make a command.
func (c *console) lookup(word string) (command, error) {
	var near []string
	for _, cmd := range c.commands {
		switch {
		case cmd.name == word && !cmd.allows(c.who.Role):
			return command{}, desk.ErrNotAllowed
		case cmd.name == word:
			return cmd, nil
		case cmd.allows(c.who.Role) && strings.HasPrefix(cmd.name, word):
			near = append(near, cmd.name)
		}
	}
	if len(near) > 0 {
		return command{}, c.errorf(text{"there is no command %q; perhaps %s", "没有命令 %q；可能是 %s"}, screen.Clean(word), strings.Join(near, ", "))
	}
	return command{}, c.errorf(text{"there is no command %q; type help for all", "没有命令 %q；输入 help 查看全部"}, screen.Clean(word))
}

// errorf is an error in the operator's language.
func (c *console) errorf(t text, a ...any) error { return fmt.Errorf(t.in(c.lang), a...) }

// misuse is the error of a command with the wrong words.
func (c *console) misuse(name string) error {
	cmd, err := c.lookup(name)
	if err != nil {
		return err
	}
	return c.errorf(text{"it goes: %s %s, for example: %s", "用法：%s %s，例如：%s"}, cmd.name, cmd.usage, cmd.example)
}

func sessionCommands() []command {
	return []command{
		{name: "help", usage: "[COMMAND]", run: help,
			about:   text{"tell what can be done, or how", "显示命令或用法"},
			example: "help open"},
		{name: "lang", usage: "en|zh", run: lang,
			about:   text{"change the language", "切换语言"},
			example: "lang zh"},
		{name: "plain", usage: "on|off", run: plain,
			about:   text{"one fact a line, no cursor movement", "纯文本：每行一项，无光标移动"},
			example: "plain on"},
		{name: "page", usage: "on|off", run: page,
			about:   text{"stop at each screenful of a long list", "长列表分页"},
			example: "page off"},
		{name: "whoami", run: whoami,
			about:   text{"who is logged in", "当前操作员"},
			example: "whoami"},
		{name: "logout", run: logout,
			about:   text{"leave", "退出登录"},
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
		c.paragraphs(strings.TrimSpace(cmd.name+" "+cmd.usage) + " - " + cmd.about.in(c.lang))
		c.printf(text{"Example: %s", "例如：%s"}, cmd.example)
		return nil
	}
	var lines []string
	var chapter text
	for _, cmd := range c.commands {
		if !cmd.allows(c.who.Role) {
			continue
		}
		if cmd.chapter != chapter {
			chapter = cmd.chapter
			lines = append(lines, chapter.in(c.lang)+text{":", "："}.in(c.lang))
		}
		lines = append(lines, c.wrapped("  "+screen.Pad(cmd.name, 11)+"  "+cmd.about.in(c.lang))...)
	}
	lines = append(lines, c.wrapped(text{
		"help COMMAND shows its words and an example. Tab completes. Ctrl-C stops what runs.",
		"help 命令 显示用法和示例。Tab 补全。Ctrl-C 中断。",
	}.in(c.lang))...)
	return c.screen(lines)
}

func lang(_ context.Context, c *console, words []string) error {
	if len(words) != 1 || words[0] != "en" && words[0] != "zh" {
		return c.misuse("lang")
	}
	c.lang, c.who.Lang = words[0], words[0]
	c.say(text{"English.", "中文。"})
	return nil
}

func plain(_ context.Context, c *console, words []string) error {
	return c.flip("plain", &c.plain, words)
}

func page(_ context.Context, c *console, words []string) error {
	return c.flip("page", &c.paged, words)
}

func (c *console) flip(name string, b *bool, words []string) error {
	if len(words) != 1 || words[0] != "on" && words[0] != "off" {
		return c.misuse(name)
	}
	*b = words[0] == "on"
	c.printf(text{"%s is %s.", "%s：%s。"}, name, words[0])
	return nil
}

func whoami(_ context.Context, c *console, _ []string) error {
	c.printf(text{"%s, %s, since %s", "%s，%s，登录于 %s"}, c.login, word(c.who.Role).in(c.lang), c.time(c.who.Since))
	return nil
}
