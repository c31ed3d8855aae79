package recognizer

// #cgo !customenv pkg-config: opencv4
// #cgo CXXFLAGS: --std=c++11
// #include <malloc.h>
// #include <stdlib.h>
// #include "opencv.h"
import "C"

import (
	"errors"
	"fmt"
	"strings"
	"unsafe"

	"menshen/recognizer/models"

	"gocv.io/x/gocv"
)

// openCV is the engine that is always there. Threads bounds those that OpenCV uses in this process,
// which gocv has no call for; 0: as many as there are cores.
func openCV(threads int) engine {
	if threads > 0 {
		C.menshen_set_threads(C.int(threads))
	}
	return engine{name: "OpenCV " + gocv.OpenCVVersion(), open: newBlobs}
}

// blobs are a network in OpenCV with the Mats of its input and its results, and the names of the
// results as C wants them.
type blobs struct {
	net     gocv.Net
	in      gocv.Mat
	data    []float32 // memory of in
	names   []*C.char
	mats    []gocv.Mat
	inside  []unsafe.Pointer // the cv::Mat in each of mats
	outputs [][]float32      // what they held
}

func newBlobs(file []byte, m models.Model, shape [4]int) (session, error) {
	net, err := gocv.ReadNetFromONNXBytes(file)
	if err != nil {
		return nil, err
	}
	if net.Empty() {
		return nil, errors.New("no network in it")
	}
	b := &blobs{net: net, outputs: make([][]float32, len(m.Outputs))}
	b.in = gocv.NewMatWithSizes(shape[:], gocv.MatTypeCV32F)
	for _, name := range m.Outputs {
		m := gocv.NewMat()
		b.names, b.mats = append(b.names, C.CString(name)), append(b.mats, m)
		b.inside = append(b.inside, unsafe.Pointer(m.Ptr()))
	}
	if b.data, err = b.in.DataPtrFloat32(); err != nil {
		b.close()
		return nil, fmt.Errorf("input: %w", err)
	}
	clear(b.data)
	return b, nil
}

func (b *blobs) input() []float32 { return b.data }

// run takes the outputs out of OpenCV and overwrites them there.
func (b *blobs) run() ([][]float32, error) {
	b.net.SetInput(b.in, "input")
	if err := b.forward(); err != nil {
		return nil, err
	}
	for i := range b.mats {
		data, err := b.mats[i].DataPtrFloat32()
		if err != nil {
			return nil, fmt.Errorf("output: %w", err)
		}
		b.outputs[i] = append(b.outputs[i][:0], data...)
		clear(data)
	}
	return b.outputs, nil
}

// forward runs the network. gocv's ForwardLayers is not used: it leaks the names' memory at
// each call, a hundred bytes, and ends the process at the first C++ exception. Nor is its Forward,
// which gives one output and computes everything again for the next.
func (b *blobs) forward() error {
	var why [300]C.char
	n := C.int(len(b.names))
	if C.menshen_forward(inside(&b.net), &b.names[0], &b.inside[0], n, &why[0], C.int(len(why))) != 0 {
		return errors.New(strings.Join(strings.Fields(C.GoString(&why[0])), " "))
	}
	return nil
}

func (b *blobs) close() {
	for i := range b.names {
		C.free(unsafe.Pointer(b.names[i]))
		b.mats[i].Close()
	}
	b.in.Close()
	b.net.Close()
}

// trim gives freed memory back to the system: that of a whole engine.
func trim() { C.malloc_trim(0) }

// inside is the cv::dnn::Net in gocv's wrapper, which has no other field and no method that gives
// it (TestInside).
func inside(net *gocv.Net) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(net)) }
