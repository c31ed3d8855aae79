// Package supervised reads inputs whose wires are watched: two resistors at the far end of each
// line let an analog-to-digital converter tell four states, closed, open, cut and short.
//
//	supply ──[pull-up]──┬─────── wire ───────┐
//	                    │                 [series]
//	               ADC channel               ├────────┐
//	                    │                 contact  [parallel]
//	ground ─────────────┴─────── wire ───────┴────────┘
//
// A closed contact leaves the series resistor, an open one both, a cut wire neither, and a short
// nothing. [Wiring] computes the four voltages, and the bands around them, from the resistors.
// Values between the bands belong to no state.
//
// The converter is an ADS1115 on I2C, through periph's driver (periph.io/x/devices/v3/ads1x15).
// That driver waits for the nominal time of a conversion, and then takes what the chip has: from a
// slow chip on a fast bus, that is the last value of another channel. It also does not see that a
// chip has lost its settings. So [Chip] puts its own eyes between driver and bus: each value is
// taken once the chip says that the conversion has ended, and only while the chip holds the
// settings that were asked for (ADS111x data sheet SBAS444, 8.1.3, the bits OS, MUX and DR).
//
// Four lines share a chip. Each is measured every 15 ms, in turn. docs/figures.md has how long an
// edge takes to become an event (TestLatency).
package supervised
