// Package gpio drives what hangs on the lines of a board: the strike's relay, lamps and a buzzer (Relay), and the
// button, contact and fire inputs (Input).
//
// Pins are periph's (periph.io/x/conn/v3/gpio), so that anything written for periph fits, and levels are electrical: High is
// voltage. Polarity, debouncing and the safe state live here, above the pin.
//
// Open finds a pin by name: one that somebody registered with periph's gpioreg (a simulated door does), or a line of the
// kernel: "GPIO17", "gpiochip0:17" or, by the label of its chip, "pinctrl-rp1:17". Numbers of chips and names of lines change
// with the kernel and the device tree, labels do not. Kernel lines are Line, not periph's own driver, which drives an output low for
// about 3 µs before its first High, turns an output into an input when it is read, and forgets the time and number of each edge. A
// Line asks the kernel for everything in one request: first value, bias, edges, queue (GPIO character device v2, Linux 5.10 or
// newer; Documentation/userspace-api/gpio/chardev.rst).
//
// A chip may be unplugged and come back. Input and the readers find out by themselves; a Relay does when somebody calls Hold.
//
// The kernel's own active level and debounce are left alone: polarity above the pin is one code for every kind of pin, and a
// contact that never comes to rest would be silent for ever behind the kernel's debounce, where Input tells of it.
//
// Watch puts several lines behind one queue of numbered, time-stamped edges; a lost edge shows as a jump in Seq.
//
// How often the whole program writes to the relay over four lives, by the kernel's own trace of the line: docs/figures.md (scripts/vboard/run.sh gpio unit).
//
// When the program dies the kernel frees its lines. Most chips keep the last level, some (the Pi's, unless told to persist
// outputs) fall back to input: the pull resistor at the relay board, not software, makes the last state safe.
package gpio
