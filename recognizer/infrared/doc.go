// Package infrared compares two frames of an infrared camera: one taken while an emitter of ours
// was on, one while it was off (decision 0049). A head before the door becomes brighter by our
// light, at the place where the visible camera has its face; a display stays dark.
//
// It is pure: package eye takes the frames, switches the emitter, and lets the detector look for
// the face. What the pairs of a visit mean together is package fusion's.
//
// Nothing is believed of a device's name. What the emitter does to the picture is measured in each
// pair, and by 'menshen check' when the door is put into service.
package infrared
