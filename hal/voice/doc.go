// Package voice says what a door tells ([scene.Scene]) in recorded phrases, on a sound card of the
// kernel, from a child process that may open that card and read its recordings, and nothing else
// (decisions 56 and 62).
//
// # Parent
//
// [Start] makes the child from the same binary and returns at once; [Voice] is a
// [scene.Presenter]. Nothing that the child does blocks or ends the parent: one that dies, hangs,
// floods or lies is started again, and costs the sound alone. A card that is not there, or was
// pulled out, ends the child too, until one finds it back.
//
// # What is said
//
// The child decides by the rules of speech.go: the last scene counts, words are not repeated for a
// while, advice waits for its turn, an alarm has the door to itself. Phrases are files
// (package recording); one that no folder has is not said, and told in the status.
//
// A child that was taken over can say any of its phrases, at any volume; it knows no name, no card
// and no face.
package voice
