// Package profile describes the boards that a unit may run on: what each pin of the 40-pin header
// is, and what it must not be used for.
//
//	boards/NAME.toml    a board: how its device tree names it, the label of its GPIO chip,
//	                    its serial ports
//	headers/NAME.toml   a header, shared by boards: the line of each pin, pull at power-up,
//	                    SPI ports, pins that are taken
//
// A chip is found by its label, "pinctrl-rp1", since its number changes with the kernel and the
// names of its lines with the device tree: GPIO10 of one Raspberry Pi is "GPIO10" to one kernel,
// "SPI_MOSI" to another and "PIN19" to a third.
//
// The sentences in these files are English, each with an id. The
// catalogues have the other languages.
//
// [Check] compares a configuration with a board. It refuses what would open a door by itself, trap
// a person or harm the board. It warns of what is rarely right. Both say what to write instead.
//
// The data come from the makers' papers and the sources of Linux, which each file names.
// None of the boards was at hand.
package profile
