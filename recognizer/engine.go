package recognizer

import (
	"os"
	"runtime"

	"menshen/recognizer/models"
)

// Engine says what computes the networks: [AnyEngine], [OpenCV], or the absolute path of a library
// of ONNX Runtime, which must be there then. The library runs with the faces: name only a file that
// nobody but root may change.
type Engine string

// The engines that need no path.
const (
	AnyEngine Engine = ""       // the quicker on this machine, where the system has ONNX Runtime
	OpenCV    Engine = "opencv" // always there
)

// installed are the libraries that AnyEngine tries, the first that is there: Debian's package
// libonnxruntime1.21, or what an administrator put beside the system. Only root writes there.
func installed() []string {
	folder := map[string]string{"amd64": "x86_64-linux-gnu", "arm64": "aarch64-linux-gnu"}[runtime.GOARCH]
	return []string{"/usr/lib/" + folder + "/libonnxruntime.so.1.21", "/usr/local/lib/libonnxruntime.so.1"}
}

// Library is the file of ONNX Runtime that may be taken; "": none, OpenCV computes.
func (e Engine) Library() string {
	switch e {
	case OpenCV:
		return ""
	case AnyEngine:
		for _, path := range installed() {
			if _, err := os.Stat(path); err == nil {
				return path
			}
		}
		return ""
	}
	return string(e)
}

// engine builds sessions.
type engine struct {
	name string // for people, with its version
	// open builds the session of a model's file, whose input has this shape.
	open func(file []byte, m models.Model, shape [4]int) (session, error)
}

// session is one model in an engine. What it is given and what it gives is in memory that its owner
// can overwrite.
type session interface {
	input() []float32
	// run computes the outputs of what is in the input. They are valid until the next run.
	run() ([][]float32, error)
	close()
}
