package screen

import (
	"os"

	"golang.org/x/term"
)

// IsTerminal reports whether f, a file, is a terminal.
func IsTerminal(f any) bool {
	file, ok := f.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// Size gives the present size of the terminal f in characters; 80 by 24 where f is not
// a terminal or does not know.
func Size(f any) (columns, rows int) {
	if file, ok := f.(*os.File); ok {
		if w, h, err := term.GetSize(int(file.Fd())); err == nil && w > 0 && h > 0 {
			return w, h
		}
	}
	return 80, 24
}

// Dumb reports whether the user's terminal can only print, without colours or a cursor that moves.
func Dumb() bool {
	kind := os.Getenv("TERM")
	return kind == "" || kind == "dumb"
}

// Colours reports whether f is a terminal that shows colours, and its
// user wants them (no-color.org).
func Colours(f any) bool { return IsTerminal(f) && !Dumb() && os.Getenv("NO_COLOR") == "" }
