// Package sim simulates a door at the level of each line. The drivers above are the real ones, on
// pins that New registers with periph under names such as SIM_RELAY, so a simulated door is only
// another configuration of the same program.
//
// The wiring is that of a common installation: contacts to ground with pull-ups, a relay board that
// switches on High, and a Wiegand reader with open-collector outputs that rest High.
//
//	line        direction   resting level   active
//	RELAY       output      Low: locked     High: unlocked
//	LED_GREEN   output      Low             High
//	LED_RED     output      Low             High
//	BUZZER      output      Low             High
//	D0, D1      input       High            pulses to Low
//	REX         input       High            Low: pressed
//	STAFF       input       High            Low: pressed (staffed release)
//	BELL        input       High            Low: pressed
//	DOOR        input       Low: closed     High: open (normally closed contact)
//	TAMPER      input       Low: closed     High: cover open
//	FIRE        input       Low: quiet      High: alarm, or the loop is cut
//
// Time: a card's pulses carry the times that they would have on a wire (50 µs every 2 ms) but come
// at once, and a line that was just driven counts as quiet as soon as its edges are read. With
// Config.RealTime the pulses come at their real pace.
package sim
