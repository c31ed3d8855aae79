// Package fusion turns what the frames of one walk-up say of one face into the evidence for one
// decision. It is pure: time is an argument, and nothing runs by itself. A Visit belongs to one
// goroutine.
//
// # A visit
//
// A [Visit] begins with the first frame that can be used, and collects frames of one face. It
// averages their embeddings, since a mean is a better probe than any single frame. A frame too far
// from the mean is another person's, and the visit starts again: the liveness of one face never
// vouches for the identity of another. Each frame gives a [Verdict]. A decision is due as soon as
// the evidence is certain, or when the window is over. Then the board decides:
//
//	if v := visit.Add(frame, now); v.Due {
//		decision := policy.Decide(attempt(v.Face, v.Candidate, v.Known))
//		visit.Decided(decision.Grant, now)
//	}
//
// There is one decision a visit. After a refusal the person may try again when they have stepped
// away, or after a pause; after a grant, when they have left or another person stands there. A
// person who passes by without a usable frame causes no decision and no record. Visit.Prompt says
// meanwhile what would make the next frame better.
//
// # Living heads
//
// The passive model is weak alone, so other evidence is added to it: whether the five points move
// as a head's or as a sheet's, and, where configured, an act that the door asks for and a picture
// cannot do (Verdict.Act). Where the door has an infrared camera, its pairs of frames count as
// well, and a decision waits for them (decision 0049). The sum, as odds, is policy.Face.Live. It is
// kept apart from the score. No conformance with ISO/IEC 30107 is claimed.
//
// # What is kept
//
// Only the running mean is kept. It is overwritten when the decision is made, when the face is gone
// and when another person comes (R-STRANGER). The embedding of a single frame is not stored.
package fusion
