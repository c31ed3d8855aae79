package console

import "menshen/internal/screen"

// What the tests from outside need to look at a screen with wide characters.
var (
	Widen   = widen
	Narrow  = narrow
	Columns = screen.Width
	Size    = sizeReport
)
