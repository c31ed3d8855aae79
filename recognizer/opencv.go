package recognizer

// #cgo !customenv pkg-config: opencv4
// #cgo CXXFLAGS: --std=c++11
// #include <stdlib.h>
// #include "opencv.h"
import "C"

import (
	"errors"
	"strings"
	"unsafe"

	"gocv.io/x/gocv"
)

// setThreads bounds the threads that OpenCV uses in this process, which gocv has no call for.
func setThreads(n int) { C.menshen_set_threads(C.int(n)) }

// blobs are the Mats in which a network leaves its results, and their names as C wants them.
type blobs struct {
	names  []*C.char
	mats   []gocv.Mat
	inside []unsafe.Pointer // the cv::Mat in each
}

func newBlobs(names []string) *blobs {
	b := new(blobs)
	for _, name := range names {
		m := gocv.NewMat()
		b.names, b.mats = append(b.names, C.CString(name)), append(b.mats, m)
		b.inside = append(b.inside, unsafe.Pointer(m.Ptr()))
	}
	return b
}

// forward runs a network into b. gocv's ForwardLayers is not used: it leaks the names' memory at
// each call, a hundred bytes, and ends the process at the first C++ exception. Nor is its Forward,
// which gives one output and computes everything again for the next.
func (b *blobs) forward(net *gocv.Net) error {
	var why [300]C.char
	if C.menshen_forward(inside(net), &b.names[0], &b.inside[0], C.int(len(b.names)), &why[0], C.int(len(why))) != 0 {
		return errors.New(strings.Join(strings.Fields(C.GoString(&why[0])), " "))
	}
	return nil
}

func (b *blobs) close() {
	for i := range b.names {
		C.free(unsafe.Pointer(b.names[i]))
		b.mats[i].Close()
	}
}

// inside is the cv::dnn::Net in gocv's wrapper, which has no other field and no method that gives
// it (TestInside).
func inside(net *gocv.Net) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(net)) }
