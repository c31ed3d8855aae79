// Package recognizer turns a camera frame into an observation: where the face is that is meant, how
// good its picture is, how much speaks for a living head, and its embedding. It computes nothing
// else about a person, and decides nothing.
//
// A [Chain] runs detect → landmarks → quality → liveness → embed in the child process that package
// eye starts. An [Engine] computes the networks: OpenCV (through gocv), or ONNX Runtime where its
// library is installed (decision 0045). Each network's input is the frame seen through an affine
// map (warp.go), written straight into the network's own memory. So there are few copies of a face,
// and each is overwritten (R-STRANGER).
//
// Passive liveness is weak alone. It is one of several figures in [Observation]; package fusion
// combines them over time. docs/figures.md has what it lets through, what a frame costs beside C++
// and ONNX Runtime, and the memory.
//
// The comparing of embeddings is in package index, thresholds in package calibration.
package recognizer
