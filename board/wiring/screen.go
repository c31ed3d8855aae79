package wiring

import (
	"errors"

	"menshen/board/config"
	"menshen/board/profile"
	"menshen/hal/display/screen"
)

// Screen gives the screen of the configuration as hal/display opens it: with the lines of a small
// panel by their names on this board. Errors: it has none, or the board refuses a line or its bus.
func Screen(c *config.Config) (string, error) {
	s, err := screen.Parse(c.Display.Screen)
	if err != nil || s.Bus == "" {
		return c.Display.Screen, err
	}
	b, err := profile.Of(c, profile.Here)
	if err != nil {
		return "", err
	}
	for _, f := range b.Check(c, profile.Here) {
		if f.Refuse && f.Key == "display.screen" {
			return "", errors.New(f.Text.String())
		}
	}
	for line, pin := range s.Lines {
		if s.Lines[line], err = b.Line(pin); err != nil {
			return "", err
		}
	}
	return s.String(), nil
}
