package libcamera

import (
	"fmt"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Hangs is how long the service may give no sign of life: then it hangs. No wait of its loop is
// longer than ten seconds.
const Hangs = 30 * time.Second

// Watchdog is a timer of the kernel that kills this process when it has not been fed for a while;
// systemd starts it again. systemd's own watchdog would be told by a socket, and the service may
// open none.
type Watchdog struct {
	id    int32 // the kernel's
	limit time.Duration
}

// NewWatchdog makes one, and feeds it for the first time.
func NewWatchdog(limit time.Duration) (*Watchdog, error) {
	w := &Watchdog{limit: limit}
	event := struct { // sigevent(3type)
		value          uintptr
		signal, notify int32 // notify 0: SIGEV_SIGNAL
		_              [48]byte
	}{signal: int32(unix.SIGKILL)}
	_, _, errno := unix.Syscall(unix.SYS_TIMER_CREATE, unix.CLOCK_MONOTONIC,
		uintptr(unsafe.Pointer(&event)), uintptr(unsafe.Pointer(&w.id)))
	if errno != 0 {
		return nil, fmt.Errorf("make a timer of the kernel: %w", errno)
	}
	if err := w.set(limit); err != nil {
		w.Close()
		return nil, err
	}
	return w, nil
}

// Feed puts the end off by the whole limit again.
func (w *Watchdog) Feed() { _ = w.set(w.limit) } // it fails for a closed one only

// set sets the time to the end.
func (w *Watchdog) set(d time.Duration) error {
	spec := struct{ interval, value unix.Timespec }{value: unix.NsecToTimespec(int64(d))}
	_, _, errno := unix.Syscall6(unix.SYS_TIMER_SETTIME, uintptr(w.id), 0, uintptr(unsafe.Pointer(&spec)), 0, 0, 0)
	if errno != 0 {
		return fmt.Errorf("set a timer of the kernel: %w", errno)
	}
	return nil
}

// Close lets the process live unwatched.
func (w *Watchdog) Close() { unix.Syscall(unix.SYS_TIMER_DELETE, uintptr(w.id), 0, 0) }
