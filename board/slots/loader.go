package slots

import "time"

// Loader is the boot loader in a board's EEPROM, as it tells of itself in the device tree. The zero
// value is a board without one: on a Pi 3 and a Zero 2 W it is a file on the storage, which is as
// new as the system.
type Loader struct {
	Built time.Time // zero: it does not tell
	Can   uint32    // bits of what it can do; 0: it does not tell
}

// canTryPartitions is the bit of a loader that heeds tryboot_a_b in autoboot.txt: TRYBOOT_A_B in
// Raspberry Pi's documentation of /chosen/bootloader. TRYBOOT, the next one, is only the flag.
const canTryPartitions = 1 << 2

// tryable is the first release for Pi 4, 400 and CM4 whose notes name tryboot_a_b.
var tryable = time.Date(2022, 11, 25, 0, 0, 0, 0, time.UTC)

// Tries reports whether it starts the other partition once when it is told to. One that does not
// tell what it can do is judged by its date.
func (l Loader) Tries() bool {
	if l.Can != 0 {
		return l.Can&canTryPartitions != 0
	}
	return l.Built.IsZero() || !l.Built.Before(tryable)
}
