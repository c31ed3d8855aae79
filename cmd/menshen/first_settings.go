package main

import (
	"context"
	"strconv"
	"time"

	"menshen/board/config"
	"menshen/board/notice"
	"menshen/board/profile"
	"menshen/internal/i18n"
	"menshen/policy"
)

// setting is one that an installer types at the console. What the card says, or else the first
// choice, is taken by Enter.
type setting struct {
	ask        i18n.Message
	table, key string                    // a text; "": one of the choices
	unless     string                    // where the card has no text
	problem    func(string) i18n.Message // zero where the text will do
	choices    []choice
}

// choice is one of several, with what a door.txt then says.
type choice struct {
	text i18n.Message
	says config.Tables
}

// typed has the installer type the settings, and gives them as a door.txt. What else the card says
// stays if it was accepted; else it is left out, and the door is wired as most are.
func (f *firstStart) typed(ctx context.Context, card []byte) ([]byte, error) {
	was, kept := config.CardTables(card), config.Tables{}
	if _, _, err := config.FromCard(card, f.unless); err == nil {
		kept = was
	}
	f.ui.Tell(i18n.M("menshen.type-settings", "Enter takes what stands in [ ]."))
	parts := []config.Tables{kept, {"console": config.Tables{"language": f.ui.Lang.Code()}}}
	for _, s := range f.asked() {
		part, err := f.ask(ctx, s, was)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	return config.Card(parts...)
}

// asked are the settings that differ from door to door. The board is asked for where the program
// does not know the one that it runs on.
func (f *firstStart) asked() []setting {
	all := []setting{
		{ask: i18n.M("menshen.type-name", "Where the door is, such as Block 4, main entrance"),
			table: "unit", key: "name", problem: needed},
		{ask: i18n.M("menshen.type-location", "It leads to"), choices: places()},
		{ask: i18n.M("menshen.type-handler", "Who is responsible for the data"), table: "unit", key: "handler",
			problem: needed},
		{ask: i18n.M("menshen.type-contact", "How to reach them"), table: "unit", key: "contact", problem: needed},
		{ask: i18n.M("menshen.type-zone", "Time zone"), table: "site", key: "zone", unless: "Asia/Shanghai",
			problem: zone},
		{ask: i18n.M("menshen.type-lock", "The lock is"), choices: []choice{
			{i18n.M("menshen.type-strike", "a strike, locked without power"), lock("strike", false)},
			{i18n.M("menshen.type-safe-strike", "a strike, open without power"), lock("strike", true)},
			{i18n.M("menshen.type-maglock", "a magnetic lock"), lock("maglock", true)},
		}},
		{ask: i18n.M("menshen.type-camera", "Face entry, for those who ask for it"), choices: []choice{
			{i18n.M("menshen.type-no-camera", "no"), config.Tables{"faces": config.Tables{"enabled": false}}},
			{i18n.M("menshen.type-usb-camera", "yes, with a USB camera"), config.Tables{
				"faces":  config.Tables{"enabled": true},
				"camera": config.Tables{"source": "v4l2:/dev/video0"}}},
		}},
	}
	if known, err := profile.All(); err == nil && profile.Here.Board() == nil {
		board := setting{ask: i18n.M("menshen.type-board", "The board is")}
		for _, b := range known {
			board.choices = append(board.choices, choice{i18n.Verbatim(b.FullTitle()),
				config.Tables{"unit": config.Tables{"board": b.Name}}})
		}
		all = append(all, board)
	}
	return all
}

func lock(kind string, failSafe bool) config.Tables {
	return config.Tables{"relay": config.Tables{"lock": kind, "fail_safe": failSafe}}
}

func places() (all []choice) {
	for _, p := range []policy.Place{policy.PlaceBuilding, policy.PlaceFloor, policy.PlaceOffice, policy.PlaceShared,
		policy.PlaceService} {
		all = append(all, choice{notice.Facts{Place: string(p)}.Where(),
			config.Tables{"unit": config.Tables{"location": string(p)}}})
	}
	return all
}

func needed(s string) i18n.Message {
	if s == "" {
		return i18n.M("menshen.type-needed", "This cannot be left out.")
	}
	return i18n.Message{}
}

func zone(s string) i18n.Message {
	if _, err := time.LoadLocation(s); err != nil || s == "" {
		return i18n.M("menshen.type-unknown-zone", "%q is not a time zone. Write one such as Asia/Shanghai.", s)
	}
	return i18n.Message{}
}

// ask asks for one setting until the answer will do, and gives what a door.txt then says.
func (f *firstStart) ask(ctx context.Context, s setting, was config.Tables) (config.Tables, error) {
	if s.table == "" {
		return f.choose(ctx, s, was)
	}
	said, _ := was[s.table].(config.Tables)
	before, _ := said[s.key].(string)
	if before == "" {
		before = s.unless
	}
	question := i18n.M("menshen.type-text", "%v > ", s.ask)
	if before != "" {
		question = i18n.M("menshen.type-text-unless", "%v [%s] > ", s.ask, before)
	}
	for {
		answer, err := f.ui.Line(ctx, question)
		if err != nil {
			return nil, err
		}
		if answer == "" {
			answer = before
		}
		if wrong := s.problem(answer); !wrong.IsZero() {
			f.ui.Tell(wrong)
			continue
		}
		return config.Tables{s.table: config.Tables{s.key: answer}}, nil
	}
}

func (f *firstStart) choose(ctx context.Context, s setting, was config.Tables) (config.Tables, error) {
	f.ui.Tell(i18n.M("menshen.type-choices", "%v:", s.ask))
	before := 1
	for i, c := range s.choices {
		f.ui.Tell(i18n.M("menshen.type-choice", "  %d  %v", i+1, c.text))
		if config.Says(was, c.says) {
			before = i + 1
		}
	}
	for {
		answer, err := f.ui.Line(ctx, i18n.M("menshen.type-number", "1 to %d [%d] > ", len(s.choices), before))
		if err != nil {
			return nil, err
		}
		if answer == "" {
			answer = strconv.Itoa(before)
		}
		if n, err := strconv.Atoi(answer); err == nil && n >= 1 && n <= len(s.choices) {
			return s.choices[n-1].says, nil
		}
	}
}
