package serial

import "time"

// Modem replaces what the port reads its modem lines with.
func (p *Port) Modem(f func(fd int) (lines int, err error)) { p.modem = f }

// Fetched gives modem lines by whether what is sent is fetched.
func Fetched(queue func(int) (int, error), ask func() error, now func() time.Time) func(fd int) (int, error) {
	return (&fetched{queue: queue, ask: ask, now: now}).lines
}
