// Package check is the installer's self-test of a door: each wire tried with the door in view, and
// a signed report of it (R-SAFE: a door counts as tested by this report and by nothing else).
//
// # How it goes
//
// Plan makes the list of steps from the configuration; what a door does not have is in the list
// too, as absent, with the reason. A Session takes an Installer through it: the program measures
// what it can (the time from the exit button to the relay, the bounce of a contact, the disk's
// sync), and asks where only eyes and ears can tell ("did the lock let go?"). A step can be
// repeated, or skipped, which the report says, and which is asked about where people's safety
// stands on it. Keys typed before a question do not answer it (answers.go). A session that is
// broken off goes on later where it stood, after a power cut too (Save, Resume): its state is
// signed by the unit, so a failure cannot be edited away meanwhile.
//
// # The lock meanwhile
//
// The unit's service is stopped, so the check is what stands between people and the door, and the
// promise holds here too: the exit button and the fire input release the lock at any moment of any
// step (strike.go, with the same state machine as the unit's). Every move is recorded with its
// reason first. However a session ends, the lock is left at rest.
//
// # Measuring
//
// Bounce and delay are counted between the edges of an input, which the kernel dates itself: a busy
// board measures the same (lines.go). A pin without edges is read every 5 ms. Disk: 200 writes of 4 KiB, each synced, in the vault's folder (storage.go).
// Camera: three seconds of the eye's own account, in its aiming mode, where no face is measured;
// the pictures are overwritten unseen.
//
// # Figures
//
// A whole session on a simulated door takes an installer who does not think 15 s (go test -run
// CheckAtATerminal -v ./cmd/menshen); 25 faults, one at a time, are each found by their own step
// (go test -run EachFault -v ./board/check).
//
// # What it cannot tell
//
// A pulse of the relay shorter than ears and eyes notice: that is what the tests on kernel lines
// are for (make vboard). What can be measured at the door is where the lock goes while no program
// holds its line, and that is (step "restart").
package check
