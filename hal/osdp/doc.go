// Package osdp reads cards and keys from readers that speak OSDP on an RS-485 line, as the line's
// control panel. A reader's word is taken only inside a Secure Channel under the reader's own key:
// there is no setting for less (decision 58).
//
// The core does no input or output and has no clock. Whoever drives it hands in bytes and times:
//
//	Scanner   bytes → Frame: finds frames in noise
//	Command   what the unit says, Reply what a reader answers: typed, both ways
//	Channel   the Secure Channel of one session: encrypts, authenticates, in both directions
//	Bus       up to 8 readers of one line: turns, time-outs, repeats, sessions, installs
//
// Around it is what a door needs: Line drives a Bus on a serial port, and a Reader on it is a
// hal.Reader whose lamp and buzzer are hal.Outputs, whose tamper switch and supply are hal.Inputs,
// and whose display tells scenes. An emulated reader is in osdptest.
//
// Written from public descriptions of OSDP 2.2 and checked against the examples of its Annex E and
// against libosdp; the standard's own text was not at hand.
package osdp
