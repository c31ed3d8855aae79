package console

// What the tests from outside need to look at a screen with wide characters.
var (
	Widen   = widen
	Narrow  = narrow
	Columns = columns
)
