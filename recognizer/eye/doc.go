// Package eye runs the camera and all of OpenCV in a child process, so that nothing that decodes,
// crashes, hangs or is fooled by pictures shares memory with the keys, names and templates of the
// unit (decision 0002).
//
// # Parent
//
// [Start] keeps a child (package child; hidden verb "menshen eye"), and returns at once.
// Observations arrive on a channel that holds one. When the reader is late, older ones are wiped
// and dropped, so that what is read is the newest.
//
//	e, err := eye.Start(ctx, eye.Config{Camera: "v4l2:/dev/video0", Models: dir})
//	e.SetMode(eye.Looking)
//	for obs := range e.Observations() { … obs.Wipe() }
//	e.Close()
//
// A child that is at fault is killed and replaced. The new one gets what SetMode and SetCodes said
// last. Nothing that it does blocks or ends the parent; Status tells how it is.
//
// # Child
//
// Main(3) is the child's whole life: read the [Config], confine itself (package confine), open the
// engine and the models, then the camera, and answer with observations until the socket closes. It
// has no key, name or template, and writes nothing.
//
// An eye whose Config names no models cannot look at faces. With Config.Codes it reads visitors' QR
// codes, alone or beside faces, at most five times a second and never for more than a quarter of
// the time. It looks for a code after the observation has been sent, so faces do not wait for it.
// docs/figures.md has what it costs.
//
// With Config.Infrared a second camera is looked through beside the first, while that has a face: a
// lamp takes pairs of frames, one with the emitter on and one without (package infrared). An
// emitter on a line of the unit is switched by the parent (Config.Light), which says when that is
// done.
//
// # Protocol
//
// The messages' form is package child's; wire.go has their kinds. Each thing seen has a number that
// rises, the number of the order under which it was seen, random for each visit, and its age; the
// parent's clock dates it. What is of another order, or older than two seconds, is dropped.
//
// So a child that has been taken over can lie in well-formed messages, but only about the
// present: "this face is here now, and lives". It can say that of each face that it saw since it
// was taken over, and of one that it is given. The policy still applies, and each decision is on
// the record. It can repeat a pass that it saw, whose uses are counted. It can keep silent. It
// cannot speak about another time, and it reaches nothing but its camera, its models and its
// socket (decision 0019).
package eye
