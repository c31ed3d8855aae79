package recognizer

import (
	"runtime"
	"syscall"
)

// forgetRegisters overwrites the processor's registers as they were when the last signal came. The
// kernel keeps them on the thread's stack for signals while a handler runs, and they stay there: up
// to 2 kB of what a network was at work on. Go's runtime stops its threads by signals at any
// moment. So this thread is sent another one now, when the registers hold nothing of a face. Go
// ignores a SIGURG that it did not send.
func forgetRegisters() error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	return syscall.Tgkill(syscall.Getpid(), syscall.Gettid(), syscall.SIGURG)
}
