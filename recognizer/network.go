package recognizer

import (
	"fmt"
	"math"

	"menshen/recognizer/models"

	"gocv.io/x/gocv"
)

// network is one model in OpenCV, with the memory of its input. The input is written by warp and
// planes into memory that OpenCV only reads, so that no copy of a face is left in its allocator.
type network struct {
	models.Model
	net     gocv.Net
	blob    gocv.Mat  // 1×channels×Height×Width
	input   []float32 // the blob's memory
	pixels  []float32 // Width×Height BGR, before the planes
	out     *blobs
	outputs [][]float32 // what out held
}

// newNetwork builds a model and runs it once on black, so that a model of another shape is
// refused here, and OpenCV's set-up does not delay the first face. want is the length of
// each output; 0: any.
func newNetwork(set *models.Set, m models.Model, want ...int) (*network, error) {
	file := set.Bytes(m)
	if len(file) == 0 {
		return nil, fmt.Errorf("load %s: the set has been released", m.File)
	}
	net, err := gocv.ReadNetFromONNXBytes(file)
	if err != nil {
		return nil, fmt.Errorf("load %s: %w", m.File, err)
	}
	if net.Empty() {
		return nil, fmt.Errorf("load %s: no network in it", m.File)
	}
	channels := 3
	if m.Colour == "grey" {
		channels = 1
	}
	n := &network{Model: m, net: net, pixels: make([]float32, m.Width*m.Height*3), out: newBlobs(m.Outputs)}
	n.blob = gocv.NewMatWithSizes([]int{1, channels, m.Height, m.Width}, gocv.MatTypeCV32F)
	if n.input, err = n.blob.DataPtrFloat32(); err != nil {
		n.close()
		return nil, fmt.Errorf("input of %s: %w", m.File, err)
	}
	clear(n.input)
	n.outputs = make([][]float32, len(m.Outputs))
	if err := n.run(); err != nil {
		n.close()
		return nil, err
	}
	for i, length := range want {
		if got := len(n.outputs[i]); length != 0 && got != length {
			n.close()
			return nil, fmt.Errorf("%s gives %d numbers as %q, expected %d", m.File, got, m.Outputs[i], length)
		}
	}
	return n, nil
}

// look runs the network on the part of the picture that m shows it. The outputs are valid
// until the next call.
func (n *network) look(v view, m affine) error {
	v.warp(m, n.pixels, n.Width, n.Height)
	planes(n.pixels, n.input, n.Colour, float32(n.Mean), float32(n.Divide))
	return n.run()
}

// run takes the outputs out of OpenCV and overwrites them there.
func (n *network) run() error {
	n.net.SetInput(n.blob, "input")
	if err := n.out.forward(&n.net); err != nil {
		return fmt.Errorf("run %s: %w", n.File, err)
	}
	for i := range n.out.mats {
		data, err := n.out.mats[i].DataPtrFloat32()
		if err != nil {
			return fmt.Errorf("output of %s: %w", n.File, err)
		}
		n.outputs[i] = append(n.outputs[i][:0], data...)
		clear(data)
	}
	for _, v := range n.outputs[len(n.outputs)-1] {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return fmt.Errorf("%s answered with something that is not a number", n.File)
		}
	}
	return nil
}

// probability is the softmax of the first output at the model's class.
func (n *network) probability() float32 {
	out := n.outputs[0]
	if n.Class >= len(out) {
		return 0
	}
	var sum float64
	for _, v := range out {
		sum += math.Exp(float64(v - out[n.Class]))
	}
	return float32(1 / sum)
}

// forget overwrites what the network remembers of its last input: pixels and outputs by zeros, and
// the activations inside OpenCV by those of black.
func (n *network) forget() error {
	n.wipe()
	err := n.run()
	n.wipe()
	return err
}

func (n *network) wipe() {
	clear(n.pixels)
	clear(n.input)
	for _, out := range n.outputs {
		clear(out[:cap(out)])
	}
}

func (n *network) close() {
	n.wipe()
	n.out.close()
	n.blob.Close()
	n.net.Close()
}
