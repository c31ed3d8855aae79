package demo

import (
	"cmp"
	"fmt"
	"strings"
	"sync"

	"menshen/hal/scene"
	"menshen/internal/i18n"
	"menshen/internal/i18n/catalogue"
	"menshen/internal/screen"
)

// front keeps what the door tells, as a display would show it. It takes scenes on one goroutine and
// gives them on another.
type front struct {
	mu  sync.Mutex
	all []scene.Scene
}

// frontKeeps is how many scenes wait to be shown.
const frontKeeps = 64

// Present implements scene.Presenter.
func (f *front) Present(s scene.Scene) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.all = append(f.all, s)
	f.all = f.all[max(0, len(f.all)-frontKeeps):]
}

// told gives the scenes since the last call, the oldest first.
func (f *front) told() []scene.Scene {
	f.mu.Lock()
	defer f.mu.Unlock()
	all := f.all
	f.all = nil
	return all
}

// words are a scene's title and line in a language, with what it counts.
func words(s scene.Scene, lang i18n.Language) (title, line string) {
	title, line = lang.Say(s.Title()), lang.Say(s.Line())
	if s.Wanted > 0 {
		title += " " + strings.Repeat("●", s.Done) + strings.Repeat("○", max(0, s.Wanted-s.Done))
	}
	return title, line
}

// languages are those of a scene: first that of whoever is spoken with.
func languages(s scene.Scene) []i18n.Language {
	first := catalogue.In(cmp.Or(s.Lang, i18n.English.Code()))
	all := []i18n.Language{first}
	for _, l := range catalogue.Languages() {
		if l.Code() != first.Code() {
			all = append(all, l)
		}
	}
	return all
}

// tellFront tells in a line each what the door told since the last time, but that it is ready.
func (s *story) tellFront() {
	for _, t := range s.front.told() {
		if t.Kind == scene.Ready {
			continue
		}
		var all []string
		for _, l := range languages(t) {
			title, _ := words(t, l)
			all = append(all, title)
		}
		s.paragraph("door", 10, "    door  "+strings.Join(all, " · "))
	}
}

// cardWide is the width of a scene's card in columns.
const cardWide = 60

// showFront shows the scene of this moment as a card, in each language, if it is another one.
func (s *story) showFront() {
	all := s.front.told()
	if len(all) == 0 {
		return
	}
	s.clearStatus()
	for _, line := range s.card(all[len(all)-1]) {
		fmt.Fprintln(s.out, line)
	}
}

// card draws a scene. A terminal that shows no frames gets its lines alone.
func (s *story) card(t scene.Scene) (lines []string) {
	width, _ := screen.Size(s.terminal)
	inner := min(cardWide, width-8)
	for i, l := range languages(t) {
		title, line := words(t, l)
		for _, part := range screen.Wrap(title, inner) {
			part = screen.Pad(part, inner)
			lines = append(lines, either(i == 0, s.paint("1", part), part))
		}
		if line != "" {
			for _, part := range screen.Wrap(line, inner) {
				lines = append(lines, screen.Pad(part, inner))
			}
		}
	}
	if !s.moves {
		for i := range lines {
			lines[i] = "   | " + strings.TrimRight(lines[i], " ")
		}
		return lines
	}
	for i := range lines {
		lines[i] = "   │ " + lines[i] + " │"
	}
	edge := strings.Repeat("─", inner+2)
	return append(append([]string{"   ╭" + edge + "╮"}, lines...), "   ╰"+edge+"╯")
}
