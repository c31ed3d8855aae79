// Package fusion gathers what the frames of one walk-up say of one face into the evidence for one decision.
//
// # A visit
//
// A Visit begins with the first frame that can be used, and collects frames of one face. Embeddings are averaged: the mean of
// several frames is a better probe than any of them, and a single odd frame cannot carry it. A frame too far from the mean is somebody
// else's, and the visit starts over, so that the liveness of one face never vouches for the identity of another. A decision is due as soon as the
// evidence is certain, or when the window is over. Then comes the board:
//
//	if visit.Add(frame, now) {
//		id, known := visit.Candidate()
//		decision := policy.Decide(attempt(visit.Face(), id, known))
//		visit.Decided(decision.Grant, now)
//	}
//
// There is one decision a visit. After a refusal the person may try again when they stepped away or after a pause; after a
// grant when they left or somebody else stands there. Who passes by without a usable frame causes no decision and no record; Advice says
// meanwhile what would make the next frame better.
//
// # Living heads
//
// The passive model is weak alone, so evidence of life is gathered: its word in each frame, a border or a raster around the face, whether
// the five points move as a head's or as a sheet's, and, when configured, an act that the door asks for and a picture cannot do
// (Visit.Asks). They are summed as odds in Live, apart from the score. No conformance with ISO/IEC 30107 is claimed.
//
// # What is kept
//
// Nothing but the running mean, overwritten once the decision is made, the face is gone or somebody else comes (R-STRANGER). No
// frame's embedding is stored; Add does not keep the slice it is given.
//
// Everything is pure: time is an argument, nothing runs by itself. A Visit belongs to one goroutine.
package fusion
