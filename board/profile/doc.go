// Package profile knows the boards that a unit may run on: what is behind each pin of the 40-pin
// header, and what a pin is no good for.
//
//	boards/NAME.toml    a board: how its device tree names it, its GPIO chip by label, its serial ports
//	headers/NAME.toml   a header, shared by boards: pin to line, pull at power-up, SPI ports, pins that are taken
//
// A chip is found by its label, "pinctrl-rp1", since its number changes with the kernel and the
// names of its lines with the device tree: GPIO10 of one Raspberry Pi is "GPIO10" to one kernel,
// "SPI_MOSI" to another and "PIN19" to a third.
//
// The sentences of these files are English, each with an id. The catalogues have them in other
// languages.
//
// Check compares a configuration with a board. What would open a door by itself, trap a person or
// harm the board is refused; what may be right, but rarely is, is a warning. Both say what to write
// instead.
//
// What is here was taken from the makers' papers and Linux's sources, named in each file; none of
// the boards was at hand.
package profile
