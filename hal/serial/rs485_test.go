package serial_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestRS485: the kernel gets its own struct serial_rs485, enabled, with RTS on while the unit sends
// and off after it, and no delays. A driver that cannot do it is told with what to do instead: as a
// pseudo terminal here, and as the serial ports of qemu.
func TestRS485(t *testing.T) {
	port, _, _ := cable(t)
	if err := port.RS485(); !errors.Is(err, unix.ENOTTY) || !strings.Contains(err.Error(), "leave rs485 out") {
		t.Errorf("a pseudo terminal: %v", err)
	}
	want := make([]byte, 32) // flags, two delays in ms, room for later
	want[0] = 0b11           // SER_RS485_ENABLED, SER_RS485_RTS_ON_SEND; not SER_RS485_RTS_AFTER_SEND
	port.Asked(func(request uintptr, arg []byte) error {
		if request != 0x542f || !bytes.Equal(arg, want) {
			t.Errorf("request %x with % x", request, arg)
		}
		return nil
	})
	if err := port.RS485(); err != nil {
		t.Error(err)
	}
}
