package recognizer

// #cgo !customenv pkg-config: opencv4
// #cgo CXXFLAGS: --std=c++11
// #include "threads.h"
import "C"

// setThreads bounds the threads that OpenCV uses in this process, which gocv has no call for.
func setThreads(n int) { C.menshen_set_threads(C.int(n)) }
