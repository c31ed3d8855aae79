// Package display shows what a door tells on a screen, in a confined child process
// (decision 56).
//
// The parent is a [scene.Presenter]: it hands each scene to the child, with the time of day, and
// never waits. The child opens the screen (package screen), gives up all but that device and its
// fonts (package confine), paints (package paint) and answers with signs of life. What it is told
// has no name, card or reason in it; what it says is a status. One that dies, hangs, floods or lies
// is ended and started again by package child, and costs the door nothing but the picture.
//
// When the parent ends, also by a crash, the last picture says that the door is out of order:
// whoever reads "tap a card" at a dead door would wait there.
package display
