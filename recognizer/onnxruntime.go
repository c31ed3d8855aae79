package recognizer

// #include "flush.h"
import "C"

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"

	"menshen/recognizer/models"

	ort "github.com/yalue/onnxruntime_go"
)

// opened is the library that this process has opened: there can be one, and it stays.
var opened struct {
	sync.Mutex
	path string
}

// onnxRuntime is the engine in a shared library, which this opens. Threads is how many compute; 0:
// as many as there are cores.
func onnxRuntime(path string, threads int) (engine, error) {
	opened.Lock()
	defer opened.Unlock()
	if opened.path == "" {
		ort.SetSharedLibraryPath(path)
		err := ort.InitializeEnvironment()
		if err == nil {
			err = ort.DisableTelemetry()
		}
		if err != nil {
			return engine{}, fmt.Errorf("ONNX Runtime, which must be 1.21 or later: %w", oneLine(err))
		}
		opened.path = path
	}
	if opened.path != path {
		return engine{}, fmt.Errorf("ONNX Runtime: %s is open already, and a process has one", opened.path)
	}
	if threads == 0 {
		threads = runtime.NumCPU()
	}
	open := func(file []byte, m models.Model, shape [4]int) (session, error) {
		return newTensors(file, m, shape, threads)
	}
	return engine{"ONNX Runtime " + ort.GetVersion(), open}, nil
}

// tensors are a network in ONNX Runtime with its input and outputs, in Go's memory.
type tensors struct {
	net     *ort.DynamicAdvancedSession
	in      *ort.Tensor[float32]
	out     []ort.Value // nil until the first run, which makes them
	outputs [][]float32 // their memory
	pins    runtime.Pinner
}

func newTensors(file []byte, m models.Model, shape [4]int, threads int) (*tensors, error) {
	options, err := ort.NewSessionOptions()
	if err != nil {
		return nil, oneLine(err)
	}
	defer options.Destroy()
	t := &tensors{out: make([]ort.Value, len(m.Outputs))}
	in := make([]float32, shape[0]*shape[1]*shape[2]*shape[3])
	t.pins.Pin(&in[0])
	level := ort.GraphOptimizationLevel(ort.GraphOptimizationLevelEnableAll)
	if m.Plain {
		level = ort.GraphOptimizationLevelEnableExtended
	}
	err = errors.Join(
		options.SetIntraOpNumThreads(threads), options.SetInterOpNumThreads(1),
		options.SetGraphOptimizationLevel(level),
		options.SetCpuMemArena(false), // what is freed goes back to malloc, which overwrites it in the eye
		// A thread that waits must not keep a core from the door.
		options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0"),
		options.AddSessionConfigEntry("session.set_denormal_as_zero", "1"),
	)
	flushed(func() {
		if err == nil {
			t.net, err = ort.NewDynamicAdvancedSessionWithONNXData(file, []string{"input"}, m.Outputs, options)
		}
		if err == nil {
			s := ort.NewShape(int64(shape[0]), int64(shape[1]), int64(shape[2]), int64(shape[3]))
			t.in, err = ort.NewTensor(s, in)
		}
	})
	if err != nil {
		t.close()
		return nil, oneLine(err)
	}
	return t, nil
}

func (t *tensors) input() []float32 { return t.in.GetData() }

func (t *tensors) run() (outputs [][]float32, err error) {
	flushed(func() { err = t.net.Run([]ort.Value{t.in}, t.out) })
	if err != nil {
		return nil, oneLine(err)
	}
	if t.outputs == nil {
		for _, v := range t.out {
			floats, ok := v.(*ort.Tensor[float32])
			if !ok || len(floats.GetData()) == 0 {
				return nil, fmt.Errorf("an output is %v, not floats", v.GetONNXType())
			}
			t.pins.Pin(&floats.GetData()[0])
			t.outputs = append(t.outputs, floats.GetData())
		}
	}
	return t.outputs, nil
}

func (t *tensors) close() {
	if t.net != nil {
		t.net.Destroy()
	}
	if t.in != nil {
		t.in.Destroy()
	}
	for _, v := range t.out {
		if v != nil {
			v.Destroy()
		}
	}
	t.pins.Unpin()
}

// flushed calls f while the processor takes subnormal numbers for zero, as OpenCV does by itself.
// Thousands of the models' weights are, and each makes the processor stumble: the embedding takes
// ten times as long.
func flushed(f func()) {
	runtime.LockOSThread() // the setting is a thread's
	defer runtime.UnlockOSThread()
	before := C.menshen_flush()
	defer C.menshen_restore(before)
	f()
}

// oneLine takes the line breaks out of what the library says.
func oneLine(err error) error {
	return errors.New(strings.Join(strings.Fields(err.Error()), " "))
}
