package console

import (
	"fmt"
	"strings"
)

// A window may be resized during a visit. The size comes among the keys: as the holder of the
// terminal reports it (Keyboard), or as the terminal itself answers. Over a serial line nothing
// tells a change, so each prompt asks.

// sizeReport tells a size, in the form of terminals that report it by themselves
// (mode 2048), without pixels.
func sizeReport(width, height int) string { return fmt.Sprintf("\x1b[48;%d;%d;0;0t", height, width) }

// sizeQuestion asks a terminal where its cursor is once it has gone as far right and down as it
// can. Each VT100 answers that (DSR 6), and the cursor is back where it was.
const sizeQuestion = "\x1b7\x1b[999;999H\x1b[6n\x1b8"

// sizeIn reads a size out of an escape sequence, without its ESC: sizeReport,
// or the answer to sizeQuestion.
func sizeIn(sequence string) (width, height int, ok bool) {
	for _, form := range []string{"[48;%d;%d;%d;%dt", "[48;%d;%dt", "[%d;%dR"} {
		var x, y int // pixels
		values := []any{&height, &width, &x, &y}[:strings.Count(form, "%d")]
		if _, err := fmt.Sscanf(sequence, form, values...); err == nil &&
			width >= leastWidth && height >= leastHeight && width <= most && height <= most {
			return width, height, true
		}
	}
	return 0, 0, false
}

// Sizes that a console works with. Smaller ones are not taken: modified function keys send what
// looks like a cursor in the first rows and columns.
const (
	leastWidth, leastHeight = 20, 5
	most                    = 1000
)

func within(width, height int) (int, int) {
	return min(max(width, leastWidth), most), min(max(height, leastHeight), most)
}

// askSize asks the terminal for its size, if nothing else tells it. The
// answer comes among the keys.
func (c *console) askSize() {
	if c.o.AskSize && !c.plain {
		c.put(sizeQuestion)
	}
}
