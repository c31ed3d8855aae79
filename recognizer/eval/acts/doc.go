// Package acts measures what a door asks of people when it doubts that they live (scene.Act), and
// what their motion says. It makes videos out of portraits: of heads that turn and close their
// eyes, and of what is held before a camera instead. A made video answers a visit of package fusion
// frame by frame, through the door's own chain.
//
// A made head is an ellipsoid with a nose, so that what stands out moves before what does not; a
// sheet is flat, or bent. So the figures say how well acts and motion work with the chain's own
// landmarks and eye model. They say nothing of the passive model, for which a made head and a made
// sheet are pictures of one living person: its word is taken out.
package acts
