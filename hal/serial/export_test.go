package serial

import (
	"time"
	"unsafe"
)

// Modem replaces what the port reads its modem lines with.
func (p *Port) Modem(f func(fd int) (lines int, err error)) { p.modem = f }

// Fetched gives modem lines by whether what is sent is fetched.
func Fetched(queue func(int) (int, error), ask func() error, now func() time.Time) func(fd int) (int, error) {
	return (&fetched{queue: queue, ask: ask, now: now}).lines
}

// Asked has the port's RS485 give its request and the struct's bytes to f instead of the kernel.
func (p *Port) Asked(f func(request uintptr, arg []byte) error) {
	p.ioctl = func(_ int, request uintptr, arg unsafe.Pointer) error {
		return f(request, unsafe.Slice((*byte)(arg), unsafe.Sizeof(rs485{})))
	}
}
