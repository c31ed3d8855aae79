package recognizer

import (
	"fmt"
	"math"

	"menshen/recognizer/models"
)

// network is one model in an engine, with the picture that it is shown. The picture is painted by
// warp into memory that the engine only reads, so that no copy of a face is left in its allocator.
type network struct {
	models.Model
	session session
	input   []float32 // channels×Height×Width, the session's
	picture canvas    // the same memory
	outputs [][]float32
}

// newNetwork builds a model and runs it once on black, so that a model of another shape is
// refused here, and the engine's set-up does not delay the first face. want is the length of
// each output; 0: any.
func newNetwork(in engine, set *models.Set, m models.Model, want ...int) (*network, error) {
	file := set.Bytes(m)
	if len(file) == 0 {
		return nil, fmt.Errorf("load %s: the set has been released", m.File)
	}
	shape := [4]int{1, 3, m.Height, m.Width}
	if m.Colour == "grey" {
		shape[1] = 1
	}
	s, err := in.open(file, m, shape)
	if err != nil {
		return nil, fmt.Errorf("load %s: %w", m.File, err)
	}
	n := &network{Model: m, session: s, input: s.input()}
	n.picture = newCanvas(n.input, m.Width, m.Height, m.Colour, float32(m.Mean), float32(m.Divide))
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
	v.warp(m, &n.picture)
	return n.run()
}

func (n *network) run() (err error) {
	if n.outputs, err = n.session.run(); err != nil {
		return fmt.Errorf("run %s: %w", n.File, err)
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

// forget overwrites what the network remembers of its last input: input and outputs by zeros, and
// the activations inside the engine by those of black.
func (n *network) forget() error {
	n.wipe()
	err := n.run()
	n.wipe()
	return err
}

func (n *network) wipe() {
	n.picture.wipe()
	for _, out := range n.outputs {
		clear(out[:cap(out)])
	}
}

func (n *network) close() {
	n.wipe()
	n.session.close()
}
