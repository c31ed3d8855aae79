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

// outputs are the Mats in which a network leaves its results, and their names as C wants them.
type outputs struct {
	names []*C.char
	blobs []gocv.Mat
	mats  []unsafe.Pointer // those in blobs
}

func newOutputs(names []string) *outputs {
	o := new(outputs)
	for _, name := range names {
		m := gocv.NewMat()
		o.names, o.blobs, o.mats = append(o.names, C.CString(name)), append(o.blobs, m), append(o.mats, unsafe.Pointer(m.Ptr()))
	}
	return o
}

// forward runs a network into o. gocv's ForwardLayers would lose the names' memory at each call, a hundred bytes, and end the
// process at the first C++ exception; gocv's Forward gives one output, and computes everything again for the next.
func (o *outputs) forward(net *gocv.Net) error {
	var why [300]C.char
	if C.menshen_forward(inside(net), &o.names[0], &o.mats[0], C.int(len(o.names)), &why[0], C.int(len(why))) != 0 {
		return errors.New(strings.Join(strings.Fields(C.GoString(&why[0])), " "))
	}
	return nil
}

func (o *outputs) close() {
	for i := range o.names {
		C.free(unsafe.Pointer(o.names[i]))
		o.blobs[i].Close()
	}
}

// inside is the cv::dnn::Net in gocv's wrapper, which has no other field and no call that tells it (TestInside).
func inside(net *gocv.Net) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(net)) }
