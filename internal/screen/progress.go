package screen

import (
	"fmt"
	"io"
	"time"
)

// Progress gives functions that show, on one line of the terminal w, how far a long task is, and
// how long the rest takes at the pace so far. When all is done the line ends, and the next task has
// a line of its own; end ends the line of a task that was broken off. show is nil, and nothing is
// shown, where w is not a terminal, or cannot move its cursor.
func Progress(w io.Writer, things string) (show func(done, total int), end func()) {
	if !IsTerminal(w) || Dumb() {
		return nil, func() {}
	}
	const every = 100 * time.Millisecond
	var began, shown time.Time // zero between works
	end = func() {
		if !shown.IsZero() {
			fmt.Fprintln(w)
		}
		began, shown = time.Time{}, time.Time{}
	}
	show = func(done, total int) {
		now := time.Now()
		if began.IsZero() {
			began = now
		}
		if done < total && now.Sub(shown) < every {
			return
		}
		shown = now
		columns, _ := Size(w)
		fmt.Fprintf(w, "\r%s\x1b[K", Cut(progress(done, total, now.Sub(began), things), columns-1))
		if done >= total {
			end()
		}
	}
	return show, end
}

// progress is the line of one task.
func progress(done, total int, took time.Duration, things string) string {
	line := fmt.Sprintf("%d of %d %s", done, total, things)
	if done > 0 && done < total && took >= time.Second {
		left := took * time.Duration(total-done) / time.Duration(done)
		line += fmt.Sprintf(", about %s left", max(left.Round(time.Second), time.Second))
	}
	return line
}
