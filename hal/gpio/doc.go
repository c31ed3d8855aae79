// Package gpio drives what is wired to the lines of a board: the strike's relay, lamps and a buzzer
// ([Relay]), and the button, contact and fire inputs ([Input]).
//
// Pins are those of periph (periph.io/x/conn/v3/gpio), so any of its drivers fits.
// Levels are electrical: High is voltage. Polarity, debouncing and the safe state are
// handled here, above the pin.
//
// [Open] finds a pin by name: one that is registered with periph's gpioreg, as those of a
// simulated door are, or a line of the kernel: "GPIO17", "gpiochip0:17" or, by the label of its
// chip, "pinctrl-rp1:17". Numbers of chips and names of lines change with the kernel and the
// device tree; labels do not.
//
// A kernel line is a [Line]. It asks the kernel for everything in one request: first value, bias,
// edges, queue (GPIO character device v2, Linux 5.10 or newer;
// Documentation/userspace-api/gpio/chardev.rst). Periph's own driver is not used: it drives an
// output low for about 3 µs before its first High, turns an output into an input when it is read,
// and forgets the time and number of each edge.
//
// A chip may be unplugged and come back. Input and the readers notice by themselves; a Relay
// does when Hold is called.
//
// The kernel's own active level and debounce are not used. Polarity above the pin is the same code
// for every kind of pin. A contact that never settles would stay silent behind the kernel's
// debounce, while Input reports it.
//
// Watch puts several lines behind one queue of numbered, time-stamped edges; a lost
// edge shows as a jump in Seq.
//
// docs/figures.md has how often the whole program writes to the relay over four lives, by the
// kernel's own trace of the line (scripts/vboard/run.sh gpio unit).
//
// When the program dies the kernel frees its lines. Most chips keep the last level. Some fall back
// to input, as the Pi's does unless it is set to persist outputs. So the pull resistor at the relay
// board, not software, makes the last state safe.
package gpio
