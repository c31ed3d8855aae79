// Package recognizer turns a camera frame into an observation: where the large and central face is, how good the picture of it is, how
// much speaks for a living head, and its embedding. It computes nothing else of a person and decides nothing.
//
// A Chain runs detect → landmarks → quality → liveness → embed on OpenCV's networks (through gocv), in the child process that package eye
// starts. Each network's input is the frame seen through an affine map (warp.go), written straight into the network's own
// memory, so that there are few copies of a face and each is overwritten (R-STRANGER).
//
// Passive liveness is weak alone: with the built-in model 18.5% of attack frames passed at 0.5 while 9% of live ones
// were refused. It is one figure of several in Observation; their fusion over time is in package fusion.
//
// # Cost
//
// One thread of a server's processor with AVX-512, 640×480, all five networks (make bench, scripts/bench/chain.sh: frame by frame in
// turn with the others on one processor, medians of the rounds' ratios; other programs were at work):
//
//	the chain                                          30.4 ms of processor time
//	the same networks and crops, OpenCV in C++         29.8 ms; the chain takes 2 to 4% more, from run to run
//	the forward passes alone, in C++                   27.6 ms; 10 to 12% more
//	the forward passes alone, ONNX Runtime 1.20        24.2 ms; OpenCV takes 1.14 times as long
//
// The C++ program is given what aligned.cpp does for us; without it, it takes from as long to 1.5 ms longer, by the accident of where
// its memory begins. Of what we take more, half is evidence of life that it does not gather (border 0.15 ms, pattern 0.35 ms), the rest is scaling in Go and
// Go's scheduler. That scheduler watches calls of C from a thread of its own: with more than one of its processors that was 3 to 4% of a
// frame, so the eye runs on one. What is left to ONNX Runtime is in OpenCV 4.6's convolutions: it has no other backend here, fuses layers
// already, and knows Winograd's transform only from 4.7 on.
//
// Memory: level over 20,000 looks of a network with two outputs (TestSeveralOutputs), and over 10,000 whole frames (52.1 MiB at each tenth of
// the way, TestNoMatLeaks with -tags matprofile). An hour of people who come and go, 334 in and 200 refused (make soak): the eye's process
// 142 MiB in the first minute, 150 from the twenty-first to the last; the door's 160 at the beginning, 95 from the third minute on.
// An empty corridor, four looks a second, is 4% of one processor (make soak MINUTES=1, "looking"); with those people, 13%.
//
// The comparing of embeddings is in package index, thresholds in package calibration.
package recognizer
